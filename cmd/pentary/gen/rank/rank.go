// Package rank computes the distance of the updates of low-rank evolution strategies from the
// full-rank update, by rank, for docs/rank.md.
package rank

import (
	"bytes"
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/page"
)

// Document computes docs/rank.svg and the table of docs/rank.md.
func Document() (*page.Document, error) {
	curves := measure()
	var b bytes.Buffer
	err := plot(&b, curves)
	return &page.Document{
		Page: "rank.md", Command: "go run ./cmd/pentary/gen rank", Table: table(curves),
		Files: map[string][]byte{"rank.svg": b.Bytes()},
	}, err
}

// curve has the distances of one law's updates for one fitness.
type curve struct {
	law, fitness string
	distances    []float64 // by rank
}

func measure() []curve {
	var curves []curve
	for _, f := range fitnesses {
		samples := draw(f.inputs)
		full := updates(limit, f, samples)[0]
		for _, l := range laws {
			c := curve{law: l.name, fitness: f.name}
			for _, g := range updates(l, f, samples) {
				c.distances = append(c.distances, distance(g, full))
			}
			curves = append(curves, c)
		}
	}
	return curves
}

// slope returns the exponent of the rank, by least squares of logarithms, from rank 8 on.
func slope(distances []float64) float64 {
	var n, x, y, xx, xy float64
	for i, d := range distances {
		if ranks[i] < 8 {
			continue
		}
		u, v := math.Log(float64(ranks[i])), math.Log(d)
		n, x, y, xx, xy = n+1, x+u, y+v, xx+u*u, xy+u*v
	}
	return (n*xy - x*y) / (n*xx - x*x)
}

// table returns the curves as a Markdown table.
func table(curves []curve) string {
	heading := []string{"fitness", "factors"}
	for _, r := range ranks {
		heading = append(heading, fmt.Sprintf("r = %d", r))
	}
	var rows [][]string
	for _, c := range curves {
		row := []string{c.fitness, c.law}
		for _, d := range c.distances {
			row = append(row, fmt.Sprintf("%.4f", d))
		}
		rows = append(rows, append(row, fmt.Sprintf("%.2f", slope(c.distances))))
	}
	return page.Table("---", append(heading, "slope"), rows)
}

// plot draws distance over rank, one chart per fitness, with guides for 1/r and 1/√r.
func plot(out *bytes.Buffer, curves []curve) error {
	var charts []*chart.Chart
	for _, f := range fitnesses {
		l := &chart.Chart{Title: f.name, X: chart.Axis{Title: "rank r", Scale: chart.Log}, Y: chart.Axis{Title: "relative distance", Scale: chart.Log}, Room: 70}
		for i, power := range []float64{1, 0.5} {
			guide := chart.Series{Name: []string{"1/r", "1/√r"}[i], Color: chart.Pale, Width: 0.8, Dashes: chart.Dashes[0]}
			for _, r := range ranks {
				guide.Points = append(guide.Points, chart.Point{X: float64(r), Y: 0.5 * math.Pow(float64(r), -power)})
			}
			l.Series = append(l.Series, guide)
		}
		for _, r := range ranks {
			l.X.Marks = append(l.X.Marks, chart.Marks(chart.Prefixed, float64(r))...)
		}
		for _, c := range curves {
			if c.fitness != f.name {
				continue
			}
			s := chart.Series{Name: c.law, Width: 1.4}.Colored(len(l.Series) - 2)
			for i, d := range c.distances {
				s.Points = append(s.Points, chart.Point{X: float64(ranks[i]), Y: d})
			}
			l.Series = append(l.Series, s)
		}
		charts = append(charts, l)
	}
	return chart.WriteGrid(out, "", 2, charts...)
}
