package es

import (
	"fmt"
	"math/bits"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Threshold is the rule of integer EGGROLL (arXiv 2511.16652, App. D): a weight moves a level
// if |Z| reaches the quantile that a share of the weights reaches under pure noise. It has no
// state and stalls far from the optimum.
//
// The quantile is the normal distribution's, corrected for the heavier tails
// of Z by the Cornish–Fisher expansion up to its sixth cumulant, and Z is dithered
// over its lattice: the share that moves is within two percent of the one asked for
// from 100 pairs on. See kernels.UpdateThreshold.
type Threshold struct {
	Share Q16 // α: of the weights that pure noise moves, more than 0 and at most 1
}

// String returns the rule with its share.
func (r Threshold) String() string { return fmt.Sprintf("threshold(share %v)", ratio(r.Share)) }

// Check implements Rule.
func (r Threshold) Check() error {
	if r.Share <= 0 || r.Share > one {
		return fmt.Errorf("es: threshold share %v, want more than 0 and at most 1", r.Share)
	}
	return nil
}

// StateBits implements Rule.
func (r Threshold) StateBits() int { return 0 }

func (r Threshold) pairsOnly() {}

// Start implements Rule.
func (r Threshold) Start(w lowrank.Parameter) RuleState {
	return &thresholdState{share: r.Share, parameter: w}
}

type thresholdState struct {
	stateless
	share     Q16
	parameter lowrank.Parameter
	tau       int64
	rounding  kernels.Stream
}

func (s *thresholdState) Prepare(g *GenerationUpdate) {
	s.tau, s.rounding = g.threshold(g.Scheduled(s.share), s.parameter), g.Rounding(s.parameter)
}

func (s *thresholdState) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateThreshold(w, t, s.tau, s.rounding, lo, hi)
}

// threshold returns what |Z| reaches in a share of the weights under pure noise, as
// kernels.UpdateThreshold takes it.
func (g *GenerationUpdate) threshold(share Q16, w lowrank.Parameter) int64 {
	if share == 0 {
		return kernels.MaxThreshold
	}
	// Z plus a random part of its lattice's unit is distributed like a continuous variable:
	// half a unit higher, and with the part's variance, 1/12, added.
	variance := g.variance(w)<<16 + 1<<16/12
	tau := int64(fixed.Sqrt(variance))*g.quantile(share, w)>>16 + kernels.ThresholdUnit/2
	return min(max(tau, kernels.ThresholdUnit), kernels.MaxThreshold)
}

// quantile returns how many standard deviations of Z, with 16 fraction bits, a
// share of the weights reaches in either direction, by the Cornish–Fisher expansion
// of a symmetric distribution:
//
//	x = z + (z³-3z)·κ₄/24 + (z⁵-10z³+15z)·κ₆/720 - (3z⁵-24z³+29z)·κ₄²/384
func (g *GenerationUpdate) quantile(share Q16, w lowrank.Parameter) int64 {
	const one = 1 << 16
	z := normalQuantile(share)
	z3 := z * z / one * z / one
	z5 := z3 * z / one * z / one
	k4, k6 := g.cumulants(w)
	x := z
	x += (z3 - 3*z) * k4 / (24 << cumulantBits)
	x += (z5 - 10*z3 + 15*z) * k6 / (720 << cumulantBits)
	x -= (3*z5 - 24*z3 + 29*z) * (k4 * k4 >> cumulantBits) / (384 << cumulantBits)
	return max(x, 0)
}

// cumulantBits counts the fraction bits of cumulants.
const cumulantBits = 24

// cumulants returns the fourth and sixth standardized cumulants of an entry of Z
// under pure noise. The cumulants of a sum are the sums of its terms'.
func (g *GenerationUpdate) cumulants(w lowrank.Parameter) (k4, k6 int64) {
	noise := g.noise().Of(w)
	c, rank := termCumulants[noise.Distribution], uint64(noise.Rank)
	if noise.Rank == lowrank.FullRank {
		c, rank = pentCumulants[noise.Distribution], 1
	}
	v := g.variance(w)
	// Σ f⁴ ≤ v·63² and Σ f⁶ ≤ v·63⁴: quotients fit.
	over := func(sum uint64) int64 {
		hi, lo := bits.Mul64(sum*rank, 1<<cumulantBits)
		q, _ := bits.Div64(hi, lo, v)
		return int64(q / v)
	}
	return over(g.sums[1]) * c[0] / 100, over(g.sums[2]) * c[1] / 100 / int64(v)
}

// The fourth and sixth cumulants, in 1/100, of a product of two pents of a distribution, and
// of one pent: μ₄-3μ₂² and μ₆-15μ₄μ₂+30μ₂³.
var (
	termCumulants = [...][2]int64{kernels.Binomial: {325, 850}, kernels.Uniform: {-176, -17840}}
	pentCumulants = [...][2]int64{kernels.Binomial: {-50, 100}, kernels.Uniform: {-520, 6200}}
)
