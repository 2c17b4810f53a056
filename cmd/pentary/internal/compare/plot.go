package compare

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
)

// Plot returns a chart of accuracy over time. Baselines are grey.
func Plot(results []*Result, title string) *chart.Chart {
	c := &chart.Chart{Title: title, X: chart.Axis{Title: "seconds of training", Scale: chart.Log}, Y: chart.Axis{Title: "test accuracy, %"}}
	own, others := 0, 0
	for _, r := range results {
		s := chart.Series{Name: fmt.Sprintf("%s  %.1f %%", r.Method, 100*r.Accuracy), Width: 1.4}
		if r.Baseline {
			s.Color, s.Dashes = chart.Pale, chart.Dashes[others%len(chart.Dashes)]
			others++
		} else {
			s = s.Colored(own)
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
