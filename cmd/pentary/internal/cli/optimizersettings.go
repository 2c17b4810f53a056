package cli

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// optimizerSettings are those settings of a training run that are the optimizer's,
// whatever the network.
type optimizerSettings struct {
	options es.Options // without what the fields below have
	rank    rank
	rule    ruleSettings
	decay   decimal // of the schedules inverse
	shrink  decimal
}

// defaultOptimizer returns settings of these options, the rate being of the residual
// rule.
func defaultOptimizer(o es.Options, rate string) optimizerSettings {
	o.Schedule = cmp.Or(o.Schedule, es.Linear)
	o.SigmaSchedule = cmp.Or(o.SigmaSchedule, es.Constant)
	o.Groups, o.Reuse = cmp.Or(o.Groups, 1), cmp.Or(o.Reuse, 1)
	return optimizerSettings{
		options: o, rank: rank(cmp.Or(o.Rank, 1)),
		rule: defaultRule(rate), decay: newDecimal("0.015", 1000), shrink: newDecimalOrZero(1),
	}
}

// population adds the group of flags of that subject, and returns it.
func (s *optimizerSettings) population(groups *console.Groups) *pflag.FlagSet {
	o := &s.options
	f := groups.Add("Population")
	f.IntVar(&o.Generations, "generations", o.Generations, "length of the run")
	f.IntVar(&o.Pairs, "pairs", o.Pairs, "antithetic pairs a generation, half the population")
	f.IntVar(&o.Groups, "groups", o.Groups, "of pairs, each with a batch of its own")
	f.Var(console.Choice[es.Fitness]{Value: &o.Fitness, Options: []es.Fitness{es.Sign, es.FourBit, es.Ranks, es.Raw, es.Tails}}, "fitness", "code of a pair's difference; by default tails with noise in activations, else 4bit")
	return f
}

// noiseAndUpdate adds the groups of flags of those subjects.
func (s *optimizerSettings) noiseAndUpdate(groups *console.Groups) {
	o := &s.options
	schedules := []es.Schedule{es.Linear, es.Constant, es.Cosine, es.Inverse}
	f := groups.Add("Noise")
	f.Var(console.Choice[lowrank.Estimator]{Value: &o.Estimator, Options: []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations}}, "noise", "what is perturbed: the weights, or what the layers yield, with a score for each sample")
	f.Var(&s.rank, "rank", "of the perturbations, or full for dense ones")
	f.UintVar(&o.Sigma, "sigma", o.Sigma, "perturb by 2^-sigma levels, or activations of one")
	f.Var(console.Choice[es.Schedule]{Value: &o.SigmaSchedule, Options: schedules}, "sigma-schedule", "of the perturbation over the run")
	f.Var(console.Choice[kernels.Law]{Value: &o.Law, Options: []kernels.Law{kernels.Binomial, kernels.Uniform}}, "law", "of the random factors")
	f.IntVar(&o.Reuse, "noise-reuse", o.Reuse, "generations that share their noise")

	f = groups.Add("Update")
	s.rule.flags(f)
	f.Var(console.Choice[es.Schedule]{Value: &o.Schedule, Options: schedules}, "schedule", "of the rate or share over the run")
	f.Var(&s.decay, "decay", "of the schedules inverse: 1/(1 + decay·generation)")
	f.IntVar(&o.Restart, "restart", o.Restart, "begin the schedules anew after so many generations; 0 never")
	f.Var(&s.shrink, "shrink", "chance of a weight to move a level towards 0, each generation")
}

// complete sets the defaults that depend on other settings.
func (s *optimizerSettings) complete() {
	if s.options.Fitness == 0 {
		s.options.Fitness = es.FourBit
		if s.options.Estimator == lowrank.PerturbActivations {
			s.options.Fitness = es.Tails
		}
	}
}

// check returns an error that names the first flag out of range. es.New checks
// the rest; what is here it would take for a default.
func (s *optimizerSettings) check() error {
	o := &s.options
	switch {
	case o.Pairs < 1:
		return fmt.Errorf("--pairs %d: want at least 1", o.Pairs)
	case s.rank == 0:
		return fmt.Errorf("--rank %v: want at least 1", &s.rank)
	case o.Groups < 1:
		return fmt.Errorf("--groups %d: want at least 1", o.Groups)
	case o.Reuse < 1:
		return fmt.Errorf("--noise-reuse %d: want at least 1", o.Reuse)
	case s.decay.q16() == 0:
		return fmt.Errorf("--decay %v: want at least 1/65536", &s.decay)
	}
	return nil
}

// esOptions returns the optimizer's options.
func (s *optimizerSettings) esOptions() es.Options {
	o := s.options
	o.Rank, o.Rule = int(s.rank), s.rule.of()
	o.Decay, o.Shrink = s.decay.q16(), s.shrink.q16()
	return o
}

// meta returns what a saved file says of the run.
func (s *optimizerSettings) meta() map[string]string {
	o := s.options
	meta := map[string]string{
		"seed": strconv.FormatUint(o.Seed, 10), "pairs": strconv.Itoa(o.Pairs),
		"rank": s.rank.String(), "sigma": strconv.FormatUint(uint64(o.Sigma), 10),
		"law": o.Law.String(), "fitness": o.Fitness.String(),
		"schedule": fmt.Sprintf("%v over %d", o.Schedule, o.Generations),
	}
	s.rule.meta(meta)
	// What is off by default is told where it is on.
	if o.Estimator != lowrank.PerturbWeights {
		meta["noise"] = o.Estimator.String()
	}
	if o.SigmaSchedule != es.Constant {
		meta["sigma-schedule"] = o.SigmaSchedule.String()
	}
	if o.Schedule == es.Inverse || o.SigmaSchedule == es.Inverse {
		meta["decay"] = s.decay.String()
	}
	if s.shrink.num != 0 {
		meta["shrink"] = s.shrink.String()
	}
	for name, n := range map[string]int{"groups": o.Groups - 1, "noise-reuse": o.Reuse - 1} {
		if n != 0 {
			meta[name] = strconv.Itoa(n + 1)
		}
	}
	if o.Restart != 0 {
		meta["restart"] = strconv.Itoa(o.Restart)
	}
	return meta
}
