package es

import (
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
)

// Fitness is how the difference of an antithetic pair's scores becomes a code.
type Fitness uint8

const (
	// FourBit divides the difference by half the median magnitude of the
	// generation's differences other than zero, rounds, and clamps to ±7: about
	// three steps a standard deviation, whatever the units and tails of the scores.
	// On the pattern task it learns more than Sign at every rate and population.
	FourBit Fitness = iota
	// Sign keeps the sign of the difference: -1, 0 or +1.
	Sign
)

// String returns the coding's name.
func (f Fitness) String() string {
	switch f {
	case Sign:
		return "sign"
	case FourBit:
		return "4bit"
	}
	return fmt.Sprintf("Fitness(%d)", uint8(f))
}

// encode writes the code of every pair. scores holds plus and minus of each pair;
// scratch has an element for each pair.
func (f Fitness) encode(codes []int8, scores, scratch []int64) {
	if f == Sign {
		for p := range codes {
			codes[p] = sign(scores[2*p], scores[2*p+1])
		}
		return
	}
	decided := scratch[:0]
	for p := range codes {
		if d := difference(scores[2*p], scores[2*p+1]); d != 0 {
			decided = append(decided, max(d, -d))
		}
	}
	if len(decided) == 0 {
		clear(codes)
		return
	}
	slices.Sort(decided)
	median := decided[len(decided)/2]
	for p := range codes {
		d := fixed.RoundDiv(2*difference(scores[2*p], scores[2*p+1]), median)
		codes[p] = int8(min(max(d, -kernels.MaxFitness), kernels.MaxFitness))
	}
}

// maxScore is where scores are cut off before they are subtracted, so that those
// by which an evaluator marks a failure do not overflow.
const maxScore = 1 << 60

func difference(plus, minus int64) int64 {
	return min(max(plus, -maxScore), maxScore) - min(max(minus, -maxScore), maxScore)
}

func sign(plus, minus int64) int8 {
	switch {
	case plus > minus:
		return 1
	case plus < minus:
		return -1
	}
	return 0
}
