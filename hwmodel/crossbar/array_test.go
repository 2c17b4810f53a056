package crossbar

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/packed"
)

// everything is a chip with every modelled imperfection.
var everything = Config{
	Device: Device{
		Gmin: 1, Gmax: 40, Error: Wan,
		Verify:   Verify{Pulses: 10, Tolerance: 1, CycleToCycle: 0.05, DeviceToDevice: 0.1},
		StuckOff: 0.01, StuckOn: 0.01,
		ReadNoise: 0.2, Drift: 0.02, DriftSpread: 0.01,
		Endurance: 3, EnduranceSpread: 0.2,
	},
	Seed: 42, Rows: 64, Cols: 48, References: 5, Checksums: true,
	Wire: 0.5, InputBits: 3, ADCBits: 9, Levelling: 500,
}

// A product equals the product of the programmed weights, corrected array by array and rounded
// once.
func TestAsProgrammed(t *testing.T) {
	config := everything
	config.Device.ReadNoise, config.ADCBits, config.InputBits = 0, 0, 0
	rng := rand.New(rand.NewPCG(1, 2))
	const m, k, n = 70, 150, 20
	w, x := matrix(rng, m, k, even), batch(rng, k, n, 127)
	c := program(t, config, w)
	got, _, _ := both(c, w, x, n, Read{})
	for i := range m {
		for column := range n {
			want := 0.0
			for j := range k {
				gain := float64(c.arrays[j/64*c.across+i/48].gain) / unity
				want += gain * c.Weight(i, j) * float64(x[(j/4*n+column)*4+j%4])
			}
			if math.Abs(float64(got[i*n+column])-want) > 0.5001 {
				t.Fatalf("%d, %d: %d, want %g", i, column, got[i*n+column], want)
			}
		}
	}
}

// Wire resistance weakens cells by the loss summed over the network, segment by segment.
func TestWire(t *testing.T) {
	config := Config{Device: Ideal, Rows: 12, Cols: 5, Wire: 40}
	config.Device.Gmin = 3
	rng := rand.New(rand.NewPCG(5, 2))
	w := matrix(rng, 5, 12, even)
	c := program(t, config, w)
	conductance := func(j, column int) float64 {
		plus, minus := levels(int8(w.At(column/2, j)))
		return config.Device.level([2]uint8{plus, minus}[column%2])
	}
	for i := range 5 {
		for j := range 12 {
			var cells [2]float64
			for s := range cells {
				lost := 0.0
				for segment := range 2*i + s + 1 {
					for column := segment; column < 10; column++ {
						lost += 40e-6 * conductance(j, column)
					}
				}
				for segment := j; segment < 12; segment++ {
					for row := range segment + 1 {
						lost += 40e-6 * Activity * conductance(row, 2*i+s)
					}
				}
				cells[s] = conductance(j, 2*i+s) / (1 + lost)
			}
			want := (cells[0] - cells[1]) / config.Device.unit()
			if got := c.Weight(i, j); math.Abs(got-want) > 0.51/Unit {
				t.Fatalf("weight %d, %d is %g, want %g", i, j, got, want)
			}
		}
	}
	// The farthest cell of a full array: with cells of 40 µS, 256 pairs of lines and 1 Ω per
	// cell, it loses 40e-6·256·257 of its voltage along the word line and an eighth as much
	// along the bit line.
	c = program(t, Config{Device: Ideal, Wire: 1}, uniform(256, 256, 2))
	near(t, "the farthest cell", c.Weight(255, 0), 2/(1+40e-6*256*257*9/8), 0.01)
	near(t, "the nearest cell", c.Weight(0, 255), 2, 0.02)
}

// Converters round to their steps and clip at their range; calibrated converters of eight
// bits lose little.
func TestConverter(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 2))
	const m, k, n = 64, 256, 300
	w, x := matrix(rng, m, k, even), batch(rng, k, n, 127)
	for _, bits := range []uint{6, 8, 10, 24} {
		c := program(t, Config{Device: Ideal, ADCBits: bits}, w)
		a := c.arrays[0]
		if a.step > Unit && a.step < int32(2*127*256*Unit/(1<<(bits-1))) {
			t.Errorf("%d bits: full scale is out of range of steps of %d", bits, a.step)
		}
		c.Calibrate(x, n)
		got, want, _ := both(c, w, x, n, Read{})
		rms, step := 0.0, float64(a.step)/Unit
		for i, v := range want {
			rms += float64(v) * float64(v) / float64(len(want))
			code := math.Floor(math.Abs(float64(v))/step + 0.5)
			code = math.Copysign(min(code, float64(a.most)), float64(v))
			if math.Abs(float64(got[i])-code*step) > 1 {
				t.Fatalf("%d bits: %d becomes %d, want %g", bits, v, got[i], code*step)
			}
		}
		rms = math.Sqrt(rms)
		if bits < 24 {
			near(t, "range", step*float64(a.most), 4*rms, 0.01)
		}
		// Steps of Δ add an error of Δ²/12; clipping at 4σ adds less, up to 8 bits.
		decibels, exact := snr(got, want)
		ideal := 20 * math.Log10(rms/step*math.Sqrt(12))
		if bits <= 8 && math.Abs(decibels-ideal) > 0.7 || bits == 24 && exact < 1 {
			t.Errorf("%d bits: %.1f dB, want %.1f", bits, decibels, ideal)
		}
	}
	// Products of ±2 by ±2 in 256 rows, as in the Pentary documents, fit in 11 bits and a
	// sign.
	small := batch(rng, k, n, 2)
	got, want, _ := both(program(t, Config{Device: Ideal, ADCBits: 12, InputBits: 2}, w), w, small, n, Read{})
	if !slices.Equal(got, want) {
		t.Error("12 bits are not exact for products of pents")
	}
}

// With every imperfection, results do not depend on threads, chunks or platform.
func TestGolden(t *testing.T) {
	const want = "1607eaaaef548ebf"
	hash := sha256.New()
	rng := rand.New(rand.NewPCG(5, 2))
	const m, k, n = 70, 150, 600
	w, x := matrix(rng, m, k, even), batch(rng, k, n, 127)
	c := program(t, everything, w)
	c.Calibrate(x, n)
	var checks Check
	for range 4 {
		w = matrix(rng, m, k, even)
		c.Update(w)
		if err := c.Advance(1e4, 60); err != nil {
			t.Fatal(err)
		}
		got, _, check := both(c, w, x, n, Read{Number: 3})
		alone := make([]int32, len(got))
		if again := c.Product(&Workspace{}, alone, x, n, Read{Number: 3}); again != check || !slices.Equal(alone, got) {
			t.Errorf("MatMul and Product differ; checks %+v, %+v", check, again)
		}
		binary.Write(hash, binary.LittleEndian, got)
		checks.Add(check)
	}
	binary.Write(hash, binary.LittleEndian, int64(checks.Failed))
	binary.Write(hash, binary.LittleEndian, c.WearMap(1).Writes)
	if got := hex.EncodeToString(hash.Sum(nil)[:8]); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

func TestConfigErrors(t *testing.T) {
	for want, c := range map[string]Config{
		"6 rows":                {Rows: 6},
		"2000 rows":             {Rows: 2000},
		"-1 columns":            {Cols: -1},
		"17 references":         {References: 17},
		"wire of NaN":           {Wire: math.NaN()},
		"inputs of 8 bits":      {InputBits: 8},
		"converter of 1 bits":   {ADCBits: 1},
		"converter of 25 bits":  {ADCBits: 25},
		"levelling after -1":    {Levelling: -1},
		"levels from 0 to 0 µS": {},
	} {
		if want != "levels from 0 to 0 µS" {
			c.Device = Ideal
		}
		if _, err := New(c, uniform(1, 1, 1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if _, err := New(Config{Device: Ideal}, packed.NewMatrix(0, 0)); err == nil {
		t.Error("a crossbar of nothing")
	}
}

func TestShapePanics(t *testing.T) {
	c := program(t, Config{Device: Ideal}, uniform(3, 5, 1))
	for name, f := range map[string]func(){
		"x":       func() { c.MatMul(make([]int32, 6), make([]int8, 15), 2, Read{}) },
		"y":       func() { c.Product(&Workspace{}, make([]int32, 5), make([]int8, 16), 2, Read{}) },
		"Update":  func() { c.Update(uniform(3, 4, 1)) },
		"Program": func() { c.Program(uniform(2, 5, 1)) },
		"Weight":  func() { c.Weight(3, 0) },
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.Contains(text, "3×5") {
					t.Errorf("%s: panic %q, want the shape in it", name, text)
				}
			}()
			f()
		}()
	}
}

func TestAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	rng := rand.New(rand.NewPCG(5, 2))
	const m, k, n = 70, 150, 600
	w, x := matrix(rng, m, k, even), batch(rng, k, n, 127)
	c := program(t, everything, w)
	y, ws := make([]int32, m*n), &Workspace{}
	for name, f := range map[string]func(){
		"MatMul":  func() { c.MatMul(y, x, n, Read{}) },
		"Product": func() { c.Product(ws, y, x, n, Read{}) },
	} {
		if n := asmtest.AllocsPerRun(30, f); n > 0 {
			t.Errorf("%s: %d allocations", name, n)
		}
	}
}

// The crossbar of any configuration that passes Check can be written, aged and read, and its
// weights stay within the range of the cells.
func TestAnyConfiguration(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	pick := func(most float64) float64 { return most * float64(rng.IntN(3)) / 2 }
	for range 150 {
		d := Device{
			Gmin: pick(10), Gmax: 10.5 + pick(90),
			Error:    Polynomial{C: Wan.C, Limit: pick(50), Scale: pick(4)},
			Verify:   Verify{Pulses: rng.IntN(4), Tolerance: pick(2), CycleToCycle: pick(1), DeviceToDevice: pick(1)},
			StuckOff: pick(0.5), StuckOn: pick(0.5), ReadNoise: pick(10),
			Drift: pick(1), DriftSpread: pick(1), Endurance: pick(6), EnduranceSpread: pick(0.2),
		}
		config := Config{
			Device: d, Seed: rng.Uint64(), Rows: 4 * (1 + rng.IntN(10)), Cols: 1 + rng.IntN(20),
			References: rng.IntN(6), Checksums: rng.IntN(2) == 0, Wire: pick(1000),
			InputBits: uint(rng.IntN(8)), ADCBits: uint(rng.IntN(24) &^ 1), Levelling: rng.IntN(30),
		}
		m, k, n := 1+rng.IntN(40), 1+rng.IntN(60), rng.IntN(6)
		w, x := matrix(rng, m, k, even), batch(rng, k, n, 127)
		c := program(t, config, w)
		c.Calibrate(x, n)
		c.Update(matrix(rng, m, k, even))
		if err := c.Advance(pick(1e12), -40+pick(190)); err != nil {
			t.Fatal(err)
		}
		c.Refresh()
		first, _, _ := both(c, w, x, n, Read{Number: 1})
		again := make([]int32, len(first))
		c.Product(&Workspace{}, again, x, n, Read{Number: 1})
		if !slices.Equal(first, again) {
			t.Fatalf("%+v: two products differ", config)
		}
		for _, v := range weights(c) {
			if !(math.Abs(v) <= 2*Headroom*1.0001*d.Gmax/(d.Gmax-d.Gmin)) || math.Abs(v) > 2.5 {
				t.Fatalf("%+v: a pair weighs %g", config, v)
			}
		}
	}
}

// The gain follows from the references and is limited to 1/4 to 4.
func TestGain(t *testing.T) {
	for _, test := range []struct{ wanted, found, want int64 }{
		{0, 0, unity},
		{0, 5, unity},
		{1000, 1000, unity},
		{1000, 500, 2 * unity},
		{1000, 2000, unity / 2},
		{1000, 300, (1000*unity + 150) / 300},
		{1000, 250, 4 * unity},
		{1000, 249, 4 * unity},
		{1000, 0, 4 * unity},
		{1000, -1000, 4 * unity},
		{1000, 4000, unity / 4},
		{1000, 100_000, unity / 4},
	} {
		if got := gain(test.wanted, test.found); got != test.want {
			t.Errorf("gain(%d, %d) = %d, want %d", test.wanted, test.found, got, test.want)
		}
	}
}

// A converter of b bits has 2^(b-1) - 1 codes on either side of zero.
func TestConverterRange(t *testing.T) {
	for bits := uint(2); bits <= 24; bits++ {
		a := &array{config: &Config{ADCBits: bits}}
		most := int64(1)<<(bits-1) - 1
		a.setRange(0) // the finest steps: whole units
		sums := make([]int64, 4)
		reads := []int32{math.MaxInt32 / 2, -math.MaxInt32 / 2, Unit, -Unit}
		a.convert(sums, reads, 0)
		want := []int64{min(most, int64(reads[0])/Unit) * Unit, -min(most, int64(reads[0])/Unit) * Unit, Unit, -Unit}
		for i := range sums {
			if d := sums[i] - want[i]; d < -Unit || d > Unit || i > 1 && d != 0 || most < int64(reads[0])/Unit && d != 0 {
				t.Errorf("%d bits: a read of %d gives %d, want %d", bits, reads[i], sums[i], want[i])
			}
		}
	}
}
