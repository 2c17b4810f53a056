package es

import (
	"math"
	"testing"
)

func TestScoreStats(t *testing.T) {
	const high = math.MaxInt64
	for _, test := range []struct {
		scores              []int64
		most, least, middle int64
	}{
		{[]int64{1, 2}, 2, 1, 1},
		{[]int64{-1, -2}, -1, -2, -2},
		{[]int64{5, 5, -7, -6}, 5, -7, -1},
		{[]int64{high, high, high, high}, high, high, high},
		{[]int64{-high, -high, -high, -high}, -high, -high, -high},
		{[]int64{-high, high, high, -high, high, high}, high, -high, high / 3},
		{[]int64{Failed, 7, 8, Failed}, 8, 7, 7},
		{[]int64{Failed, Failed}, 0, 0, 0},
	} {
		for _, minimize := range []bool{false, true} {
			best := test.most
			if minimize {
				best = test.least
			}
			var got Stats
			e, rest := noScores, noScores
			e.add(test.scores[:1])
			rest.add(test.scores[1:])
			e.join(&rest)
			got.score(&e, minimize)
			if want := (Stats{Best: best, Mean: test.middle}); got != want {
				t.Errorf("%v, minimize %t: %+v, want %+v", test.scores, minimize, got, want)
			}
		}
	}
}
