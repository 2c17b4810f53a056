package es_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// pattern is the seed prototype's own task: bring a random 64×64 matrix to
// diag(2, 1, 0, -1, -2, 2, …), with the negative squared error as fitness.
type pattern struct {
	target [size * size]int8

	ws      lowrank.Workspace
	weights [size * size]int8
	e       [size * size]int32
}

const size = 64

func newPattern() *pattern {
	p := &pattern{}
	for i := range size {
		p.target[i*size+i] = int8(2 - i%5)
	}
	return p
}

// Evaluate scores the matrices W ± σE themselves, in fixed point.
func (p *pattern) Evaluate(_ context.Context, g es.Generation, scores []int64) error {
	w, bits := g.Tensors[0], g.Noise.Sigma
	w.W.Unpack(p.weights[:])
	for pair := range g.Pairs {
		g.Noise.Perturbation(&p.ws, p.e[:], w, pair, bits)
		var plus, minus int64
		for j, e := range p.e {
			d := int32(p.weights[j]-p.target[j]) << bits
			plus -= int64(d+e) * int64(d+e)
			minus -= int64(d-e) * int64(d-e)
		}
		scores[2*pair], scores[2*pair+1] = plus, minus
	}
	return nil
}

// squaredError returns the sum of squared errors, 4,096 times the mean.
func (p *pattern) squaredError(w *packed.Matrix) (sum int) {
	w.Unpack(p.weights[:])
	for j, v := range p.weights {
		d := int(v - p.target[j])
		sum += d * d
	}
	return sum
}

// train runs the task from random weights and returns the mean squared error
// before and after, and how many weights changed.
func (p *pattern) train(o es.Options) (before, after float64, changed int, err error) {
	w := packed.NewMatrix(size, size)
	lowrank.Randomize(lowrank.Tensor{W: w}, kernels.Uniform, o.Seed)
	initial := w.Clone()
	opt, err := es.New([]*packed.Matrix{w}, o)
	if err != nil {
		return 0, 0, 0, err
	}
	if err := opt.Run(context.Background(), p, nil); err != nil {
		return 0, 0, 0, err
	}
	for i := range size {
		for j := range size {
			if w.At(i, j) != initial.At(i, j) {
				changed++
			}
		}
	}
	mean := func(w *packed.Matrix) float64 { return float64(p.squaredError(w)) / (size * size) }
	return mean(initial), mean(w), changed, nil
}

// The seed prototype's task. There the perturbed matrix was quantized back to
// five levels: the error stayed at 2.02 and none of the 4,096 weights changed.
func Example_pattern() {
	before, after, changed, err := newPattern().train(es.Options{Seed: 1, Pairs: 500, Generations: 200, Sigma: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("mean squared error %.2f -> %.2f, %d weights changed\n", before, after, changed)
	// Output: mean squared error 2.05 -> 0.00, 3300 weights changed
}

func TestPatternShortRuns(t *testing.T) {
	for _, o := range []es.Options{
		{Pairs: 50, Generations: 50},
		{Pairs: 50, Generations: 50, Fitness: es.FourBit},
		{Pairs: 500, Generations: 50},
		{Pairs: 500, Generations: 50, Fitness: es.FourBit},
		{Pairs: 500, Generations: 50, Rank: 4},
		{Pairs: 500, Generations: 50, Rule: es.Threshold{Deviations: es.Ratio(2, 1)}},
	} {
		for seed := range uint64(3) {
			o.Sigma, o.Seed = 4, seed
			_, after, _, err := newPattern().train(o)
			t.Log(o, after, err)
		}
	}
}
