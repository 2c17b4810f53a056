package energy

import (
	"testing"

	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

func TestMeter(t *testing.T) {
	product := exec.Event{
		Inst: isa.Instruction{Op: isa.MATVEC}, M: 4, K: 8, N: 10, Weights: exec.Census{Zero: 12, One: 16, Two: 4},
		Read: exec.Traffic{Words: 6, Pents: 12, Bytes: 80}, Written: exec.Traffic{Accumulators: 160},
	}
	transfer := exec.Event{Inst: isa.Instruction{Op: isa.LOADV}, Read: exec.Traffic{Pents: 96}, Written: exec.Traffic{Pents: 96}, Far: 96}
	for _, test := range []struct {
		name   string
		arrays bool
		event  exec.Event
		want   Activity
	}{
		{"product", false, product, Activity{Zero: 120, One: 160, Two: 40, Adds: 1, SRAM: 8 * 258}},
		{"product in arrays", true, product, Activity{Crossbar: 640, Adds: 1, SRAM: 8 * 246}},
		{"transfer", false, transfer, Activity{Adds: 1, SRAM: 8 * 96, DRAM: 8 * 96}},
		{"noise", false, exec.Event{Inst: isa.Instruction{Op: isa.LRGEN}, Blocks: 3}, Activity{Adds: 1, Noise: 96}},
		{"random number", false, exec.Event{Inst: isa.Instruction{Op: isa.PRNG}, Blocks: 1}, Activity{Adds: 1, Blocks: 1}},
		{"elements", false, exec.Event{Inst: isa.Instruction{Op: isa.RELU}, M: 3, N: 5}, Activity{Adds: 15}},
		{"requantization", false, exec.Event{Inst: isa.Instruction{Op: isa.QUANT}, M: 3, N: 5}, Activity{Adds: 30}},
		{"a square each", false, exec.Event{Inst: isa.Instruction{Op: isa.POOL}, M: 3, N: 5, K: 4}, Activity{Adds: 60}},
		{"sum", false, exec.Event{Inst: isa.Instruction{Op: isa.ADD}}, Activity{Adds: 1}},
		{"nothing", false, exec.Event{Inst: isa.Instruction{Op: isa.HALT}}, Activity{}},
	} {
		m := Meter{InArrays: test.arrays}
		m.Step(test.event)
		if m.Activity != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, m.Activity, test.want)
		}
		m.Step(test.event)
		twice := test.want
		twice.Add(test.want)
		if m.Activity != twice {
			t.Errorf("%s twice: %+v, want %+v", test.name, m.Activity, twice)
		}
	}
}

// Shares of any size add up, and no product overflows.
func TestShare(t *testing.T) {
	for _, n := range []int64{0, 1, 7, 1 << 40, 1 << 55} {
		for _, c := range []exec.Census{{Zero: 1}, {One: 1}, {Zero: 1, One: 1, Two: 1}, {Zero: 1 << 24, One: 3, Two: 1 << 23}} {
			var m Meter
			m.multiply(n, c)
			if m.Zero+m.One+m.Two != n || m.Zero < 0 || m.One < 0 || m.Two < 0 {
				t.Errorf("%d products of %+v: %+v", n, c, m.Activity)
			}
		}
	}
}

// Shares are exact, whatever the products add up to.
func TestShareIsExact(t *testing.T) {
	for _, test := range []struct{ n, part, whole, want int64 }{
		{10, 1, 3, 3},
		{11, 2, 3, 7},
		{2, 2, 3, 1},
		{0, 2, 3, 0},
		{1 << 50, 1<<20 - 1, 1 << 20, 1<<50 - 1<<30},
		{1<<50 + 3, 1, 2, 1<<49 + 1},
	} {
		if got := share(test.n, test.part, test.whole); got != test.want {
			t.Errorf("share(%d, %d, %d) = %d, want %d", test.n, test.part, test.whole, got, test.want)
		}
	}
}
