package energy

import (
	"math"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
)

func TestTable(t *testing.T) {
	if len(index) != len(Table) {
		t.Errorf("%d names for %d entries", len(index), len(Table))
	}
	for _, e := range Table {
		for _, flaw := range flaws(e) {
			t.Errorf("%s: %s", e.Name, flaw)
		}
	}
}

// flaws returns the flaws of an entry.
func flaws(e Entry) (found []string) {
	for flaw, wrong := range map[string]bool{
		"no name":                        strings.TrimSpace(e.Name) == "",
		"no unit":                        e.Unit == "",
		"no source":                      len(strings.TrimSpace(e.Source)) < 10,
		"not a finite positive number":   !(e.Low >= 0) || math.IsInf(e.High, 0) || math.IsNaN(e.Value),
		"value outside its range":        !(e.Low <= e.Value && e.Value <= e.High),
		"negative technology or voltage": e.Node < 0 || e.Voltage < 0,
	} {
		if wrong {
			found = append(found, flaw)
		}
	}
	return found
}

// The check of the table finds each flaw.
func TestFlaws(t *testing.T) {
	sound := Entry{"a", 2, 1, 3, "pJ", 45, 1, "a book of numbers"}
	if found := flaws(sound); found != nil {
		t.Fatalf("a sound entry: %q", found)
	}
	for name, spoil := range map[string]func(*Entry){
		"name": func(e *Entry) { e.Name = " " }, "unit": func(e *Entry) { e.Unit = "" },
		"source": func(e *Entry) { e.Source = "" }, "short source": func(e *Entry) { e.Source = "me" },
		"low": func(e *Entry) { e.Low = 2.5 }, "high": func(e *Entry) { e.High = 1.5 },
		"NaN": func(e *Entry) { e.Value = math.NaN() }, "infinite": func(e *Entry) { e.High = math.Inf(1) },
		"negative": func(e *Entry) { e.Low = -1 }, "node": func(e *Entry) { e.Node = -1 },
	} {
		e := sound
		spoil(&e)
		if flaws(e) == nil {
			t.Errorf("%s: not found in %+v", name, e)
		}
	}
}

func TestLookupUnknown(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Lookup("no such entry")
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: %g, want %g within %g %%", what, got, want, 100*tolerance)
	}
}

func TestCalibrations(t *testing.T) {
	h, s := Horowitz(Typical), Synthesized(Typical)
	// The synthesized lanes reproduce the figures that they were solved from.
	near(t, "ratio at the synthesis' zeros", s.Pent(0.3)/s.Int8, 0.68/2.58, 1e-12)
	near(t, "saved at 80 % zeros", 1-s.Pent(0.8)/s.Pent(0.3), 0.45, 1e-12)
	if !(0 < s.Zero && s.Zero < s.One) {
		t.Errorf("a zero costs %g pJ, ±1 %g", s.Zero, s.One)
	}
	// Both calibrations agree on a pent, although they share only the energy of int8.
	near(t, "the calibrations' pent", h.Pent(0.3), s.Pent(0.3), 0.15)
	near(t, "int8", h.Int8, 0.3, 1e-12)
	// Seven rounds, each a multiplication scaled by gates plus a 64-bit addition.
	r := rtl.Resources()
	near(t, "noise", h.Noise, 7*(3.1*r.Gates[rtl.Round]/r.Gates[rtl.Multiplier32]+2*0.1)/32, 1e-12)
	// Ten rounds of two multiplications and two XORs.
	near(t, "block", h.Block, 10*(2*3.1+2*0.1), 1e-12)
}

// Bounds enclose the typical value, and only memory has bounds.
func TestBounds(t *testing.T) {
	for _, of := range []func(Bound) Calibration{Horowitz, Synthesized} {
		least, typical, most := of(Least), of(Typical), of(Most)
		if !(least.SRAM <= typical.SRAM && typical.SRAM < most.SRAM && least.DRAM <= typical.DRAM && typical.DRAM < most.DRAM) {
			t.Errorf("%s: %g to %g to %g pJ a bit", typical.Name, least.SRAM, typical.SRAM, most.SRAM)
		}
		most.SRAM, most.DRAM = typical.SRAM, typical.DRAM
		if most != typical {
			t.Errorf("%+v, typically %+v", most, typical)
		}
	}
}

func TestBreakdown(t *testing.T) {
	c := Horowitz(Typical)
	a := Activity{Zero: 1, One: 20, Two: 300, Adds: 4, Noise: 5, Blocks: 9, SRAM: 6, DRAM: 7, Crossbar: 8}
	b := a
	b.Add(a)
	one, two := c.Breakdown(a, NeuRRAM()), c.Breakdown(b, NeuRRAM())
	for i := range one {
		near(t, one[i].Name, two[i].Energy, 2*one[i].Energy, 1e-12)
	}
	sum := 0.1*(20+300+4) + 5*c.Noise + 9*c.Block + 6*5.0/32 + 7*20 + 8*NeuRRAM().Operation(8, 10)/1000
	near(t, "total", one.Total(), sum, 1e-12)
}

// The model reproduces published macros: the points that it was solved from exactly, held-out
// points within 10 %.
func TestPublishedMacros(t *testing.T) {
	held := 0
	for _, p := range Published() {
		tolerance := 1e-9
		if p.HeldOut {
			held++
			tolerance = 0.1
		}
		near(t, p.Macro, p.Modelled, p.Published, tolerance)
		t.Logf("%-12s %d-bit inputs: published %7.1f TOPS/W, modelled %7.1f, %+.1f %%, held out %v",
			p.Macro, p.InputBits, p.Published, p.Modelled, 100*p.Error(), p.HeldOut)
	}
	if held != 2 {
		t.Errorf("%d points held out", held)
	}
	near(t, "latency of the 22 nm macro", ReRAM22().Latency(8), 14.4, 1e-12)

	// The solution is physical: a positive energy for lines, and a converter of a
	// few fJ a step, as in the field.
	m := NeuRRAM()
	if m.Line < 1 || m.Line > 100 || m.Step < 1 || m.Step > 100 {
		t.Errorf("line %g fJ, step %g fJ", m.Line, m.Step)
	}
}

// Scaled by length alone, the 130 nm chip with four-bit weights is within a factor of two of the
// 22 nm chip.
func TestScaled(t *testing.T) {
	weightBits := 4.0
	scaled, small := NeuRRAM().Scaled(22).Line/weightBits, ReRAM22().Line
	if ratio := scaled / small; ratio < 0.5 || ratio > 2 {
		t.Errorf("%g and %g fJ a bit", scaled, small)
	}
	if m := NeuRRAM(); m.Scaled(130).Line != m.Line {
		t.Error("scaled to its own size, a macro is another")
	}
}

func TestStates(t *testing.T) {
	all := States()
	for i, s := range all[1:] {
		if s.Share >= all[i].Share || s.Wake <= all[i].Wake {
			t.Errorf("%+v after %+v", s, all[i])
		}
	}
	for _, test := range []struct {
		time float64
		want string
	}{{0.5, "full"}, {2, "reduced"}, {20, "gated"}, {120, "gated"}, {200, "gated"}, {1000, "off"}, {1100, "off"}, {1e6, "deep"}} {
		state, share := Idle(test.time)
		if state.Name != test.want {
			t.Errorf("idle for %g ns: %s at %g, want %s", test.time, state.Name, share, test.want)
		}
		// No state with a short enough wake-up time is better.
		for _, s := range all {
			if s.Wake <= test.time && s.Share*(1-s.Wake/test.time)+s.Wake/test.time < share-1e-12 {
				t.Errorf("idle for %g ns: %s is better than %s", test.time, s.Name, state.Name)
			}
		}
	}
}

func TestOperatingPoints(t *testing.T) {
	p := OperatingPoints()
	high, balanced, saver := p[0], p[1], p[2]
	near(t, "energy at 1.2 V", high.Operation(balanced), 1.44, 1e-12)
	near(t, "power at 1.2 V", high.Power(balanced), 2.4, 1e-12)
	near(t, "power at 0.8 V", saver.Power(balanced), 0.64/3, 1e-12)
	near(t, "its own clock", balanced.Reachable(balanced), 3, 1e-12)
	// The higher voltage is faster, but not by 5/3.
	if f := high.Reachable(balanced); f < 3 || f > 4 {
		t.Errorf("%g GHz at 1.2 V", f)
	}
}

func TestBudget(t *testing.T) {
	sum := 0.0
	for _, p := range Budget() {
		sum += p.Power
	}
	near(t, "core", sum, value("core.total"), 1e-12)
}
