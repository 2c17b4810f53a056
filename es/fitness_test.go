package es

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
)

func encode(f Fitness, scores []int64) []int8 {
	codes := make([]int8, len(scores)/2)
	newCoder(f, false, len(codes)).encode(codes, scores, 1)
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
	const low, high = math.MinInt64, math.MaxInt64
	for _, test := range []struct {
		name   string
		f      Fitness
		scores []int64
		want   []int8
	}{
		{"sign", Sign, []int64{1, 2, 2, 1, 5, 5, low, high, high, low}, []int8{-1, 1, 0, -1, 1}},
		{"constant", FourBit, []int64{9, 9, 9, 9, 9, 9}, []int8{0, 0, 0}},
		{"constant sign", Sign, []int64{9, 9, 9, 9, 9, 9}, []int8{0, 0, 0}},
		{"one pair", FourBit, []int64{3, 10}, []int8{-2}},
		// The median is 4: codes are halves of it, ties away from zero.
		{"rounding", FourBit, []int64{4, 0, 0, 4, 1, 0, 0, 1, 9, 0, 11, 0, 3, 0}, []int8{2, -2, 1, -1, 5, 6, 2}},
		{"clamp", FourBit, []int64{1, 0, 0, 1, 1, 0, 4, 0, 0, 4}, []int8{2, -2, 2, 7, -7}},
		// Undecided pairs have no part in the scale.
		{"ties", FourBit, []int64{8, 8, 8, 8, 8, 8, 100, 0, 0, 50}, []int8{0, 0, 0, 2, -1}},
		{
			"failures", FourBit,
			[]int64{low, 0, 0, low, high, low, low, high, low, low, 2, 0, 0, 2, 2, 0, 0, 2, 2, 0},
			[]int8{-7, 7, 7, -7, 0, 2, -2, 2, -2, 2},
		},
	} {
		if got := encode(test.f, test.scores); !slices.Equal(got, test.want) {
			t.Errorf("%s: codes %v, want %v", test.name, got, test.want)
		}
	}
}

// Members of a pair that change places change the sign of its code, and nothing
// else about any pair.
func TestEncodeSymmetry(t *testing.T) {
	for _, f := range []Fitness{Sign, FourBit} {
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

// The unit and the origin of the scores do not matter.
func TestEncodeInvariance(t *testing.T) {
	for _, f := range []Fitness{Sign, FourBit} {
		scores := normalScores(1, 101)
		copy(scores[20:], make([]int64, 120)) // more than half of the pairs tie
		want := encode(f, scores)
		for _, factor := range []int64{2, 3, 1000, 1 << 40} {
			if got := encode(f, mapped(scores, func(v int64) int64 { return factor * v })); !slices.Equal(got, want) {
				t.Errorf("%v, scores times %d: codes %v, want %v", f, factor, got, want)
			}
		}
		for _, offset := range []int64{1, -1 << 50, 1 << 56} {
			if got := encode(f, mapped(scores, func(v int64) int64 { return v + offset })); !slices.Equal(got, want) {
				t.Errorf("%v, scores plus %d: codes %v, want %v", f, offset, got, want)
			}
		}
	}
}

// A broken member costs its own pair a large code and leaves the others theirs.
func TestEncodeOutliers(t *testing.T) {
	scores := normalScores(2, 101)
	scores[0], scores[1] = 20_000, 0 // beyond the others already
	want := encode(FourBit, scores)
	for _, outlier := range []int64{1 << 30, maxScore, math.MaxInt64} {
		scores[0] = outlier
		if got := encode(FourBit, scores); !slices.Equal(got, want) || got[0] != kernels.MaxFitness {
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
