package es

import (
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Matrices returns parameters of the given matrices, without names.
func Matrices(weights ...*packed.Matrix) []lowrank.Parameter {
	ps := make([]lowrank.Parameter, len(weights))
	for i, w := range weights {
		ps[i].W = w
	}
	return ps
}

// checkParameter returns an error that says what is wrong with a parameter.
func (o *Options) checkParameter(p *lowrank.Parameter) error {
	noise := o.noise(0).Of(*p)
	if err := noise.Check(); err != nil {
		return fmt.Errorf("has no such noise: %w", err)
	}
	rank := max(noise.Rank, 1) // full rank counts once
	switch {
	case p.Sigma < -lowrank.MaxSigma || p.Sigma > lowrank.MaxSigma:
		return fmt.Errorf("has sigma %+d, want at most ±%d", p.Sigma, lowrank.MaxSigma)
	case p.Rate < 0 || p.Rate > lowrank.MaxRate:
		return fmt.Errorf("has rate %+d, want 0 to %d", p.Rate, lowrank.MaxRate)
	case o.Pairs*rank > kernels.MaxTerms:
		return fmt.Errorf("has rank %d, %d terms of %d pairs, want at most %d", rank, o.Pairs*rank, o.Pairs, kernels.MaxTerms)
	case p.W == nil || p.W.Rows() == 0:
		return errors.New("is empty")
	case p.Log2Scale > lowrank.MaxLog2Scale:
		return fmt.Errorf("has scale 2^%d, want at most 2^%d", p.Log2Scale, lowrank.MaxLog2Scale)
	case rank*p.W.Cols() > kernels.MaxRankK:
		return fmt.Errorf("has %d columns, want at most %d for rank %d", p.W.Cols(), kernels.MaxRankK/rank, rank)
	}
	return nil
}
