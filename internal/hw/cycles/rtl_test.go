package cycles

import (
	"testing"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
	"github.com/Kaleaon/pentary-go/kernels"
)

// The formulas agree with package rtl's, which its tests compare with simulated cycles.
func TestVerilog(t *testing.T) {
	for _, side := range []int{4, 8, 16, 32} {
		m := DefaultMachine()
		m.TileSide, m.Lanes = side, 1
		for _, n := range []int{1, 2, 7, 100} {
			for _, test := range []struct {
				unit      string
				got, want int
			}{
				{"tile", m.TileProduct(side, side, n), rtl.CyclesTileLoad(side) + rtl.CyclesTile(side, side).Of(n)},
				{"low-rank unit", m.LowRankProduct(side, side, 1, n), rtl.CyclesLowRank(side, side).Of(n)},
				{"quantizer", m.Quantize(n), rtl.CyclesRequantize().Of(n)},
				{"noise unit", m.Noise(n * NoiseBlock), rtl.CyclesNoise().Of(n)},
				{"random unit", m.Random(n), rtl.CyclesRandom().Of(n)},
			} {
				if test.got != test.want {
					t.Errorf("%s of %d, %d operations: %d cycles, Verilog %d", test.unit, side, n, test.got, test.want)
				}
			}
		}
	}
	for _, shape := range [][2]int{{16, 16}, {32, 33}, {100, 700}} {
		blocks := ceil(shape[0], NoiseBlock) + ceil(shape[1], NoiseBlock)
		if got, want := DefaultMachine().Factors(blocks), rtl.CyclesDraw(shape[0], shape[1]).Latency; got != want {
			t.Errorf("factors of %d×%d: %d cycles, Verilog %d", shape[0], shape[1], got, want)
		}
	}
	if NoiseBlock != kernels.NoiseUnit {
		t.Errorf("a block of %d pents, of package kernels %d", NoiseBlock, kernels.NoiseUnit)
	}
	if got, want := Digital.At(1), rtl.CyclesCrossbar().Latency; got != want {
		t.Errorf("crossbar: %d cycles, Verilog %d", got, want)
	}
}
