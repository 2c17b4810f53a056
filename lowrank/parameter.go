package lowrank

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/Kaleaon/pentary-go/packed"
)

// A Parameter is a matrix of weights that is trained in place, and the number that selects
// its noise. The parameters of a model have distinct numbers, which es.New assigns.
type Parameter struct {
	Number uint32
	Name   string         // for messages and the identity of runs; may be empty
	W      *packed.Matrix // weights
	Frozen bool           // neither perturbed nor moved

	// Rank is the rank of the parameter's own noise, or FullRank; 0: the rank of the Noise. Sigma
	// is added to the Sigma of the Noise, which stays within 0 to MaxSigma: 1 halves σ, -1
	// doubles it.
	Rank  int
	Sigma int

	// Rate is the binary logarithm of a factor of the rule's rate, 0 to MaxRate.
	Rate int

	// Log2Scale is the binary logarithm of the accumulator W·x that requantizes to an
	// activation of 1: the unit of σ for PerturbActivations, at most MaxLog2Scale.
	Log2Scale uint

	// Sparse says that W multiplies one-hot codes: an input is zero for most samples, and
	// the same positive value for all others. ComputeTerms then gives the columns of Z equal
	// weight, however often their inputs occur; otherwise the weights of rare n-grams hardly move
	// (docs/decisions.md#rows-of-rare-n-grams).
	Sparse bool

	// Normalized says that ComputeTerms divides each input of W by its root mean square over the
	// samples, so that all columns of Z have about the same spread. Otherwise the largest inputs, to
	// which outputs are the most sensitive, move their weights first, and small ones round to zero.
	Normalized bool

	// Constant says that W multiplies the same inputs in all samples. ComputeTerms then keeps
	// the means of D, because nothing else moves W.
	Constant bool
}

// MaxRate bounds the Rate of a Parameter.
const MaxRate = 8

// MaxLog2Scale bounds a Log2Scale: perturbations of any rank stay within
// kernels.MaxRankK's bound on their sums.
const MaxLog2Scale = 20

// String describes the parameter, as in `"output" 10×64 unit 9 frozen`; unit is Log2Scale.
// The string is part of the identity of runs.
func (w Parameter) String() string {
	s := fmt.Sprintf("%q %d×%d", w.Name, w.W.Rows(), w.W.Cols())
	if w.Log2Scale != 0 {
		s += fmt.Sprintf(" unit %d", w.Log2Scale)
	}
	if w.Rank != 0 {
		s += fmt.Sprintf(" rank %d", w.Rank)
	}
	if w.Sigma != 0 {
		s += fmt.Sprintf(" sigma %+d", w.Sigma)
	}
	if w.Rate != 0 {
		s += fmt.Sprintf(" rate %+d", w.Rate)
	}
	if w.Sparse {
		s += " sparse"
	}
	if w.Normalized {
		s += " normalized"
	}
	if w.Constant {
		s += " constant"
	}
	if w.Frozen {
		s += " frozen"
	}
	return s
}

// matrix returns W, and panics if there is none.
func (w Parameter) matrix(fn string) *packed.Matrix {
	if w.W == nil {
		panic(fmt.Sprintf("lowrank: %s: parameter %d has no matrix", fn, w.Number))
	}
	return w.W
}

// checkLen panics unless got, the length of a slice, is m·n, a product that may not fit an
// int.
func checkLen(fn, name string, got, m, n int) {
	high, size := bits.Mul(uint(m), uint(n))
	switch {
	case m < 0 || n < 0 || high != 0 || size > math.MaxInt:
		panic(fmt.Sprintf("lowrank: %s: %s has %d elements, but %d×%d is out of range", fn, name, got, m, n))
	case got != int(size):
		panic(fmt.Sprintf("lowrank: %s: %s has %d elements, want %d for %d×%d", fn, name, got, size, m, n))
	}
}
