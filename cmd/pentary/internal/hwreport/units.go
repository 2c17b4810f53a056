package hwreport

import (
	"fmt"
	"html/template"
	"math"
	"strconv"

	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
)

// Units draws how busy the pipeline and the units were over a whole program: the
// darker, the busier.
func Units(t *cycles.Timeline, total int64, busy [cycles.Units]int64, instructions int64) template.HTML {
	const width, left, right, height, columns = 1000.0, 110.0, 130.0, 22.0, 400
	if total == 0 {
		return ""
	}
	type lane struct {
		name, class string
		occupancy   *cycles.Occupancy
		busy        int64
	}
	lanes := []lane{{"scalar", "scalar", &t.Issue, instructions}}
	for u := range cycles.Units {
		if busy[u] > 0 {
			lanes = append(lanes, lane{u.String(), unitClass(u), &t.Units[u], busy[u]})
		}
	}
	p := &picture{width: width, height: height*float64(len(lanes)) + 26}
	span := width - left - right
	for i, l := range lanes {
		y := float64(i) * height
		p.text(left-8, y+height-8, "end label", l.name)
		p.rect(left, y+2, span, height-4, "idle", "")
		step := float64(total) / columns
		// Columns of one shade are one rectangle.
		from, shade := 0, -1.0
		for c := 0; c <= columns; c++ {
			next := -1.0
			if c < columns {
				next = math.Round(l.occupancy.Share(float64(c)*step, float64(c+1)*step)*20) / 20
			}
			if next != shade {
				if shade > 0 {
					p.shade(left+span*float64(from)/columns, y+2, span*float64(c-from)/columns, height-4, math.Max(shade, 0.12), l.class)
				}
				from, shade = c, next
			}
		}
		p.text(left+span+8, y+height-8, "start label", fmt.Sprintf("%.1f %%", 100*float64(l.busy)/float64(total)))
	}
	y := height * float64(len(lanes))
	for _, v := range ticks(float64(total), 8) {
		x := left + span*v/float64(total)
		p.line(x, 0, x, y+3, "hair")
		p.text(x, y+15, "tick", short(v))
	}
	p.text(left+span+26, y+15, "start tick", "cycles")
	return p.html("occupancy of the pipeline and the units over time")
}

// ticks returns the multiples of 1, 2 or 5 times a power of ten from zero to most, at
// most n of them and the zero.
func ticks(most float64, n int) (at []float64) {
	if most <= 0 {
		return []float64{0}
	}
	step := math.Pow(10, math.Floor(math.Log10(most/float64(n))))
	for _, wider := range []float64{1, 2, 5, 10} {
		if most/(step*wider) <= float64(n) {
			step *= wider
			break
		}
	}
	for i := 0; float64(i)*step <= most; i++ {
		at = append(at, float64(i)*step)
	}
	return at
}

// short writes a number with an SI prefix.
func short(v float64) string {
	prefix := ""
	for _, p := range []string{"k", "M", "G", "T"} {
		if math.Abs(v) < 999.5 {
			break
		}
		v /= 1000
		prefix = " " + p
	}
	return strconv.FormatFloat(v, 'g', 3, 64) + prefix
}
