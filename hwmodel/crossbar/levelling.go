package crossbar

// gap is start-gap levelling of the word lines of an array: there is one line more
// than rows, and the gap that it leaves walks through all of them.
type gap struct {
	at      int // line that no row is on
	start   int // how far the rows have turned
	pending int // writes since the last move
}

// line returns the word line that row r of rows is on.
func (g *gap) line(r, rows int) int {
	line := r + g.start
	if line >= rows {
		line -= rows
	}
	if line >= g.at {
		line++
	}
	return line
}

// move moves the row before the gap into it, and returns which that is.
func (g *gap) move(rows int) (row int) {
	before := g.at - 1
	if g.at == 0 {
		before = rows - 1
	}
	row = (before - g.start + rows) % rows
	if g.at == 0 {
		g.at, g.start = rows, (g.start+1)%rows
	} else {
		g.at--
	}
	return row
}
