package hwreport

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
	"github.com/Kaleaon/pentary-go/nn"
)

// Chip is the kind of chip that the report is about: the cells that were measured
// best in public, in arrays of 256×256 with converters of eight bits.
var Chip = crossbar.Config{Device: crossbar.RRAM, Seed: 1, ADCBits: 8}

// ages are those at which accuracy is measured, in seconds: every decade from a second
// on, and ten years.
func ages() (at []float64) {
	for t := 1.0; t < 4e8; t *= 10 {
		at = append(at, t)
	}
	return append(at, 10*365*86400)
}

// conditions are under which the report lets a chip age.
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

// Age returns the accuracy of a network on chips of a kind that were programmed with it
// and then left alone, under several conditions, and first that of the network itself.
// each is told before each of them.
func Age(ctx context.Context, net *nn.Model, train, test *data.Dataset, each func(part, whole int)) (seconds []float64, series []Series, err error) {
	seconds = ages()
	exact, err := accuracy(net, test)
	if err != nil {
		return nil, nil, err
	}
	line := Series{Name: "exact"}
	for range seconds {
		line.Shares = append(line.Shares, exact)
	}
	series = append(series, line)
	for i, c := range conditions {
		each(i, len(conditions))
		config := Chip
		config.Device, config.References = c.device, c.references
		chip, err := crossbar.NewNetwork(net, config)
		if err != nil {
			return nil, nil, err
		}
		chip.Calibrate(train)
		s, now := Series{Name: c.name}, 0.0
		for j, t := range seconds {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			if err := chip.Advance(t-now, c.celsius); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", c.name, err)
			}
			now = t
			correct, _, err := chip.Accuracy(test, uint32(j))
			if err != nil {
				return nil, nil, err
			}
			s.Shares = append(s.Shares, float64(correct)/float64(test.Len()))
		}
		series = append(series, s)
	}
	return seconds, series, nil
}

// accuracy is that of the network itself.
func accuracy(net *nn.Model, d *data.Dataset) (float64, error) {
	correct, err := net.Accuracy(d)
	return float64(correct) / float64(d.Len()), err
}
