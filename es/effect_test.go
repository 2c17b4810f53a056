package es_test

import (
	"context"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Minimizing the negated scores is maximizing the scores.
func TestMinimizeMirrors(t *testing.T) {
	o := short
	o.Minimize = true
	opt, _, weights := startWith(t, o, func(v *imitation) es.Evaluator {
		return es.EvaluatorFunc(func(ctx context.Context, g es.Generation, scores []int64) error {
			defer func() {
				for i := range scores {
					scores[i] = -scores[i]
				}
			}()
			return v.Evaluate(ctx, g, scores)
		})
	})
	if err := opt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := digest(weights); got != goldenWeights {
		t.Errorf("final weights %s, want those of the run that maximizes", got)
	}
}

// Generations that share noise have the same number for it, and no others.
func TestReuse(t *testing.T) {
	o := short
	o.NoiseReuse = 3
	var opt *es.Optimizer
	opt, _, _ = startWith(t, o, func(v *imitation) es.Evaluator {
		return es.EvaluatorFunc(func(ctx context.Context, g es.Generation, scores []int64) error {
			if want := g.Number / 3 * 3; int(g.Noise.Generation) != want || g.Number != opt.Generation() {
				t.Errorf("generation %d has the noise of %d, want %d", g.Number, g.Noise.Generation, want)
			}
			return v.Evaluate(ctx, g, scores)
		})
	})
	if err := opt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestGroup(t *testing.T) {
	o := short
	o.Pairs, o.Groups = 12, 4
	opt, _, _ := start(t, o)
	g := opt.Ask()
	for pair := range 12 {
		if got := g.Group(pair); got != pair/3 {
			t.Errorf("pair %d is in group %d, want %d", pair, got, pair/3)
		}
	}
}

// Weight decay takes the share of the weights that it says, towards zero.
func TestShrink(t *testing.T) {
	w := packed.NewMatrix(256, 256)
	for i := range 256 {
		for j := range 256 {
			w.Set(i, j, trit5.Pent(2-(i+j)%2*4))
		}
	}
	// The least step there is, so that the rule moves nothing.
	opt, err := es.New(es.Matrices(w), nil, es.Options{
		Generations: 1, Pairs: 2, Rule: es.ErrorFeedback{Rate: 1}, WeightDecay: es.Ratio(1, 8),
	})
	if err != nil {
		t.Fatal(err)
	}
	stats, err := opt.Tell([]int64{1, 0, 0, 1})
	if err != nil {
		t.Fatal(err)
	}
	levels := w.Histogram()
	shrunk := levels[1] + levels[3]
	if stats.Moved != shrunk || levels[2] != 0 || stats.Saturated != 65536-shrunk {
		t.Errorf("%d weights moved, %d shrank: levels %v", stats.Moved, shrunk, levels)
	}
	if shrunk < 8192-400 || shrunk > 8192+400 { // four deviations are 339
		t.Errorf("%d of 65,536 weights shrank, want an eighth", shrunk)
	}
}

// Frozen parameters stay as they are, and evaluators see that they are frozen.
func TestFrozen(t *testing.T) {
	w := packed.NewMatrix(8, 32)
	members := es.EvaluateEach(func(m *es.Member) (sum int64, err error) {
		for _, v := range m.Weights[0] {
			if v != 0 {
				t.Error("a frozen matrix is perturbed")
			}
		}
		for _, v := range m.Weights[1] {
			sum += int64(v)
		}
		return sum, nil
	})
	opt, err := es.New([]lowrank.Parameter{
		{W: w, Frozen: true}, {W: packed.NewMatrix(8, 32)},
	}, members, es.Options{Generations: 20, Pairs: 4})
	if err != nil {
		t.Fatal(err)
	}
	stats := es.Stats{}
	if err := opt.Run(context.Background(), func(s es.Stats) error { stats = s; return nil }); err != nil {
		t.Fatal(err)
	}
	if !w.Equal(packed.NewMatrix(8, 32)) {
		t.Error("a frozen tensor has moved")
	}
	if stats.Saturated < 10 {
		t.Errorf("%d of 256 weights that only ever gain are at an end, want some", stats.Saturated)
	}
}

// Each makes the members that the noise describes, in any number of goroutines.
func TestEach(t *testing.T) {
	w := packed.NewMatrix(3, 5)
	lowrank.Randomize(lowrank.Parameter{W: w}, 0, 1)
	bias := packed.NewMatrix(2, 1)
	bias.Set(0, 0, 2)
	bias.Set(1, 0, -2)
	o := es.Options{Seed: 8, Generations: 2, Pairs: 30, Sigma: 2, Groups: 3}
	opt, err := es.New(es.Matrices(w, bias), nil, o)
	if err != nil {
		t.Fatal(err)
	}
	sum := func(m *es.Member) (sum int64, err error) {
		for i, t := range m.Weights {
			for j, v := range t {
				sum += int64(v) * int64(i*7+j+1)
			}
		}
		return sum*60 + int64(m.Pair) + int64(m.Group)<<50, nil
	}
	scores := make([]int64, 60)
	g := opt.Ask()
	if err := es.EvaluateEach(sum).Evaluate(context.Background(), g, scores); err != nil {
		t.Fatal(err)
	}
	var ws lowrank.Workspace
	e, d := make([]int32, 15), make([]int32, 2)
	for p := range 30 {
		g.Noise.Perturbation(&ws, e, g.Parameters[0], p, 6)
		g.Noise.Perturbation(&ws, d, g.Parameters[1], p, 6)
		for s, sign := range []int32{1, -1} {
			m := es.Member{Pair: p, Group: p / 10, Bits: 6, Weights: [][]int32{make([]int32, 15), make([]int32, 2)}}
			for i := range e {
				m.Weights[0][i] = int32(w.At(i/5, i%5))<<6 + sign*e[i]
			}
			for i, v := range []int32{2, -2} {
				m.Weights[1][i] = v<<6 + sign*d[i]
			}
			if want, _ := sum(&m); scores[2*p+s] != want {
				t.Errorf("pair %d, sign %d: score %d, want %d", p, sign, scores[2*p+s], want)
			}
		}
	}
	if err := es.EvaluateEach(sum).Evaluate(context.Background(), g, scores[:59]); err == nil {
		t.Error("59 scores for 30 pairs are taken")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := es.EvaluateEach(sum).Evaluate(ctx, g, scores); err == nil {
		t.Error("a canceled evaluation succeeds")
	}
}
