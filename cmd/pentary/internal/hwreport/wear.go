package hwreport

import (
	"fmt"
	"html/template"
	"math"
)

// Map is a number for each cell of an array.
type Map struct {
	Lines, Columns int
	Values         []uint32 // row-major
}

// mapCells bounds the squares that a map is drawn with, each way.
const mapCells = 128

// Wear draws a map of writes: the darker, the more. A map larger than mapCells is
// drawn by the largest number in each square.
func Wear(m Map) template.HTML {
	if m.Lines == 0 || m.Columns == 0 {
		return ""
	}
	block := (max(m.Lines, m.Columns) + mapCells - 1) / mapCells
	rows, cols := (m.Lines+block-1)/block, (m.Columns+block-1)/block
	side := math.Min(9, 760/float64(cols))
	values := make([]uint32, rows*cols)
	least, most := uint32(math.MaxUint32), uint32(0)
	for i, v := range m.Values {
		at := &values[i/m.Columns/block*cols+i%m.Columns/block]
		*at = max(*at, v)
		least, most = min(least, v), max(most, v)
	}
	p := &picture{width: 1000, height: math.Max(side*float64(rows), 130) + 22}
	const left = 40.0
	for r := range rows {
		// Neighbours of one colour are one rectangle.
		for c := 0; c < cols; {
			end := c + 1
			for end < cols && values[r*cols+end] == values[r*cols+c] {
				end++
			}
			p.fill(left+side*float64(c), side*float64(r), side*float64(end-c), side, heat(values[r*cols+c], least, most))
			c = end
		}
	}
	p.text(left+side*float64(cols)/2, side*float64(rows)+15, "tick", fmt.Sprintf("%d bit lines, plus and minus of each output", m.Columns))
	p.text(left-6, side*float64(rows)/2, "end tick", fmt.Sprint(m.Lines))
	p.text(left-6, side*float64(rows)/2+12, "end tick", "lines")
	// The scale.
	x := left + side*float64(cols) + 40
	const steps = 64
	for i := range steps {
		p.fill(x, 10+100*float64(steps-1-i)/steps, 14, 100.0/steps+0.5, heat(uint32(i), 0, steps-1))
	}
	p.text(x+20, 18, "start tick", fmt.Sprintf("%d writes", most))
	p.text(x+20, 112, "start tick", fmt.Sprint(least))
	return p.html("writes of every cell of an array")
}

// heat is the colour of a value between two: from pale over orange to dark.
func heat(v, least, most uint32) string {
	stops := [][3]float64{{0xf6, 0xf4, 0xee}, {0xf2, 0xc9, 0x6d}, {0xd5, 0x5e, 0x00}, {0x4a, 0x12, 0x2c}}
	t := 0.0
	if most > least {
		t = float64(v-least) / float64(most-least) * float64(len(stops)-1)
	}
	i := min(int(t), len(stops)-2)
	f := t - float64(i)
	var rgb [3]int
	for k := range rgb {
		rgb[k] = int(math.Round(stops[i][k] + f*(stops[i+1][k]-stops[i][k])))
	}
	return fmt.Sprintf("#%02x%02x%02x", rgb[0], rgb[1], rgb[2])
}
