package es

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

var codings = []Fitness{FourBit, Sign, Ranks, Raw, Tails}

func encode(f Fitness, scores []int64) []int8 {
	codes := make([]int8, len(scores)/2)
	newCoder(f, false, len(codes), 1).encode(codes, scores, 1)
	return codes
}

// normalScores returns scores of a population of pairs whose differences are
// normal, of a standard deviation of about 1,400.
func normalScores(seed uint64, pairs int) []int64 {
	rng := rand.New(rand.NewPCG(seed, seed))
	scores := make([]int64, 2*pairs)
	for i := range scores {
		scores[i] = -100_000 + int64(1000*rng.NormFloat64())
	}
	return scores
}

// mapped returns the scores after f.
func mapped(scores []int64, f func(v int64) int64) []int64 {
	out := make([]int64, len(scores))
	for i, v := range scores {
		out[i] = f(v)
	}
	return out
}

func TestEncode(t *testing.T) {
	const high = math.MaxInt64
	for _, test := range []struct {
		name   string
		f      Fitness
		scores []int64
		want   []int8
	}{
		{"sign", Sign, []int64{1, 2, 2, 1, 5, 5, 1 - high, high, high, 1 - high}, []int8{-1, 1, 0, -1, 1}},
		{"one pair", FourBit, []int64{3, 10}, []int8{-2}},
		// The median is 4: codes are halves of it, ties away from zero.
		{"rounding", FourBit, []int64{4, 0, 0, 4, 1, 0, 0, 1, 9, 0, 11, 0, 3, 0}, []int8{2, -2, 1, -1, 5, 6, 2}},
		{"clamp", FourBit, []int64{1, 0, 0, 1, 1, 0, 4, 0, 0, 4}, []int8{2, -2, 2, 7, -7}},
		// Undecided pairs have no part in the scale.
		{"ties", FourBit, []int64{8, 8, 8, 8, 8, 8, 100, 0, 0, 50}, []int8{0, 0, 0, 2, -1}},
		{
			"extremes", FourBit,
			[]int64{-high, 0, 0, -high, high, -high, -high, high, -high, -high, 2, 0, 0, 2, 2, 0, 0, 2, 2, 0},
			[]int8{-7, 7, 7, -7, 0, 2, -2, 2, -2, 2},
		},
		{"failures", FourBit, []int64{Failed, 0, 0, Failed, Failed, Failed, 1, 0}, []int8{0, 0, 0, 2}},
		// The unit is a 32nd of the largest, which of a hundred is the 99th percentile.
		{"tails", Tails, []int64{320, 0, 0, 4, 5, 0, 15, 0, 0, 16, 0, 0}, []int8{32, 0, 1, 2, -2, 0}},
		{"tails extremes", Tails, []int64{high, -high, -high, high, high, high - 1, 0, 1 - high, 0, 0}, []int8{32, -32, 0, 16, 0}},
		{"raw", Raw, []int64{100, 0, 0, 50, 110, 0, 0, 1, 1000, 0}, []int8{16, -8, 18, 0, 63}},
		{"raw extremes", Raw, []int64{high, -high, -high, high, high, high - 1, 0, 1 - high, 0, 0}, []int8{16, -16, 0, 8, 0}},
		{"ranks", Ranks, []int64{1, 0, 0, 2, 1000, 0, 5, 5}, []int8{5, -16, 33, 0}},
		{"tied ranks", Ranks, []int64{1, 0, 0, 1, 3, 0, 3, 6}, []int8{8, -8, 28, -28}},
		{"one rank", Ranks, []int64{4, 3}, []int8{16}},
	} {
		if got := encode(test.f, test.scores); !slices.Equal(got, test.want) {
			t.Errorf("%s: codes %v, want %v", test.name, got, test.want)
		}
	}
}

// Members of a pair that change places change the sign of its code, and nothing
// else about any pair.
func TestEncodeSymmetry(t *testing.T) {
	for _, f := range codings {
		for seed := range uint64(20) {
			scores := normalScores(seed, 50)
			codes := encode(f, scores)
			swapped := slices.Clone(scores)
			for p := 0; p < 50; p += 3 {
				swapped[2*p], swapped[2*p+1] = swapped[2*p+1], swapped[2*p]
				codes[p] = -codes[p]
			}
			if got := encode(f, swapped); !slices.Equal(got, codes) {
				t.Errorf("%v: codes %v, want %v", f, got, codes)
			}
		}
	}
}

// Lower scores are better under minimize, and nothing else is different.
func TestEncodeMinimize(t *testing.T) {
	for _, f := range codings {
		scores := normalScores(4, 50)
		scores[8] = Failed
		codes := make([]int8, 50)
		newCoder(f, true, 50, 1).encode(codes, mapped(scores, func(v int64) int64 {
			if v == Failed {
				return v
			}
			return -v
		}), 1)
		if want := encode(f, scores); !slices.Equal(codes, want) {
			t.Errorf("%v: codes %v, want %v", f, codes, want)
		}
	}
}

// Constant and broken scores decide nothing.
func TestEncodeBroken(t *testing.T) {
	for _, f := range codings {
		for _, v := range []int64{0, 9, math.MaxInt64, Failed} {
			codes := encode(f, slices.Repeat([]int64{v}, 12))
			if !slices.Equal(codes, make([]int8, 6)) {
				t.Errorf("%v of constant scores %d: codes %v", f, v, codes)
			}
		}
	}
}

// The codes of a group depend on its own scores, in a unit of their own.
func TestEncodeGroups(t *testing.T) {
	for _, f := range codings {
		first, second := normalScores(1, 30), normalScores(2, 30)
		want := slices.Concat(encode(f, first), encode(f, second))
		scores := append(first, mapped(second, func(v int64) int64 { return 1000*v + 77 })...)
		codes := make([]int8, 60)
		newCoder(f, false, 60, 1).encode(codes, scores, 2)
		if !slices.Equal(codes, want) {
			t.Errorf("%v: codes %v, want %v", f, codes, want)
		}
	}
}

// The unit and the origin of the scores do not matter.
func TestEncodeInvariance(t *testing.T) {
	for _, f := range codings {
		scores := normalScores(1, 101)
		copy(scores[20:], make([]int64, 120)) // more than half of the pairs tie
		want := encode(f, scores)
		for _, factor := range []int64{2, 3, 1000, 1 << 40} {
			if got := encode(f, mapped(scores, func(v int64) int64 { return factor * v })); !slices.Equal(got, want) {
				t.Errorf("%v, scores times %d: codes %v, want %v", f, factor, got, want)
			}
		}
		for _, offset := range []int64{1, -1 << 50, 1 << 56, 1 << 58, -1 << 62, math.MaxInt64 - 1<<20, 1<<20 - math.MaxInt64} {
			if got := encode(f, mapped(scores, func(v int64) int64 { return v + offset })); !slices.Equal(got, want) {
				t.Errorf("%v, scores plus %d: codes %v, want %v", f, offset, got, want)
			}
		}
	}
}

// An outlier costs its own pair a large code and leaves the others theirs.
func TestEncodeOutliers(t *testing.T) {
	scores := normalScores(2, 101)
	scores[0], scores[1] = 20_000, 0 // beyond the others already
	want := encode(FourBit, scores)
	for _, outlier := range []int64{1 << 30, 1 << 57, math.MaxInt64} {
		scores[0] = outlier
		if got := encode(FourBit, scores); !slices.Equal(got, want) || got[0] != 7 {
			t.Errorf("score %d changes the codes to %v, want %v", outlier, got, want)
		}
	}
}

// FourBit spends about three steps on a standard deviation.
func TestEncodeSteps(t *testing.T) {
	squares := 0.0
	codes := encode(FourBit, normalScores(3, 10_000))
	for _, c := range codes {
		squares += float64(c) * float64(c)
	}
	if got := math.Sqrt(squares / float64(len(codes))); math.Abs(got-2.9) > 0.1 {
		t.Errorf("codes of normal differences have a deviation of %.3f, want 2.9", got)
	}
}

// Tails: one difference in a hundred is beyond ±32, and the limit is ±63.
func TestEncodeTails(t *testing.T) {
	scores := normalScores(5, 1000)
	for p := range 4 {
		scores[2*p] += 1 << 30
	}
	beyond, most := 0, int8(0)
	for _, c := range encode(Tails, scores) {
		if c > 32 || c < -32 {
			beyond++
		}
		most = max(most, c)
	}
	if beyond < 6 || beyond > 10 || most != 63 {
		t.Errorf("%d codes beyond ±32 of 1,000, and at most %d", beyond, most)
	}
}

// A pair's samples are coded as separate pairs would be.
func TestEncodeSamples(t *testing.T) {
	const pairs, samples = 7, 13
	for _, f := range codings {
		scores := normalScores(6, pairs*samples)
		want := encode(f, scores)
		var arranged []int64 // samples of plus, then of minus
		for p := range pairs {
			for sign := range 2 {
				for b := range samples {
					arranged = append(arranged, scores[2*(p*samples+b)+sign])
				}
			}
		}
		codes := make([]int8, pairs*samples)
		newCoder(f, false, pairs, samples).encode(codes, arranged, 1)
		if !slices.Equal(codes, want) {
			t.Errorf("%v: codes %v, want %v", f, codes, want)
		}
	}
}

// quantize rounds as the division does, for all that differences can be.
func TestQuantize(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 20_000 {
		scale := max(1, rng.Uint64()>>rng.IntN(64))
		steps := []uint64{2, 16, 32}[rng.IntN(3)]
		most := min(63, 4*steps-1)
		m := scale>>rng.IntN(8)*uint64(rng.IntN(9)) + uint64(rng.IntN(3)) - 1 // may wrap, to any number
		n := new(big.Int).SetUint64(m)
		n.Mul(n, new(big.Int).SetUint64(2*steps))
		n.Add(n, new(big.Int).SetUint64(scale)).Quo(n, new(big.Int).SetUint64(scale)).Rsh(n, 1)
		want := int64(most)
		if n.IsInt64() {
			want = min(want, n.Int64())
		}
		for _, sign := range []int8{-1, 1} {
			code := []int8{sign}
			if (unit{scale, steps, most}).quantize(code, []uint64{m}); int64(code[0]) != int64(sign)*want {
				t.Fatalf("%d·%d/%d is %d, want %d", steps, m, scale, code[0], int64(sign)*want)
			}
		}
	}
}

func TestNth(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for range 2000 {
		values := make([]uint64, 1+rng.IntN(500))
		few, shift := 1+rng.Uint64N(600), rng.IntN(55)
		for i := range values {
			values[i] = rng.Uint64N(few) << shift
		}
		sorted := slices.Sorted(slices.Values(values))
		all := uint64(0)
		for _, v := range values {
			all |= v
		}
		n := rng.IntN(len(values))
		if got := nth(values, make([]uint64, len(values)), n, all); got != sorted[n] {
			t.Fatalf("index %d of %v: %d, want %d", n, values, got, sorted[n])
		}
	}
}

// The codes of samples do not depend on where they stand: the codes of a generation of any
// size, of which most samples have no score by any pattern, equal the codes of the samples
// that have one.
func TestEncodeLayout(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		samples := 1 + rng.IntN(64)
		pairs := 1 + rng.IntN(20_000/samples)
		period, phase := 1+rng.IntN(40), rng.IntN(40)
		scores := make([]int64, 2*pairs*samples)
		var scored []int64 // pair by pair
		var at []int       // of the codes
		for p := range pairs {
			for b := range samples {
				if i := p*samples + b; i%period == phase%period {
					plus, minus := int64(1000*rng.NormFloat64()), int64(1000*rng.NormFloat64())
					scores[2*p*samples+b], scores[(2*p+1)*samples+b] = plus, minus
					scored, at = append(scored, plus, minus), append(at, i)
				}
			}
		}
		for _, f := range codings {
			codes, want := make([]int8, pairs*samples), make([]int8, pairs*samples)
			for i, code := range encode(f, scored) {
				want[at[i]] = code
			}
			newCoder(f, false, pairs, samples).encode(codes, scores, 1)
			if !slices.Equal(codes, want) {
				t.Fatalf("%v, %d pairs of %d samples, every %d. scored: codes of another scale", f, pairs, samples, period)
			}
		}
	}
}

// A single difference, however small beside the scores and wherever it is, has a code
// other than zero under every coding.
func TestEncodeOneDifference(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 10))
	for range 500 {
		pairs := 1 + rng.IntN(9000)
		level := rng.Int64() - rng.Int64()
		scores := slices.Repeat([]int64{level}, 2*pairs)
		p := rng.IntN(pairs)
		scores[2*p]++
		for _, f := range codings {
			codes := encode(f, scores)
			if codes[p] <= 0 {
				t.Fatalf("%v: the one difference, of pair %d of %d at a score of %d, has code %d", f, p, pairs, level, codes[p])
			}
			codes[p] = 0
			if slices.ContainsFunc(codes, func(c int8) bool { return c != 0 }) {
				t.Fatalf("%v: pairs without a difference have codes", f)
			}
		}
	}
}

// Codes are a function of the exact differences: scores anywhere, with the same
// differences, have the same codes.
func TestEncodeOffsets(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 11))
	for range 300 {
		const pairs = 40
		scale := rng.IntN(63)
		here, there := make([]int64, 2*pairs), make([]int64, 2*pairs)
		for p := range pairs {
			d := rng.Int64() >> scale
			for _, scores := range [][]int64{here, there} {
				low := 1 - math.MaxInt64 + int64(rng.Uint64N(2*math.MaxInt64-uint64(d)))
				scores[2*p], scores[2*p+1] = low+d, low
				if p%3 == 0 {
					scores[2*p], scores[2*p+1] = low, low+d
				}
			}
		}
		for _, f := range codings {
			if a, b := encode(f, here), encode(f, there); !slices.Equal(a, b) {
				t.Fatalf("%v: codes %v of %v, %v of %v", f, a, here, b, there)
			}
		}
	}
}

// BenchmarkEncode codes the scores of a generation and takes their statistics.
func BenchmarkEncode(b *testing.B) {
	const pairs, samples = 1024, 1024
	scores := normalScores(1, pairs*samples)
	codes := make([]int8, pairs*samples)
	c := newCoder(Tails, false, pairs, samples)
	var s Stats
	b.SetBytes(int64(len(codes)))
	for b.Loop() {
		c.encode(codes, scores, 1)
		s.score(c.extent(), false)
	}
}
