package hwreport

import (
	"context"

	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/internal/hw/programs"
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
	net, err := s.Net.Clone()
	if err != nil {
		return nil, err
	}
	training, err := programs.NewTraining(net, s.Train, samples, options(tracedPairs, 1))
	if err != nil {
		return nil, err
	}
	tiles := cycles.DefaultMachine()
	arrays := tiles
	arrays.InArrays = true
	inTiles, inArrays := cycles.NewObserver(tiles, keptSteps), cycles.NewObserver(arrays, 0)
	digital, analog := &energy.Meter{}, &energy.Meter{InArrays: true}
	if err := training.Run(ctx, inTiles, inArrays, digital, analog); err != nil {
		return nil, err
	}
	r := &traced{pairs: tracedPairs, samples: samples, machine: tiles, cycles: inTiles, inArrays: inArrays.Pipeline.Cycles()}
	r.add("published adders", energy.Horowitz, digital)
	r.add("synthesized lanes", energy.Synthesized, digital)
	r.add("analog products", energy.Synthesized, analog)
	return r, nil
}

// add adds a bar: what was counted under a calibration.
func (r *traced) add(name string, of func(energy.Bound) energy.Calibration, m *energy.Meter) {
	const node = 45 // nm, that of the digital datapath
	macro := energy.NeuRRAM().Scaled(node)
	r.bars = append(r.bars, Bar{
		Name: name, Parts: of(energy.Typical).Breakdown(m.Activity, macro),
		Most: of(energy.Most).Breakdown(m.Activity, macro).Total(),
	})
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
