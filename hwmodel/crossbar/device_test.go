package crossbar

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// moments returns the mean and standard deviation of numbers.
func moments(v []float64) (mean, deviation float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		deviation += (x - mean) * (x - mean) / float64(len(v))
	}
	return mean, math.Sqrt(deviation)
}

// near fails the test unless got is within a relative tolerance of want.
func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s is %g, want %g ± %g %%", name, got, want, 100*tolerance)
	}
}

// uniform returns a matrix whose elements are all one pent.
func uniform(m, k int, pent int8) *packed.Matrix {
	w, pents := packed.NewMatrix(m, k), make([]int8, m*k)
	for i := range pents {
		pents[i] = pent
	}
	w.Pack(pents)
	return w
}

// weights returns the weights of all pairs.
func weights(c *Crossbar) (all []float64) {
	for i := range c.Rows() {
		for j := range c.Cols() {
			all = append(all, c.Weight(i, j))
		}
	}
	return all
}

// The values of the published polynomial, computed by hand.
func TestWan(t *testing.T) {
	for g, want := range map[float64]float64{0: 1.053, 20: 2.3618, 39.26: 1.6806414, 100: 1.6806414} {
		near(t, "σ", Wan.At(g), want, 1e-6)
	}
	if (Polynomial{C: Wan.C}).At(20) != 0 {
		t.Error("an error of scale 0")
	}
}

// A pair has the programming error of both its cells.
func TestProgrammingError(t *testing.T) {
	d := Device{Gmin: 10, Gmax: 40, Error: Wan}
	for pent := int8(-2); pent <= 2; pent++ {
		mean, deviation := moments(weights(program(t, Config{Device: d}, uniform(256, 256, pent))))
		active := d.Gmin + 15*math.Abs(float64(pent))
		want := math.Hypot(Wan.At(active), Wan.At(10)) / 15
		near(t, "deviation", deviation, want, 0.02)
		if math.Abs(mean-float64(pent)) > 4*want/256 {
			t.Errorf("pent %d weighs %g on average", pent, mean)
		}
	}
}

// Chips with the same seed are equal; chips with other seeds differ, and so do two writes of
// one cell.
func TestChips(t *testing.T) {
	w := uniform(64, 64, 1)
	differ := func(a, b *Crossbar) (n int) {
		other := weights(b)
		for i, v := range weights(a) {
			if v != other[i] {
				n++
			}
		}
		return n
	}
	a, b := program(t, Config{Device: RRAM, Seed: 1}, w), program(t, Config{Device: RRAM, Seed: 1}, w)
	if n := differ(a, b); n != 0 {
		t.Errorf("%d weights of one chip differ", n)
	}
	if n := differ(a, program(t, Config{Device: RRAM, Seed: 2}, w)); n < 4000 {
		t.Errorf("%d weights of two chips differ, of 4096", n)
	}
	b.Program(w)
	if n := differ(a, b); n < 4000 {
		t.Errorf("%d weights differ from one write to the next, of 4096", n)
	}
	if n := b.Update(w); n != 0 {
		t.Errorf("%d cells written for the same weights", n)
	}
}

// The fractions of stuck cells are as configured, and writes do not change stuck cells.
func TestStuck(t *testing.T) {
	d := Ideal
	d.StuckOff, d.StuckOn = 0.03, 0.02
	c := program(t, Config{Device: d, Seed: 5}, uniform(256, 256, 0))
	cells := float64(2 * 256 * 256)
	near(t, "stuck cells", float64(c.Wear().Stuck), 0.05*cells, 4*math.Sqrt(0.95/0.05/cells))
	count := func(weight float64) (n float64) {
		for _, v := range weights(c) {
			if v == weight {
				n++
			}
		}
		return n
	}
	// A pair of weight zero changes if exactly one of its cells is stuck on.
	near(t, "pairs at ±2", count(2)+count(-2), 0.02*0.98*cells, 0.08)
	c.Program(uniform(256, 256, 2))
	// Zero if plus is stuck off and minus is not stuck on, if both are stuck on, or if minus
	// alone is stuck on.
	near(t, "pairs at 0", count(0), (0.03*0.98+0.97*0.02)*cells/2, 0.08)
	near(t, "pairs at -2", count(-2), 0.03*0.02*cells/2, 0.5)

	d.StuckOff, d.StuckOn = 1, 0
	for _, v := range weights(program(t, Config{Device: d}, uniform(8, 8, 2))) {
		if v != 0 {
			t.Fatalf("a pair of dead cells weighs %g", v)
		}
	}
}

// Pulses repeat until the cell is within tolerance.
func TestVerify(t *testing.T) {
	d := HfO2
	d.Error = Polynomial{}
	c := program(t, Config{Device: d}, uniform(256, 256, 1))
	beyond := 0
	for _, v := range weights(c) {
		if math.Abs(v-1) > 2*d.Verify.Tolerance/d.unit()+0.5/Unit {
			beyond++
		}
	}
	if beyond > 256*256/1000 {
		t.Errorf("%d pairs are out of tolerance after %d pulses", beyond, d.Verify.Pulses)
	}
	w := c.Wear()
	pulses := float64(w.Pulses) / float64(w.Writes)
	if pulses < 4 || pulses > 7 {
		t.Errorf("%.1f pulses a cell, want about 5", pulses)
	}
	near(t, "time", w.Seconds(), 2*256*256*pulses*100e-9, 1e-9)

	d.Verify.Pulses = 1 // open loop: the errors of the cell and of the pulse add
	_, once := moments(weights(program(t, Config{Device: d}, uniform(256, 256, 2))))
	want := math.Hypot(math.Hypot(5, 10), math.Hypot(5, 0.2)*math.Sqrt(0.5*(1-1/math.Pi))) / d.unit()
	near(t, "deviation of one pulse", once, want, 0.1)
}

// Drift has the configured size at each temperature, in any number of steps, and Refresh
// undoes it.
func TestDrift(t *testing.T) {
	d := Ideal
	d.Drift, d.DriftSpread = 0.02, 0.005
	w := uniform(128, 128, 2)
	for _, test := range []struct{ celsius, rate float64 }{{25, 1}, {85, 5}, {55, 2.426}} {
		c := program(t, Config{Device: d}, w)
		for _, seconds := range []float64{9, 90, 900} {
			if err := c.Advance(seconds, test.celsius); err != nil {
				t.Fatal(err)
			}
		}
		mean, deviation := moments(weights(c))
		near(t, "loss", 2-mean, 2*0.02*3*test.rate, 0.02)
		near(t, "spread", deviation, 2*0.005*3*test.rate, 0.03)
		once := program(t, Config{Device: d}, w)
		if err := once.Advance(999, test.celsius); err != nil {
			t.Fatal(err)
		}
		other := weights(once)
		for i, v := range weights(c) {
			if math.Abs(v-other[i]) > 1.1/Unit {
				t.Fatalf("weight %d drifts to %g in three steps, to %g in one", i, v, other[i])
			}
		}
		if n := c.Refresh(); n != 2*128*128 {
			t.Errorf("refresh wrote %d cells", n)
		}
		if mean, deviation := moments(weights(c)); mean != 2 || deviation != 0 {
			t.Errorf("refreshed to %g ± %g", mean, deviation)
		}
	}
	c := program(t, Config{Device: d}, w)
	for _, bad := range [][2]float64{{-1, 25}, {math.NaN(), 25}, {1, -41}, {1, 151}, {1, math.NaN()}, {2e12, 25}} {
		if c.Advance(bad[0], bad[1]) == nil {
			t.Errorf("advance by %g s at %g °C", bad[0], bad[1])
		}
	}
}

// References cancel the mean of drift, but not its spread.
func TestReferences(t *testing.T) {
	d := Ideal
	d.Drift, d.DriftSpread = 0.04, 0.005
	rng := rand.New(rand.NewPCG(3, 4))
	w, x := matrix(rng, 64, 256, even), batch(rng, 256, 200, 127)
	var decibels [2]float64
	for i, references := range []int{0, 5} {
		c := program(t, Config{Device: d, References: references}, w)
		if got, want, _ := both(c, w, x, 200, Read{}); got[0] != want[0] {
			t.Error("references change an ideal product")
		}
		if err := c.Advance(1e4, 25); err != nil {
			t.Fatal(err)
		}
		got, want, _ := both(c, w, x, 200, Read{})
		decibels[i], _ = snr(got, want)
	}
	// After 4 decades the weights are 16 % smaller, ±2 %.
	if math.Abs(decibels[0]-15.8) > 0.5 || decibels[1] < 30 {
		t.Errorf("%.1f dB without references, %.1f with, want 15.8 and more than 30", decibels[0], decibels[1])
	}
}

// Read noise comes from the driven cells. It differs between reads and columns and is the same
// for the same read.
func TestReadNoise(t *testing.T) {
	d := Ideal
	d.ReadNoise = 0.5
	const m, k, n = 200, 256, 300
	w := packed.NewMatrix(m, k)
	c := program(t, Config{Device: d}, w)
	rng := rand.New(rand.NewPCG(3, 4))
	x := batch(rng, k, n, 127)
	got, _, _ := both(c, w, x, n, Read{Number: 7})
	for column := range n {
		energy := 0.0
		var errors []float64
		for j := range k {
			v := float64(x[(j/4*n+column)*4+j%4])
			energy += v * v
		}
		for i := range m {
			errors = append(errors, float64(got[i*n+column]))
		}
		mean, deviation := moments(errors)
		want := math.Sqrt(2*energy) * 0.5 / 20
		near(t, "deviation", deviation, want, 0.25) // 5 of its standard deviations
		if math.Abs(mean) > 5*want/math.Sqrt(m) {
			t.Errorf("column %d: noise of mean %g", column, mean)
		}
	}
	again, _, _ := both(c, w, x, n, Read{Number: 7})
	other, _, _ := both(c, w, x, n, Read{Number: 8})
	same, equal := 0, 0
	for i, v := range got {
		if v == again[i] {
			same++
		}
		if v == other[i] {
			equal++
		}
	}
	if same != len(got) || equal > len(got)/50 {
		t.Errorf("%d of %d equal in the same read, %d in another", same, len(got), equal)
	}
	// Column 40 as the first column of a read.
	one := make([]int8, kernels.Quads(k)*4)
	for j := range k {
		one[j] = x[(j/4*n+40)*4+j%4]
	}
	y := make([]int32, m)
	c.MatMul(y, one, 1, Read{Number: 7, First: 40})
	for i, v := range y {
		if v != got[i*n+40] {
			t.Fatalf("row %d of column 40 is %d alone, %d among others", i, v, got[i*n+40])
		}
	}
}

func TestDeviceErrors(t *testing.T) {
	for want, spoil := range map[string]func(*Device){
		"levels":           func(d *Device) { d.Gmin = d.Gmax },
		"StuckOn is":       func(d *Device) { d.StuckOn = 1.5 },
		"StuckOff+StuckOn": func(d *Device) { d.StuckOff, d.StuckOn = 0.6, 0.6 },
		"ReadNoise":        func(d *Device) { d.ReadNoise = math.NaN() },
		"DriftSpread":      func(d *Device) { d.DriftSpread = -1 },
		"EnduranceSpread":  func(d *Device) { d.EnduranceSpread = 0.3 },
		"Error.C[2]":       func(d *Device) { d.Error.C[2] = math.Inf(1) },
		"Error.Scale":      func(d *Device) { d.Error.Scale = -1 },
		"Verify.Pulses":    func(d *Device) { d.Verify.Pulses = -1 },
		"Verify.Tolerance": func(d *Device) { d.Verify.Tolerance = -1 },
	} {
		d := RRAM
		spoil(&d)
		if _, err := New(Config{Device: d}, uniform(1, 1, 1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	for _, d := range []Device{Ideal, RRAM, HfO2} {
		if err := d.Check(); err != nil {
			t.Error(err)
		}
	}
}
