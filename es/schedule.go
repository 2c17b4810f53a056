package es

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Schedule is the factor by which a strength changes over a run, or over a cycle of a run with
// restarts, given below for t finished generations of T.
type Schedule uint8

const (
	// Linear is 1 − t/T. Without decay, ErrorFeedback stops improving at a plateau
	// (docs/decisions.md#residual-rule-with-linear-decay).
	Linear Schedule = iota + 1
	// Constant is 1.
	Constant
	// Cosine is (1 + cos(π·t/T))/2.
	Cosine
	// Inverse is 1/(1 + c·t), c being Options.InverseRate.
	Inverse
)

// String returns the schedule's name.
func (s Schedule) String() string {
	switch s {
	case Linear:
		return "linear"
	case Constant:
		return "constant"
	case Cosine:
		return "cosine"
	case Inverse:
		return "inverse"
	}
	return fmt.Sprintf("Schedule(%d)", uint8(s))
}

func (s Schedule) check() error {
	if s < Linear || s > Inverse {
		return fmt.Errorf("es: unknown schedule %v", s)
	}
	return nil
}

// progress is the number of finished generations out of those planned.
type progress struct{ finished, planned int }

// scale returns the part of v that is in force, rounded down.
func (s Schedule) scale(v Q16, at progress, decay Q16) Q16 {
	switch s {
	case Constant:
		return v
	case Cosine:
		return Q16(int64(v) * risenCosine(at) >> cosineBits)
	case Inverse:
		return Q16(int64(v) << 16 / (1<<16 + int64(decay)*int64(at.finished)))
	default:
		return Q16(int64(v) * int64(at.planned-at.finished) / int64(at.planned))
	}
}

// sigma returns the shift that is in force for a perturbation of 2^-shift levels:
// σ moves in powers of two, to the nearest on a logarithmic scale.
func (s Schedule) sigma(shift uint, at progress, decay Q16) uint {
	const bits = 30
	factor := uint64(s.scale(1<<bits, at, decay))
	// 2^-n is nearest to the factor from 2^-(n-1/2) to 2^-(n+1/2).
	for n := uint(0); shift < lowrank.MaxSigma && factor*factor < 1<<(2*bits-1-2*n); n++ {
		shift++
	}
	return shift
}

// cosineBits counts the fraction bits of risenCosine.
const cosineBits = 30

// risenCosine returns (1 + cos πx)/2 = cos² (πx/2) for x = finished/planned, by the
// Taylor series of the cosine: its first eight terms leave less than 2^-33.
func risenCosine(at progress) int64 {
	const one = 1 << cosineBits
	const quarterTurn2 = 2649351758 // (π/2)²
	x := (int64(at.finished)<<cosineBits + int64(at.planned)/2) / int64(at.planned)
	x2 := fixed.RoundDiv(x*x, one)
	y2 := fixed.RoundDiv(quarterTurn2*x2, one)
	c := int64(one)
	for n := int64(14); n > 0; n -= 2 {
		c = one - fixed.RoundDiv(fixed.RoundDiv(y2*c, one), n*(n-1))
	}
	return c * c >> cosineBits
}
