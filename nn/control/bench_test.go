package control

import (
	"context"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// BenchmarkEvaluate scores a generation of 32 pairs with eight episodes each, of
// untrained members, on one processor. A step is one of one episode: observation,
// network, action and physics.
func BenchmarkEvaluate(b *testing.B) {
	for _, env := range All {
		b.Run(env.Spec().Name, func(b *testing.B) {
			net := nn.NewMLP(3, Widths(env, 16)...)
			e, err := NewEvaluator(net, env, 8)
			if err != nil {
				b.Fatal(err)
			}
			e.chunk = 32
			opt, err := es.New(net.Parameters(), nil, es.Options{Generations: 1, Pairs: 32, Sigma: 1})
			if err != nil {
				b.Fatal(err)
			}
			g, scores := opt.Ask(), make([]int64, 64)
			for b.Loop() {
				if err := e.Evaluate(context.Background(), g, scores); err != nil {
					b.Fatal(err)
				}
			}
			steps := 0
			for _, n := range e.work[0].all.Steps {
				steps += int(n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*steps), "ns/step")
		})
	}
}
