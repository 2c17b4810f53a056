package hwreport

import (
	"fmt"
	"html/template"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
)

const (
	cell      = 17.0 // width of a cycle
	gapWidth  = 40.0 // of many cycles in which nothing enters a stage
	rowHeight = 19.0
	labels    = 230.0 // room for the instructions
	maxGap    = 3     // cycles that are drawn one by one
)

var stageNames = [cycles.Stages]string{"IF", "ID", "EX", "ME", "WB"}

// axis maps cycles to places, with long stretches without events cut short.
type axis struct {
	events []int64   // in order
	at     []float64 // of each
}

// newAxis returns the axis of all cycles in which something begins or ends.
func newAxis(events []int64, x float64) *axis {
	slices.Sort(events)
	a := &axis{events: slices.Compact(events)}
	for i, e := range a.events {
		if i > 0 {
			x += gapOf(e - a.events[i-1])
		}
		a.at = append(a.at, x)
	}
	return a
}

// gapOf returns the width of so many cycles.
func gapOf(n int64) float64 {
	if n <= maxGap {
		return float64(n) * cell
	}
	return cell + gapWidth
}

// x returns the place of an event, or the right end for a later cycle.
func (a *axis) x(cycle int64) float64 {
	if i, found := slices.BinarySearch(a.events, cycle); found {
		return a.at[i]
	}
	return a.end()
}

func (a *axis) end() float64 { return a.at[len(a.at)-1] }

// Pipeline draws instructions on their way through the stages, a row each, and below
// it the work that it handed to a unit.
func Pipeline(slots []cycles.Slot) template.HTML {
	if len(slots) == 0 {
		return ""
	}
	var events []int64
	last := slots[len(slots)-1].Enter[cycles.Write] + 1
	for _, s := range slots {
		events = append(events, s.Enter[:]...)
		events = append(events, s.Enter[cycles.Write]+1, s.Enter[cycles.Fetch]+1, s.Enter[cycles.Decode]+1)
		if s.Kind == cycles.Work && s.End <= last {
			events = append(events, s.End)
		}
	}
	a := newAxis(events, labels)
	top := 26.0
	p := &picture{width: a.end() + 22, height: top + rowHeight*float64(len(slots)) + 4}
	drawAxis(p, a, top)
	for i := range slots {
		drawSlot(p, a, &slots[i], top+float64(i)*rowHeight)
	}
	return p.html("instructions in the stages of the pipeline, over time")
}

// drawAxis numbers the cycles and marks those left out.
func drawAxis(p *picture, a *axis, top float64) {
	bottom := p.height - 4
	written := -100.0
	for i, e := range a.events {
		x := a.at[i]
		p.line(x, top-4, x, bottom, "hair")
		if x-written > 30 {
			p.text(x, top-10, "tick", fmt.Sprint(e))
			written = x
		}
		if i+1 < len(a.events) && a.events[i+1]-e > maxGap {
			p.shade(x+cell, top-4, gapWidth, bottom-top+4, 1, "gap")
			p.text(x+cell+gapWidth/2, bottom-3, "tick", "⋯ "+short(float64(a.events[i+1]-e-1)))
		}
	}
}

func drawSlot(p *picture, a *axis, s *cycles.Slot, y float64) {
	p.text(labels-8, y+rowHeight-6, "code", s.Inst.String())
	for stage := range cycles.Stages {
		from, to := s.Enter[stage], s.Enter[stage]+1
		if stage == cycles.Fetch || stage == cycles.Decode {
			to = s.Enter[stage+1]
		}
		if x := a.x(from + 1); to > from+1 { // waits in the stage
			class, title := "held", ""
			if stage == cycles.Decode {
				class, title = "stall", why(s)
			}
			p.rect(x, y+2, a.x(to)-x, rowHeight-6, class, title)
			to = from + 1
		}
		x := a.x(from)
		p.rect(x+0.5, y+2, a.x(to)-x-1, rowHeight-6, "stage "+stageNames[stage], fmt.Sprintf("%s, %s in cycle %d", s.Inst.String(), stageNames[stage], from))
		p.text(x+cell/2, y+rowHeight-7, "in", stageNames[stage])
	}
	if s.Kind != cycles.Work {
		return
	}
	from, to := a.x(s.Start), a.x(s.End)
	p.rect(from, y+rowHeight-3.5, to-from, 3, unitClass(s.Unit), fmt.Sprintf("%s for %d cycles", s.Unit, s.Cycles))
	if s.End > a.events[len(a.events)-1] {
		p.text(a.end()+3, y+rowHeight-1, "start tick", "▸")
	}
}

// why names the reasons of an instruction's stalls.
func why(s *cycles.Slot) (text string) {
	for reason, n := range s.Stalls {
		if n > 0 && cycles.Stall(reason) != cycles.Flush {
			if text != "" {
				text += ", "
			}
			text += fmt.Sprintf("%s %d", cycles.Stall(reason), n)
		}
	}
	return text
}

func unitClass(u cycles.Unit) string { return fmt.Sprintf("u%d", u) }
