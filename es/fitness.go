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
	// Sign keeps the sign of the difference: -1, 0 or +1.
	Sign Fitness = iota
	// FourBit divides the difference by half the median magnitude of the
	// generation's differences, rounds, and clamps to ±7: about three steps a
	// standard deviation, whatever the units and tails of the scores.
	FourBit
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
	for p := range scratch {
		d := scores[2*p] - scores[2*p+1]
		scratch[p] = max(d, -d)
	}
	slices.Sort(scratch)
	median := max(scratch[len(scratch)/2], 1)
	for p := range codes {
		d := fixed.RoundDiv(2*(scores[2*p]-scores[2*p+1]), median)
		codes[p] = int8(min(max(d, -kernels.MaxFitness), kernels.MaxFitness))
	}
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
