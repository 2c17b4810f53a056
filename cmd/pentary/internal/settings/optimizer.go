package settings

import (
	"fmt"
	"math"
	"strings"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Optimizer holds the settings of the optimizer, which do not depend on the kind of network.
type Optimizer struct {
	Base   es.Options // without the settings in the fields below
	Rank   Rank
	Rule   Rule
	Decay  Decimal // of inverse schedules
	Shrink Decimal
	Early  EarlyStop

	measured measuredRate
	follows  bool // whether the rate follows from the generations
}

// NewOptimizer returns the settings for the options, with the defaults of package es and the rule
// error feedback. The default learning rate is rate, measured for o.Generations, times
// √(o.Generations/generations set).
func NewOptimizer(o es.Options, rate string) Optimizer {
	fitness := o.Fitness // its default depends on the estimator
	o = o.WithDefaults()
	o.Fitness, o.Rule = fitness, nil
	return Optimizer{
		Base: o, Rank: Rank(o.Rank), measured: measuredRate{text: rate, generations: o.Generations},
		Rule: defaultRule(), Decay: NewDecimal(o.InverseRate.String(), 1000), Shrink: NewDecimalOrZero(1),
	}
}

// measuredRate is the learning rate that was best for a number of generations.
type measuredRate struct {
	text        string
	generations int
	capped      bool // whether shorter runs use the same rate instead of a higher one
}

// most returns the largest rate.
func (r measuredRate) most() string {
	if r.capped {
		return r.text
	}
	return "0.5"
}

// of returns the rate for another number of generations, rounded to three digits. For the measured
// number, and if capped for smaller numbers, it is the measured rate.
func (r measuredRate) of(generations int) string {
	if generations == r.generations || r.capped && generations < r.generations {
		return r.text
	}
	rate := NewDecimal(r.text, 1)
	const unit = 1_000_000
	n := min(uint64(rate.Q16())*unit>>16, unit/2)
	// The measured rate has at most three digits, and generations 31 bits.
	n = min(fixed.Sqrt(n*n*uint64(r.generations)/uint64(max(generations, 1))), unit/2)
	digits := uint64(1)
	for n/digits >= 1000 {
		digits *= 10
	}
	n = max((n+digits/2)/digits*digits, 20)
	return "0." + strings.TrimRight(fmt.Sprintf("%06d", n), "0")
}

// population adds and returns the group of flags for the population.
func (s *Optimizer) population(groups *console.Groups) *pflag.FlagSet {
	o := &s.Base
	f := groups.Add("Population")
	integer(f, &o.Generations, "generations", 1, math.MaxInt32, "length of the run and of the schedules")
	integer(f, &o.Pairs, "pairs", 1, es.MaxPairs, "antithetic pairs per generation, half the population")
	integer(f, &o.Groups, "groups", 1, math.MaxInt, "groups of pairs, each with its own batch")
	f.Var(console.Choice[es.Fitness]{Value: &o.Fitness, Options: []es.Fitness{es.Sign, es.FourBit, es.Ranks, es.Raw, es.Tails}},
		"fitness", "coding of a pair's score difference (default: tails with noise in activations, otherwise 4bit)")
	return f
}

// noiseAndUpdate adds the groups of flags for the noise and the update, and returns the group for
// the noise.
func (s *Optimizer) noiseAndUpdate(groups *console.Groups) (noise *pflag.FlagSet) {
	o := &s.Base
	schedules := []es.Schedule{es.Linear, es.Constant, es.Cosine, es.Inverse}
	f := groups.Add("Noise")
	f.Var(console.Choice[lowrank.Estimator]{Value: &o.Estimator, Options: []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations}},
		"noise", "estimator: perturb the weights, or the layers' outputs, with one score per sample")
	f.Var(&s.Rank, "rank", "rank of the perturbations, or full for dense ones")
	f.UintVar(&o.Sigma, "sigma", o.Sigma, "standard deviation of the noise: 2^-sigma levels, or 2^-sigma with noise in activations")
	console.Bound(f, "sigma", 0, lowrank.MaxSigma)
	f.Var(console.Choice[es.Schedule]{Value: &o.SigmaSchedule, Options: schedules}, "sigma-schedule", "schedule of the noise over the run")
	f.Var(console.Choice[kernels.Distribution]{Value: &o.Distribution, Options: []kernels.Distribution{kernels.Binomial, kernels.Uniform}}, "law", "distribution of the random factors")
	integer(f, &o.NoiseReuse, "noise-reuse", 1, math.MaxInt, "generations that share their noise")

	noise = f

	f = groups.Add("Update")
	s.Rule.Flags(f)
	f.Lookup("rate").Usage += fmt.Sprintf(" (default: %s·√(%d/generations), at most %s)", s.measured.text, s.measured.generations, s.measured.most())
	f.Var(console.Choice[es.Schedule]{Value: &o.Schedule, Options: schedules}, "schedule", "schedule of --rate or --share over the run")
	f.Var(&s.Decay, "decay", "inverse schedules: the factor is 1/(1 + decay·generation)")
	integer(f, &o.Restart, "restart", 0, math.MaxInt, "number of generations after which the schedules restart; 0: never")
	f.Var(&s.Shrink, "shrink", "weight decay: probability per generation that a weight moves one level towards 0")
	return noise
}

// Complete sets the defaults that depend on other settings.
func (s *Optimizer) Complete() {
	if s.Base.Fitness == 0 {
		s.Base.Fitness = s.Base.WithDefaults().Fitness
	}
	s.follows = s.follows || s.Rule.Rate.text == ""
	s.Rule = s.rule()
}

// rule returns the rule with its rate.
func (s *Optimizer) rule() Rule {
	r := s.Rule
	if r.Rate.text == "" {
		r.Rate = NewDecimal(s.measured.of(s.Base.Generations), 1)
	}
	return r
}

// RateFollows implements Settings.
func (s *Optimizer) RateFollows() bool { return s.follows }

// Check implements Settings.
func (s *Optimizer) Check() error {
	o := &s.Base
	rank := max(1, int(s.Rank)) // 1 for full rank
	activations := o.Estimator == lowrank.PerturbActivations
	switch {
	case o.Pairs%o.Groups != 0:
		return fmt.Errorf("--groups %d: want a divisor of --pairs %d", o.Groups, o.Pairs)
	case activations && o.Groups > 1:
		return fmt.Errorf("--groups %d: want 1 with --noise %v", o.Groups, o.Estimator)
	case activations && s.Rank == lowrank.FullRank:
		return fmt.Errorf("--rank %v: want 1 to %d with --noise %v", &s.Rank, lowrank.MaxRank, o.Estimator)
	case activations && s.Rule.Name == QES:
		return fmt.Errorf("--rule %v: requires --noise %v", s.Rule.Name, lowrank.PerturbWeights)
	case rank > kernels.MaxTerms/o.Pairs:
		return fmt.Errorf("--pairs %d --rank %d: want a product of at most %d", o.Pairs, rank, kernels.MaxTerms)
	case s.Rule.Name == Bop && s.Rule.Rule().Check() != nil:
		return fmt.Errorf("--level %v: want 1/256 to 127/256", &s.Rule.Level)
	case s.Decay.Q16() == 0:
		return fmt.Errorf("--decay %v: want at least 1/65536", &s.Decay)
	}
	return nil
}

// Options implements Settings.
func (s *Optimizer) Options() es.Options {
	o := s.Base
	if o.Sigma == 0 { // σ = 2^-0
		o.Sigma = es.WholeLevel
	}
	rule := s.rule()
	o.Rank, o.Rule = int(s.Rank), rule.Rule()
	o.InverseRate, o.WeightDecay = s.Decay.Q16(), s.Shrink.Q16()
	return o
}

// SetGenerator implements Settings.
func (s *Optimizer) SetGenerator(g kernels.Generator) { s.Base.Generator = g }

// Measured implements Settings.
func (s *Optimizer) Measured() int { return Measurements }

// EarlyStop holds the settings of early stopping.
type EarlyStop struct {
	Patience   int // measurements without improvement; 0: no early stopping
	Reductions int // number of reductions of the rate
}

// earlyStop has the defaults. docs/settings.md has the measurement of the reductions.
var earlyStop = EarlyStop{Reductions: 3}

// earlyStop adds the flags of early stopping.
func (s *Optimizer) earlyStop(f *pflag.FlagSet, holdOut string) {
	integer(f, &s.Early.Patience, "early-stop", 0, math.MaxInt, fmt.Sprintf(
		"hold out %s as well, stop after this number of the %d measurements without improvement on them, and keep the best weights; 0: never",
		holdOut, Measurements))
	integer(f, &s.Early.Reductions, "reductions", 0, es.MaxReductions,
		"early stopping: halve the rate instead of stopping, this number of times")
}

// EarlyStop implements Settings. There are no reductions without early stopping, nor with rule QES,
// which does not support them.
func (s *Optimizer) EarlyStop() EarlyStop {
	e := s.Early
	if e.Patience == 0 || s.Rule.Name == QES {
		e.Reductions = 0
	}
	return e
}
