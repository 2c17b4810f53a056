package baseline

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/trit5"
)

func TestQuotients(t *testing.T) {
	for r := 1; r <= 256; r++ {
		for i, got := range quotients(r) {
			s := i - 4*r
			rounded := math.Floor(float64(s)/math.Sqrt(float64(r)) + 0.5)
			if want := min(max(rounded, trit5.Min), trit5.Max); got != int8(want) {
				t.Fatalf("QUANT5(%d/√%d) = %d, want %v", s, r, got, want)
			}
		}
	}
}

func TestNormalize(t *testing.T) {
	for _, scores := range [][]int64{
		{0},
		{5, 5, 5},
		{1, -1},
		{0, 0, 0, 3},
		{-7, 1, 2, 4},
		{1 << 48, -(1 << 48)},
		{1<<48 - 1, 0, 0, 0, 1 << 20},
		{-(1 << 48), -(1 << 48), 1<<40 + 1},
	} {
		sum := int64(0)
		for _, v := range scores {
			sum += v
		}
		mean := int64(math.Floor(float64(sum) / float64(len(scores))))
		squares := 0.
		for _, v := range scores {
			squares += float64(v-mean) * float64(v-mean)
		}
		deviation := math.Sqrt(squares / float64(len(scores)))
		got := slices.Clone(scores)
		normalize(got, mean)
		for i, v := range scores {
			want := 0.
			if deviation > 0 {
				want = float64(v-mean) / deviation * 65536
			}
			if off := math.Abs(float64(got[i]) - want); off > 1+math.Abs(want)*0.03 {
				t.Errorf("%d: normalized to %d, want %g", scores, got, want)
			}
		}
	}
}

// Scores anywhere have the same normalized differences.
func TestNormalizeOffsets(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		const members = 5
		span := 1 + rng.Int64()>>rng.IntN(63)
		base := make([]int64, members)
		for i := range base {
			base[i] = rng.Int64N(span)
		}
		var want []int64
		for _, offset := range []int64{0, -1, math.MinInt64, math.MaxInt64 - span, -span / 2} {
			scores, sum := make([]int64, members), fixed.Sum{}
			for i, v := range base {
				scores[i] = v + offset
				sum.Add(scores[i])
			}
			normalize(scores, sum.Mean())
			if want == nil {
				want = scores
			}
			if !slices.Equal(scores, want) {
				t.Fatalf("%v plus %d: normalized to %v, want %v", base, offset, scores, want)
			}
		}
	}
	scores := []int64{math.MinInt64, math.MaxInt64, 0, 0}
	normalize(scores, -1)
	if scores[0] >= 0 || scores[1] <= 0 || scores[0]+scores[1] > 2 || scores[0]+scores[1] < -2 {
		t.Errorf("the extremes are normalized to %v", scores)
	}
}
