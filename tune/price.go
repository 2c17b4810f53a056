package tune

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// Price is the price of bytes: the percentage points of accuracy that a doubling of a
// network's bytes has to gain, in 1/65536 (docs/decisions.md#score-of-networks-by-size).
// With a price of zero only accuracy counts.
type Price int64

// scoreBits is the number of fraction bits of a score. Scores are integers, so that a
// search makes the same choices on every machine.
const scoreBits = 24

// score returns the score of a trial, in 2^-scoreBits percentage points:
//
//	100·accuracy − price·log2(bytes/1024)
//
// It is the accuracy with which a network of one KiB would have the same score.
func (p Price) score(t Trial) int64 {
	score := fixed.RoundDiv(100*int64(t.Correct)<<scoreBits, int64(max(t.Total, 1)))
	if p == 0 {
		return score
	}
	return score - int64(p)*(log2(max(t.Bytes, 1))-10<<scoreBits)>>16
}

// Score returns the score of a trial in percentage points: its accuracy, less the price of
// each doubling of its bytes beyond one KiB.
func (p Price) Score(t Trial) float64 { return float64(p.score(t)) / (1 << scoreBits) }

// log2 returns the binary logarithm of n ≥ 1 with scoreBits fraction bits, rounded
// down: squaring a number doubles its logarithm, whose next bit says whether the square
// has reached 2. The logarithm of 2n is larger by one exactly.
func log2(n int) int64 {
	whole := bits.Len(uint(n)) - 1
	x := uint64(n) << (63 - whole) // from 1 up to 2, with 63 fraction bits
	y := int64(whole)
	for range scoreBits {
		square, _ := bits.Mul64(x, x) // 62 fraction bits
		bit := square >> 63
		x = square << (1 - bit)
		y = y<<1 | int64(bit)
	}
	return y
}

// Front returns the Pareto front by increasing size: the trials that no other trial equals or
// beats in both bytes and correct samples. Of equal trials it has the one drawn first.
func Front(trials []Trial) []Trial {
	bySize := slices.SortedFunc(slices.Values(trials), func(a, b Trial) int {
		return cmp.Or(cmp.Compare(a.Bytes, b.Bytes), cmp.Compare(b.Correct, a.Correct), cmp.Compare(a.Configuration, b.Configuration))
	})
	var front []Trial
	for _, t := range bySize {
		if len(front) == 0 || t.Correct > front[len(front)-1].Correct {
			front = append(front, t)
		}
	}
	return front
}
