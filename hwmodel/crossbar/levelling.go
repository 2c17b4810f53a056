package crossbar

// gap is the state of start-gap levelling in an array. The array has one word line more than
// rows; the unused line, the gap, moves through all of them.
type gap struct {
	at      int // the unused line
	start   int // rotation of the rows
	pending int // writes since the last move
}

// line returns the word line of row r.
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

// move moves the row before the gap into the gap and returns that row.
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
