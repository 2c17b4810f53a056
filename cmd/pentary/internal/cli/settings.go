package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// Limits of the network, so that a slip of a finger does not ask for all memory.
const (
	maxHidden = 8
	maxWidth  = 1 << 14
)

// settings are all that determines the weights of a training run, its data aside.
type settings struct {
	options  es.Options // without what the fields below have
	hidden   []int
	batch    int
	noise    lowrank.Place
	rank     rank
	rule     ruleSettings
	decay    decimal // of the schedules inverse
	shrink   decimal
	patience int // of early stopping, 0 for none
}

// defaults returns the settings of a task.
func defaults(t *task.Task) *settings {
	o := t.Options
	o.Schedule = cmp.Or(o.Schedule, es.Linear)
	o.SigmaSchedule = cmp.Or(o.SigmaSchedule, es.Constant)
	o.Groups, o.Reuse = cmp.Or(o.Groups, 1), cmp.Or(o.Reuse, 1)
	return &settings{
		options: o, hidden: slices.Clone(t.Hidden), batch: t.Batch, noise: t.Noise, rank: rank(cmp.Or(o.Rank, 1)),
		rule: defaultRule(t.Rate), decay: newDecimal("0.015", 1000), shrink: newDecimalOrZero(1),
	}
}

// groups returns the settings as flags, whose defaults they are, by subject.
func (s *settings) groups() flagGroups {
	o := &s.options
	schedules := []es.Schedule{es.Linear, es.Constant, es.Cosine, es.Inverse}
	var groups flagGroups

	f := groups.add("Network and data")
	f.Var((*layers)(&s.hidden), "hidden", "`widths` of the hidden layers, separated by commas, or none")
	f.IntVar(&s.batch, "batch", s.batch, "samples a generation, the same for all members of a group")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "key of all random numbers")

	f = groups.add("Population")
	f.IntVar(&o.Generations, "generations", o.Generations, "length of the run")
	f.IntVar(&o.Pairs, "pairs", o.Pairs, "antithetic pairs a generation, half the population")
	f.IntVar(&o.Groups, "groups", o.Groups, "of pairs, each with a batch of its own")
	f.Var(choice[es.Fitness]{&o.Fitness, []es.Fitness{es.Sign, es.FourBit, es.Ranks, es.Raw, es.Tails}}, "fitness", "code of a pair's difference; by default tails with noise in activations, else 4bit")
	f.IntVar(&s.patience, "early-stop", s.patience, fmt.Sprintf(
		"hold out every %dth training sample, too, and stop after so many of %d measurements without\nbetter accuracy on them; 0 never", validationEvery, measurements))

	f = groups.add("Noise")
	f.Var(choice[lowrank.Place]{&s.noise, []lowrank.Place{lowrank.InWeights, lowrank.InActivations}}, "noise", "what is perturbed: the weights, or what the layers yield, with a score for each sample")
	f.Var(&s.rank, "rank", "of the perturbations, or full for dense ones")
	f.UintVar(&o.Sigma, "sigma", o.Sigma, "perturb by 2^-sigma levels, or activations of one")
	f.Var(choice[es.Schedule]{&o.SigmaSchedule, schedules}, "sigma-schedule", "of the perturbation over the run")
	f.Var(choice[kernels.Law]{&o.Law, []kernels.Law{kernels.Binomial, kernels.Uniform}}, "law", "of the random factors")
	f.IntVar(&o.Reuse, "noise-reuse", o.Reuse, "generations that share their noise")

	f = groups.add("Update")
	s.rule.flags(f)
	f.Var(choice[es.Schedule]{&o.Schedule, schedules}, "schedule", "of the rate or share over the run")
	f.Var(&s.decay, "decay", "of the schedules inverse: 1/(1 + decay·generation)")
	f.IntVar(&o.Restart, "restart", o.Restart, "begin the schedules anew after so many generations; 0 never")
	f.Var(&s.shrink, "shrink", "chance of a weight to move a level towards 0, each generation")
	return groups
}

// flags binds the settings to flags, whose defaults they are.
func (s *settings) flags(f *pflag.FlagSet) {
	for _, g := range s.groups() {
		f.AddFlagSet(g.flags)
	}
}

// texts returns the settings by the names of their flags, as setTexts takes them.
func (s *settings) texts() map[string]string {
	texts := map[string]string{}
	for _, g := range s.groups() {
		g.flags.VisitAll(func(f *pflag.Flag) { texts[f.Name] = f.Value.String() })
	}
	return texts
}

// setTexts sets what texts returned, and the defaults that depend on it.
func (s *settings) setTexts(texts map[string]string) error {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.flags(f)
	for name, text := range texts {
		if err := f.Set(name, text); err != nil {
			return err
		}
	}
	s.complete()
	return nil
}

// complete sets the defaults that depend on other settings.
func (s *settings) complete() {
	if s.options.Fitness == 0 {
		s.options.Fitness = es.FourBit
		if s.noise == lowrank.InActivations {
			s.options.Fitness = es.Tails
		}
	}
}

// check returns an error that names the first flag out of range. es.New checks
// the rest; what is here it would take for a default.
func (s *settings) check() error {
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
	case s.patience < 0:
		return fmt.Errorf("--early-stop %d: want at least 0", s.patience)
	case len(s.hidden) > maxHidden:
		return fmt.Errorf("--hidden: %d layers, want at most %d", len(s.hidden), maxHidden)
	}
	for _, width := range s.hidden {
		if width < 1 || width > maxWidth {
			return fmt.Errorf("--hidden %d: want 1 to %d", width, maxWidth)
		}
	}
	return nil
}

// esOptions returns the optimizer's options, without the data that noise in
// activations takes.
func (s *settings) esOptions() es.Options {
	o := s.options
	o.Rank, o.Rule = int(s.rank), s.rule.of()
	o.Decay, o.Shrink = s.decay.q16(), s.shrink.q16()
	return o
}

// start returns an optimizer of the network's weights on the data that the classifier
// has. Without noise in activations it needs none.
func (s *settings) start(net *nn.MLP, c *nn.Classifier) (*es.Optimizer, error) {
	o := s.esOptions()
	if s.noise == lowrank.InActivations {
		o.Inputs = c
	}
	return es.New(net.Parameters(), o)
}

// classifier returns the evaluator of the network on the training samples, or on those
// that early stopping leaves.
func (s *settings) classifier(net *nn.MLP, train *nn.Dataset) (c *nn.Classifier, validation *nn.Dataset, err error) {
	if s.patience > 0 {
		train, validation = task.HoldOut(train, validationEvery)
	}
	c, err = nn.NewClassifier(net, train, s.batch)
	return c, validation, err
}

// codes returns the number of codes of a generation.
func (s *settings) codes() int {
	if s.noise == lowrank.InActivations {
		return s.options.Pairs * s.batch
	}
	return s.options.Pairs
}

// widths returns the widths of the network for the task's data.
func (s *settings) widths(features, classes int) []int {
	return slices.Concat([]int{features}, s.hidden, []int{classes})
}

// meta returns what a saved file says of the run.
func (s *settings) meta() map[string]string {
	o := s.options
	meta := map[string]string{
		"seed": strconv.FormatUint(o.Seed, 10), "pairs": strconv.Itoa(o.Pairs), "batch": strconv.Itoa(s.batch),
		"rank": s.rank.String(), "sigma": strconv.FormatUint(uint64(o.Sigma), 10),
		"law": o.Law.String(), "fitness": o.Fitness.String(),
		"schedule": fmt.Sprintf("%v over %d", o.Schedule, o.Generations),
	}
	s.rule.meta(meta)
	// What is off by default is told where it is on.
	if s.noise != lowrank.InWeights {
		meta["noise"] = s.noise.String()
	}
	if o.SigmaSchedule != es.Constant {
		meta["sigma-schedule"] = o.SigmaSchedule.String()
	}
	if o.Schedule == es.Inverse || o.SigmaSchedule == es.Inverse {
		meta["decay"] = s.decay.String()
	}
	for name, n := range map[string]int{"groups": o.Groups - 1, "noise-reuse": o.Reuse - 1, "restart": o.Restart, "early-stop": s.patience, "shrink": s.shrink.num} {
		if n != 0 {
			meta[name] = s.texts()[name]
		}
	}
	return meta
}

// network describes the layers' widths, as in 64-128-10.
func network(widths []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(widths), " ", "-"), "[]")
}
