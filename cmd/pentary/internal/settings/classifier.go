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

// Limits of networks, so that a typing error does not request all memory.
const (
	MaxHidden = 8
	MaxWidth  = 1 << 14
	MaxShift  = 4
)

const (
	// Measurements is the number of measurements in a run, unless a flag sets it.
	Measurements = 25
	// HoldOutEvery is the interval of training samples held out for early stopping.
	HoldOutEvery = 10
)

// Classifier holds the settings of training on samples with labels.
type Classifier struct {
	Optimizer
	Hidden []int
	Batch  int
	Shift  int    // pixels by which training moves images
	Output int    // added to sigma for the last layer
	Table  *Table // for samples from a CSV file; otherwise nil

	Rows         int           // rows of an image; 0: as many as columns
	Convolutions *Convolutions // before the hidden layers; nil: no flag
	Recurrent    *Recurrent    // after the convolutions; nil: no flag
	Bias         *bool         // whether convolutions and dense layers have biases; nil: no flag
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
		f.Var(s.Convolutions, "conv", "convolutions before the hidden layers: `layers` of filters x size / stride, such as 8x5/2,16x5/2, or filters x height x width / stride, such as 16x1x5/2; or none")
	}
	if s.Recurrent != nil {
		f.Var(s.Recurrent, "recurrent", "recurrent `layer` before the hidden layers: rnn, mingru, gru or lstm, width / values per step, such as gru32/4; the next layer reads the outputs of the last step, or of all steps with gru32/4/all; a final /double doubles the layer's sums, which helps if width + values per step is 32 to 63 or 128 to 255; or none")
	}
	integer(f, &s.Batch, "batch", 1, 1<<20, "samples per generation, the same for all members of a group")
	if s.Table == nil {
		integer(f, &s.Shift, "shift", 0, MaxShift, "shift each training image at random, by at most this number of pixels in each direction")
	}
	f.Uint64Var(&s.Base.Seed, "seed", s.Base.Seed, "key of all random numbers")

	f = s.population(&groups)
	s.earlyStop(f, fmt.Sprintf("every %dth training sample", HoldOutEvery))
	f = s.noiseAndUpdate(&groups)
	integer(f, &s.Output, "output-sigma", 0, lowrank.MaxSigma, "halve the noise in the last layer this number of times; its few outputs cause half of the scores' variance")
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

// checkHidden returns an error if the widths of hidden layers, or the products of widths and rank,
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

// HoldOut returns n if every n-th training sample is held out, or 0 for none.
func (s *Classifier) HoldOut() int {
	if s.Early.Patience == 0 {
		return 0
	}
	return HoldOutEvery
}

// Samples returns the training samples with the random shift.
func (s *Classifier) Samples(d *data.Dataset) *data.Dataset {
	moved := *d
	moved.Shift = s.Shift
	return &moved
}

// Widths returns the widths of the network for data with the given features and classes.
func (s *Classifier) Widths(features, classes int) []int {
	return slices.Concat([]int{features}, s.Hidden, []int{classes})
}

// Network formats the layers' widths, for example 64-128-10.
func Network(widths []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(widths), " ", "-"), "[]")
}
