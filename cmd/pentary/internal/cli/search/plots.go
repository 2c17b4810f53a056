package search

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/tune"
)

// plots draws the pictures of a search.
type plots struct {
	*tune.Search
	title string
}

// The pictures of a search, in its folder.
const (
	budgetsPlot    = "budgets.svg"
	parametersPlot = "parameters.svg"
	frontPlot      = "architecture.svg"
)

// writeBudgets draws the accuracy of each configuration against its budget. Those of
// the last rung are named by name.
func (s *plots) writeBudgets(out io.Writer, name func(configuration int) string) error {
	ranking := s.Ranking()
	c := chart.Lines{Title: s.title, X: "member-samples of a run", Y: "validation accuracy, %"}
	for place, last := range slices.Backward(ranking) {
		line := chart.Series{Color: chart.Faint, Width: 0.7}
		if last.Rung == ranking[0].Rung && last.Rung > 0 && place < 2*len(chart.Palette) {
			line.Color, line.Width = chart.Palette[place%len(chart.Palette)], 1.4
			if place >= len(chart.Palette) {
				line.Dashes = chart.Dashes[0]
			}
			line.Name = name(last.Configuration)
			c.Room = min(max(c.Room, chart.Text(8, line.Color).Width(line.Name)*1.15+30), 280)
		}
		for _, t := range s.Trials {
			if t.Configuration == last.Configuration {
				line.Points = append(line.Points, chart.Point{X: float64(t.Samples), Y: 100 * t.Accuracy()})
			}
		}
		c.Series = append(c.Series, line)
	}
	return c.WriteSVG(out)
}

// writeParameters draws the accuracy of all trials against the values of each
// parameter, with the mean over the first rung, in which all had the same budget.
// values returns the values of a configuration, which need not be among those of the
// space, and are empty where the parameter makes no difference.
func (s *plots) writeParameters(out io.Writer, space tune.Space, values func(configuration int) []string) error {
	c := chart.Panels{Title: s.title, Y: "validation accuracy, %", MeanName: "mean of rung 1"}
	for r := range s.Rungs {
		c.Legend = append(c.Legend, chart.Key{Name: fmt.Sprintf("rung %d", r+1), Color: rungColor(r)})
	}
	for i, p := range space {
		panel := chart.Panel{Title: p.Name, Values: slices.Clone(p.Values)}
		for _, t := range s.Trials {
			if v := values(t.Configuration)[i]; v != "" && !slices.Contains(panel.Values, v) {
				panel.Values = append(panel.Values, v)
			}
		}
		sums, counts := make([]float64, len(panel.Values)), make([]float64, len(panel.Values))
		for _, t := range s.Trials {
			at := slices.Index(panel.Values, values(t.Configuration)[i])
			if at < 0 {
				continue
			}
			y := 100 * t.Accuracy()
			if t.Rung == 0 {
				sums[at] += y
				counts[at]++
			}
			// The fractions of multiples of the golden ratio are spread evenly.
			_, spread := math.Modf(float64(t.Configuration+1) * math.Phi)
			panel.Dots = append(panel.Dots, chart.Dot{Value: at, Y: y, Spread: spread - 0.5, Color: rungColor(t.Rung)})
		}
		for v := range sums {
			panel.Means = append(panel.Means, sums[v]/counts[v])
		}
		c.Panels = append(c.Panels, panel)
	}
	return c.WriteSVG(out)
}

func rungColor(rung int) color.Color {
	if rung == 0 {
		return chart.Faint
	}
	return chart.Palette[(rung-1)%len(chart.Palette)]
}
