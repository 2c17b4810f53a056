package cli

import (
	"fmt"
	"path/filepath"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/corpus"
	"github.com/Kaleaon/pentary-go/internal/durable"
)

// ngrams names the models whose bits a learning curve is drawn beside, by their order.
var ngrams = []string{1: "bytes", 2: "pairs of bytes", 3: "triples of bytes"}

// plotLM draws the learning curve of a language model as an SVG: held-out bits a byte by
// member-tokens, and those of n-gram models of the text.
func plotLM(path, name string, m *lmMeter, text *corpus.Text) error {
	curve := chart.Series{Name: name, Color: chart.Palette[0], Width: 2}
	for _, at := range m.curve {
		if at.generation > 0 {
			curve.Points = append(curve.Points, chart.Point{X: float64(at.generation * m.tokens), Y: m.bits(at.score)})
		}
	}
	if len(curve.Points) < 2 {
		return nil
	}
	l := chart.Lines{Title: "A language model of pents learns " + filepath.Base(text.Path), X: "member-tokens", Y: "held-out bits a byte"}
	first, last := curve.Points[0].X, curve.Points[len(curve.Points)-1].X
	for n, name := range ngrams {
		if n == 0 {
			continue
		}
		level := text.Level(n)
		l.Series = append(l.Series, chart.Series{
			Name: fmt.Sprintf("%s, %.2f", name, level), Color: chart.Pale, Width: 1, Dashes: chart.Dashes[0],
			Points: []chart.Point{{X: first, Y: level}, {X: last, Y: level}},
		})
	}
	l.Series = append(l.Series, curve)
	return durable.Write(path, l.WriteSVG)
}
