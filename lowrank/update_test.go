package lowrank

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

func ExampleUpdater() {
	w := Parameter{W: packed.NewMatrix(2, 6)}
	// Pair 0 was better with its plus member, pair 1 with its minus member.
	moved := new(Updater).Update(Noise{Seed: 1, Rank: 1}, w, []int8{1, -1}, thresholdRule(2))
	fmt.Println("moved", moved)
	for i := range w.W.Rows() {
		for j := range w.W.Cols() {
			fmt.Print(w.W.At(i, j))
		}
		fmt.Println()
	}
	// Output:
	// moved 7
	// -00-00
	// +--++0
}

// thresholdRule is the plain rule at a threshold.
type thresholdRule int32

func (r thresholdRule) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateThreshold(w, t, int64(r)*kernels.ThresholdUnit, kernels.Stream{}, lo, hi)
}

// model is the rule by its definition, on one weight.
func (r thresholdRule) model(w, e, z int64) (int64, int64) {
	if z >= int64(r) {
		w++
	}
	if z <= -int64(r) {
		w--
	}
	return min(max(w, -2), 2), e
}

// residualRule is error feedback with the residual it keeps.
type residualRule struct {
	scale    kernels.Scale
	residual []int8
}

func newResidualRule(w *packed.Matrix) *residualRule {
	return &residualRule{
		scale:    kernels.Scale{Mul: 77, Shift: 2, Limit: 1000},
		residual: make([]int8, w.Rows()*packed.PaddedLen(w.Cols())),
	}
}

func (r *residualRule) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateResidual(w, r.residual, t, r.scale, lo, hi)
}

// model takes weight and residual as one number of 1/256 levels, moves it, and
// takes it apart again.
func (r *residualRule) model(w, e, z int64) (int64, int64) {
	d := (min(max(z, -1000), 1000)*77 + 2) >> 2
	v := 256*w + e + min(max(d, -255), 255)
	switch w = (v + 128) >> 8; {
	case w > 2:
		return 2, 127
	case w < -2:
		return -2, -128
	}
	return w, v - 256*w
}

// z returns Σ f·A·Bᵀ, or Σ f·E, of all pairs as a dense matrix.
func (d dense) z(n Noise, tensor uint32, fitness []int8) []int64 {
	z := make([]int64, d.m*d.k)
	for p, f := range fitness {
		for i, e := range perturbation(n, tensor, p, d.m, d.k) {
			z[i] += int64(f) * e
		}
	}
	return z
}

type modelledRule interface {
	Stepper
	model(w, e, z int64) (int64, int64)
}

// checkUpdates runs an updater over several generations and compares weights and
// count with the model's.
func checkUpdates(t *testing.T, u *Updater, n Noise, m, k, pairs int, rule func(w *packed.Matrix) modelledRule) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(m), uint64(k)))
	w, d := randomParameter(rng, 4, m, k)
	r := rule(w.W)
	residual := make([]int64, m*k)
	fitness := make([]int8, pairs)
	for generation := range 3 {
		n.Generation = generation
		for p := range fitness {
			fitness[p] = int8(rng.IntN(2*kernels.MaxFitness+1) - kernels.MaxFitness)
		}
		want := 0
		for at, z := range d.z(n, w.Number, fitness) {
			before := d.w[at]
			d.w[at], residual[at] = r.model(before, residual[at], z)
			if d.w[at] != before {
				want++
			}
		}
		if moved := u.Update(n, w, fitness, r); moved != want {
			t.Errorf("%+v, %d×%d, %d pairs: %d pents moved, want %d", n, m, k, pairs, moved, want)
		}
		for at, v := range d.w {
			if got := w.W.At(at/k, at%k); got != trit5.Pent(v) {
				t.Fatalf("%+v, %d×%d, %d pairs: weight [%d, %d] is %d, want %d", n, m, k, pairs, at/k, at%k, got, v)
			}
		}
	}
	if _, err := packed.MatrixOver(m, k, w.W.Bytes()); err != nil {
		t.Errorf("%d×%d: %v", m, k, err)
	}
}

func TestUpdate(t *testing.T) {
	rules := map[string]func(w *packed.Matrix) modelledRule{
		"residual":  func(w *packed.Matrix) modelledRule { return newResidualRule(w) },
		"threshold": func(*packed.Matrix) modelledRule { return thresholdRule(9) },
	}
	for _, procs := range []int{1, 2, 7} {
		for name, rule := range rules {
			t.Run(fmt.Sprintf("%s/%d", name, procs), func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				u := new(Updater) // one for all shapes, as a model's tensors share it
				for _, law := range laws {
					for _, shape := range [][2]int{{1, 1}, {40, 70}, {16, 32}, {17, 300}, {3, 33}} {
						for _, rank := range []int{1, 2, 3, 4, 5, 16, FullRank} {
							n := Noise{Seed: 8, Distribution: law, Rank: rank}
							checkUpdates(t, u, n, shape[0], shape[1], 1+40/max(rank, 1), rule)
						}
					}
				}
			})
		}
	}
}

func TestUpdateNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	w, _ := randomParameter(rng, 0, 20, 30)
	before := w.W.Clone()
	for _, fitness := range [][]int8{nil, make([]int8, 10)} {
		if moved := new(Updater).Update(Noise{Rank: 2}, w, fitness, newResidualRule(w.W)); moved != 0 || !w.W.Equal(before) {
			t.Errorf("%d pairs without fitness moved %d pents", len(fitness), moved)
		}
	}
}

func TestUpdatePanics(t *testing.T) {
	mustPanic(t, "lowrank: Update: parameter 1 has no matrix", func() {
		new(Updater).Update(Noise{Rank: 1}, Parameter{Number: 1}, nil, nil)
	})
	w := Parameter{W: packed.NewMatrix(2, 2)}
	mustPanic(t, "lowrank: Update: fitness code 64 of pair 1, want at most ±63", func() {
		new(Updater).Update(Noise{Rank: 1}, w, []int8{63, 64}, newResidualRule(w.W))
	})
}

func TestUpdateAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	rng := rand.New(rand.NewPCG(6, 6))
	large, _ := randomParameter(rng, 0, 100, 90)
	small, _ := randomParameter(rng, 1, 33, 100)
	fitness := make([]int8, 70)
	for p := range fitness {
		fitness[p] = int8(p%3 - 1)
	}
	u := new(Updater)
	ruleLarge, ruleSmall := newResidualRule(large.W), newResidualRule(small.W)
	for _, rank := range []int{2, FullRank} {
		n := Noise{Rank: rank}
		if got := asmtest.AllocsPerRun(10, func() {
			u.Update(n, large, fitness, ruleLarge)
			u.Update(n, small, fitness, ruleSmall)
		}); got != 0 {
			t.Errorf("rank %d: two updates allocate %d times", rank, got)
		}
	}
}
