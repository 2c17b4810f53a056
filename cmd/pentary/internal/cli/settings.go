package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
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
	optimizerSettings
	hidden   []int
	batch    int
	patience int // of early stopping, 0 for none
}

// defaults returns the settings of a task.
func defaults(t *task.Task) *settings {
	return &settings{
		optimizerSettings: defaultOptimizer(t.Options, t.Rate),
		hidden:            slices.Clone(t.Hidden), batch: t.Batch,
	}
}

// groups returns the settings as flags, whose defaults they are, by subject.
func (s *settings) groups() console.Groups {
	o := &s.options
	var groups console.Groups

	f := groups.Add("Network and data")
	f.Var((*console.Widths)(&s.hidden), "hidden", "`widths` of the hidden layers, separated by commas, or none")
	f.IntVar(&s.batch, "batch", s.batch, "samples a generation, the same for all members of a group")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "key of all random numbers")

	f = s.population(&groups)
	f.IntVar(&s.patience, "early-stop", s.patience, fmt.Sprintf(
		"hold out every %dth training sample, too, and stop after so many of %d measurements without\nbetter accuracy on them; 0 never", validationEvery, measurements))

	s.noiseAndUpdate(&groups)
	return groups
}

// flags binds the settings to flags, whose defaults they are.
func (s *settings) flags(f *pflag.FlagSet) {
	for _, g := range s.groups() {
		f.AddFlagSet(g.Flags)
	}
}

// texts returns the settings by the names of their flags, as setTexts takes them.
func (s *settings) texts() map[string]string {
	return s.groups().Texts()
}

// setTexts sets what texts returned, and the defaults that depend on it.
func (s *settings) setTexts(texts map[string]string) error {
	if err := s.groups().SetTexts(texts); err != nil {
		return err
	}
	s.complete()
	return nil
}

// check returns an error that names the first flag out of range. es.New checks
// the rest; what is here it would take for a default.
func (s *settings) check() error {
	if err := s.optimizerSettings.check(); err != nil {
		return err
	}
	switch {
	case s.batch < 1 || s.batch > 1<<20:
		return fmt.Errorf("--batch %d: want 1 to 2^20", s.batch)
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

// start returns an optimizer of the network's weights by the evaluator's scores.
func (s *settings) start(net *nn.Model, e es.Evaluator) (*es.Optimizer, error) {
	return es.New(net.Parameters(), e, s.esOptions())
}

// classifier returns the evaluator of the network on the training samples, or on those
// that early stopping leaves.
func (s *settings) classifier(net *nn.Model, train *data.Dataset) (c *nn.Evaluator, validation *data.Dataset, err error) {
	if s.patience > 0 {
		train, validation = train.HoldOut(validationEvery)
	}
	c, err = nn.NewEvaluator(net, nn.Classify(train), nn.EvaluatorOptions{Streams: s.batch})
	return c, validation, err
}

// codes returns the number of codes of a generation.
func (s *settings) codes() int {
	if s.options.Estimator == lowrank.PerturbActivations {
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
	meta := s.optimizerSettings.meta()
	meta["batch"] = strconv.Itoa(s.batch)
	if s.patience != 0 {
		meta["early-stop"] = strconv.Itoa(s.patience)
	}
	return meta
}

// network describes the layers' widths, as in 64-128-10.
func network(widths []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(widths), " ", "-"), "[]")
}
