// Package faultstudy measures the accuracy that a network loses when it is programmed into
// imperfect crossbars, and how much of it training through the crossbars recovers.
package faultstudy

import (
	"context"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
	"github.com/Kaleaon/pentary-go/nn"
)

// Experiment is the plan of a study. A network is trained digitally, and then trained further for
// Tune.Generations generations: once digitally, after which it is programmed into the chips, and
// once through each chip.
type Experiment struct {
	Train, Test *data.Dataset
	Widths      []int // of the network
	Batch       int
	Base, Tune  es.Options // without seed
	Chip        crossbar.Config
	Levels      []Level
	Seeds       int
}

// Level describes the quality of a chip.
type Level struct {
	Error float64 `json:"error"` // programming error, in multiples of the published error
	Stuck float64 `json:"stuck"` // fraction of stuck cells, half on and half off
}

// Trial is the result of one network on one chip. Ideal, Programmed and Trained are numbers of
// held-out samples classified correctly.
type Trial struct {
	Level
	Seed       uint64 `json:"seed"`
	Samples    int    `json:"samples"`
	Ideal      int    `json:"ideal"`      // trained and used digitally
	Programmed int    `json:"programmed"` // trained digitally, used on the chip
	Trained    int    `json:"trained"`    // trained through the chip and used on it
	Written    uint64 `json:"written"`    // cells written by training through the chip
	Cells      int    `json:"cells"`
}

// secondLeg separates the seeds of the second training from the seeds of the first.
const secondLeg = 1 << 32

// Generations returns the total number of generations.
func (e *Experiment) Generations() int {
	return e.Seeds * (e.Base.Generations + (1+len(e.Levels))*e.Tune.Generations)
}

// Run runs the trials, seed by seed, and calls done for each. It calls progress after every
// generation. An error from either ends the run.
func (e *Experiment) Run(ctx context.Context, progress func() error, done func(Trial) error) error {
	for seed := range uint64(e.Seeds) {
		digitally := func(net *nn.Model, o es.Options, seed uint64) error {
			o.Seed = seed
			return task.Train(ctx, net, e.Train, e.Batch, o, func(es.Stats) error { return progress() })
		}
		base := nn.NewMLP(seed, e.Widths...)
		if err := digitally(base, e.Base, seed); err != nil {
			return err
		}
		ideal, err := base.Clone()
		if err != nil {
			return err
		}
		if err := digitally(ideal, e.Tune, seed|secondLeg); err != nil {
			return err
		}
		for _, l := range e.Levels {
			t, err := e.trial(ctx, base, ideal, l, seed, progress)
			if err == nil {
				err = done(t)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// trial programs the ideal network into a chip, and trains the base network through it.
func (e *Experiment) trial(ctx context.Context, base, ideal *nn.Model, l Level, seed uint64, progress func() error) (Trial, error) {
	t := Trial{Level: l, Seed: seed, Samples: e.Test.Len()}
	var err error
	if t.Ideal, err = ideal.Accuracy(e.Test); err != nil {
		return t, err
	}
	chip := e.Chip
	chip.Seed = seed
	chip.Device.Error.Scale = l.Error
	chip.Device.StuckOff, chip.Device.StuckOn = l.Stuck/2, l.Stuck/2

	programmed, err := crossbar.NewNetwork(ideal, chip)
	if err != nil {
		return t, err
	}
	if err := programmed.Calibrate(e.Train); err != nil {
		return t, err
	}
	if t.Programmed, _, err = programmed.Accuracy(e.Test, 0); err != nil {
		return t, err
	}

	net, err := base.Clone()
	if err != nil {
		return t, err
	}
	trained, err := crossbar.NewNetwork(net, chip)
	if err != nil {
		return t, err
	}
	before, o := trained.Wear().Writes, e.Tune
	o.Seed = seed | secondLeg
	if err := trained.Train(ctx, e.Train, e.Batch, o, func(es.Stats) error { return progress() }); err != nil {
		return t, err
	}
	if t.Trained, _, err = trained.Accuracy(e.Test, 0); err != nil {
		return t, err
	}
	w := trained.Wear()
	t.Written, t.Cells = w.Writes-before, w.Cells
	return t, nil
}
