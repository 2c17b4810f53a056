package energy

import (
	"strconv"
	"testing"
)

// Results to the last bit, which are the same on every CPU: no product is fused with a
// sum.
func TestGolden(t *testing.T) {
	h, s, m := Horowitz(Typical), Synthesized(Typical), NeuRRAM()
	_, idle := Idle(60)
	for _, test := range []struct {
		name string
		got  float64
		want string
	}{
		{"zero", s.Zero, "0x1.df53c7097a5b4p-06"},
		{"one", s.One, "0x1.9b5089ee2feap-04"},
		{"pent, synthesized", s.Pent(0.37), "0x1.2f7749f274624p-04"},
		{"pent, Horowitz", h.Pent(0.37), "0x1.020c49ba5e354p-04"},
		{"noise", h.Noise, "0x1.bbe396341240cp-02"},
		{"line", m.Line, "0x1.719a398ef083bp+04"},
		{"step", m.Step, "0x1.3ecb68287ca5fp+03"},
		{"efficiency", m.Efficiency(3, 5), "0x1.55b677d46cefcp+04"},
		{"scaled", m.Scaled(45).Operation(8, 10), "0x1.f6f6ab742f1ecp+05"},
		{"22 nm", ReRAM22().Efficiency(5, 0), "0x1.147ae147ae148p+05"},
		{"idle", idle, "0x1.5555555555555p-02"},
		{"total", h.Breakdown(Activity{Zero: 3, One: 5, Two: 7, Adds: 11, Noise: 13, SRAM: 17, DRAM: 19, Crossbar: 23}, m).Total(), "0x1.8ac4da007524ap+08"},
	} {
		if got := strconv.FormatFloat(test.got, 'x', -1, 64); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
