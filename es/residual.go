package es

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Residual is the rule that makes five levels trainable: error feedback. Each
// weight keeps the remainder of its steps in eight bits, and moves a level when
// they add up to one. See kernels.UpdateResidual.
type Residual struct {
	Rate Q16 // levels that one standard deviation of Z moves a weight, at most 1
}

// String returns the rule with its rate.
func (r Residual) String() string { return fmt.Sprintf("residual(rate %v)", ratio(r.Rate)) }

// Check implements Rule.
func (r Residual) Check() error { return checkRate("residual", r.Rate) }

// StateBits implements Rule.
func (r Residual) StateBits() int { return 8 }

// Start implements Rule.
func (r Residual) Start(w lowrank.Tensor) Stepper {
	return &residualStep{rate: r.Rate, tensor: w, int8s: make(int8s, padded(w.W))}
}

type residualStep struct {
	int8s  // residuals
	rate   Q16
	tensor lowrank.Tensor
	scale  kernels.Scale
}

func (s *residualStep) Prepare(g *Update) { s.scale = g.Scale(s.rate, s.tensor) }

func (s *residualStep) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateResidual(w, s.int8s, t, s.scale, lo, hi)
}

// Residual4 is Residual with half the state: the remainder in four bits, and steps
// rounded to sixteenths of a level at random. See kernels.UpdateResidual4.
type Residual4 struct {
	Rate Q16 // levels that one standard deviation of Z moves a weight, at most 1
}

// String returns the rule with its rate.
func (r Residual4) String() string { return fmt.Sprintf("residual4(rate %v)", ratio(r.Rate)) }

// Check implements Rule.
func (r Residual4) Check() error { return checkRate("residual4", r.Rate) }

// StateBits implements Rule.
func (r Residual4) StateBits() int { return 4 }

// Start implements Rule.
func (r Residual4) Start(w lowrank.Tensor) Stepper {
	return &residual4Step{rate: r.Rate, tensor: w, bytes: make(bytes, padded(w.W)/2)}
}

type residual4Step struct {
	bytes    // residuals, two a byte
	rate     Q16
	tensor   lowrank.Tensor
	scale    kernels.Scale
	rounding kernels.Stream
}

func (s *residual4Step) Prepare(g *Update) {
	s.scale, s.rounding = g.Scale(s.rate, s.tensor), g.Rounding(s.tensor)
}

func (s *residual4Step) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateResidual4(w, s.bytes, t, s.scale, s.rounding, lo, hi)
}

// Stochastic keeps no state: it rounds a step to whole levels at random, so that
// the weights move as much as those of Residual on average, with the noise of the
// rounding in addition. See kernels.UpdateStochastic.
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
func (r Stochastic) Start(w lowrank.Tensor) Stepper {
	return &stochasticStep{rate: r.Rate, tensor: w}
}

type stochasticStep struct {
	stateless
	rate     Q16
	tensor   lowrank.Tensor
	scale    kernels.Scale
	rounding kernels.Stream
}

func (s *stochasticStep) Prepare(g *Update) {
	s.scale, s.rounding = g.Scale(s.rate, s.tensor), g.Rounding(s.tensor)
}

func (s *stochasticStep) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateStochastic(w, t, s.scale, s.rounding, lo, hi)
}
