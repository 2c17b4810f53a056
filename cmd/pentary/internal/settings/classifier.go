package settings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Limits of the networks, so that a typing mistake does not ask for all memory.
const (
	MaxHidden = 8
	MaxWidth  = 1 << 14
	MaxShift  = 4
)

const (
	// Measurements is how often a run is measured, unless a flag says otherwise.
	Measurements = 25
	// HoldOutEvery says which training samples are held out for early stopping.
	HoldOutEvery = 10
)

// Classifier are the settings of a training on samples with labels.
type Classifier struct {
	Optimizer
	Hidden []int
	Batch  int
	Shift  int    // pixels by which training moves images
	Output int    // added to sigma for the last layer
	Table  *Table // nil unless the samples are rows of a CSV file

	Rows         int           // of samples that are pictures; 0: as many as columns
	Convolutions *Convolutions // before the hidden layers; nil: none, and no flag
	Recurrent    *Recurrent    // after the convolutions; nil: none, and no flag
	Bias         *bool         // whether convolutions and dense layers have biases; nil: none, and no flag
}

// NewClassifier returns the default settings of a task.
func NewClassifier(t *task.Task) *Classifier {
	s := &Classifier{Optimizer: NewOptimizer(t.Options, t.Rate), Hidden: slices.Clone(t.Hidden), Batch: t.Batch, Shift: t.Shift, Output: t.Output, Rows: t.Rows}
	s.Early = earlyStop
	if t == &task.CSV {
		s.Table = &Table{Format: Format{Header: "auto", Separator: ","}, Test: 20}
	}
	return s
}

// Groups implements Settings.
func (s *Classifier) Groups() console.Groups {
	var groups console.Groups
	if s.Table != nil {
		s.Table.flags(groups.Add("Table"))
	}
	f := groups.Add("Network and data")
	f.Var((*console.Widths)(&s.Hidden), "hidden", "`widths` of the hidden layers, separated by commas, or none")
	if s.Bias != nil {
		f.BoolVar(s.Bias, "bias", *s.Bias, "add a trained bias to each output of dense layers and of convolutions")
	}
	if s.Convolutions != nil {
		f.Var(s.Convolutions, "conv", "convolutions before the hidden layers: `layers` of filters x size / stride, as in 8x5/2,16x5/2, or filters x height x width / stride, as in 16x1x5/2; or none")
	}
	if s.Recurrent != nil {
		f.Var(s.Recurrent, "recurrent", "recurrent `layer` before the hidden layers: rnn, mingru, gru or lstm, its width / the values that it reads per step, as in gru32/4; the next layer reads its outputs of the last step, or of all steps with gru32/4/all; /double after it doubles its sums, which helps if its width + the values per step are 32 to 63 or 128 to 255; or none")
	}
	integer(f, &s.Batch, "batch", 1, 1<<20, "samples a generation, the same for all members of a group")
	if s.Table == nil {
		integer(f, &s.Shift, "shift", 0, MaxShift, "move each training image at random, by at most this number of pixels in each direction")
	}
	f.Uint64Var(&s.Base.Seed, "seed", s.Base.Seed, "key of all random numbers")

	f = s.population(&groups)
	s.earlyStop(f, fmt.Sprintf("every %dth training sample", HoldOutEvery))
	f = s.noiseAndUpdate(&groups)
	integer(f, &s.Output, "output-sigma", 0, lowrank.MaxSigma, "halve the noise in the last layer this number of times; its few outputs cause half of the variance of scores")
	return groups
}

// Complete implements Settings.
func (s *Classifier) Complete() {
	s.Optimizer.Complete()
	if s.Table != nil {
		s.Table.complete()
	}
}

// Check implements Settings.
func (s *Classifier) Check() error {
	if s.Table != nil {
		if err := s.Table.check(); err != nil {
			return err
		}
	}
	if err := s.Optimizer.Check(); err != nil {
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
		if width < 1 || width > MaxWidth {
			return fmt.Errorf("--hidden %d: want 1 to %d", width, MaxWidth)
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

// Samples returns training samples with the settings' shift.
func (s *Classifier) Samples(d *data.Dataset) *data.Dataset {
	moved := *d
	moved.Shift = s.Shift
	return &moved
}

// Widths returns the widths of the network for data of that shape.
func (s *Classifier) Widths(features, classes int) []int {
	return slices.Concat([]int{features}, s.Hidden, []int{classes})
}

// Network describes the layers' widths, as in 64-128-10.
func Network(widths []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(widths), " ", "-"), "[]")
}
