package faultstudy

import (
	"fmt"
	"image/color"
	"slices"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/page"
)

// Summary is the mean of the trials of a level. Accuracies are fractions.
type Summary struct {
	Level
	Trials     int     `json:"trials"`
	Ideal      float64 `json:"ideal"`
	Programmed float64 `json:"programmed"`
	Trained    float64 `json:"trained"`
	Recovered  float64 `json:"recovered"` // fraction of the loss
	Writes     float64 `json:"writes"`    // writes per cell by training through the chip
}

// leastLoss is the loss of accuracy, a few samples, below which Recovered is not meaningful.
const leastLoss = 0.02

// Lost returns the accuracy lost by programming.
func (s *Summary) Lost() float64 { return s.Ideal - s.Programmed }

// Says reports whether the loss is large enough for Recovered to be meaningful.
func (s *Summary) Says() bool { return s.Lost() >= leastLoss }

// Summarize returns the means of the trials of each level, in order of appearance.
func Summarize(trials []Trial) (all []Summary) {
	for _, t := range trials {
		i := slices.IndexFunc(all, func(s Summary) bool { return s.Level == t.Level })
		if i < 0 {
			i = len(all)
			all = append(all, Summary{Level: t.Level})
		}
		s, n := &all[i], float64(t.Samples)
		s.Trials++
		s.Ideal += float64(t.Ideal) / n
		s.Programmed += float64(t.Programmed) / n
		s.Trained += float64(t.Trained) / n
		s.Writes += float64(t.Written) / float64(t.Cells)
	}
	for i := range all {
		s := &all[i]
		n := float64(s.Trials)
		s.Ideal, s.Programmed, s.Trained, s.Writes = s.Ideal/n, s.Programmed/n, s.Trained/n, s.Writes/n
		if s.Lost() > 0 {
			s.Recovered = (s.Trained - s.Programmed) / s.Lost()
		}
	}
	return all
}

// Heading has the names of the columns of Summary.Cells.
var Heading = []string{"error", "stuck", "digital", "programmed", "lost", "trained through", "recovered", "writes per cell"}

// Cells returns the summary as text.
func (s *Summary) Cells() []string {
	percent := func(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) }
	recovered := "–"
	if s.Says() {
		recovered = fmt.Sprintf("%.0f %%", 100*s.Recovered)
	}
	return []string{
		fmt.Sprintf("×%g", s.Error), fmt.Sprintf("%g %%", 100*s.Stuck), percent(s.Ideal), percent(s.Programmed),
		percent(s.Lost()), percent(s.Trained), recovered, fmt.Sprintf("%.1f", s.Writes),
	}
}

// Insert returns a page with the table of the summaries inserted between its marks.
func Insert(text []byte, all []Summary) ([]byte, error) {
	var rows [][]string
	for i := range all {
		rows = append(rows, all[i].Cells())
	}
	return page.Insert(text, "pentary hw crossbar", page.Table("--:", Heading, rows))
}

// Plot returns a chart of accuracy over the fraction of stuck cells. It omits levels without stuck
// cells.
func Plot(all []Summary, title string) *chart.Chart {
	c := &chart.Chart{Title: title, X: chart.Axis{Title: "stuck cells, %", Scale: chart.Log}, Y: chart.Axis{Title: "test accuracy, %"}}
	digital := chart.Series{Name: "digital", Color: chart.Pale, Width: 1.2, Dashes: chart.Dashes[1]}
	var errors []float64
	for i := range all {
		if !slices.Contains(errors, all[i].Error) {
			errors = append(errors, all[i].Error)
		}
	}
	for i, e := range errors {
		line := func(name string, color color.Color, of func(s *Summary) float64) chart.Series {
			s := chart.Series{Name: fmt.Sprintf("%s, error ×%g", name, e), Color: color, Width: 1.6}
			if i > 0 {
				s.Dashes = chart.Dashes[(i-1)%len(chart.Dashes)]
			}
			for j := range all {
				if all[j].Error == e && all[j].Stuck > 0 {
					s.Points = append(s.Points, chart.Point{X: 100 * all[j].Stuck, Y: 100 * of(&all[j])})
				}
			}
			return s
		}
		programmed := line("programmed", chart.Palette[1], func(s *Summary) float64 { return s.Programmed })
		trained := line("trained through", chart.Palette[0], func(s *Summary) float64 { return s.Trained })
		c.Series = append(c.Series, programmed, trained)
		if i == 0 {
			digital.Points = line("", nil, func(s *Summary) float64 { return s.Ideal }).Points
		}
	}
	c.Series = append(c.Series, digital)
	return c
}
