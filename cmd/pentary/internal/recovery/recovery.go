// Package recovery measures what training through imperfect crossbars recovers of the
// accuracy that a network loses when it is programmed into them as it is.
package recovery

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
	"github.com/Kaleaon/pentary-go/nn"
)

// Experiment is what is measured: a network trained without crossbars, once for each
// seed, programmed into a chip of each kind, and trained on through it.
type Experiment struct {
	Train, Test *nn.Dataset
	Widths      []int // of the network
	Batch       int
	Ideal, Tune es.Options // of the training without and through crossbars; Seed is set
	Chip        crossbar.Config
	Stuck       []float64 // shares of cells, half on, half off
	Seeds       int
}

// Trial is one network on one chip: numbers of test samples that are right.
type Trial struct {
	Stuck      float64 `json:"stuck"`
	Seed       uint64  `json:"seed"`
	Ideal      int     `json:"ideal"`      // digital
	Programmed int     `json:"programmed"` // as it was, on the chip
	Trained    int     `json:"trained"`    // through the chip
	Written    uint64  `json:"written"`    // cells, by training through the chip
	Cells      int     `json:"cells"`
}

// Generations returns the generations of all training.
func (e *Experiment) Generations() int {
	return e.Seeds * (e.Ideal.Generations + len(e.Stuck)*e.Tune.Generations)
}

// Run does the trials, seed after seed, and passes each to done. progress, unless nil,
// is told of every generation.
func (e *Experiment) Run(ctx context.Context, progress func(), done func(Trial) error) error {
	for seed := range uint64(e.Seeds) {
		net := nn.NewMLP(seed, e.Widths...)
		ideal, err := nn.NewClassifier(net, e.Train, e.Batch)
		if err != nil {
			return err
		}
		if err := train(ctx, net, e.Ideal, seed, ideal, progress); err != nil {
			return err
		}
		for _, stuck := range e.Stuck {
			t, err := e.trial(ctx, net, stuck, seed, progress)
			if err != nil {
				return err
			}
			if err := done(t); err != nil {
				return err
			}
		}
	}
	return nil
}

// trial programs a copy of the network into a chip and trains it there.
func (e *Experiment) trial(ctx context.Context, ideal *nn.MLP, stuck float64, seed uint64, progress func()) (Trial, error) {
	t := Trial{Stuck: stuck, Seed: seed}
	var err error
	if t.Ideal, err = accuracy(ideal, e.Test); err != nil {
		return t, err
	}
	chip := e.Chip
	chip.Seed = seed
	chip.Device.StuckOff, chip.Device.StuckOn = stuck/2, stuck/2
	net := clone(ideal)
	hardware, err := crossbar.NewNetwork(net, chip)
	if err != nil {
		return t, err
	}
	hardware.Calibrate(e.Train)
	if t.Programmed, _, err = hardware.Accuracy(e.Test, 0); err != nil {
		return t, err
	}
	before := hardware.Wear().Writes
	through, err := crossbar.NewClassifier(hardware, e.Train, e.Batch)
	if err != nil {
		return t, err
	}
	if err := train(ctx, net, e.Tune, seed, through, progress); err != nil {
		return t, err
	}
	hardware.Update()
	if t.Trained, _, err = hardware.Accuracy(e.Test, 0); err != nil {
		return t, err
	}
	w := hardware.Wear()
	t.Written, t.Cells = w.Writes-before, w.Cells
	return t, nil
}

// train trains a network by an evaluator.
func train(ctx context.Context, net *nn.MLP, o es.Options, seed uint64, e es.Evaluator, progress func()) error {
	o.Seed = seed
	opt, err := es.New(net.Parameters(), o)
	if err != nil {
		return err
	}
	return opt.Run(ctx, e, func(es.Stats) error {
		if progress != nil {
			progress()
		}
		return nil
	})
}

// accuracy returns how many samples a network gets right.
func accuracy(net *nn.MLP, data *nn.Dataset) (correct int, err error) {
	counts, err := net.Confusion(data)
	if err != nil {
		return 0, fmt.Errorf("recovery: %w", err)
	}
	for class := range counts {
		correct += counts[class][class]
	}
	return correct, nil
}

// clone returns a network with weights of its own.
func clone(m *nn.MLP) *nn.MLP {
	c := &nn.MLP{}
	for _, l := range m.Layers {
		layer := *l
		layer.W = l.W.Clone()
		c.Layers = append(c.Layers, &layer)
	}
	return c
}
