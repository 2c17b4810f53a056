package compare

import (
	"fmt"
	"image/color"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
)

// Plot returns a chart of the runs' accuracy against their time.
func Plot(results []*Result, title string) *chart.Lines {
	c := &chart.Lines{Title: title, X: "seconds of training", Y: "test accuracy, %"}
	own, others := 0, 0
	for _, r := range results {
		s := chart.Series{Name: fmt.Sprintf("%s  %.1f %%", r.Method, 100*r.Accuracy), Width: 1.4}
		if r.Baseline {
			s.Color, s.Dashes = greys[others%len(greys)], chart.Dashes[others%len(chart.Dashes)]
			others++
		} else {
			s.Color = chart.Palette[own%len(chart.Palette)]
			if own >= len(chart.Palette) {
				s.Dashes = chart.Dashes[own/len(chart.Palette)%len(chart.Dashes)]
			}
			own++
		}
		for _, p := range r.Curve {
			if p.Seconds > 0 {
				s.Points = append(s.Points, chart.Point{X: p.Seconds, Y: 100 * p.Accuracy})
			}
		}
		c.Series = append(c.Series, s)
	}
	return c
}

// greys are the colours of baselines.
var greys = []color.Color{chart.Ink, chart.Pale}
