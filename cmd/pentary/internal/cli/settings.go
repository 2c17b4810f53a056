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
)

// Limits of the network, so that a slip of a finger does not ask for all memory.
const (
	maxHidden = 8
	maxWidth  = 1 << 14
)

// settings are the options of a training run.
type settings struct {
	options es.Options // without the rule
	hidden  []int
	batch   int
	rule    ruleName
	rate    decimal // of the residual rule
	share   decimal // of the threshold rule
}

// defaults returns the settings of a task.
func defaults(t *task.Task) *settings {
	o := t.Options
	o.Schedule = cmp.Or(o.Schedule, es.Linear)
	return &settings{
		options: o, hidden: slices.Clone(t.Hidden), batch: t.Batch,
		rule: residual, rate: newDecimal(t.Rate, 1), share: newDecimal("0.05", 1),
	}
}

// flags binds the settings to flags, whose defaults they are.
func (s *settings) flags(f *pflag.FlagSet) {
	o := &s.options
	f.Uint64Var(&o.Seed, "seed", o.Seed, "key of all random numbers")
	f.IntVar(&o.Generations, "generations", o.Generations, "length of the run")
	f.IntVar(&o.Pairs, "pairs", o.Pairs, "antithetic pairs a generation, half the population")
	f.IntVar(&s.batch, "batch", s.batch, "samples a generation, the same for all members")
	f.IntSliceVar(&s.hidden, "hidden", s.hidden, "widths of the hidden layers, separated by commas")
	f.IntVar(&o.Rank, "rank", o.Rank, "rank of the perturbations")
	f.UintVar(&o.Sigma, "sigma", o.Sigma, "perturb by 2^-sigma levels")
	f.Var(choice[kernels.Law]{&o.Law, []kernels.Law{kernels.Binomial, kernels.Uniform}}, "law", "of the random factors")
	f.Var(choice[es.Fitness]{&o.Fitness, []es.Fitness{es.Sign, es.FourBit, es.Ranks, es.Raw}}, "fitness", "code of a pair's difference")
	f.Var(choice[ruleName]{&s.rule, []ruleName{residual, threshold}}, "rule", "how the update moves weights")
	f.Var(&s.rate, "rate", "residual rule: levels that one standard deviation moves")
	f.Var(&s.share, "share", "threshold rule: of the weights that pure noise would move")
	f.Var(choice[es.Schedule]{&o.Schedule, []es.Schedule{es.Linear, es.Constant, es.Cosine, es.Inverse}}, "schedule", "of the rate over the run")
}

// check returns an error that names the first flag out of range. es.New checks
// the rest; what is here it would take for a default.
func (s *settings) check() error {
	switch {
	case s.options.Pairs < 1:
		return fmt.Errorf("--pairs %d: want at least 1", s.options.Pairs)
	case s.options.Rank < 1:
		return fmt.Errorf("--rank %d: want at least 1", s.options.Rank)
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

// esOptions returns the optimizer's options.
func (s *settings) esOptions() es.Options {
	o := s.options
	o.Rule = s.rule.rule(s.rate, s.share)
	return o
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
		"rank": strconv.Itoa(o.Rank), "sigma": strconv.FormatUint(uint64(o.Sigma), 10),
		"law": o.Law.String(), "fitness": o.Fitness.String(), "rule": s.rule.String(),
		"schedule": fmt.Sprintf("%v over %d", o.Schedule, o.Generations),
	}
	if s.rule == threshold {
		meta["share"] = s.share.String()
	} else {
		meta["rate"] = s.rate.String()
	}
	return meta
}

// network describes the layers' widths, as in 64-128-10.
func network(widths []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(widths), " ", "-"), "[]")
}
