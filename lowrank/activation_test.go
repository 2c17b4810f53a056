package lowrank

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

func ExampleEstimator() {
	w := Parameter{W: packed.NewMatrix(4, 8), Log2Scale: 4} // zero weights: the product is the noise alone
	base := make([]int32, 4*3)
	var ws Workspace
	y := make([]int32, 4*6) // rows × (plus, minus) × samples
	n := Noise{Seed: 3, Rank: 1, Sigma: 2, Estimator: PerturbActivations}
	n.ProductShared(&ws, y, base, w, make([]int8, 8*3), 0, 1, 3)
	for i := range 4 {
		fmt.Println(y[i*6 : i*6+6])
	}
	// Output:
	// [0 0 0 0 0 0]
	// [0 0 0 0 0 0]
	// [4 -4 -4 -4 4 4]
	// [4 -4 -4 -4 4 4]
}

// signsOf returns S of one pair, from the stream that it is defined by: a row of
// samples for each rank.
func signsOf(n Noise, tensor uint32, pair, samples int) [][]int64 {
	s := n.Stream(Signs, tensor, pair)
	signs := make([][]int64, n.Rank)
	for at := range n.Rank * samples {
		word := s.Block(uint32(at / 16))[at/4%4]
		signs[at/samples] = append(signs[at/samples], 1-int64(word>>(at%4*8)&1)*2)
	}
	return signs
}

// noisyOutput returns what one member makes of sample b, which is x, from the definition:
// W·x + sign·round(A·round(S·2^Log2Scale·2^e/√(r·variance)) / 2^shift).
func (d dense) noisyOutput(n Noise, w Parameter, pair int, sign int64, samples, b int, x []int8) []int32 {
	mul, shift := scaling(n, n.Rank*lawVariance(n.Distribution))
	a, s := draw(n, FactorA, w.Number, pair, d.m), signsOf(n, w.Number, pair, samples)
	y := make([]int32, d.m)
	for i := range y {
		sum, correction := int64(0), int64(0)
		for κ, v := range x {
			sum += d.w[i*d.k+κ] * int64(v)
		}
		if !w.Frozen {
			for ρ := range n.Rank {
				correction += a[ρ][i] * round(s[ρ][b]<<w.Log2Scale*mul, 7)
			}
		}
		y[i] = int32(sum + sign*round(correction, shift))
	}
	return y
}

// forEachActivationNoise calls test for the ranks, laws and deviations that take
// different ways through the scaling, with units large and small.
func forEachActivationNoise(test func(n Noise, unit uint)) {
	for _, law := range laws {
		for _, rank := range []int{1, 2, 3, 4, 5, 16} {
			for sigma := range uint(9) {
				for _, unit := range []uint{0, 7, MaxLog2Scale} {
					test(Noise{Seed: 11, Generation: 5, Distribution: law, Rank: rank, Sigma: sigma, Estimator: PerturbActivations}, unit)
				}
			}
		}
	}
}

// Products of batches of the members' own and of shared ones, and the activations of
// these, equal the definition's.
func TestActivationNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 21))
	forEachActivationNoise(func(n Noise, unit uint) {
		m, k, lo, hi, streams := 1+rng.IntN(40), 1+rng.IntN(80), rng.IntN(3), 3+rng.IntN(3), 1+rng.IntN(40)
		w, d := randomParameter(rng, 9, m, k)
		w.Log2Scale, w.Frozen = unit, rng.IntN(8) == 0
		cols := 2 * (hi - lo) * streams
		shift, relu := uint(rng.IntN(10)), rng.IntN(2) == 0

		own, x := randomInputs(rng, k, cols)
		vectors, batch := randomInputs(rng, k, streams)
		y, yShared, base := make([]int32, m*cols), make([]int32, m*cols), make([]int32, m*streams)
		act, wantAct := make([]int8, kernels.Quads(m)*4*cols), make([]int8, kernels.Quads(m)*4*cols)
		kernels.MatMul(base, w.W, batch, streams)
		var ws Workspace
		n.Product(&ws, y, w, x, lo, hi, streams)
		n.ProductShared(&ws, yShared, base, w, batch, lo, hi, streams)
		activationsShared(n, &ws, act, base, w, batch, lo, hi, streams, kernels.Output{Shift: shift, ReLU: relu})
		kernels.Requantize(wantAct, yShared, m, cols, kernels.Output{Shift: shift, ReLU: relu})
		if !slices.Equal(act, wantAct) {
			t.Fatalf("%+v, unit %d, %d×%d: not the activations of the product", n, unit, m, k)
		}
		for c := range cols {
			b, pair, sign := c%streams, lo+c/(2*streams), int64(1-c/streams%2*2)
			for name, test := range map[string]struct {
				got []int32
				x   []int8
			}{"own": {y, own[c*k:][:k]}, "shared": {yShared, vectors[b*k:][:k]}} {
				for i, v := range d.noisyOutput(n, w, pair, sign, streams, b, test.x) {
					if got := test.got[i*cols+c]; got != v {
						t.Fatalf("%+v, unit %d, %s %d×%d, pairs %d to %d, %d samples: y[%d, %d] = %d, want %d",
							n, unit, name, m, k, lo, hi, streams, i, c, got, v)
					}
				}
			}
		}
	})
}

func TestActivationNoiseChunks(t *testing.T) {
	testProductChunks(t, Noise{Seed: 2, Rank: 3, Sigma: 2, Estimator: PerturbActivations})
}

func TestActivationNoisePanics(t *testing.T) {
	w := Parameter{Number: 3, W: packed.NewMatrix(3, 5), Log2Scale: MaxLog2Scale + 1}
	n := Noise{Rank: 1, Estimator: PerturbActivations}
	var ws Workspace
	x, y := make([]int8, 2*4*2), make([]int32, 3*2)
	mustPanic(t, "lowrank: parameter 3 has scale 2^21, want at most 2^20", func() { n.Product(&ws, y, w, x, 0, 1, 1) })
	mustPanic(t, "Perturbation: noise in activations, want weights", func() { n.Perturbation(&ws, make([]int32, 15), w, 0, 0) })
	mustPanic(t, "Update: noise in activations, want weights", func() { new(Updater).Update(n, w, nil, newResidualRule(w.W)) })
	n.Rank = FullRank
	mustPanic(t, "noise of full rank: noise in activations, want weights", func() { n.Product(&ws, y, w, x, 0, 1, 1) })
}

func TestActivationNoiseAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	const m, k, pairs, streams = 50, 60, 4, 2
	rng := rand.New(rand.NewPCG(5, 5))
	w, _ := randomParameter(rng, 0, m, k)
	_, x := randomInputs(rng, k, 2*pairs*streams)
	base, y := make([]int32, m*streams), make([]int32, m*2*pairs*streams)
	shared := x[:kernels.Quads(k)*4*streams]
	var ws Workspace
	n := Noise{Rank: 3, Sigma: 4, Estimator: PerturbActivations}
	if got := asmtest.AllocsPerRun(10, func() {
		n.Product(&ws, y, w, x, 0, pairs, streams)
		n.ProductShared(&ws, y, base, w, shared, 0, pairs, streams)
	}); got != 0 {
		t.Errorf("two products allocate %d times", got)
	}
}
