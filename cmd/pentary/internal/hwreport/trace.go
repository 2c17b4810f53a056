package hwreport

import (
	"context"

	"github.com/Kaleaon/pentary-go/hwmodel/cycles"
	"github.com/Kaleaon/pentary-go/hwmodel/energy"
	"github.com/Kaleaon/pentary-go/hwmodel/isa"
	"github.com/Kaleaon/pentary-go/hwmodel/programs"
)

const (
	tracedPairs   = 16 // pairs of the generation that is traced
	tracedSamples = 16 // of its batch, at most
	keptSteps     = 2000
	drawnSteps    = 20 // instructions in the picture of the pipeline
)

// trace runs one generation of the network's training on the executor. The network
// stays as it is.
func (s *Subject) trace(ctx context.Context) (*traced, error) {
	samples := min(tracedSamples, s.Batch)
	training, err := programs.NewTraining(clone(s.Net), s.Train, samples, options(tracedPairs, 1))
	if err != nil {
		return nil, err
	}
	machine := cycles.DefaultMachine()
	observer, meter := cycles.NewObserver(machine, keptSteps), &energy.Meter{}
	if err := training.Run(ctx, observer, meter); err != nil {
		return nil, err
	}
	r := &traced{pairs: tracedPairs, samples: samples, machine: machine, cycles: observer}
	for _, of := range []func(energy.Bound) energy.Calibration{energy.Horowitz, energy.Synthesized} {
		c, macro := of(energy.Typical), energy.NeuRRAM()
		r.bars = append(r.bars, Bar{
			Name: c.Name, Parts: c.Breakdown(meter.Activity, macro),
			Most: of(energy.Most).Breakdown(meter.Activity, macro).Total(),
		})
	}
	return r, nil
}

// drawn returns the instructions from the first product on: before it the batch is
// drawn, a sample like the other.
func drawn(slots []cycles.Slot) []cycles.Slot {
	for i, s := range slots {
		if s.Inst.Op == isa.MATVEC {
			slots = slots[i:]
			break
		}
	}
	return slots[:min(drawnSteps, len(slots))]
}
