package lowrank

import (
	"bytes"
	"fmt"
	"math/bits"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Limits of a Noise.
const (
	MaxRank   = 256
	MaxSigma  = 20
	MaxTensor = 1<<28 - 1
)

// FullRank as the Rank of a Noise makes E a matrix of independent pents instead of a product
// of factors: the noise of OpenAI-ES (arXiv 1703.03864), for comparison. Every member draws
// m·k pents and multiplies by all of them.
const FullRank = -1

// Noise determines the perturbations of one generation.
type Noise struct {
	Seed         uint64               // of the run
	Generator    kernels.Generator    // of all that is drawn; default ARS4x32
	Generation   int                  // counts from zero
	Distribution kernels.Distribution // of the factors' pents
	Rank         int                  // r, 1 to MaxRank, or FullRank
	Sigma        uint                 // σ = 2^-Sigma: the standard deviation of one weight's perturbation, in levels, or one activation's
	Estimator    Estimator            // what is perturbed; default PerturbWeights
}

// Of returns the noise of a tensor: n with the tensor's Rank and Sigma in force.
func (n Noise) Of(w Parameter) Noise { return n.of(&w) }

// of is Of; it also clears Rank and Sigma of w.
func (n Noise) of(w *Parameter) Noise {
	if w.Rank != 0 {
		n.Rank = w.Rank
	}
	n.Sigma = uint(min(max(int(n.Sigma)+w.Sigma, 0), MaxSigma))
	w.Rank, w.Sigma = 0, 0
	return n
}

// Check returns an error that names the first option out of range.
func (n Noise) Check() error {
	switch {
	case n.Generator > kernels.Philox4x32:
		return fmt.Errorf("lowrank: unknown generator %v", n.Generator)
	case n.Distribution > kernels.Uniform:
		return fmt.Errorf("lowrank: unknown distribution %v", n.Distribution)
	case n.Rank != FullRank && (n.Rank < 1 || n.Rank > MaxRank):
		return fmt.Errorf("lowrank: rank %d, want 1 to %d or %d for full rank", n.Rank, MaxRank, FullRank)
	case n.Estimator > PerturbActivations:
		return fmt.Errorf("lowrank: unknown estimator %v", n.Estimator)
	case n.Estimator == PerturbActivations && n.Rank == FullRank:
		return fmt.Errorf("lowrank: noise of full rank in activations, want rank 1 to %d", MaxRank)
	case n.Sigma > MaxSigma:
		return fmt.Errorf("lowrank: sigma 2^-%d, want 2^0 to 2^-%d", n.Sigma, MaxSigma)
	}
	return nil
}

// A StreamKind names a use of random numbers by a tensor. It shares a counter word with the
// tensor's number, so that no two kinds share a block.
type StreamKind uint32

// The kinds of streams.
const (
	FactorA   StreamKind = iota // left factor, a vector for each rank
	FactorB                     // right factor, a vector for each rank
	Initial                     // initial weights; pair is the row
	Batch                       // choice of training data; pair is a group of pairs
	FullRankE                   // E of full rank; pair is pair and panel of rows
	Rounding                    // random rounding of an update rule; pair is the row
	Shrinking                   // weight decay; pair is the row
	Signs                       // of samples, for PerturbActivations: bit 0 of byte rank·samples + sample, 1 for minus
)

// StreamOf returns the Philox4x32 stream of one kind. Only the low 32 bits of generation
// count. It panics if tensor exceeds MaxTensor.
func StreamOf(seed uint64, generation int, tensor uint32, kind StreamKind, pair int) kernels.Stream {
	if tensor > MaxTensor {
		panic(fmt.Sprintf("lowrank: tensor %d, want at most %d", tensor, MaxTensor))
	}
	return kernels.Stream{
		Seed: seed, Generation: uint32(generation), Tensor: tensor<<4 | uint32(kind), Pair: uint32(pair), Generator: kernels.Philox4x32,
	}
}

// Stream returns the stream of one kind from the noise's generator.
func (n Noise) Stream(kind StreamKind, tensor uint32, pair int) kernels.Stream {
	s := StreamOf(n.Seed, n.Generation, tensor, kind, pair)
	s.Generator = n.Generator
	return s
}

// Factor draws one factor of a pair: Rank vectors of length codes, or as many as dst
// holds, each padded to packed.PaddedLen(length) with zero weights. One stream makes all
// vectors; each takes PaddedLen(length) codes of it, of which the padding replaces the
// last. kind is FactorA or FactorB.
func (n Noise) Factor(dst []uint8, kind StreamKind, tensor uint32, pair, length int) {
	kernels.Noise(dst, n.Distribution, n.Stream(kind, tensor, pair))
	pad(dst, length)
}

// factors draws one factor of the pairs lo to hi, one after another.
func (n Noise) factors(dst []uint8, kind StreamKind, tensor uint32, lo, hi, length int) {
	size := (hi - lo) * n.Rank * packed.PaddedLen(length)
	kernels.NoisePairs(dst[:size], n.Distribution, n.Stream(kind, tensor, lo), hi-lo)
	pad(dst[:size], length)
}

// pad sets what comes after the first length codes of each of the padded vectors.
func pad(dst []uint8, length int) {
	padded := packed.PaddedLen(length)
	if padded == length {
		return
	}
	for ; len(dst) > 0; dst = dst[padded:] {
		copy(dst[length:padded], zeros[:])
	}
}

// zeros are at least as many zero codes as pad a vector.
var zeros = [packed.SmallPents]uint8(bytes.Repeat([]byte{trit5.CodeZero}, packed.SmallPents))

// Variance returns the variance of the term that one pair of fitness 1 adds to an entry of Z:
// for a product of factors the rank times the square of the distribution's variance, for
// FullRank the distribution's variance. For PerturbActivations it is the variance of a pair's
// perturbation of an output, before σ: the rank times the distribution's variance.
func (n Noise) Variance() int {
	v := n.Distribution.Variance()
	switch {
	case n.Rank == FullRank:
		return v
	case n.Estimator == PerturbActivations:
		return n.Rank * v
	}
	return n.Rank * v * v
}

// scale returns how σ and the deviation of an entry of A·Bᵀ, or of a dense E, are
// applied: the projection t becomes RoundShift(t·mul, scaleBits) and the correction is
// shifted right by shift.
//
// With v the Variance and e the least integer such that 2^e ≥ √v, mul =
// round(2^scaleBits · 2^e/√v), in [2^scaleBits, 2^(scaleBits+1)], and shift = Sigma + e. For
// ranks 1, 4, 16, 64 and 256 mul is exactly 2^scaleBits, so that only the shift scales.
func (n Noise) scale() (mul int32, shift uint) {
	variance := n.Variance()
	e := uint(bits.Len(uint(variance-1))+1) / 2
	// round(√q) = ⌊(⌊√4q⌋ + 1) / 2⌋
	q := uint64(1) << (2 * (scaleBits + e))
	mul = int32(fixed.Sqrt(4*q/uint64(variance))+1) / 2
	return mul, n.Sigma + e
}

const scaleBits = 7

// rescale multiplies projections by mul / 2^scaleBits.
func rescale(t []int32, mul int32) {
	if mul == 1<<scaleBits {
		return
	}
	for i, v := range t {
		t[i] = int32((int64(v)*int64(mul) + 1<<(scaleBits-1)) >> scaleBits)
	}
}
