package lowrank

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
)

// A tensor with a rank and σ of its own has the noise that says so for all tensors, in
// every function.
func TestOwnRankAndSigma(t *testing.T) {
	const m, k, pairs, streams = 9, 21, 5, 3
	rng := rand.New(rand.NewPCG(1, 9))
	w, _ := randomParameter(rng, 4, m, k)
	own := w
	own.Rank, own.Sigma = 3, 2
	_, x := randomInputs(rng, k, 2*pairs*streams)
	_, shared := randomInputs(rng, k, streams)
	base := make([]int32, m*streams)
	kernels.MatMul(base, w.W, shared, streams)
	fitness := make([]int8, pairs*streams)
	for i := range fitness {
		fitness[i] = int8(rng.IntN(9) - 4)
	}
	for _, e := range []Estimator{PerturbWeights, PerturbActivations} {
		all := map[string]func(n Noise, w Parameter) []int32{
			"Product": func(n Noise, w Parameter) []int32 {
				y := make([]int32, m*2*pairs*streams)
				n.Product(new(Workspace), y, w, x, 0, pairs, streams)
				return y
			},
			"ProductShared": func(n Noise, w Parameter) []int32 {
				y := make([]int32, m*2*pairs*streams)
				n.ProductShared(new(Workspace), y, base, w, shared, 0, pairs, streams)
				return y
			},
			"Draw": func(n Noise, w Parameter) []int32 {
				var d Draw
				n.Draw(&d, w, 0, pairs, streams)
				y := make([]int32, m*2*pairs*streams)
				d.ProductShared(new(Workspace), y, base, shared, streams, 0)
				return append(y, int32(d.Bytes()))
			},
			"Perturbation": func(n Noise, w Parameter) []int32 {
				y := make([]int32, m*k)
				n.Perturbation(new(Workspace), y, w, 2, 9)
				return y
			},
			"Update": func(n Noise, w Parameter) []int32 {
				w.W = w.W.Clone()
				moved := new(Updater).Update(n, w, fitness, newResidualRule(w.W))
				return append(levels(w), int32(moved))
			},
			"ComputeTerms": func(n Noise, w Parameter) []int32 {
				w.W = w.W.Clone()
				var u Updater
				deviation := u.ComputeTerms(n, w, fitness, LayerBatch{X: shared}, streams)
				moved := u.ApplyTerms(newResidualRule(w.W))
				return append(levels(w), int32(deviation), int32(moved))
			},
		}
		if e == PerturbActivations {
			delete(all, "Perturbation")
			delete(all, "Update")
		} else {
			delete(all, "ComputeTerms")
		}
		for name, f := range all {
			n, plain := Noise{Seed: 7, Rank: 1, Sigma: 1, Estimator: e}, w
			got, want := f(n, own), f(Noise{Seed: 7, Rank: 3, Sigma: 3, Estimator: e}, plain)
			if !slices.Equal(got, want) || slices.Equal(want, f(n, plain)) {
				t.Errorf("noise in %v: %s differs, or is that of another noise", e, name)
			}
			if own.Rank = FullRank; e == PerturbWeights {
				if got, want := f(n, own), f(Noise{Seed: 7, Rank: FullRank, Sigma: 3}, plain); !slices.Equal(got, want) {
					t.Errorf("full rank: %s differs", name)
				}
			}
			own.Rank = 3
		}
	}
	if n := (Noise{Rank: 2, Sigma: 3}).Of(Parameter{Sigma: -5}); n.Sigma != 0 || n.Rank != 2 {
		t.Errorf("%+v, want the largest σ", n)
	}
	if n := (Noise{Rank: 2, Sigma: 3}).Of(Parameter{Sigma: 99}); n.Sigma != MaxSigma {
		t.Errorf("%+v, want the least σ", n)
	}
}

func levels(w Parameter) []int32 {
	codes := make([]int8, w.W.Rows()*w.W.Cols())
	w.W.Unpack(codes)
	all := make([]int32, len(codes))
	for i, c := range codes {
		all[i] = int32(c)
	}
	return all
}
