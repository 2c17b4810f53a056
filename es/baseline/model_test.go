package baseline

import (
	"math"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/trit5"
)

func TestQuotients(t *testing.T) {
	for r := 1; r <= 256; r++ {
		for i, got := range quotients(r) {
			s := i - 4*r
			if want := trit5.Quantize(float64(s)/math.Sqrt(float64(r)), trit5.HalfUp); got != int8(want) {
				t.Fatalf("QUANT5(%d/√%d) = %d, want %d", s, r, got, want)
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

func TestScoresAreCutOff(t *testing.T) {
	for _, test := range []struct{ score, want int64 }{
		{0, 0}, {-9, -9}, {math.MaxInt64, maxScore}, {math.MinInt64, -maxScore},
	} {
		if got := Objective(func(uint32) int64 { return test.score }).score(0); got != test.want {
			t.Errorf("score %d counts as %d, want %d", test.score, got, test.want)
		}
	}
}
