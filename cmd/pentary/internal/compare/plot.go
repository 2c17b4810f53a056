package compare

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
)

// Plot returns a chart of the runs' accuracy against their time.
func Plot(results []*Result, title string) *chart.Lines {
	c := &chart.Lines{Title: title, X: "seconds of training", Y: "test accuracy, %"}
	colors := map[bool]int{}
	for _, r := range results {
		s := chart.Series{
			Name:   fmt.Sprintf("%s  %.1f %%", r.Method, 100*r.Accuracy),
			Color:  chart.Palette[colors[r.Baseline]%len(chart.Palette)],
			Width:  1.4,
			Dashed: r.Baseline || colors[false] > len(chart.Palette),
		}
		if r.Baseline {
			s.Color, s.Width = baselines[colors[true]%len(baselines)], vg.Length(1.1)
		}
		colors[r.Baseline]++
		for _, p := range r.Curve {
			if p.Seconds > 0 {
				s.Points = append(s.Points, chart.Point{X: p.Seconds, Y: 100 * p.Accuracy})
			}
		}
		c.Series = append(c.Series, s)
	}
	return c
}

// baselines are the greys of the methods that are not this project's.
var baselines = []color.Color{chart.Ink, chart.Pale, chart.Faint}
