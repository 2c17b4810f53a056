package settings

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
)

// Limits of the networks, so that a typing mistake does not ask for all memory.
const (
	MaxHidden = 8
	MaxWidth  = 1 << 14
)

const (
	// Measurements is how often a run is measured.
	Measurements = 25
	// HoldOutEvery says which training samples are held out for early stopping.
	HoldOutEvery = 10
)

// Classifier are the settings of a classifier's training.
type Classifier struct {
	Optimizer
	Hidden []int
	Batch  int
	Early  EarlyStop
}

// NewClassifier returns the default settings of a task.
func NewClassifier(t *task.Task) *Classifier {
	return &Classifier{Optimizer: NewOptimizer(t.Options, t.Rate), Hidden: slices.Clone(t.Hidden), Batch: t.Batch, Early: earlyStop}
}

// Groups implements Settings.
func (s *Classifier) Groups() console.Groups {
	var groups console.Groups
	f := groups.Add("Network and data")
	f.Var((*console.Widths)(&s.Hidden), "hidden", "`widths` of the hidden layers, separated by commas, or none")
	f.IntVar(&s.Batch, "batch", s.Batch, "samples a generation, the same for all members of a group")
	f.Uint64Var(&s.Base.Seed, "seed", s.Base.Seed, "key of all random numbers")

	f = s.population(&groups)
	s.Early.flags(f, fmt.Sprintf("every %dth training sample", HoldOutEvery))
	s.noiseAndUpdate(&groups)
	return groups
}

// EarlyStop are the settings of early stopping.
type EarlyStop struct {
	Patience   int // measurements, 0 for no early stopping
	Reductions int // of the rate
}

// earlyStop is the default: of the reductions, docs/settings.md has the measurement.
var earlyStop = EarlyStop{Reductions: 3}

// flags adds the flags.
func (e *EarlyStop) flags(f *pflag.FlagSet, holdOut string) {
	f.IntVar(&e.Patience, "early-stop", e.Patience, fmt.Sprintf(
		"hold out %s as well, stop after this number of the %d measurements without a better score on them, and keep the best weights; 0 never",
		holdOut, Measurements))
	f.IntVar(&e.Reductions, "reductions", e.Reductions,
		"early stopping: halve the rate instead of stopping, this number of times")
}

// meta adds what a saved file says of early stopping.
func (e EarlyStop) meta(meta map[string]string) {
	if e.Patience != 0 {
		meta["early-stop"] = strconv.Itoa(e.Patience)
		if e.Reductions != 0 {
			meta["reductions"] = strconv.Itoa(e.Reductions)
		}
	}
}

// bounds are those of the flags.
func (e EarlyStop) bounds() []bound {
	return []bound{{"early-stop", e.Patience, 0, math.MaxInt}, {"reductions", e.Reductions, 0, es.MaxReductions}}
}

// under returns the settings in force: no reductions without early stopping, nor under QES,
// which cannot take them.
func (e EarlyStop) under(rule RuleName) EarlyStop {
	if e.Patience == 0 || rule == QES {
		e.Reductions = 0
	}
	return e
}

// Check implements Settings.
func (s *Classifier) Check() error {
	if err := s.Optimizer.Check(); err != nil {
		return err
	}
	if err := inRange(append(s.Early.bounds(), bound{"batch", s.Batch, 1, 1 << 20})...); err != nil {
		return err
	}
	return checkHidden(s.Hidden, int(s.Rank))
}

// checkHidden returns an error if layers of those widths, or inputs of theirs at that rank,
// are out of range.
func checkHidden(hidden []int, rank int) error {
	if len(hidden) > MaxHidden {
		return fmt.Errorf("--hidden: %d layers, want at most %d", len(hidden), MaxHidden)
	}
	for _, width := range hidden {
		if err := inRange(bound{"hidden", width, 1, MaxWidth}); err != nil {
			return err
		}
		if rank > kernels.MaxRankK/width {
			return fmt.Errorf("--hidden %d --rank %d: want a product of at most %d", width, rank, kernels.MaxRankK)
		}
	}
	return nil
}

// HoldOut returns which training samples are held out: every n-th, 0 for none.
func (s *Classifier) HoldOut() int {
	if s.Early.Patience == 0 {
		return 0
	}
	return HoldOutEvery
}

// Widths returns the widths of the network for data of that shape.
func (s *Classifier) Widths(features, classes int) []int {
	return slices.Concat([]int{features}, s.Hidden, []int{classes})
}

// EarlyStop implements Settings.
func (s *Classifier) EarlyStop() EarlyStop { return s.Early.under(s.Rule.Name) }

// Meta implements Settings.
func (s *Classifier) Meta() map[string]string {
	meta := s.Optimizer.Meta()
	meta["batch"] = strconv.Itoa(s.Batch)
	s.EarlyStop().meta(meta)
	return meta
}

// Takes reports whether the setting of that name makes a difference: parameters of
// other rules than the one in force do not.
func (s *Classifier) Takes(name string) bool {
	var parameters pflag.FlagSet
	s.Rule.Flags(&parameters)
	if parameters.Lookup(name) == nil {
		return true
	}
	taken := map[string]string{}
	s.Rule.Meta(taken)
	_, ok := taken[name]
	return ok
}

// Network describes the layers' widths, as in 64-128-10.
func Network(widths []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(widths), " ", "-"), "[]")
}
