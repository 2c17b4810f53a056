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

var laws = []kernels.Law{kernels.Binomial, kernels.Uniform}

func ExampleNoise_Factor() {
	noise := Noise{Seed: 7, Generation: 3, Rank: 1}
	codes := make([]uint8, packed.PaddedLen(12))
	noise.Factor(codes, FactorA, 0, 41, 12) // tensor 0, pair 41: the same on every call
	for _, c := range codes[:12] {
		pent, _ := trit5.FromCode(c)
		fmt.Print(pent, " ")
	}
	fmt.Println()
	// Output: - ⊖ 0 0 0 0 + 0 + ⊖ 0 -
}

// draw returns the weights of one factor of one pair, without padding.
func draw(n Noise, kind Kind, tensor uint32, pair, length int) [][]int64 {
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

func TestCheck(t *testing.T) {
	good := Noise{Rank: 1}
	for _, test := range []struct {
		change func(n *Noise)
		want   string
	}{
		{func(*Noise) {}, ""},
		{func(n *Noise) { n.Rank, n.Sigma, n.Law = MaxRank, MaxSigma, kernels.Uniform }, ""},
		{func(n *Noise) { n.Law = 2 }, "unknown law Law(2)"},
		{func(n *Noise) { n.Rank = 0 }, "rank 0, want 1 to 256 or -1 for full rank"},
		{func(n *Noise) { n.Rank = FullRank }, ""},
		{func(n *Noise) { n.Rank = -2 }, "rank -2"},
		{func(n *Noise) { n.Rank = MaxRank + 1 }, "rank 257"},
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
				for kind := FactorA; kind <= Dense; kind++ {
					for _, pair := range append(words, 1<<22-1) {
						name := fmt.Sprint(seed, generation, tensor, kind, pair)
						s := StreamOf(seed, generation, tensor, kind, int(pair))
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
		kind               Kind
		pair, block        int
	}
	seen := map[[4]uint32]place{}
	for generation := range uint32(4) {
		for tensor := range uint32(4) {
			for kind := FactorA; kind <= Dense; kind++ {
				for pair := range 32 {
					s := StreamOf(99, generation, tensor, kind, pair)
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
		kind               Kind
		pair               int
	}
	const length = 100
	get := func(law kernels.Law, n name) []uint8 {
		codes := make([]uint8, 3*packed.PaddedLen(length))
		Noise{Seed: n.seed, Generation: n.generation, Law: law, Rank: 3}.Factor(codes, n.kind, n.tensor, n.pair, length)
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
			n := Noise{Seed: 1, Law: law, Rank: rank}
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

// pents returns n pents of one stream as numbers.
func pents(law kernels.Law, s kernels.Stream, n int) []float64 {
	codes := make([]uint8, n)
	kernels.Noise(codes, law, s)
	out := make([]float64, n)
	for i, c := range codes {
		out[i] = float64(c) - 2
	}
	return out
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func moment(x []float64, power float64) float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = math.Pow(v, power)
	}
	return mean(y)
}

// Of n pents every moment is within four standard deviations of the law's.
func TestMoments(t *testing.T) {
	const n = 1 << 16
	for _, test := range []struct {
		law kernels.Law
		p   [trit5.Levels]float64
	}{
		{kernels.Binomial, [...]float64{1. / 16, 4. / 16, 6. / 16, 4. / 16, 1. / 16}},
		{kernels.Uniform, [...]float64{.2, .2, .2, .2, .2}},
	} {
		for stream := range 4 {
			x := pents(test.law, StreamOf(uint64(stream), 1, 2, FactorA, stream), n)
			for _, power := range []float64{1, 2, 3, 4} {
				var want, square float64
				for c, p := range test.p {
					v := math.Pow(float64(c)-2, power)
					want += p * v
					square += p * v * v
				}
				if power == 2 && want != float64(test.law.Variance()) {
					t.Errorf("%v: Variance() = %d, want %g", test.law, test.law.Variance(), want)
				}
				if got := moment(x, power); math.Abs(got-want) > 4*math.Sqrt((square-want*want)/n) {
					t.Errorf("%v, stream %d: moment %g is %.4f, want %.4f", test.law, stream, power, got, want)
				}
			}
		}
	}
}

// Streams that differ in one field are uncorrelated, in place and when one is
// moved by a few pents against the other.
func TestCorrelations(t *testing.T) {
	const n = 1 << 14
	correlation := func(x, y []float64) float64 {
		products := make([]float64, len(x))
		for i := range x {
			products[i] = x[i] * y[i]
		}
		return mean(products) / math.Sqrt(moment(x, 2)*moment(y, 2))
	}
	for _, law := range laws {
		base := pents(law, StreamOf(3, 4, 5, FactorA, 6), n)
		for name, s := range map[string]kernels.Stream{
			"seed":       StreamOf(4, 4, 5, FactorA, 6),
			"generation": StreamOf(3, 5, 5, FactorA, 6),
			"tensor":     StreamOf(3, 4, 6, FactorA, 6),
			"A and B":    StreamOf(3, 4, 5, FactorB, 6),
			"initial":    StreamOf(3, 4, 5, Initial, 6),
			"pair":       StreamOf(3, 4, 5, FactorA, 7),
			"itself":     StreamOf(3, 4, 5, FactorA, 6),
		} {
			other := pents(law, s, n)
			for _, lag := range []int{0, 1, 2, 4, 8, 16, 32, 64} {
				if name == "itself" && lag == 0 {
					continue
				}
				size := n - lag
				if got := correlation(base[lag:], other[:size]); math.Abs(got) > 4/math.Sqrt(float64(size)) {
					t.Errorf("%v, %s, lag %d: correlation %.4f of %d pents", law, name, lag, got, size)
				}
			}
		}
	}
}

func TestScale(t *testing.T) {
	for _, law := range laws {
		for rank := 1; rank <= MaxRank; rank++ {
			mul, shift := Noise{Law: law, Rank: rank, Sigma: 3}.scale()
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

func TestRandomize(t *testing.T) {
	for _, law := range laws {
		a, b := packed.NewMatrix(70, 300), packed.NewMatrix(70, 300)
		Randomize(Tensor{W: a}, law, 1)
		Randomize(Tensor{W: b}, law, 1)
		if !a.Equal(b) {
			t.Errorf("%v: two matrices of one seed and number differ", law)
		}
		if _, err := packed.MatrixOver(70, 300, a.Bytes()); err != nil {
			t.Errorf("%v: %v", law, err)
		}
		Randomize(Tensor{Number: 1, W: b}, law, 1)
		if a.Equal(b) {
			t.Errorf("%v: tensors 0 and 1 start with the same weights", law)
		}
		Randomize(Tensor{W: b}, law, 2)
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
