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

// plots draws the charts of a search.
type plots struct {
	*tune.Search
	title string
}

// File names of the charts in the folder of a search.
const (
	budgetsPlot    = "budgets.svg"
	parametersPlot = "parameters.svg"
	frontPlot      = "architecture.svg"
)

const accuracyTitle = "validation accuracy, %"

// writeBudgets draws the accuracy of each configuration over the budget. Runs of the last rung are
// labelled by name.
func (s *plots) writeBudgets(out io.Writer, name func(configuration int) string) error {
	ranking := s.Ranking()
	c := chart.Chart{Title: s.title, X: chart.Axis{Title: "member-samples per run", Scale: chart.Log}, Y: chart.Axis{Title: accuracyTitle}, Room: 280}
	for place, last := range slices.Backward(ranking) {
		line := chart.Series{Color: chart.Faint, Width: 0.7}
		if last.Rung == ranking[0].Rung && last.Rung > 0 && place < 2*len(chart.Palette) {
			line = chart.Series{Width: 1.4, Name: name(last.Configuration)}.Colored(place)
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

// dots returns one series per rung, without points.
func (s *plots) dots() []chart.Series {
	series := make([]chart.Series, len(s.Rungs))
	for r := range series {
		series[r] = chart.Series{Name: fmt.Sprintf("rung %d", r+1), Key: true, Radius: 2.4, Color: color.Color(chart.Faint)}
		if r > 0 {
			series[r] = series[r].Colored(r - 1)
		}
	}
	return series
}

// writeParameters draws the accuracy of all trials over the values of each parameter, with the mean
// over the first rung, in which all have the same budget. values returns the values of a
// configuration; they need not be in the space, and are empty if the parameter has no effect.
func (s *plots) writeParameters(out io.Writer, space tune.Space, values func(configuration int) []string) error {
	var panels []*chart.Chart
	for i, p := range space {
		names, series := slices.Clone(p.Values), s.dots()
		var sums, counts []float64
		for _, t := range s.Trials {
			v := values(t.Configuration)[i]
			if v == "" {
				continue
			}
			if !slices.Contains(names, v) {
				names = append(names, v)
			}
			sums, counts = append(sums, make([]float64, len(names)-len(sums))...), append(counts, make([]float64, len(names)-len(counts))...)
			at := slices.Index(names, v)
			if t.Rung == 0 {
				sums[at] += 100 * t.Accuracy()
				counts[at]++
			}
			// Fractions of multiples of the golden ratio are evenly distributed.
			_, spread := math.Modf(float64(t.Configuration+1) * math.Phi)
			series[t.Rung].Points = append(series[t.Rung].Points, chart.Point{X: float64(at) + 0.6*(spread-0.5), Y: 100 * t.Accuracy()})
		}
		for at, n := range counts {
			if n > 0 {
				x, mean := float64(at), sums[at]/n
				series = append(series, chart.Series{Color: chart.Ink, Width: 1.2, Radius: -1, Points: []chart.Point{{X: x - 0.35, Y: mean}, {X: x + 0.35, Y: mean}}})
			}
		}
		if last := &series[len(series)-1]; last.Width > 0 {
			last.Name, last.Key = "mean of rung 1", true
		}
		c := &chart.Chart{Title: p.Name, Y: chart.Axis{Title: accuracyTitle}, Series: series, Room: 12}
		for at, v := range names {
			c.X.Marks = append(c.X.Marks, chart.Marks(func(float64) string { return v }, float64(at))...)
		}
		panels = append(panels, c)
	}
	return chart.WriteGrid(out, s.title, 2, panels...)
}

// writeFront draws the accuracy of each configuration's last run over the bytes of its network, with
// the front, whose networks are labelled by name, and the line of networks with the same score as
// the best.
func (s *plots) writeFront(out io.Writer, name func(configuration int) string) error {
	ranking, dots := s.Ranking(), s.dots()
	front := tune.Front(ranking)
	for _, t := range ranking {
		dots[t.Rung].Points = append(dots[t.Rung].Points, chart.Point{X: float64(t.Bytes), Y: errorOf(t)})
	}
	best := chart.Series{Name: "best", Key: true, Color: chart.Ink, Radius: 4}
	step := chart.Series{Name: "front", Key: true, Color: chart.Ink, Width: 1.1, Radius: -1}
	price := float64(s.Price) / 65536
	worth := chart.Series{
		Name: fmt.Sprintf("same score as the best: %.3g points per doubling", price), Key: true,
		Color: chart.Pale, Width: 0.8, Dashes: chart.Dashes[0], Radius: -1,
	}
	if len(front) > 0 {
		least, most, worst := math.Inf(1), 0.0, 0.0
		for _, t := range ranking {
			least, most, worst = min(least, float64(t.Bytes)), max(most, float64(t.Bytes)), max(worst, errorOf(t))
		}
		for i, t := range front {
			if i > 0 {
				step.Points = append(step.Points, chart.Point{X: float64(t.Bytes), Y: errorOf(front[i-1])})
			}
			step.Points = append(step.Points, chart.Point{X: float64(t.Bytes), Y: errorOf(t), Label: name(t.Configuration)})
		}
		step.Points = append(step.Points, chart.Point{X: most, Y: errorOf(front[len(front)-1])})
		at := ranking[0]
		best.Points = []chart.Point{{X: float64(at.Bytes), Y: errorOf(at)}}
		for i := range 65 {
			bytes := least * math.Pow(most/least, float64(i)/64)
			if e := errorOf(at) - price*math.Log2(bytes/float64(at.Bytes)); e >= errorOf(front[len(front)-1]) && e <= worst {
				worth.Points = append(worth.Points, chart.Point{X: bytes, Y: e})
			}
		}
	}
	if price == 0 {
		worth = chart.Series{}
	}
	c := chart.Chart{
		Title: s.title, X: chart.Axis{Title: "bytes of the network", Scale: chart.Log}, Y: chart.Axis{Title: accuracyTitle, Scale: chart.Errors},
		Series: append([]chart.Series{worth, step, best}, dots...), Room: 20,
	}
	return c.WriteSVG(out)
}

// errorOf returns the percentage of wrong validation samples; half a sample for none, because the
// axis is logarithmic.
func errorOf(t tune.Trial) float64 {
	total := float64(max(t.Total, 1))
	return 100 * max(total-float64(t.Correct), 0.5) / total
}
