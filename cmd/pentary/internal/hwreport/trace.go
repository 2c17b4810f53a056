package hwreport

import (
	"context"

	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/internal/hw/programs"
)

const (
	tracedPairs   = 16 // pairs in the traced generation
	tracedSamples = 16 // largest batch of the traced generation
	keptSteps     = 2000
	drawnSteps    = 20 // instructions in the picture of the pipeline
)

// traced holds the observations of a program's run.
type traced struct {
	Pairs, Samples int
	Machine        cycles.Machine
	Cycles         *cycles.Observer
	InArrays       int64 // cycles with products in analog arrays
	Bars           []bar
}

// bar is the energy of a program by one calibration.
type bar struct {
	Name  string
	Parts energy.Breakdown
	Most  float64 // the total at the upper ends of the energy ranges
}

// trace runs one generation of the network's training on the executor. The network is unchanged.
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
	return &traced{
		Pairs: tracedPairs, Samples: samples, Machine: tiles, Cycles: inTiles, InArrays: inArrays.Pipeline.Cycles(),
		Bars: []bar{
			newBar("published adders", energy.Horowitz, digital),
			newBar("synthesized lanes", energy.Synthesized, digital),
			newBar("analog products", energy.Synthesized, analog),
		},
	}, nil
}

// newBar returns the energy of the counted activity by a calibration.
func newBar(name string, of func(energy.Bound) energy.Calibration, m *energy.Meter) bar {
	const node = 45 // nm, like the digital datapath
	macro := energy.NeuRRAM().Scaled(node)
	return bar{
		Name: name, Parts: of(energy.Typical).Breakdown(m.Activity, macro),
		Most: of(energy.Most).Breakdown(m.Activity, macro).Total(),
	}
}

// Most returns the largest energy at the upper ends of the energy ranges.
func (t *traced) Most() (pj float64) {
	for _, b := range t.Bars {
		pj = max(pj, b.Most)
	}
	return pj
}

// Scale returns the energy of the longest bar.
func (t *traced) Scale() (pj float64) {
	for _, b := range t.Bars {
		pj = max(pj, b.Parts.Total())
	}
	return pj
}

// part has the energies of a part in all bars.
type part struct {
	Number   int
	Name     string
	Energies []float64
}

// Parts returns the parts that occur in any bar.
func (t *traced) Parts() (parts []part) {
	for i, p := range t.Bars[0].Parts {
		row, most := part{Number: i, Name: p.Name}, 0.0
		for _, b := range t.Bars {
			row.Energies = append(row.Energies, b.Parts[i].Energy)
			most = max(most, b.Parts[i].Energy)
		}
		if most > 0 {
			parts = append(parts, row)
		}
	}
	return parts
}

// Slots returns the instructions from the first product on. The instructions before it draw the
// batch and are the same for every sample.
func (t *traced) Slots() []cycles.Slot {
	slots := t.Cycles.Timeline.Slots
	for i, s := range slots {
		if s.Inst.Op == isa.MATVEC {
			slots = slots[i:]
			break
		}
	}
	return slots[:min(drawnSteps, len(slots))]
}
