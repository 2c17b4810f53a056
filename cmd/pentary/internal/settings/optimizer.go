package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Optimizer are the settings of a training that are the optimizer's, whatever the
// network.
type Optimizer struct {
	Base   es.Options // without what the fields below have
	Rank   Rank
	Rule   Rule
	Decay  Decimal // of the schedules inverse
	Shrink Decimal

	measured measuredRate
	follows  bool // the rate, the generations
}

// NewOptimizer returns settings of these options, package es' defaults filled in, with the
// residual rule. Unless it is set, the rate is the given one, which is measured for the
// generations of the options, times √(those generations/the generations set).
func NewOptimizer(o es.Options, rate string) Optimizer {
	fitness := o.Fitness // by default depends on the estimator
	o = o.WithDefaults()
	o.Fitness, o.Rule = fitness, nil
	return Optimizer{
		Base: o, Rank: Rank(o.Rank), measured: measuredRate{rate, o.Generations},
		Rule: defaultRule(), Decay: NewDecimal(o.InverseRate.String(), 1000), Shrink: NewDecimalOrZero(1),
	}
}

// A measuredRate is the rate that learns best in a number of generations.
type measuredRate struct {
	text        string
	generations int
}

// of returns the rate for another number of generations, rounded to three digits. At the
// measured number it is the rate itself.
func (r measuredRate) of(generations int) string {
	if generations == r.generations {
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

// population adds the group of flags of that subject, and returns it.
func (s *Optimizer) population(groups *console.Groups) *pflag.FlagSet {
	o := &s.Base
	f := groups.Add("Population")
	f.IntVar(&o.Generations, "generations", o.Generations, "length of the run, which the schedules span")
	f.IntVar(&o.Pairs, "pairs", o.Pairs, "antithetic pairs a generation, half the population")
	f.IntVar(&o.Groups, "groups", o.Groups, "groups of pairs, each with a batch of its own")
	f.Var(console.Choice[es.Fitness]{Value: &o.Fitness, Options: []es.Fitness{es.Sign, es.FourBit, es.Ranks, es.Raw, es.Tails}},
		"fitness", "code of a pair's difference; by default tails with noise in activations, else 4bit")
	return f
}

// noiseAndUpdate adds the groups of flags of those subjects.
func (s *Optimizer) noiseAndUpdate(groups *console.Groups) {
	o := &s.Base
	schedules := []es.Schedule{es.Linear, es.Constant, es.Cosine, es.Inverse}
	f := groups.Add("Noise")
	f.Var(console.Choice[lowrank.Estimator]{Value: &o.Estimator, Options: []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations}},
		"noise", "what is perturbed: the weights, or the layers' outputs, with a score for each sample")
	f.Var(&s.Rank, "rank", "rank of the perturbations, or full for dense ones")
	f.UintVar(&o.Sigma, "sigma", o.Sigma, "perturb by 2^-sigma levels, or activations of one")
	console.Bound(f, "sigma", 0, lowrank.MaxSigma)
	f.Var(console.Choice[es.Schedule]{Value: &o.SigmaSchedule, Options: schedules}, "sigma-schedule", "schedule of the perturbation over the run")
	f.Var(console.Choice[kernels.Distribution]{Value: &o.Distribution, Options: []kernels.Distribution{kernels.Binomial, kernels.Uniform}}, "law", "distribution of the random factors")
	f.IntVar(&o.NoiseReuse, "noise-reuse", o.NoiseReuse, "generations that share their noise")

	f = groups.Add("Update")
	s.Rule.Flags(f)
	f.Lookup("rate").Usage += fmt.Sprintf("; by default %s·√(%d/generations), at most 0.5", s.measured.text, s.measured.generations)
	f.Var(console.Choice[es.Schedule]{Value: &o.Schedule, Options: schedules}, "schedule", "schedule of the rate or share over the run")
	f.Var(&s.Decay, "decay", "schedules inverse: 1/(1 + decay·generation)")
	f.IntVar(&o.Restart, "restart", o.Restart, "begin the schedules anew after this number of generations; 0 never")
	f.Var(&s.Shrink, "shrink", "weight decay: chance of a weight to move a level towards 0, each generation")
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
	rank := bound{"rank", int(s.Rank), 1, lowrank.MaxRank}
	if s.Rank == lowrank.FullRank {
		rank.value = 1
	}
	if err := inRange(
		bound{"generations", o.Generations, 1, math.MaxInt32}, bound{"pairs", o.Pairs, 1, es.MaxPairs}, rank,
		bound{"sigma", int(min(o.Sigma, math.MaxInt32)), 0, lowrank.MaxSigma},
		bound{"groups", o.Groups, 1, math.MaxInt}, bound{"noise-reuse", o.NoiseReuse, 1, math.MaxInt}, bound{"restart", o.Restart, 0, math.MaxInt},
	); err != nil {
		return err
	}
	if err := s.Rule.check(); err != nil {
		return err
	}
	activations := o.Estimator == lowrank.PerturbActivations
	switch {
	case o.Pairs%o.Groups != 0:
		return fmt.Errorf("--groups %d: want a divisor of --pairs %d", o.Groups, o.Pairs)
	case activations && o.Groups > 1:
		return fmt.Errorf("--groups %d: want 1 with --noise %v", o.Groups, o.Estimator)
	case activations && s.Rank == lowrank.FullRank:
		return fmt.Errorf("--rank %v: want 1 to %d with --noise %v", &s.Rank, lowrank.MaxRank, o.Estimator)
	case activations && s.Rule.Name == QES:
		return fmt.Errorf("--rule %v: wants --noise %v", s.Rule.Name, lowrank.PerturbWeights)
	case rank.value > kernels.MaxTerms/o.Pairs:
		return fmt.Errorf("--pairs %d --rank %d: want a product of at most %d", o.Pairs, rank.value, kernels.MaxTerms)
	case s.Decay.Q16() == 0:
		return fmt.Errorf("--decay %v: want at least 1/65536", &s.Decay)
	}
	return nil
}

// Options implements Settings.
func (s *Optimizer) Options() es.Options {
	o := s.Base
	if o.Sigma == 0 { // of 2^-0
		o.Sigma = es.WholeLevel
	}
	rule := s.rule()
	o.Rank, o.Rule = int(s.Rank), rule.Rule()
	o.InverseRate, o.WeightDecay = s.Decay.Q16(), s.Shrink.Q16()
	return o
}

// EarlyStop implements Settings.
func (s *Optimizer) EarlyStop() EarlyStop { return EarlyStop{} }

// Meta implements Settings.
func (s *Optimizer) Meta() map[string]string {
	o := s.Base
	meta := map[string]string{
		"seed": strconv.FormatUint(o.Seed, 10), "pairs": strconv.Itoa(o.Pairs),
		"rank": s.Rank.String(), "sigma": strconv.FormatUint(uint64(o.Sigma), 10),
		"law": o.Distribution.String(), "fitness": o.Fitness.String(),
		"schedule": fmt.Sprintf("%v over %d", o.Schedule, o.Generations),
	}
	rule := s.rule()
	rule.Meta(meta)
	// What is off by default is told where it is on.
	if o.Estimator != lowrank.PerturbWeights {
		meta["noise"] = o.Estimator.String()
	}
	if o.SigmaSchedule != es.Constant {
		meta["sigma-schedule"] = o.SigmaSchedule.String()
	}
	if o.Schedule == es.Inverse || o.SigmaSchedule == es.Inverse {
		meta["decay"] = s.Decay.String()
	}
	if s.Shrink.num != 0 {
		meta["shrink"] = s.Shrink.String()
	}
	for name, n := range map[string]int{"groups": o.Groups - 1, "noise-reuse": o.NoiseReuse - 1} {
		if n != 0 {
			meta[name] = strconv.Itoa(n + 1)
		}
	}
	if o.Restart != 0 {
		meta["restart"] = strconv.Itoa(o.Restart)
	}
	return meta
}
