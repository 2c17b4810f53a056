package settings

import "github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"

// panel returns the chart of an experiment, with means over the seeds.
func panel(results []result, experiment, title, x string) *chart.Chart {
	c := &chart.Chart{
		Title: title, X: chart.Axis{Title: x, Scale: chart.Log}, Y: chart.Axis{Title: "validation accuracy, %", Scale: chart.Errors}, Room: 92,
	}
	for _, e := range experiments {
		if e.name != experiment {
			continue
		}
		if !e.curve {
			for _, at := range e.xs {
				c.X.Marks = append(c.X.Marks, chart.Marks(chart.Prefixed, axis(x, at))...)
			}
		}
		for i, l := range e.lines {
			s := chart.Series{Name: l.name, Width: 1.3}.Colored(i)
			for _, at := range e.xs {
				accuracies := accuraciesOf(results, e.name, l.name, at)
				if len(accuracies) == 0 {
					continue
				}
				errors := 0.0
				for _, a := range accuracies {
					errors += 100 - a
				}
				s.Points = append(s.Points, chart.Point{X: axis(x, at), Y: errors / float64(len(accuracies))})
			}
			c.Series = append(c.Series, s)
		}
	}
	return c
}

// axis returns the value of x on the axis of an experiment.
func axis(name string, x int) float64 {
	if name == "rate" {
		return float64(x) / 1000
	}
	return float64(x)
}

// accuraciesOf returns the accuracies of all seeds at a point, in per cent.
func accuraciesOf(results []result, experiment, line string, x int) []float64 {
	var all []float64
	for _, r := range results {
		if r.experiment == experiment && r.line == line && r.x == x {
			all = append(all, 100*float64(r.correct)/float64(r.total))
		}
	}
	return all
}
