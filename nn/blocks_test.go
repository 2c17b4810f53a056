package nn

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Gains of zeros leave what the norm returns, for every activation, and a pent is a half.
func TestGains(t *testing.T) {
	const n = 255
	for pent, want := range map[int]func(v int) (least, most int){
		-2: func(int) (int, int) { return -1, 1 },
		-1: func(v int) (int, int) { return v/2 - 1, v/2 + 1 },
		0:  func(v int) (int, int) { return v, v },
		1:  func(v int) (int, int) { return clip(v*3/2 - 1), clip(v*3/2 + 1) },
		2:  func(v int) (int, int) { return clip(v*2 - 1), clip(v*2 + 1) },
	} {
		gained := NewModel(NewGainedLayerNorm(1))
		l := gained.Layers[0].(*LayerNorm)
		l.Gains.W.Set(0, 0, trit5.Pent(pent))
		p := newPass(gained)
		p.begin(n)
		y := make([]int8, 4*n)
		for c := range n {
			y[4*c] = int8(c - 127)
		}
		p.nextStep()
		l.gain(&p, y)
		for c := range n {
			least, most := want(c - 127)
			if got := int(y[4*c]); got < min(least, most) || got > max(least, most) {
				t.Errorf("pent %d: %d becomes %d, want %d to %d", pent, c-127, got, least, most)
			}
		}
	}
}

// Gains alone learn which activations matter, by either estimator.
func TestGainsLearn(t *testing.T) {
	const features, samples = 8, 400
	r := rand.New(rand.NewPCG(1, 2))
	d := &data.Dataset{Features: features, Classes: 2}
	for range samples {
		x := make([]int8, features)
		for i := range x {
			x[i] = int8(r.IntN(161) - 80)
		}
		label := uint8(0)
		if x[0] < 0 {
			label = 1
		}
		d.Inputs, d.Labels = append(d.Inputs, x...), append(d.Labels, label)
	}
	for _, place := range []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations} {
		out := NewDense(features, 2, false)
		for i := range features { // the sum of all, of which the first decides
			out.W.Set(0, i, 2)
			out.W.Set(1, i, -2)
		}
		m := NewModel(NewGainedLayerNorm(features), out)
		e, err := NewEvaluator(m, Classify(d), EvaluatorOptions{Streams: 64})
		if err != nil {
			t.Fatal(err)
		}
		parameters := m.Parameters()
		parameters[1].Frozen = true
		before, err := m.Accuracy(d)
		if err != nil {
			t.Fatal(err)
		}
		opt, err := es.New(parameters, e, es.Options{Seed: 1, Generations: 100, Pairs: 32, Estimator: place})
		if err != nil {
			t.Fatal(err)
		}
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		after, err := m.Accuracy(d)
		if err != nil {
			t.Fatal(err)
		}
		if before > samples*3/4 || after < samples*9/10 {
			t.Errorf("noise in %v: %d, then %d of %d samples right", place, before, after, samples)
		}
	}
}
