package es

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Bop is the binary optimizer (arXiv 1906.02107) for five levels: each weight keeps a moving
// average of its steps in eight bits and moves a level when the average reaches a
// threshold, so that a step counts only if later ones agree. See kernels.UpdateFlip.
type Bop struct {
	Rate  Q16  // levels that one standard deviation of Z is as a step, at most 1
	Decay uint // the average's gain is 2^-Decay; 1 to kernels.MaxDecay
	Level Q16  // threshold of the average, in levels: more than 0, less than 1/2
}

// String returns the rule with its parameters, under the name "flip" that the identity of
// runs has for it.
func (r Bop) String() string {
	return fmt.Sprintf("flip(rate %v, decay %d, level %v)", ratio(r.Rate), r.Decay, ratio(r.Level))
}

// Check implements Rule.
func (r Bop) Check() error {
	if err := checkRate("bop", r.Rate); err != nil {
		return err
	}
	switch level := r.threshold(); {
	case r.Decay < 1 || r.Decay > kernels.MaxDecay:
		return fmt.Errorf("es: bop decay %d, want 1 to %d", r.Decay, kernels.MaxDecay)
	case level < 1 || level > 127:
		return fmt.Errorf("es: bop level %v, want 1/256 to 127/256", r.Level)
	}
	return nil
}

// threshold returns the level in 1/256.
func (r Bop) threshold() int64 { return fixed.RoundDiv(int64(r.Level), int64(one)/256) }

// StateBits implements Rule.
func (r Bop) StateBits() int { return 8 }

// Start implements Rule.
func (r Bop) Start(w lowrank.Parameter) RuleState {
	return &bopState{rule: r, parameter: w, int8s: make(int8s, padded(w.W))}
}

type bopState struct {
	int8s     // averages
	rule      Bop
	parameter lowrank.Parameter
	scale     kernels.Scale
	rounding  kernels.Stream
}

func (s *bopState) Prepare(g *GenerationUpdate) {
	s.scale, s.rounding = g.Scale(s.rule.Rate, s.parameter), g.Rounding(s.parameter)
}

func (s *bopState) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateFlip(w, s.int8s, t, kernels.Flip{Scale: s.scale, Decay: s.rule.Decay, Threshold: int8(s.rule.threshold())}, s.rounding, lo, hi)
}
