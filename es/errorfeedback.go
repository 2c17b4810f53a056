package es

import (
	"cmp"
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// ErrorFeedback is the default rule. Each weight keeps the remainder of its steps, its
// residual, and moves a level when the steps add up to one. See kernels.UpdateResidual. With
// four bits, steps are rounded at random to sixteenths of a level, see kernels.UpdateResidual4.
type ErrorFeedback struct {
	Rate Q16 // levels that one standard deviation of Z moves a weight, at most 1
	Bits int // of a residual: 8, or 4; default 8
}

// String returns the rule with its rate, under the name "residual" or "residual4" that
// the identity of runs has for it.
func (r ErrorFeedback) String() string { return fmt.Sprintf("%s(rate %v)", r.name(), ratio(r.Rate)) }

func (r ErrorFeedback) name() string {
	if r.Bits == 4 {
		return "residual4"
	}
	return "residual"
}

// Check implements Rule.
func (r ErrorFeedback) Check() error {
	if r.Bits != 0 && r.Bits != 4 && r.Bits != 8 {
		return fmt.Errorf("es: residuals of %d bits, want 4 or 8", r.Bits)
	}
	return checkRate(r.name(), r.Rate)
}

// StateBits implements Rule.
func (r ErrorFeedback) StateBits() int { return cmp.Or(r.Bits, 8) }

// Start implements Rule.
func (r ErrorFeedback) Start(w lowrank.Parameter) RuleState {
	if r.Bits == 4 {
		return &residual4State{rate: r.Rate, parameter: w, bytes: make(bytes, padded(w.W)/2)}
	}
	return &residualState{rate: r.Rate, parameter: w, int8s: make(int8s, padded(w.W))}
}

type residualState struct {
	int8s     // residuals
	rate      Q16
	parameter lowrank.Parameter
	scale     kernels.Scale
}

func (s *residualState) Prepare(g *GenerationUpdate) { s.scale = g.Scale(s.rate, s.parameter) }

func (s *residualState) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateResidual(w, s.int8s, t, s.scale, lo, hi)
}

type residual4State struct {
	bytes     // residuals, two a byte
	rate      Q16
	parameter lowrank.Parameter
	scale     kernels.Scale
	rounding  kernels.Stream
}

func (s *residual4State) Prepare(g *GenerationUpdate) {
	s.scale, s.rounding = g.Scale(s.rate, s.parameter), g.Rounding(s.parameter)
}

func (s *residual4State) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateResidual4(w, s.bytes, t, s.scale, s.rounding, lo, hi)
}

// Stochastic is a rule without state. It rounds each step to whole levels at random: on
// average weights move as far as with ErrorFeedback, but rounding adds noise. See
// kernels.UpdateStochastic.
type Stochastic struct {
	Rate Q16 // levels that one standard deviation of Z moves a weight, at most 1
}

// String returns the rule with its rate.
func (r Stochastic) String() string { return fmt.Sprintf("stochastic(rate %v)", ratio(r.Rate)) }

// Check implements Rule.
func (r Stochastic) Check() error { return checkRate("stochastic", r.Rate) }

// StateBits implements Rule.
func (r Stochastic) StateBits() int { return 0 }

// Start implements Rule.
func (r Stochastic) Start(w lowrank.Parameter) RuleState {
	return &stochasticState{rate: r.Rate, parameter: w}
}

type stochasticState struct {
	stateless
	rate      Q16
	parameter lowrank.Parameter
	scale     kernels.Scale
	rounding  kernels.Stream
}

func (s *stochasticState) Prepare(g *GenerationUpdate) {
	s.scale, s.rounding = g.Scale(s.rate, s.parameter), g.Rounding(s.parameter)
}

func (s *stochasticState) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateStochastic(w, t, s.scale, s.rounding, lo, hi)
}
