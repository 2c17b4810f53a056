package lowrank

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

var laws = []kernels.Distribution{kernels.Binomial, kernels.Uniform}

func ExampleNoise_Factor() {
	noise := Noise{Seed: 7, Generation: 3, Rank: 1}
	codes := make([]uint8, packed.PaddedLen(12))
	noise.Factor(codes, FactorA, 0, 41, 12) // tensor 0, pair 41: the same on every call
	for _, c := range codes[:12] {
		fmt.Print(trit5.Pent(c)-trit5.CodeZero, " ")
	}
	fmt.Println()
	// Output: 0 + - 0 0 ⊕ - ⊕ 0 0 0 -
}

// draw returns the weights of one factor of one pair, without padding.
func draw(n Noise, kind StreamKind, tensor uint32, pair, length int) [][]int64 {
	padded := packed.PaddedLen(length)
	codes := make([]uint8, n.Rank*padded)
	n.Factor(codes, kind, tensor, pair, length)
	vectors := make([][]int64, n.Rank)
	for ρ := range vectors {
		for _, c := range codes[ρ*padded:][:length] {
			vectors[ρ] = append(vectors[ρ], int64(c)-2)
		}
	}
	return vectors
}

// perturbation returns E·√variance of one pair, from the streams that it is defined by.
func perturbation(n Noise, tensor uint32, pair, m, k int) []int64 {
	e := make([]int64, m*k)
	if n.Rank != FullRank {
		a, b := draw(n, FactorA, tensor, pair, m), draw(n, FactorB, tensor, pair, k)
		for ρ := range n.Rank {
			for i := range e {
				e[i] += a[ρ][i/k] * b[ρ][i%k]
			}
		}
		return e
	}
	rows, kp := max(8, (m+1023)/1024), packed.PaddedLen(k)
	codes := make([]uint8, rows*kp)
	for i := range e {
		row, col := i/k, i%k
		if row%rows == 0 && col == 0 {
			s := n.Stream(FullRankE, tensor, row/rows<<22+pair)
			kernels.Noise(codes, n.Distribution, s)
		}
		e[i] = int64(codes[row%rows*kp+col]) - 2
	}
	return e
}

// scaling returns the multiplier, over 128, and the shift that take noise of a variance
// to 2^-Sigma.
func scaling(n Noise, variance int) (mul int64, shift int) {
	e := math.Ceil(math.Log2(float64(variance)) / 2)
	return int64(math.Round(128 * math.Exp2(e) / math.Sqrt(float64(variance)))), int(n.Sigma) + int(e)
}

// lawVariance is 1 for the binomial distribution and 2 for the uniform.
func lawVariance(law kernels.Distribution) int { return 1 + int(law) }

// matrixScaling is scaling for E of a matrix.
func matrixScaling(n Noise) (mul int64, shift int) {
	v := lawVariance(n.Distribution)
	if n.Rank != FullRank {
		v *= v * n.Rank
	}
	return scaling(n, v)
}

// round returns v / 2^shift, to nearest, ties upward.
func round(v int64, shift int) int64 {
	return int64(math.Floor(math.Ldexp(float64(v), -shift) + .5))
}

func TestCheck(t *testing.T) {
	good := Noise{Rank: 1}
	for _, test := range []struct {
		change func(n *Noise)
		want   string
	}{
		{func(*Noise) {}, ""},
		{func(n *Noise) { n.Rank, n.Sigma, n.Distribution = MaxRank, MaxSigma, kernels.Uniform }, ""},
		{func(n *Noise) { n.Distribution = 2 }, "unknown distribution Distribution(2)"},
		{func(n *Noise) { n.Rank = 0 }, "rank 0, want 1 to 256 or -1 for full rank"},
		{func(n *Noise) { n.Rank = FullRank }, ""},
		{func(n *Noise) { n.Rank = -2 }, "rank -2"},
		{func(n *Noise) { n.Rank = MaxRank + 1 }, "rank 257"},
		{func(n *Noise) { n.Estimator = PerturbActivations }, ""},
		{func(n *Noise) { n.Estimator, n.Rank = PerturbActivations, FullRank }, "noise of full rank in activations, want rank 1 to 256"},
		{func(n *Noise) { n.Estimator = 2 }, "unknown estimator Estimator(2)"},
		{func(n *Noise) { n.Sigma = MaxSigma + 1 }, "sigma 2^-21, want 2^0 to 2^-20"},
	} {
		n := good
		test.change(&n)
		err := n.Check()
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want %q", n, err, test.want)
		}
	}
}

// Every combination of fields, their extremes among them, has a stream of its own.
func TestStreamsDistinct(t *testing.T) {
	words := []uint32{0, 1, 2, 3, 15, 16, 17, 255, 256, 1<<28 - 1}
	seen := map[kernels.Stream]string{}
	for _, seed := range []uint64{0, 1, 1 << 31, 1 << 32, 1<<64 - 1} {
		for _, generation := range append(words, 1<<32-1) {
			for _, tensor := range words {
				for kind := FactorA; kind <= Signs; kind++ {
					for _, pair := range append(words, 1<<22-1) {
						name := fmt.Sprint(seed, generation, tensor, kind, pair)
						s := StreamOf(seed, int(generation), tensor, kind, int(pair))
						if other, ok := seen[s]; ok {
							t.Fatalf("%s and %s share the stream %+v", name, other, s)
						}
						seen[s] = name
					}
				}
			}
		}
	}
}

// No two streams of a small run hold a block in common, wherever in them it lies.
func TestBlocksDistinct(t *testing.T) {
	type place struct {
		generation, tensor uint32
		kind               StreamKind
		pair, block        int
	}
	seen := map[[4]uint32]place{}
	for generation := range uint32(4) {
		for tensor := range uint32(4) {
			for kind := FactorA; kind <= Signs; kind++ {
				for pair := range 32 {
					s := StreamOf(99, int(generation), tensor, kind, pair)
					for block := range 32 {
						at, b := place{generation, tensor, kind, pair, block}, s.Block(uint32(block))
						if other, ok := seen[b]; ok {
							t.Fatalf("%+v and %+v are the same block", at, other)
						}
						seen[b] = at
					}
				}
			}
		}
	}
}

func TestStreamOfPanics(t *testing.T) {
	mustPanic(t, "tensor 268435456, want at most 268435455", func() { StreamOf(0, 0, MaxTensor+1, FactorA, 0) })
}

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if v := recover(); v == nil || !strings.Contains(fmt.Sprint(v), want) {
			t.Errorf("panic %v, want %q in it", v, want)
		}
	}()
	f()
}

// A factor depends on every one of its five names and on nothing else.
func TestFactorIsPure(t *testing.T) {
	type name struct {
		seed               uint64
		generation, tensor uint32
		kind               StreamKind
		pair               int
	}
	const length = 100
	get := func(law kernels.Distribution, n name) []uint8 {
		codes := make([]uint8, 3*packed.PaddedLen(length))
		Noise{Seed: n.seed, Generation: int(n.generation), Distribution: law, Rank: 3}.Factor(codes, n.kind, n.tensor, n.pair, length)
		return codes
	}
	for _, law := range laws {
		base := name{5, 6, 7, FactorA, 8}
		first := get(law, base)
		for other, changed := range map[string]name{
			"seed":       {5 + 1<<32, 6, 7, FactorA, 8},
			"generation": {5, 7, 7, FactorA, 8},
			"tensor":     {5, 6, 8, FactorA, 8},
			"kind":       {5, 6, 7, FactorB, 8},
			"pair":       {5, 6, 7, FactorA, 9},
		} {
			if slices.Equal(get(law, changed), first) {
				t.Errorf("%v: the factor does not depend on the %s", law, other)
			}
		}
		if !slices.Equal(get(law, base), first) {
			t.Errorf("%v: two draws of one factor differ", law)
		}
	}
}

func TestFactorPadding(t *testing.T) {
	for _, law := range laws {
		for length := 1; length <= 3*packed.SmallPents; length++ {
			const rank = 3
			padded := packed.PaddedLen(length)
			codes, whole := make([]uint8, rank*padded), make([]uint8, rank*padded)
			n := Noise{Seed: 1, Distribution: law, Rank: rank}
			n.Factor(codes, FactorB, 2, 3, length)
			n.Factor(whole, FactorB, 2, 3, padded)
			for i, c := range codes {
				want := whole[i]
				if i%padded >= length {
					want = trit5.CodeZero
				}
				if c != want {
					t.Fatalf("%v, length %d: code %d at %d, want %d", law, length, c, i, want)
				}
			}
		}
	}
}

func TestScale(t *testing.T) {
	for _, law := range laws {
		for rank := 1; rank <= MaxRank; rank++ {
			mul, shift := Noise{Distribution: law, Rank: rank, Sigma: 3}.scale()
			if mul < 1<<scaleBits || mul >= 2<<scaleBits {
				t.Errorf("rank %d: multiplier %d, want one to two units of 128", rank, mul)
			}
			// mul/2^7 / 2^shift stands for σ/√r over the deviation of a·b.
			want := math.Ldexp(1/math.Sqrt(float64(rank)), -3) / float64(law.Variance())
			got := math.Ldexp(float64(mul), -scaleBits-int(shift))
			tolerance := 0.004
			if math.Trunc(math.Sqrt(float64(rank))) == math.Sqrt(float64(rank)) && rank&(rank-1) == 0 {
				tolerance = 0 // 1, 4, 16, 64, 256: the shift alone
			}
			if math.Abs(got-want) > tolerance*want {
				t.Errorf("%v, rank %d: %g, want %g", law, rank, got, want)
			}
		}
	}
}

// At full rank the variance is the distribution's, not the variance of a product of two factors.
func TestScaleFullRank(t *testing.T) {
	for _, test := range []struct {
		law   kernels.Distribution
		mul   int32
		shift uint
	}{{kernels.Binomial, 128, 5}, {kernels.Uniform, 181, 6}} {
		n := Noise{Distribution: test.law, Rank: FullRank, Sigma: 5}
		if mul, shift := n.scale(); mul != test.mul || shift != test.shift {
			t.Errorf("%v, full rank: %d and %d, want %d and %d", test.law, mul, shift, test.mul, test.shift)
		}
	}
}

func TestVariance(t *testing.T) {
	for _, test := range []struct {
		n    Noise
		want int
	}{
		{Noise{Rank: 3}, 3},
		{Noise{Rank: 3, Distribution: kernels.Uniform}, 12},
		{Noise{Rank: FullRank}, 1},
		{Noise{Rank: FullRank, Distribution: kernels.Uniform}, 2},
		{Noise{Rank: 3, Estimator: PerturbActivations}, 3},
		{Noise{Rank: 3, Estimator: PerturbActivations, Distribution: kernels.Uniform}, 6},
	} {
		if got := test.n.Variance(); got != test.want {
			t.Errorf("%+v: variance %d, want %d", test.n, got, test.want)
		}
	}
}

func TestRandomize(t *testing.T) {
	for _, law := range laws {
		a, b := packed.NewMatrix(70, 300), packed.NewMatrix(70, 300)
		Randomize(Parameter{W: a}, law, 1)
		Randomize(Parameter{W: b}, law, 1)
		if !a.Equal(b) {
			t.Errorf("%v: two matrices of one seed and number differ", law)
		}
		if _, err := packed.MatrixOver(70, 300, a.Bytes()); err != nil {
			t.Errorf("%v: %v", law, err)
		}
		Randomize(Parameter{Number: 1, W: b}, law, 1)
		if a.Equal(b) {
			t.Errorf("%v: tensors 0 and 1 start with the same weights", law)
		}
		Randomize(Parameter{W: b}, law, 2)
		if a.Equal(b) {
			t.Errorf("%v: seeds 1 and 2 start with the same weights", law)
		}
		for i := 1; i < 70; i++ {
			if slices.Equal(a.Row(0).Bytes(), a.Row(i).Bytes()) {
				t.Errorf("%v: rows 0 and %d are the same", law, i)
			}
		}
	}
}
