package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// perturbation is what a naive member adds to the accumulators of a layer.
type perturbation func(layer, row int, x []int8) int

func none(int, int, []int8) int { return 0 }

// dense returns the layers of an MLP.
func dense(m *Model) []*Dense {
	layers, ok := m.Dense()
	if !ok {
		panic("not an MLP")
	}
	return layers
}

// naive runs one vector through the network, weight by weight.
func (m *Model) naive(x []int8, extra perturbation) []int8 {
	for l, d := range dense(m) {
		out := make([]int8, d.W.Rows())
		for i := range out {
			y := extra(l, i, x)
			for j, v := range x {
				y += int(d.W.At(i, j)) * int(v)
			}
			low := -127
			if d.ReLU {
				low = 0
			}
			out[i] = int8(min(max(roundShift(y, d.Shift), low), 127))
		}
		x = out
	}
	return x
}

// roundShift returns v / 2^n rounded to nearest, ties upward.
func roundShift(v int, n uint) int { return (v + 1<<n>>1) >> n }

// member returns the perturbation of one member: the explicit matrix A·Bᵀ of
// each layer, applied in the accumulator. The rank is a power of four.
func (m *Model) member(n lowrank.Noise, pair, sign int) perturbation {
	shift := n.Sigma
	for r := n.Rank; r > 1; r /= 4 {
		shift++
	}
	if n.Distribution == kernels.Uniform {
		shift++
	}
	e := make([][][]int, len(m.Layers))
	for l, d := range dense(m) {
		rows, cols := d.W.Rows(), d.W.Cols()
		mp, kp := packed.PaddedLen(rows), packed.PaddedLen(cols)
		a, b := make([]uint8, n.Rank*mp), make([]uint8, n.Rank*kp)
		n.Factor(a, lowrank.FactorA, uint32(l), pair, rows)
		n.Factor(b, lowrank.FactorB, uint32(l), pair, cols)
		e[l] = make([][]int, rows)
		for i := range rows {
			e[l][i] = make([]int, cols)
			for j := range cols {
				for ρ := range n.Rank {
					e[l][i][j] += (int(a[ρ*mp+i]) - 2) * (int(b[ρ*kp+j]) - 2)
				}
			}
		}
	}
	return func(layer, row int, x []int8) int {
		sum := 0
		for j, v := range x {
			sum += e[layer][row][j] * int(v)
		}
		return sign * roundShift(sum, shift)
	}
}

// column returns column c of a batch of m×n in quads.
func column(x []int8, c, m, n int) []int8 {
	out := make([]int8, m)
	for i := range out {
		out[i] = x[(i/4*n+c)*4+i%4]
	}
	return out
}

// vectors returns n random vectors of k activations, and as a batch in quads.
func vectors(rng *rand.Rand, k, n int) (src, batch []int8) {
	src = make([]int8, k*n)
	for i := range src {
		src[i] = int8(rng.IntN(255) - 127)
	}
	batch = make([]int8, kernels.Quads(k)*4*n)
	kernels.Interleave(batch, src, k, n)
	return src, batch
}

var widthsOf = [][]int{{1, 1}, {5, 3}, {64, 32, 10}, {33, 70, 5, 9}, {300, 17, 2}}

func TestForward(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for seed, widths := range widthsOf {
		net := NewMLP(uint64(seed), widths...)
		for _, n := range []int{1, 2, 7, 65} {
			src, x := vectors(rng, net.Inputs(), n)
			y := net.NewRunner(n).Step(x)
			for c := range n {
				want := net.naive(src[c*net.Inputs():(c+1)*net.Inputs()], none)
				if got := column(y, c, net.Outputs(), n); !slices.Equal(got, want) {
					t.Fatalf("%v, column %d of %d: %v, want %v", widths, c, n, got, want)
				}
			}
		}
	}
}

func TestPopulation(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for seed, widths := range widthsOf {
		net := NewMLP(uint64(seed), widths...)
		for _, noise := range []lowrank.Noise{
			{Seed: 1, Generation: 2, Rank: 1, Sigma: 3},
			{Seed: 2, Generation: 1, Rank: 4, Sigma: 1},
			{Seed: 3, Rank: 16, Distribution: kernels.Uniform},
		} {
			const lo, hi, streams = 3, 6, 4
			g := generationOf(net, lowrank.PerturbWeights, 8, 1)
			g.Noise = noise
			p := net.NewMemberRunner()
			p.Begin(&g, lo, hi, streams)
			for _, keep := range [][2]int{{lo, hi}, {lo, hi}, {4, 6}, {4, 5}} {
				p.Keep(keep[0], keep[1])
				src, x := vectors(rng, net.Inputs(), p.Columns())
				y := p.Step(x)
				for c := range p.Columns() {
					pair, sign := keep[0]+c/(2*streams), 1-c/streams%2*2
					want := net.naive(src[c*net.Inputs():(c+1)*net.Inputs()], net.member(noise, pair, sign))
					if got := column(y, c, net.Outputs(), p.Columns()); !slices.Equal(got, want) {
						t.Fatalf("%v, %+v, pair %d, sign %d: %v, want %v", widths, noise, pair, sign, got, want)
					}
				}
			}
		}
	}
}

func TestNewMLP(t *testing.T) {
	net := NewMLP(1, 300, 64, 10)
	if net.Inputs() != 300 || net.Outputs() != 10 || net.Size() != 300*64+64*10 {
		t.Errorf("%d inputs, %d outputs, %d parameters", net.Inputs(), net.Outputs(), net.Size())
	}
	if got, want := fmt.Sprint(net.Layers), "[dense 300→64 relu >>4 dense 64→10 linear >>4]"; got != want {
		t.Errorf("layers %s, want %s", got, want)
	}
	same, other := NewMLP(1, 300, 64, 10), NewMLP(2, 300, 64, 10)
	for i, w := range net.Parameters() {
		if !same.Parameters()[i].W.Equal(w.W) {
			t.Errorf("layer %d differs between two networks of one seed", i)
		}
		if other.Parameters()[i].W.Equal(w.W) {
			t.Errorf("layer %d is the same for two seeds", i)
		}
	}
}

func TestRootShift(t *testing.T) {
	for n := 1; n <= 1<<16; n++ {
		// 2^s nearest to √n on a logarithmic scale: 2^(2s-1) ≤ n < 2^(2s+1).
		s := rootShift(n)
		if 2*n < 1<<(2*s) || 2*n >= 4<<(2*s) {
			t.Fatalf("rootShift(%d) = %d", n, s)
		}
	}
}

func TestPanics(t *testing.T) {
	net := NewMLP(1, 8, 3)
	for want, f := range map[string]func(){
		"nn: NewMLP: widths [5], want at least inputs and outputs": func() { NewMLP(1, 5) },
		"Dense of widths [0 4]":                      func() { NewMLP(1, 0, 4) },
		"Dense of widths [4 0]":                      func() { NewMLP(1, 4, 0) },
		"Dense of widths [-1 2]":                     func() { NewMLP(1, -1, 2) },
		"a batch of 15 activations, want 16 for 8×2": func() { net.NewRunner(2).Step(make([]int8, 15)) },
		"Predict: 7 inputs, want 8":                  func() { net.Predict(make([]int8, 7)) },
	} {
		func() {
			defer func() {
				if v := recover(); v == nil || !strings.Contains(fmt.Sprint(v), want) {
					t.Errorf("panic %v, want %q in it", v, want)
				}
			}()
			f()
		}()
	}
}
