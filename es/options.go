package es

import (
	"cmp"
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Options configure an Optimizer. The zero value of a field is its default; docs/settings.md
// measures what the settings do.
type Options struct {
	Seed         uint64               // key of all random numbers
	Generations  int                  // length of the run, which the schedules span; required
	Pairs        int                  // antithetic pairs, half the population; default 128
	Rank         int                  // of the perturbations, or lowrank.FullRank; default 1
	Sigma        uint                 // σ = 2^-Sigma levels, or WholeLevel; default 3, an eighth of a level
	Distribution kernels.Distribution // of the factors; default kernels.Binomial
	Generator    kernels.Generator    // of the noise; default kernels.ARS4x32; kernels.Philox4x32 in journals of versions 1 and 2
	Fitness      Fitness              // how a pair's scores become a code; default FourBit
	Minimize     bool                 // lower scores are better
	Rule         Rule                 // how Z moves pents; default ErrorFeedback{Rate: DefaultRate(Generations)}

	Schedule      Schedule // of the rule's strength over the run; default Linear
	SigmaSchedule Schedule // of σ, in powers of two; default Constant
	InverseRate   Q16      // c of the schedules Inverse; default 0.015
	Restart       int      // generations of a cycle, after which the schedules begin anew; default none

	// Estimator is what the noise perturbs: lowrank.PerturbWeights, the default, or
	// lowrank.PerturbActivations, for which the evaluator is an InputSource. Tell then
	// takes a score for each sample of each member, and Fitness is Tails by default.
	// All parameters have a Log2Scale, Groups is 1, and the rule looks at one
	// generation.
	Estimator lowrank.Estimator

	// Groups divides the pairs evenly into groups, each with its own data: pairs
	// g·Pairs/Groups to (g+1)·Pairs/Groups are group g. Fitness codes depend on the scores
	// of one group. Default 1, the only value with lowrank.PerturbActivations.
	Groups int

	// NoiseReuse is the number of consecutive generations that share their noise; default
	// 1, none.
	NoiseReuse int

	// WeightDecay is the chance of a pent other than zero to move a level
	// towards zero, in each generation that moves any; default 0.
	WeightDecay Q16

	// MemoryLimit bounds the bytes that the rule's state and an update take beside
	// the weights; New fails if they would take more. Default none.
	MemoryLimit int
}

const (
	// MaxPairs bounds the population of a generation.
	MaxPairs = 1 << 22

	// WholeLevel is the Sigma of Options for σ = 1 level. That is too much for most
	// networks: on the digits σ = 1 ends at 86 %, σ from 1/4 to 1/32 at 92 to 93 %.
	WholeLevel = 1 << 16
)

// DefaultRate returns the default rate of a run: 3/√generations, at most 1/2. With a linear
// schedule, noise alone then moves a weight by about two of the five levels over the run. Runs
// of 25 to 3,200 generations on the digits learn best near this rate (docs/settings.md).
func DefaultRate(generations int) Q16 {
	const scale = 36 << 32 // the square of 2·3
	return Q16(min((fixed.Sqrt(scale/uint64(max(generations, 1)))+1)/2, uint64(one)/2))
}

// WithDefaults returns the options with defaults for zero values, as New uses them.
func (o Options) WithDefaults() Options {
	o.Pairs, o.Rank, o.Sigma = cmp.Or(o.Pairs, 128), cmp.Or(o.Rank, 1), cmp.Or(o.Sigma, 3)
	if o.Estimator == lowrank.PerturbActivations {
		o.Fitness = cmp.Or(o.Fitness, Tails)
	}
	o.Fitness = cmp.Or(o.Fitness, FourBit)
	o.Schedule, o.SigmaSchedule = cmp.Or(o.Schedule, Linear), cmp.Or(o.SigmaSchedule, Constant)
	o.InverseRate = cmp.Or(o.InverseRate, Ratio(15, 1000))
	o.Groups, o.NoiseReuse = cmp.Or(o.Groups, 1), cmp.Or(o.NoiseReuse, 1)
	if o.Rule == nil {
		o.Rule = ErrorFeedback{Rate: DefaultRate(o.Generations)}
	}
	return o
}

// SigmaShift returns n of σ = 2^-n. The options must have their defaults.
func (o Options) SigmaShift() uint {
	switch o.Sigma {
	case 0:
		return Options{}.WithDefaults().Sigma
	case WholeLevel:
		return 0
	}
	return o.Sigma
}

func (o *Options) check() error {
	noise := lowrank.Noise{Generator: o.Generator, Distribution: o.Distribution, Rank: o.Rank, Sigma: o.SigmaShift(), Estimator: o.Estimator}
	if err := noise.Check(); err != nil {
		return err
	}
	switch {
	case o.Generations < 1 || o.Generations > 1<<31-1:
		return fmt.Errorf("es: %d generations, want 1 to 2^31-1", o.Generations)
	case o.Pairs < 1 || o.Pairs > MaxPairs:
		return fmt.Errorf("es: %d pairs, want 1 to %d", o.Pairs, MaxPairs)
	case o.Estimator == lowrank.PerturbActivations && o.Groups > 1:
		return fmt.Errorf("es: %d groups with noise in activations, want 1", o.Groups)
	case o.Pairs*o.Rank > kernels.MaxTerms:
		return fmt.Errorf("es: %d pairs of rank %d make %d terms, want at most %d", o.Pairs, o.Rank, o.Pairs*o.Rank, kernels.MaxTerms)
	case o.Fitness < FourBit || o.Fitness > Tails:
		return fmt.Errorf("es: unknown fitness coding %v", o.Fitness)
	case o.InverseRate < 0:
		return fmt.Errorf("es: inverse rate %v, want 0 or more", o.InverseRate)
	case o.Restart < 0:
		return fmt.Errorf("es: restart after %d generations, want 0 or more", o.Restart)
	case o.Groups < 1 || o.Pairs%o.Groups != 0:
		return fmt.Errorf("es: %d groups of %d pairs, want a divisor of their number", o.Groups, o.Pairs)
	case o.NoiseReuse < 1:
		return fmt.Errorf("es: noise of %d generations, want at least 1", o.NoiseReuse)
	case o.WeightDecay < 0 || o.WeightDecay > one:
		return fmt.Errorf("es: weight decay of %v, want 0 to 1", o.WeightDecay)
	case o.MemoryLimit < 0:
		return fmt.Errorf("es: memory limit of %d bytes", o.MemoryLimit)
	}
	if err := o.Schedule.check(); err != nil {
		return err
	}
	if err := o.SigmaSchedule.check(); err != nil {
		return err
	}
	if err := o.Rule.Check(); err != nil {
		return err
	}
	if bits := o.Rule.StateBits(); bits < 0 || bits > 64 || bits%4 != 0 {
		return fmt.Errorf("es: rule %v keeps %d bits of a weight, want a multiple of 4 from 0 to 64", o.Rule, bits)
	}
	return nil
}

// progress returns where generation number n is in its cycle.
func (o *Options) progress(n int) progress {
	if o.Restart == 0 {
		return progress{n, o.Generations}
	}
	return progress{n % o.Restart, o.Restart}
}

// noise returns the noise of generation number n.
func (o *Options) noise(n int) lowrank.Noise {
	return lowrank.Noise{
		Seed: o.Seed, Generator: o.Generator, Generation: n - n%o.NoiseReuse, Distribution: o.Distribution, Rank: o.Rank,
		Sigma: o.SigmaSchedule.sigma(o.SigmaShift(), o.progress(n), o.InverseRate), Estimator: o.Estimator,
	}
}

// String returns all options that determine a run, in one line. Equal options have equal
// strings.
func (o Options) String() string {
	law := o.Distribution.String()
	if o.Generator != kernels.Philox4x32 { // the only one of earlier versions
		law += fmt.Sprintf(" generator %v", o.Generator)
	}
	s := fmt.Sprintf("seed %d generations %d pairs %d groups %d rank %d sigma %d law %s reuse %d fitness %v minimize %t "+
		"rule %v schedule %v sigma-schedule %v decay %v restart %d shrink %v",
		o.Seed, o.Generations, o.Pairs, o.Groups, o.Rank, o.SigmaShift(), law, o.NoiseReuse, o.Fitness, o.Minimize,
		o.Rule, o.Schedule, o.SigmaSchedule, ratio(o.InverseRate), o.Restart, ratio(o.WeightDecay))
	if o.Estimator == lowrank.PerturbActivations {
		if o.Generator != kernels.Philox4x32 { // lowrank.Updater.ComputeTerms
			s += " centered"
		}
		s += " noise in activations"
	}
	return s
}
