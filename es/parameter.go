package es

import (
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Parameter is a matrix of weights of a model. The optimizer trains it in place.
type Parameter struct {
	Name   string         // for messages and Identity; may be empty
	Matrix *packed.Matrix // weights
	Frozen bool           // neither perturbed nor moved

	// Rank is that of the parameter's own noise, or lowrank.FullRank; default Options.Rank.
	// Sigma is added to the Sigma of the options and its schedule: 1 halves σ, -1 doubles
	// it, within lowrank's bounds. Both are part of the run's identity.
	Rank  int
	Sigma int

	// Log2Scale is the binary logarithm of what Matrix·x amounts to for an activation of
	// one, which σ is measured by when noise is in activations; at most
	// lowrank.MaxLog2Scale.
	Log2Scale uint
}

// Matrices returns parameters of the given matrices, without names.
func Matrices(weights ...*packed.Matrix) []Parameter {
	ps := make([]Parameter, len(weights))
	for i, w := range weights {
		ps[i].Matrix = w
	}
	return ps
}

// check returns an error that says what is wrong with the parameter.
func (p *Parameter) check(o *Options) error {
	noise := o.noise(0).Of(p.tensor(0))
	if err := noise.Check(); err != nil {
		return fmt.Errorf("has no such noise: %w", err)
	}
	rank := max(noise.Rank, 1) // full rank counts once
	switch {
	case p.Sigma < -lowrank.MaxSigma || p.Sigma > lowrank.MaxSigma:
		return fmt.Errorf("has sigma %+d, want at most ±%d", p.Sigma, lowrank.MaxSigma)
	case o.Pairs*rank > kernels.MaxTerms:
		return fmt.Errorf("has rank %d, %d terms of %d pairs, want at most %d", rank, o.Pairs*rank, o.Pairs, kernels.MaxTerms)
	case p.Matrix == nil || p.Matrix.Rows() == 0:
		return errors.New("is empty")
	case p.Log2Scale > lowrank.MaxLog2Scale:
		return fmt.Errorf("has unit %d, want at most %d", p.Log2Scale, lowrank.MaxLog2Scale)
	case rank*p.Matrix.Cols() > kernels.MaxRankK:
		return fmt.Errorf("has %d columns, want at most %d for rank %d", p.Matrix.Cols(), kernels.MaxRankK/rank, rank)
	}
	return nil
}

// String describes the parameter, as in `"output" 10×64 unit 9 frozen`.
func (p Parameter) String() string {
	s := fmt.Sprintf("%q %d×%d", p.Name, p.Matrix.Rows(), p.Matrix.Cols())
	if p.Log2Scale != 0 {
		s += fmt.Sprintf(" unit %d", p.Log2Scale)
	}
	if p.Rank != 0 {
		s += fmt.Sprintf(" rank %d", p.Rank)
	}
	if p.Sigma != 0 {
		s += fmt.Sprintf(" sigma %+d", p.Sigma)
	}
	if p.Frozen {
		s += " frozen"
	}
	return s
}

// tensor returns the parameter as the noise sees it.
func (p *Parameter) tensor(number int) lowrank.Tensor {
	return lowrank.Tensor{Number: uint32(number), W: p.Matrix, Rank: p.Rank, Sigma: p.Sigma, Frozen: p.Frozen, Log2Scale: p.Log2Scale}
}
