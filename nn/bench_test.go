package nn

import (
	"context"
	"fmt"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// BenchmarkEvaluate scores generations on one processor or many. A sample is one of one
// member, at one step.
func BenchmarkEvaluate(b *testing.B) {
	digits, mnist := blobs(1, 64, 10, 1000), blobs(1, 784, 10, 1000)
	language := languageModel(b, LanguageConfig{Width: 64, Layers: 1, Mixer: MixerMinGRU, Context: 4})
	for _, c := range []struct {
		name   string
		model  *Model
		task   Task
		o      EvaluatorOptions
		pairs  int
		places []lowrank.Estimator
	}{
		{"64-64-10", NewMLP(1, 64, 64, 10), Classify(digits), EvaluatorOptions{Streams: 32}, 128, []lowrank.Estimator{lowrank.PerturbWeights}},
		{"784-256-10", NewMLP(1, 784, 256, 10), Classify(mnist), EvaluatorOptions{Streams: 256}, 64, []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations}},
		{"language", language, &Text{Data: text, Context: 4}, EvaluatorOptions{Streams: 64, Steps: 4, WarmUp: 16}, 16, []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations}},
		{"conv2d", NewModel(NewConv2D(16, 16, 4, 8, 3, 3, 2, true), NewDense(7*7*8, 10, false)), Classify(blobs(1, 1024, 10, 100)), EvaluatorOptions{Streams: 16}, 16, []lowrank.Estimator{lowrank.PerturbWeights}},
	} {
		for _, place := range c.places {
			b.Run(c.name+" noise in "+place.String(), func(b *testing.B) {
				e, err := NewEvaluator(c.model, c.task, c.o)
				if err != nil {
					b.Fatal(err)
				}
				g := generationOf(c.model, place, c.pairs, 1)
				scores := make([]int64, 2*c.pairs*e.scoresOf(&g))
				for b.Loop() {
					g.Number++
					if err := e.Evaluate(context.Background(), g, scores); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*2*c.pairs*e.Samples()), "ns/sample")
			})
		}
	}
}

// BenchmarkRunner takes steps of few columns, with weights that may change and frozen ones.
func BenchmarkRunner(b *testing.B) {
	for _, c := range []struct {
		name  string
		model *Model
	}{
		{"784-128-128-10", NewMLP(1, 784, 128, 128, 10)},
		{"1024-1024", NewMLP(1, 1024, 1024)},
		{"4096-4096", NewMLP(1, 4096, 4096)},
		{"language", languageModel(b, LanguageConfig{Width: 256, Layers: 2, Mixer: MixerMinGRU, Context: 4})},
	} {
		for _, n := range []int{1, 4, 8} {
			for _, frozen := range []bool{false, true} {
				b.Run(fmt.Sprintf("model=%s/n=%d/frozen=%t", c.name, n, frozen), func(b *testing.B) {
					r := c.model.NewRunner(n)
					if frozen {
						r.Freeze()
					}
					x := make([]int8, kernels.Quads(c.model.Inputs())*4*n)
					for b.Loop() {
						r.Step(x)
					}
				})
			}
		}
	}
}
