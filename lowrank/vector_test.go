package lowrank

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
)

func ExampleNoise_AddVector() {
	bias := Tensor{V: []int8{10, -3}}
	var ws Workspace
	y := make([]int32, 2*2) // rows × (plus, minus)
	Noise{Seed: 3, Rank: 1}.AddVector(&ws, y, bias, 0, 1, 1, 4)
	fmt.Println(y) // 16 is a level
	// Output: [176 144 -32 -64]
}

func ExampleUpdater_UpdateVector() {
	bias := Tensor{V: make([]int8, 6)}
	rule := &VectorResidual{Mul: 100, Residual: make([]int8, 6)} // 100/256 level for one of Z
	moved := new(Updater).UpdateVector(Noise{Seed: 1, Rank: 1}, bias, []int8{1, -1}, rule)
	fmt.Println("moved", moved, bias.V, rule.Residual)
	// Output: moved 2 [-1 0 -1 0 0 0] [56 100 1 0 0 100]
}

// randomVector returns a vector with both its ends.
func randomVector(rng *rand.Rand, number uint32, n int) Tensor {
	w := Tensor{Number: number, V: make([]int8, n)}
	for i := range w.V {
		w.V[i] = int8(rng.IntN(255) - 127)
	}
	w.V[0], w.V[n-1] = -127, 127
	return w
}

// elements returns the pents that a vector's noise is made of.
func elements(n Noise, w Tensor, pair int) []int64 {
	n.Rank = 1
	return draw(n, FactorA, w.Number, pair, len(w.V))[0]
}

func TestAddVector(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 15))
	var ws Workspace
	forEachNoise(func(n Noise) {
		for _, bits := range []uint{0, 3, MaxBits} {
			m, lo, hi, streams := 1+rng.IntN(70), rng.IntN(3), 3+rng.IntN(3), 1+rng.IntN(5)
			w := randomVector(rng, 8, m)
			cols := 2 * (hi - lo) * streams
			y := make([]int32, m*cols)
			for i := range y {
				y[i] = int32(rng.IntN(2001) - 1000)
			}
			want, perturbed := slices.Clone(y), slices.Clone(y)
			mul, shift := scaling(n, lawVariance(n.Law))
			for i := range want {
				c := i % cols
				ξ := elements(n, w, lo+c/(2*streams))[i/cols]
				want[i] += int32(int64(w.V[i/cols])<<bits + int64(1-c/streams%2*2)*round(ξ*mul<<bits, shift+7))
			}
			n.AddVector(&ws, y, w, lo, hi, streams, bits)
			n.PerturbVector(&ws, perturbed, w, lo, hi, streams, bits)
			for i, v := range want {
				if own := v - int32(w.V[i/cols])<<bits; perturbed[i] != own {
					t.Fatalf("%+v, %d bits, pairs %d to %d, %d streams: without the vector y[%d, %d] = %d, want %d",
						n, bits, lo, hi, streams, i/cols, i%cols, perturbed[i], own)
				}
				if y[i] != v {
					t.Fatalf("%+v, %d bits, pairs %d to %d, %d streams: y[%d, %d] = %d, want %d",
						n, bits, lo, hi, streams, i/cols, i%cols, y[i], v)
				}
			}
		}
	})
}

func TestVectorPerturbation(t *testing.T) {
	const pair = 6
	rng := rand.New(rand.NewPCG(16, 16))
	var ws Workspace
	forEachNoise(func(n Noise) {
		for _, bits := range []uint{0, 2, MaxBits} {
			w := randomVector(rng, 9, 1+rng.IntN(70))
			got := make([]int32, len(w.V))
			n.VectorPerturbation(&ws, got, w, pair, bits)
			mul, shift := scaling(n, lawVariance(n.Law))
			for i, ξ := range elements(n, w, pair) {
				want := int32(math.Round(math.Ldexp(float64(ξ*mul), int(bits)-7-shift)))
				if got[i] != want {
					t.Fatalf("%+v, %d bits: perturbation[%d] = %d, want %d", n, bits, i, got[i], want)
				}
			}
		}
	})
}

// The standard deviation of an element's perturbation is 2^-Sigma for both laws.
func TestVectorDeviation(t *testing.T) {
	const size, pairs = 64, 500
	var ws Workspace
	w, e := Tensor{V: make([]int8, size)}, make([]int32, size)
	for _, law := range laws {
		for _, sigma := range []uint{0, 3} {
			n := Noise{Seed: 5, Law: law, Rank: 16, Sigma: sigma}
			squares := 0.0
			for pair := range pairs {
				n.VectorPerturbation(&ws, e, w, pair, 16)
				for _, v := range e {
					squares += float64(v) * float64(v)
				}
			}
			got := math.Ldexp(math.Sqrt(squares/(size*pairs)), int(sigma)-16)
			if math.Abs(got-1) > 0.02 {
				t.Errorf("%v, sigma %d: deviation %.3f times 2^-sigma", law, sigma, got)
			}
		}
	}
}

func TestUpdateVector(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 17))
	u := new(Updater)
	fitness := make([]int8, 30)
	for _, law := range laws {
		for _, rank := range []int{1, 3, 4, FullRank} {
			for _, size := range []int{1, 31, 32, 33, 300} {
				n := Noise{Seed: 2, Law: law, Rank: rank}
				w := randomVector(rng, 3, size)
				// Levels of 1/256, and what a step is in them: of any size and sign.
				rule := &VectorResidual{Mul: 1 + rng.Int32N(3000), Shift: uint(rng.IntN(12)), Residual: make([]int8, size)}
				levels := make([]int64, size)
				for i, v := range w.V {
					levels[i] = 256 * int64(v)
				}
				for n.Generation = range uint32(20) {
					before, z := slices.Clone(w.V), make([]int64, size)
					for p := range fitness {
						fitness[p] = int8(rng.IntN(2*kernels.MaxFitness+1) - kernels.MaxFitness)
						for i, ξ := range elements(n, w, p) {
							z[i] += int64(fitness[p]) * ξ
						}
					}
					want := 0
					moved := u.UpdateVector(n, w, fitness, rule)
					for i := range levels {
						step := min(max(round(z[i]*int64(rule.Mul), int(rule.Shift)), -255), 255)
						levels[i] = min(max(levels[i]+step, -127*256-128), 127*256+127)
						if got := 256*int64(w.V[i]) + int64(rule.Residual[i]); got != levels[i] {
							t.Fatalf("%+v, %d elements: element %d is %d/256, want %d", n, size, i, got, levels[i])
						}
						if w.V[i] != before[i] {
							want++
						}
					}
					if moved != want {
						t.Fatalf("%+v, %d elements: %d moved, want %d", n, size, moved, want)
					}
				}
			}
		}
	}
}

func TestVectorPanics(t *testing.T) {
	w := Tensor{Number: 4, V: make([]int8, 3)}
	var ws Workspace
	n, y := Noise{Rank: 1}, make([]int32, 3*2)
	mustPanic(t, "AddVector: y has 5 elements, want 6 for 3×2", func() { n.AddVector(&ws, y[:5], w, 0, 1, 1, 0) })
	mustPanic(t, "AddVector: 21 fraction bits, want at most 20", func() { n.AddVector(&ws, y, w, 0, 1, 1, 21) })
	mustPanic(t, "PerturbVector: y has 5 elements, want 6 for 3×2", func() { n.PerturbVector(&ws, y[:5], w, 0, 1, 1, 0) })
	mustPanic(t, "PerturbVector: 21 fraction bits, want at most 20", func() { n.PerturbVector(&ws, y, w, 0, 1, 1, 21) })
	mustPanic(t, "VectorPerturbation: dst has 2 elements, want 3 for 3×1", func() { n.VectorPerturbation(&ws, y[:2], w, 0, 0) })
	mustPanic(t, "VectorPerturbation: 21 fraction bits", func() { n.VectorPerturbation(&ws, y[:3], w, 0, 21) })
	for fn, call := range map[string]func(w Tensor){
		"AddVector":          func(w Tensor) { n.AddVector(&ws, y, w, 0, 1, 1, 0) },
		"PerturbVector":      func(w Tensor) { n.PerturbVector(&ws, y, w, 0, 1, 1, 0) },
		"VectorPerturbation": func(w Tensor) { n.VectorPerturbation(&ws, y[:3], w, 0, 0) },
		"UpdateVector":       func(w Tensor) { new(Updater).UpdateVector(n, w, nil, &VectorResidual{}) },
	} {
		mustPanic(t, fn+": tensor 5 is not a vector alone", func() { call(Tensor{Number: 5}) })
	}
	mustPanic(t, fmt.Sprintf("UpdateVector: fitness code %d of pair 0", -kernels.MaxFitness-1), func() {
		new(Updater).UpdateVector(n, w, []int8{-kernels.MaxFitness - 1}, &VectorResidual{})
	})
	mustPanic(t, "StepVector: 2 residuals and an update of 3 for a vector of 3, shift 0", func() {
		new(Updater).UpdateVector(n, w, nil, &VectorResidual{Residual: make([]int8, 2)})
	})
	mustPanic(t, "StepVector: 3 residuals and an update of 3 for a vector of 3, shift 63", func() {
		new(Updater).UpdateVector(n, w, nil, &VectorResidual{Shift: 63, Residual: make([]int8, 3)})
	})
}

func TestVectorAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	w := Tensor{V: make([]int8, 50)}
	y := make([]int32, 50*8)
	var ws Workspace
	n := Noise{Rank: 1}
	for name, call := range map[string]func(){
		"AddVector":          func() { n.AddVector(&ws, y, w, 0, 2, 2, 4) },
		"VectorPerturbation": func() { n.VectorPerturbation(&ws, y[:50], w, 0, 4) },
	} {
		if got := asmtest.AllocsPerRun(10, call); got != 0 {
			t.Errorf("%s allocates %d times a call", name, got)
		}
	}
}
