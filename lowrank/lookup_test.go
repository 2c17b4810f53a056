package lowrank

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/packed"
)

func ExampleNoise_Lookup() {
	w := Tensor{W: packed.NewMatrix(5, 4)} // five tokens of four features
	for j := range 4 {
		w.W.Set(3, j, 1)
	}
	var ws Workspace
	y := make([]int32, 4*2) // features × (plus, minus)
	Noise{Seed: 4, Rank: 1, Sigma: 2}.Lookup(&ws, y, w, []int32{3, 3}, 0, 1, 1, 4)
	fmt.Println(y) // 16 is a level
	// Output: [20 12 20 12 12 20 8 24]
}

// lookup returns row i of one member's matrix in fixed point, from the definition.
func (d dense) lookup(n Noise, tensor uint32, pair int, sign int64, i int, bits uint) []int32 {
	mul, shift := matrixScaling(n)
	corrections := make([]int64, d.k)
	if n.Rank == FullRank {
		for j, e := range perturbation(n, tensor, pair, d.m, d.k)[i*d.k:][:d.k] {
			corrections[j] = round(e*mul<<bits, 7)
		}
	} else {
		a, b := draw(n, FactorA, tensor, pair, d.m), draw(n, FactorB, tensor, pair, d.k)
		for ρ := range n.Rank {
			for j := range corrections {
				corrections[j] += b[ρ][j] * round(a[ρ][i]*mul<<bits, 7)
			}
		}
	}
	y := make([]int32, d.k)
	for j := range y {
		y[j] = int32(d.w[i*d.k+j]<<bits + sign*round(corrections[j], shift))
	}
	return y
}

func TestLookup(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 12))
	var ws Workspace
	forEachNoise(func(n Noise) {
		for _, bits := range []uint{0, 4, MaxBits} {
			vocabulary, width, lo, hi, streams := 1+rng.IntN(300), 1+rng.IntN(70), rng.IntN(3), 3+rng.IntN(3), 1+rng.IntN(9)
			w, d := randomTensor(rng, 7, vocabulary, width)
			cols := 2 * (hi - lo) * streams
			tokens := make([]int32, cols)
			for c := range tokens {
				tokens[c] = int32(rng.IntN(vocabulary))
			}
			y := make([]int32, width*cols)
			n.Lookup(&ws, y, w, tokens, lo, hi, streams, bits)
			for c, token := range tokens {
				pair, sign := lo+c/(2*streams), int64(1-c/streams%2*2)
				for j, v := range d.lookup(n, w.Number, pair, sign, int(token), bits) {
					if y[j*cols+c] != v {
						t.Fatalf("%+v, %d×%d, %d bits, pairs %d to %d, %d streams: y[%d, %d] = %d, want %d",
							n, vocabulary, width, bits, lo, hi, streams, j, c, y[j*cols+c], v)
					}
				}
			}
		}
	})
}

// The largest rank and the most fraction bits stay within an int32.
func TestLookupLargest(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 13))
	w, d := randomTensor(rng, 1, 40, 256)
	tokens := make([]int32, 80)
	for c := range tokens {
		tokens[c] = int32(c % 40)
	}
	var ws Workspace
	y := make([]int32, 256*80)
	for _, law := range laws {
		for _, rank := range []int{65, 255, MaxRank} {
			for _, sigma := range []uint{0, MaxSigma} {
				n := Noise{Seed: 9, Law: law, Rank: rank, Sigma: sigma}
				n.Lookup(&ws, y, w, tokens, 0, 1, 40, MaxBits)
				for _, c := range []int{0, 39, 40, 79} {
					for j, v := range d.lookup(n, w.Number, 0, int64(1-c/40*2), c%40, MaxBits) {
						if y[j*80+c] != v {
							t.Fatalf("%+v: y[%d, %d] = %d, want %d", n, j, c, y[j*80+c], v)
						}
					}
				}
			}
		}
	}
}

func TestLookupPanics(t *testing.T) {
	w := Tensor{W: packed.NewMatrix(3, 5)}
	var ws Workspace
	n, y := Noise{Rank: 1}, make([]int32, 5*2)
	mustPanic(t, "y has 9 elements, want 10 for 5×2", func() { n.Lookup(&ws, y[:9], w, []int32{0, 0}, 0, 1, 1, 0) })
	mustPanic(t, "rows has 1 elements, want 2 for 1×2", func() { n.Lookup(&ws, y, w, []int32{0}, 0, 1, 1, 0) })
	mustPanic(t, "row 3 for column 1, W is 3×5", func() { n.Lookup(&ws, y, w, []int32{2, 3}, 0, 1, 1, 0) })
	mustPanic(t, "row -1 for column 0, W is 3×5", func() { n.Lookup(&ws, y, w, []int32{-1, 3}, 0, 1, 1, 0) })
	mustPanic(t, "Lookup: 21 fraction bits, want at most 20", func() { n.Lookup(&ws, y, w, []int32{0, 0}, 0, 1, 1, 21) })
	mustPanic(t, "Lookup: tensor 0 is not a matrix alone", func() { n.Lookup(&ws, y, Tensor{}, []int32{0, 0}, 0, 1, 1, 0) })
}

func TestLookupAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	w, _ := randomTensor(rand.New(rand.NewPCG(14, 14)), 0, 50, 60)
	tokens, y := make([]int32, 8), make([]int32, 60*8)
	var ws Workspace
	for _, rank := range []int{1, 3, FullRank} {
		n := Noise{Rank: rank}
		if got := asmtest.AllocsPerRun(10, func() { n.Lookup(&ws, y, w, tokens, 0, 2, 2, 8) }); got != 0 {
			t.Errorf("rank %d: Lookup allocates %d times a call", rank, got)
		}
	}
}
