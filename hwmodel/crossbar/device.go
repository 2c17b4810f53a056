package crossbar

import (
	"fmt"
	"math"
)

// Device describes the physics of a cell. Conductances are in µS. The zero value of every
// field except Gmax is the ideal.
type Device struct {
	// Gmin and Gmax are the conductances of levels 0 and 2; level 1 is halfway. The
	// conductance of a cell stays within 0 and Headroom·Gmax.
	Gmin, Gmax float64

	// Error is the standard deviation of a conductance after it has been written and has
	// settled.
	Error Polynomial

	// Verify is the procedure that writes a cell.
	Verify Verify

	// StuckOff and StuckOn are the fractions of cells that are stuck at Gmin and at Gmax.
	StuckOff, StuckOn float64

	// ReadNoise is the standard deviation of a conductance from read to read.
	ReadNoise float64

	// Drift is the mean loss of conductance per decade of time at 25 °C, as a fraction;
	// DriftSpread is its standard deviation over the cells.
	Drift, DriftSpread float64

	// Endurance is the mean number of writes after which a cell is stuck; 0 is unlimited.
	// EnduranceSpread is the standard deviation as a fraction of the mean.
	Endurance, EnduranceSpread float64
}

// Headroom is the largest conductance of a cell as a multiple of Gmax.
const Headroom = 1.25

// Polynomial is a standard deviation that depends on the conductance G:
//
//	σ = Scale·(C[0] + C[1]·G + C[2]·G² + C[3]·G³), G at most Limit
type Polynomial struct {
	C     [4]float64
	Limit float64 // largest measured G; 0 is unlimited
	Scale float64 // 0 makes σ zero
}

// At returns σ at conductance g.
func (p Polynomial) At(g float64) float64 {
	if p.Scale == 0 {
		return 0
	}
	if p.Limit > 0 {
		g = min(g, p.Limit)
	}
	v := p.C[3]
	for i := 2; i >= 0; i-- {
		v = float64(v*g) + p.C[i]
	}
	return max(0, p.Scale*v)
}

// Wan is the error that Wan et al. measured half an hour after programming, relaxation
// included ("A compute-in-memory chip based on resistive random-access memory", Nature 608,
// 2022).
var Wan = Polynomial{C: [4]float64{1.053, 0.2374, -1.167e-2, 1.536e-4}, Limit: 39.26, Scale: 1}

// Verify is closed-loop programming: at most Pulses pulses, until a read finds the
// conductance within Tolerance of its target. A pulse misses its aim by a factor specific to
// the cell and by a random amount. The next pulse corrects its aim by half of the error, so
// that it does not follow the noise. The zero value is one pulse that hits its target.
type Verify struct {
	Pulses         int
	Tolerance      float64 // µS
	CycleToCycle   float64 // standard deviation of a pulse, as a fraction of Gmax
	DeviceToDevice float64 // standard deviation of the cell's factor
}

// PulseSeconds is the duration of one pulse and its read.
const PulseSeconds = 100e-9

// Presets. Wan's cells have 0 to 40 µS and last at most 1e6 writes. HfO2 is at the better
// end of the published range: 100 µS, at most five pulses that vary by 5 % from cycle to
// cycle and 10 % from device to device, and a drift of 1 % per decade.
var (
	Ideal = Device{Gmax: 40}
	RRAM  = Device{
		Gmax:  40,
		Error: Wan,
		Drift: 0.02, DriftSpread: 0.01, ReadNoise: 0.1,
		Endurance: 1e6, EnduranceSpread: 0.1,
	}
	HfO2 = Device{
		Gmin: 2, Gmax: 100,
		Error:  Polynomial{C: [4]float64{1.0}, Scale: 1},
		Verify: Verify{Pulses: 50, Tolerance: 1.5, CycleToCycle: 0.05, DeviceToDevice: 0.1},
		Drift:  0.01, DriftSpread: 0.005, ReadNoise: 0.1,
		Endurance: 1e9, EnduranceSpread: 0.1,
	}
)

// unit returns the difference in conductance between two adjacent levels.
func (d *Device) unit() float64 { return (d.Gmax - d.Gmin) / 2 }

// level returns the target conductance of a level.
func (d *Device) level(level uint8) float64 { return d.Gmin + float64(d.unit()*float64(level)) }

// clamp limits a conductance to the range of a cell.
func (d *Device) clamp(g float64) float64 { return min(max(g, 0), Headroom*d.Gmax) }

// Check returns an error that names the first field out of range.
func (d *Device) Check() error {
	if !(d.Gmax > 0 && d.Gmax <= 1e6) || !(d.Gmin >= 0 && d.Gmin < d.Gmax) {
		return fmt.Errorf("crossbar: levels from %g to %g µS, want 0 ≤ Gmin < Gmax ≤ 1e6", d.Gmin, d.Gmax)
	}
	for _, f := range []struct {
		name    string
		v, most float64
	}{
		{"Error.Scale", d.Error.Scale, 1000},
		{"Error.Limit", d.Error.Limit, 1e6},
		{"Verify.Tolerance", d.Verify.Tolerance, 1e6},
		{"Verify.CycleToCycle", d.Verify.CycleToCycle, 1},
		{"Verify.DeviceToDevice", d.Verify.DeviceToDevice, 1},
		{"StuckOff", d.StuckOff, 1},
		{"StuckOn", d.StuckOn, 1},
		{"StuckOff+StuckOn", d.StuckOff + d.StuckOn, 1},
		{"ReadNoise", d.ReadNoise, d.Gmax},
		{"Drift", d.Drift, 1},
		{"DriftSpread", d.DriftSpread, 1},
		{"Endurance", d.Endurance, math.MaxUint32 / 2},
		{"EnduranceSpread", d.EnduranceSpread, 0.2},
	} {
		if !(f.v >= 0 && f.v <= f.most) {
			return fmt.Errorf("crossbar: %s is %g, want 0 to %g", f.name, f.v, f.most)
		}
	}
	for i, c := range d.Error.C {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return fmt.Errorf("crossbar: Error.C[%d] is %g", i, c)
		}
	}
	if d.Verify.Pulses < 0 || d.Verify.Pulses > 1000 {
		return fmt.Errorf("crossbar: Verify.Pulses is %d, want 0 to 1000", d.Verify.Pulses)
	}
	return nil
}
