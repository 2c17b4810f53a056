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
	Hidden   []int
	Batch    int
	Patience int // of early stopping, 0 for none
}

// NewClassifier returns the default settings of a task.
func NewClassifier(t *task.Task) *Classifier {
	return &Classifier{Optimizer: NewOptimizer(t.Options, t.Rate), Hidden: slices.Clone(t.Hidden), Batch: t.Batch}
}

// Groups implements Settings.
func (s *Classifier) Groups() console.Groups {
	var groups console.Groups
	f := groups.Add("Network and data")
	f.Var((*console.Widths)(&s.Hidden), "hidden", "`widths` of the hidden layers, separated by commas, or none")
	f.IntVar(&s.Batch, "batch", s.Batch, "samples a generation, the same for all members of a group")
	f.Uint64Var(&s.Base.Seed, "seed", s.Base.Seed, "key of all random numbers")

	f = s.population(&groups)
	earlyStop(f, &s.Patience, fmt.Sprintf("every %dth training sample", HoldOutEvery))
	s.noiseAndUpdate(&groups)
	return groups
}

// earlyStop adds the flag of that name.
func earlyStop(f *pflag.FlagSet, patience *int, holdOut string) {
	f.IntVar(patience, "early-stop", *patience, fmt.Sprintf(
		"hold out %s as well, stop after this number of the %d measurements without a better score on them, and keep the best weights; 0 never",
		holdOut, Measurements))
}

// Check implements Settings.
func (s *Classifier) Check() error {
	if err := s.Optimizer.Check(); err != nil {
		return err
	}
	if err := inRange(bound{"early-stop", s.Patience, 0, math.MaxInt}, bound{"batch", s.Batch, 1, 1 << 20}); err != nil {
		return err
	}
	return checkHidden(s.Hidden)
}

func checkHidden(hidden []int) error {
	if len(hidden) > MaxHidden {
		return fmt.Errorf("--hidden: %d layers, want at most %d", len(hidden), MaxHidden)
	}
	for _, width := range hidden {
		if err := inRange(bound{"hidden", width, 1, MaxWidth}); err != nil {
			return err
		}
	}
	return nil
}

// HoldOut returns which training samples are held out: every n-th, 0 for none.
func (s *Classifier) HoldOut() int {
	if s.Patience == 0 {
		return 0
	}
	return HoldOutEvery
}

// Widths returns the widths of the network for data of that shape.
func (s *Classifier) Widths(features, classes int) []int {
	return slices.Concat([]int{features}, s.Hidden, []int{classes})
}

// EarlyStop implements Settings.
func (s *Classifier) EarlyStop() int { return s.Patience }

// Meta implements Settings.
func (s *Classifier) Meta() map[string]string {
	meta := s.Optimizer.Meta()
	meta["batch"] = strconv.Itoa(s.Batch)
	if s.Patience != 0 {
		meta["early-stop"] = strconv.Itoa(s.Patience)
	}
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
