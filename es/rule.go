package es

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// A Rule is how Z moves pents. It measures Z in standard deviations of what pure
// noise would yield, so that a rule's strength means the same for every
// population, rank and fitness coding.
type Rule interface {
	fmt.Stringer

	check() error

	// start returns the rule's part for one tensor, with the state it keeps.
	start(w *packed.Matrix) stepper
}

// A stepper is a rule at work on one tensor.
type stepper interface {
	// prepare sets the strength for a generation: what the schedule has come to,
	// and the standard deviation of Z under pure noise, in 1/256.
	prepare(at progress, deviation uint64)
	// Step implements lowrank.Stepper.
	Step(w *packed.Matrix, t kernels.Terms, lo, hi int) (moved int)
	// stateBytes returns the memory that the rule keeps for the tensor.
	stateBytes() int
}

// Residual is the rule that makes five levels trainable: error feedback. Each
// weight keeps the remainder of its steps in eight bits, and moves a level when
// they add up to one. See kernels.UpdateResidual.
type Residual struct {
	Rate Q16 // levels that one standard deviation of Z moves a weight
}

// String returns the rule with its rate.
func (r Residual) String() string { return fmt.Sprintf("residual(rate %d/65536)", r.Rate) }

func (r Residual) check() error {
	if r.Rate <= 0 || r.Rate > fixed.One {
		return fmt.Errorf("es: residual rate %d/65536, want more than 0 and at most 1", r.Rate)
	}
	return nil
}

func (r Residual) start(w *packed.Matrix) stepper {
	return &residualStep{
		rate:     r.Rate,
		residual: make([]int8, w.Rows()*packed.PaddedLen(w.Cols())),
	}
}

type residualStep struct {
	rate     fixed.Q16
	scale    kernels.Scale
	residual []int8
}

// residualShift is the shift of the rule's multiplier: 256 residual units at this
// scale leave a bit of an int32 for the rounding and one for the last Z in range.
const residualShift = 20

func (s *residualStep) prepare(at progress, deviation uint64) {
	// Units of 1/256 level for one unit of Z: 256·rate/2^16 / (deviation/256).
	mul := int64(at.scale(s.rate)) << residualShift / int64(deviation)
	mul = min(mul, 256<<residualShift)
	s.scale = kernels.Scale{Mul: int32(mul), Shift: residualShift}
	if mul > 0 {
		s.scale.Limit = int32(256<<residualShift/mul) + 1
	}
}

func (s *residualStep) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateResidual(w, s.residual, t, s.scale, lo, hi)
}

func (s *residualStep) stateBytes() int { return len(s.residual) }

// Threshold is the plain rule of integer EGGROLL (arXiv 2511.16652, App. D): a
// weight moves a level where |Z| reaches a number of standard deviations. It keeps
// no state, and stalls far from the optimum; it is here for comparison. The
// schedule does not apply to it.
type Threshold struct {
	Deviations Q16
}

// String returns the rule with its threshold.
func (r Threshold) String() string {
	return fmt.Sprintf("threshold(%d/65536 deviations)", r.Deviations)
}

func (r Threshold) check() error {
	if r.Deviations <= 0 {
		return fmt.Errorf("es: threshold of %d/65536 deviations, want more than 0", r.Deviations)
	}
	return nil
}

func (r Threshold) start(*packed.Matrix) stepper { return &thresholdStep{deviations: r.Deviations} }

type thresholdStep struct {
	deviations fixed.Q16
	tau        int64
}

func (s *thresholdStep) prepare(_ progress, deviation uint64) {
	tau := fixed.RoundDiv(int64(s.deviations)*int64(deviation), 1<<24)
	s.tau = min(max(tau*kernels.TauUnit, kernels.TauUnit), kernels.MaxTau)
}

func (s *thresholdStep) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateThreshold(w, t, s.tau, kernels.Stream{}, lo, hi)
}

func (s *thresholdStep) stateBytes() int { return 0 }
