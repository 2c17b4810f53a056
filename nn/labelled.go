package nn

import (
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Classify returns the task of predicting the class of a dataset's samples; outputs are logits
// in 1/16 bit. A score is the log-probability of the label in units of 1/256 bit. Samples may
// be replaced, added and removed between generations, as long as the dataset passes Check.
func Classify(d *data.Dataset) Task {
	t := &classification{labelled{data: d, score: (*Scoring).CrossEntropy}}
	if d != nil && d.Outputs > 0 {
		t.err = errors.New("nn: Classify: the dataset has targets, want classes")
	}
	return t
}

type classification struct{ labelled }

// A Loss measures the distance of a prediction from its target.
type Loss int

// The losses.
const (
	Squared Loss = iota
	Absolute
)

// Regress returns the task of predicting the targets of a dataset: output i, times unit,
// is the prediction of target i. A score is minus the sum of the outputs' losses, in units
// of a target's least step, squared for Squared. Targets beyond ±127·unit are out of
// reach.
func Regress(d *data.Dataset, unit int, loss Loss) Task {
	t := &labelled{data: d, err: checkRegression(d, unit, loss)}
	t.score = func(s *Scoring) {
		for c := range s.Scores {
			sum := int64(0)
			for i, target := range d.Target(s.Sample(c)) {
				off := int64(s.Output(i, c))*int64(unit) - int64(target)
				if loss == Squared {
					sum -= off * off
				} else {
					sum -= max(off, -off)
				}
			}
			s.Scores[c] = sum
		}
	}
	return t
}

func checkRegression(d *data.Dataset, unit int, loss Loss) error {
	switch {
	case d != nil && d.Outputs == 0:
		return errors.New("nn: Regress: the dataset has classes, want targets")
	case unit < 1 || unit > 1<<15:
		return fmt.Errorf("nn: Regress: unit %d, want 1 to 2^15", unit)
	case loss != Squared && loss != Absolute:
		return fmt.Errorf("nn: Regress: unknown loss %d", loss)
	}
	return nil
}

// Scored returns a task with any fitness on the samples of a dataset, for a model with the given
// number of outputs: score rates the outputs for a sample, higher is better. Goroutines call
// it at the same time; outputs are valid during the call.
func Scored(d *data.Dataset, outputs int, score func(outputs []int8, sample int) int64) Task {
	t := &labelled{data: d, outputs: outputs}
	if score == nil || outputs < 1 {
		t.err = fmt.Errorf("nn: Scored: %d outputs, want at least 1, and a function that is not nil", outputs)
	}
	t.score = func(s *Scoring) {
		for c := range s.Scores {
			s.Scores[c] = score(s.Column(c), s.Sample(c))
		}
	}
	return t
}

// labelled is a task of a dataset's samples.
type labelled struct {
	data    *data.Dataset
	outputs int // 0: the dataset's
	score   func(s *Scoring)
	err     error
}

// Check implements Checker.
func (t *labelled) Check() error {
	if err := t.data.Check(); err != nil {
		return err
	}
	if t.err == nil && t.Outputs() > kernels.MaxClasses && t.data.Outputs == 0 && t.outputs == 0 {
		return fmt.Errorf("nn: %d classes, want at most %d", t.data.Classes, kernels.MaxClasses)
	}
	return t.err
}

// Inputs implements Task.
func (t *labelled) Inputs() int { return t.data.Features }

// Outputs implements Task.
func (t *labelled) Outputs() int {
	switch {
	case t.outputs > 0:
		return t.outputs
	case t.data.Outputs > 0:
		return t.data.Outputs
	}
	return t.data.Classes
}

// Draw implements Task: samples by independent uniform choice, see DrawBatch. All steps of
// a batch see the same samples. Of a dataset with a Shift, image i of a batch moves down by
// ⌊u·(2·Shift+1)/2^32⌋ - Shift pixels, and likewise to the right, for the u32 2i and 2i+1 of the
// Batch stream of tensor 1.
func (t *labelled) Draw(b *Batch, seed uint64, generation, group int) {
	k := t.data.Features
	b.rows = reuse.Slice(b.rows, k*b.Streams)
	drawn, targets := b.Samples[0], b.Targets[0]
	moves := lowrank.StreamOf(seed, generation, 1, lowrank.Batch, group)
	var block [4]uint32
	DrawBatch(t.data.Len(), seed, generation, group, b.Streams, func(i, sample int) {
		if t.data.Shift == 0 {
			copy(b.rows[i*k:], t.data.Sample(sample))
		} else {
			if i%2 == 0 {
				block = moves.Block(uint32(i / 2))
			}
			t.data.Move(b.rows[i*k:(i+1)*k], sample, t.move(block[i%2*2]), t.move(block[i%2*2+1]))
		}
		drawn[i] = int32(sample)
		if t.outputs == 0 && t.data.Outputs == 0 {
			targets[i] = t.data.Labels[sample]
		}
	})
	kernels.Interleave(b.X[0], b.rows, k, b.Streams)
	for _, x := range b.X[1:] {
		copy(x, b.X[0])
	}
	for step := 1; step < b.Steps; step++ {
		copy(b.Samples[step], drawn)
		copy(b.Targets[step], targets)
	}
}

// move returns the pixels that a random number moves an image by.
func (t *labelled) move(u uint32) int {
	return int(uint64(u)*uint64(2*t.data.Shift+1)>>32) - t.data.Shift
}

// Score implements Task.
func (t *labelled) Score(s *Scoring) { t.score(s) }
