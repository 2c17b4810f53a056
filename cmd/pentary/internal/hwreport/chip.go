package hwreport

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
)

// Chip is the configuration of the report's chips: the best documented cells, in 256×256 arrays with
// eight-bit converters.
var Chip = crossbar.Config{Device: crossbar.RRAM, Seed: 1, ADCBits: 8}

const day = 86400.0 // seconds

// ages returns the ages at which accuracy is measured, in seconds: every decade from one second on,
// and ten years.
func ages() (at []float64) {
	for t := 1.0; t < 4e8; t *= 10 {
		at = append(at, t)
	}
	return append(at, 3650*day)
}

// conditions are the conditions under which chips age.
var conditions = []struct {
	name       string
	device     crossbar.Device
	celsius    float64
	references int
}{
	{"25 °C", crossbar.RRAM, 25, 0},
	{"85 °C", crossbar.RRAM, 85, 0},
	{"85 °C, references", crossbar.RRAM, 85, 5},
	{"85 °C, HfO2", crossbar.HfO2, 85, 0},
}

// aged is the accuracy of a network on chips over the time since programming: first the exact
// network's, then one series per condition.
type aged struct {
	Seconds []float64 // ages
	Series  []series
}

// series has one accuracy per age.
type series struct {
	Name   string
	Shares []float64
}

// Day returns the accuracy after a day at 85 °C.
func (a *aged) Day() float64 {
	at := 0
	for i, t := range a.Seconds {
		if t < 1.5*day {
			at = i
		}
	}
	return a.Series[2].Shares[at]
}

// age measures the ageing of chips. progress is called before each condition.
func (s *Subject) age(ctx context.Context, exact float64, progress Progress) (*aged, error) {
	a := &aged{Seconds: ages()}
	line := series{Name: "exact"}
	for range a.Seconds {
		line.Shares = append(line.Shares, exact)
	}
	a.Series = append(a.Series, line)
	for i, c := range conditions {
		progress("ageing", i, len(conditions))
		config := Chip
		config.Device, config.References = c.device, c.references
		chip, err := crossbar.NewNetwork(s.Net, config)
		if err != nil {
			return nil, err
		}
		chip.Calibrate(s.Train)
		line, now := series{Name: c.name}, 0.0
		for j, t := range a.Seconds {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := chip.Advance(t-now, c.celsius); err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			now = t
			correct, _, err := chip.Accuracy(s.Test, uint32(j))
			if err != nil {
				return nil, err
			}
			line.Shares = append(line.Shares, float64(correct)/float64(s.Test.Len()))
		}
		a.Series = append(a.Series, line)
	}
	return a, nil
}

// worn is a chip after a network has been trained through it from random weights.
type worn struct {
	chip          *crossbar.Network
	Generations   int
	Before, After float64 // accuracy of the random weights and after training
}

// trainThrough trains a network of the subject's shape through a chip.
func (s *Subject) trainThrough(ctx context.Context, progress Progress) (*worn, error) {
	net, err := s.Net.Clone()
	if err != nil {
		return nil, err
	}
	net.Randomize(1)
	before, err := accuracy(net, s.Test)
	if err != nil {
		return nil, err
	}
	chip, err := crossbar.NewNetwork(net, Chip)
	if err != nil {
		return nil, err
	}
	err = chip.Train(ctx, s.Train, s.Batch, options(s.Pairs, s.Generations), func(stats es.Stats) error {
		progress("training through the crossbar", stats.Finished, s.Generations)
		return nil
	})
	if err != nil {
		return nil, err
	}
	after, _, err := chip.Accuracy(s.Test, 0)
	if err != nil {
		return nil, err
	}
	return &worn{chip, s.Generations, before, float64(after) / float64(s.Test.Len())}, nil
}

// Wear returns the wear of all cells.
func (w *worn) Wear() *crossbar.Wear {
	wear := w.chip.Wear()
	return &wear
}

// Map returns the wear map of the first array of the first layer.
func (w *worn) Map() crossbar.WearMap { return w.chip.Crossbars[0].WearMap(0) }

// Bounds returns the writes to that array's most and least written cell.
func (w *worn) Bounds() []uint32 {
	least, most := bounds(w.Map())
	return []uint32{most, least}
}

// Scale returns a map of one column with every shade, darkest on top.
func (w *worn) Scale() crossbar.WearMap {
	m := crossbar.WearMap{Lines: 64, Columns: 1}
	for i := range uint32(64) {
		m.Writes = append(m.Writes, 63-i)
	}
	return m
}

// Lifetime returns the number of generations that the cells would last.
func (w *worn) Lifetime() float64 { return w.Wear().Lifetime(Chip.Device.Endurance, w.Generations) }

// Side returns the length in pixels of a side with the given number of cells.
func (w *worn) Side(cells int) int { return cells * max(1, 512/max(w.Map().Columns, w.Map().Lines)) }
