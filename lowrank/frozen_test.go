package lowrank

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
)

// A frozen tensor computes as it would without any noise, and does not move.
func TestFrozen(t *testing.T) {
	const m, k, lo, hi, streams, cols = 21, 35, 2, 5, 3, 2 * 3 * 3
	rng := rand.New(rand.NewPCG(10, 10))
	w, _ := randomParameter(rng, 1, m, k)
	w.Frozen = true
	_, x := randomInputs(rng, k, cols)
	_, shared := randomInputs(rng, k, streams)
	want, base := make([]int32, m*cols), make([]int32, m*streams)
	kernels.MatMul(want, w.W, x, cols)
	kernels.MatMul(base, w.W, shared, streams)
	before := w.W.Clone()

	for _, rank := range []int{1, 3, 4, FullRank} {
		n := Noise{Rank: rank}
		var ws Workspace
		y := make([]int32, m*cols)
		n.Product(&ws, y, w, x, lo, hi, streams)
		if !slices.Equal(y, want) {
			t.Errorf("rank %d: Product is not W·x", rank)
		}
		n.ProductShared(&ws, y, base, w, shared, lo, hi, streams)
		for i, v := range y {
			if want := base[i/cols*streams+i%streams]; v != want {
				t.Fatalf("rank %d: ProductShared[%d, %d] = %d, want %d", rank, i/cols, i%cols, v, want)
			}
		}
		e := slices.Repeat([]int32{1}, m*k)
		n.Perturbation(&ws, e, w, 0, 20)
		if slices.ContainsFunc(e, func(v int32) bool { return v != 0 }) {
			t.Errorf("rank %d: Perturbation is not zero", rank)
		}
		u, fitness := new(Updater), []int8{7, 7, -7}
		rule := newResidualRule(w.W)
		if moved := u.Update(n, w, fitness, rule); moved != 0 || !w.W.Equal(before) {
			t.Errorf("rank %d: frozen parameters moved %d levels", rank, moved)
		}
		if slices.ContainsFunc(rule.residual, func(e int8) bool { return e != 0 }) {
			t.Errorf("rank %d: a frozen tensor's residual changed", rank)
		}
	}
}
