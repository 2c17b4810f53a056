package hwreport

import (
	"fmt"
	"html/template"
	"math"

	"github.com/Kaleaon/pentary-go/internal/hw/energy"
)

// Bar is the energy of a program under one calibration.
type Bar struct {
	Name  string
	Parts energy.Breakdown
	Most  float64 // in all, at the upper ends of the ranges of prices
}

// Energy draws the parts of each bar, on one scale, with their names below.
func Energy(bars []Bar) template.HTML {
	const width, left, right, height = 1000.0, 130.0, 110.0, 34.0
	span := width - left - right
	most := 0.0
	for _, b := range bars {
		most = max(most, b.Parts.Total())
	}
	if most == 0 {
		return ""
	}
	p := &picture{width: width}
	for i, b := range bars {
		y := float64(i) * height
		p.text(left-8, y+height/2+3, "end label", b.Name)
		x := left
		for j, part := range b.Parts {
			w := span * part.Energy / most
			title := fmt.Sprintf("%s: %s, %.1f %%", part.Name, joules(part.Energy), 100*part.Energy/b.Parts.Total())
			if w > 0 {
				p.rect(x, y+4, w, height-10, partClass(j), title)
			}
			if w > 42 {
				p.text(x+w/2, y+height/2+3, "on", fmt.Sprintf("%.0f %%", 100*part.Energy/b.Parts.Total()))
			}
			x += w
		}
		p.text(x+8, y+height/2+3, "start label", joules(b.Parts.Total()))
	}
	y, x := float64(len(bars))*height+14, left
	for j, part := range bars[0].Parts {
		used := false
		for _, b := range bars {
			used = used || b.Parts[j].Energy > 0
		}
		if !used {
			continue
		}
		w := 26 + 6.1*float64(len([]rune(part.Name)))
		if x+w > width {
			x, y = left, y+18
		}
		p.rect(x, y-8, 10, 10, partClass(j), "")
		p.text(x+15, y+1, "start label", part.Name)
		x += w
	}
	p.height = y + 8
	return p.html("energy of the program by its parts")
}

func partClass(i int) string { return fmt.Sprintf("p%d", i) }

// joules writes an energy given in pJ.
func joules(pj float64) string {
	for _, unit := range []string{"pJ", "nJ", "µJ", "mJ"} {
		if pj < 999.5 {
			return fmt.Sprintf("%.3g %s", pj, unit)
		}
		pj /= 1000
	}
	return fmt.Sprintf("%.3g J", pj)
}

// Macros draws published efficiencies and what the model makes of them, on a
// logarithmic scale.
func Macros(points []energy.Point) template.HTML {
	const width, left, height, span = 1000.0, 230.0, 38.0, 540.0
	least, most := math.Inf(1), 0.0
	for _, q := range points {
		least, most = min(least, q.Published, q.Modelled), max(most, q.Published, q.Modelled)
	}
	least = math.Pow(10, math.Floor(math.Log10(least)-0.3))
	at := func(v float64) float64 { return left + span*math.Log(v/least)/math.Log(most/least) }
	p := &picture{width: width, height: height*float64(len(points)) + 22}
	for v := least; v <= most; v *= 10 {
		p.line(at(v), 0, at(v), p.height-16, "hair")
		p.text(at(v), p.height-4, "tick", short(v))
	}
	p.text(at(most)+10, p.height-4, "start tick", "TOPS/W")
	for i, q := range points {
		y := height * float64(i)
		p.text(left-8, y+15, "end label", fmt.Sprintf("%s, %d-bit inputs", q.Macro, q.InputBits))
		use := "calibrates"
		if q.HeldOut {
			use = "held out"
		}
		p.text(left-8, y+28, "end tick", use)
		for j, v := range []float64{q.Published, q.Modelled} {
			class, text := "published", fmt.Sprintf("%.4g published", v)
			if j == 1 {
				class, text = "modelled", fmt.Sprintf("%.4g modelled", v)
				if q.HeldOut {
					text += fmt.Sprintf(", %+.1f %%", 100*q.Error())
				}
			}
			top := y + 5 + 13*float64(j)
			p.rect(left, top, at(v)-left, 11, class, "")
			p.text(at(v)+6, top+9, "start label", text)
		}
	}
	return p.html("published macros and what the model makes of them")
}
