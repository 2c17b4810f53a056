package hwreport

import (
	"fmt"
	"html/template"
	"math"
	"slices"
)

// Series is a share over time.
type Series struct {
	Name   string
	Shares []float64 // at each of the times
}

// moments are times that people think in, in seconds.
var moments = []struct {
	seconds float64
	name    string
}{
	{1, "1 s"}, {60, "1 min"}, {3600, "1 h"}, {86400, "1 day"}, {30 * 86400, "1 month"}, {365 * 86400, "1 year"}, {10 * 365 * 86400, "10 years"},
}

// Aging draws accuracies over the age of what was programmed, on a logarithmic scale
// of seconds. The first series is what the others are compared with: a grey line.
func Aging(seconds []float64, series []Series) template.HTML {
	const width, height, left, right, top, bottom = 1000.0, 340.0, 60.0, 190.0, 12.0, 30.0
	if len(seconds) == 0 || len(series) == 0 {
		return ""
	}
	least, most := 1.0, 0.0
	for _, s := range series {
		least, most = min(least, slices.Min(s.Shares)), max(most, slices.Max(s.Shares))
	}
	least, most = math.Max(0, math.Floor(least*20-0.2)/20), math.Min(1, math.Ceil(most*20)/20)
	if most-least < 0.1 {
		least = most - 0.1
	}
	first, last := math.Log(seconds[0]), math.Log(seconds[len(seconds)-1])
	x := func(t float64) float64 { return left + (width-left-right)*(math.Log(t)-first)/max(last-first, 1e-9) }
	y := func(v float64) float64 { return top + (height-top-bottom)*(most-v)/(most-least) }

	p := &picture{width: width, height: height}
	step := 0.05
	if most-least > 0.5 {
		step = 0.1
	}
	for i := int(math.Ceil(least/step - 1e-9)); float64(i)*step <= most+1e-9; i++ {
		v := float64(i) * step
		p.line(left, y(v), width-right, y(v), "hair")
		p.text(left-8, y(v)+4, "end tick", fmt.Sprintf("%.0f %%", 100*v))
	}
	for _, m := range moments {
		if m.seconds >= seconds[0]*0.999 && m.seconds <= seconds[len(seconds)-1]*1.001 {
			p.line(x(m.seconds), top, x(m.seconds), height-bottom, "hair")
			p.text(x(m.seconds), height-bottom+16, "tick", m.name)
		}
	}
	names := placed(series, y)
	for i, s := range series {
		points := ""
		for j, v := range s.Shares {
			points += fmt.Sprintf("%s,%s ", num(x(seconds[j])), num(y(v)))
		}
		class := fmt.Sprintf("s%d", i)
		fmt.Fprintf(&p.body, `<polyline points="%s" class="curve %s"/>`, points, class)
		if i > 0 {
			for j, v := range s.Shares {
				fmt.Fprintf(&p.body, `<circle cx="%s" cy="%s" r="2.6" class="dot %s"><title>%.1f %%</title></circle>`, num(x(seconds[j])), num(y(v)), class, 100*v)
			}
		}
		end := s.Shares[len(s.Shares)-1]
		p.line(width-right+3, y(end), width-right+16, names[i], "hair")
		p.text(width-right+20, names[i]+4, "start label "+class, fmt.Sprintf("%s, %.1f %%", s.Name, 100*end))
	}
	return p.html("accuracy over the age of the weights as programmed")
}

// placed returns the heights of the series' names: where they end, but apart.
func placed(series []Series, y func(float64) float64) []float64 {
	const apart = 15
	order := make([]int, len(series))
	at := make([]float64, len(series))
	for i, s := range series {
		order[i], at[i] = i, y(s.Shares[len(s.Shares)-1])
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if at[a] < at[b] {
			return -1
		}
		return 1
	})
	// Up from the bottom of the picture, then down where that is too high.
	for i := len(order) - 2; i >= 0; i-- {
		at[order[i]] = min(at[order[i]], at[order[i+1]]-apart)
	}
	at[order[0]] = max(at[order[0]], 8)
	for i := 1; i < len(order); i++ {
		at[order[i]] = max(at[order[i]], at[order[i-1]]+apart)
	}
	return at
}
