package claims

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// analog returns the claims about crossbars.
func analog() []Claim {
	const cpu = "architecture/pentary_processor_architecture.md"
	return []Claim{
		{"a product of a 256×256 crossbar", "10 cycles", "hardware/memristor_crossbar_fixed.v", func() finding {
			found := float64(cycles.Serial.At(1))
			rows := cycles.DefaultMachine().ArraySide
			return finding{
				count(int(found)) + " cycles", cost(10, found),
				fmt.Sprintf("the Pentary Verilog adds one row per cycle, %d rows, plus %d cycles. This module's Verilog adds all rows at once, in %d cycles; the analog array's 60 ns are %d cycles at 1 GHz",
					rows, int(found)-rows, cycles.Digital.At(1), cycles.AnalogADC.At(1)),
			}
		}},
		{"throughput of an array at 60 ns", "1.09 TMAC/s", cpu + " §7.1", func() finding {
			side, ns := value("documents.crossbar.size"), value("documents.crossbar.latency")
			found := side * side / ns / 1000
			return finding{number(found) + " TMAC/s", same(1.09, found), fmt.Sprintf("%s² products in %s", number(side), duration(ns))}
		}},
		{"five-level converters read a crossbar", "256 of 256 outputs", cpu + " §7.1", clipping},
		{"analog products are exact", "exact", cpu + " §3.3", exactness},
		{"an array of 1 mS cells at 1 V", "2 W, the core's budget", "research/pentary_power_model.md §6.1", arrayPower},
		{"programming an array", "32 ms", "the Pentary documents on memristors", func() finding {
			found := energy.ArrayWrite()
			return finding{duration(found), same(32e6, found), fmt.Sprintf("%s² cells of %s", number(value("documents.crossbar.size")), duration(value("cell.program")))}
		}},
		{"computing in memory saves energy", "10×", "research/pentary_power_model.md §5.2", inMemory},
	}
}

// draw returns a crossbar as in the Pentary documents, with random pents as weights w and inputs
// x, and their product.
func draw() (w *packed.Matrix, x []int8, sums []int32) {
	side := cycles.DefaultMachine().ArraySide
	w = packed.NewMatrix(side, side)
	lowrank.Randomize(lowrank.Parameter{W: w}, kernels.Uniform, 1)
	codes := make([]uint8, side)
	kernels.Noise(codes, kernels.Uniform, lowrank.StreamOf(1, 0, 0, lowrank.Batch, 0))
	x = make([]int8, side)
	for i, c := range codes {
		x[i] = int8(c) - trit5.CodeZero
	}
	sums = make([]int32, side)
	kernels.MatVec(sums, w, x, 1)
	return w, x, sums
}

func clipping() finding {
	_, x, sums := draw()
	clipped := 0
	for _, s := range sums {
		if s < trit5.Min || s > trit5.Max {
			clipped++
		}
	}
	most := len(x) * trit5.Max * trit5.Max
	exact := bits.Len(uint(2*most + 1))
	return finding{
		fmt.Sprintf("%d of %d outputs, %d are clipped", len(sums)-clipped, len(sums), clipped), holds(clipped == 0),
		fmt.Sprintf("with random pents, sums reach ±%s, but the converter only ±2. Exact sums need %d bits; with measured cells and a calibrated range, %d bits lose less than 0.5 dB", count(most), exact, converterBits()),
	}
}

// vectors is the number of random vectors per measurement of a crossbar.
const vectors = 64

// products multiplies random vectors on a freshly programmed crossbar of measured cells. It
// returns the signal-to-noise ratio in dB and the fraction of outputs that are exact. With
// adcBits 0, converters are ideal.
func products(adcBits uint) (ratio, exact float64) {
	w, _, _ := draw()
	side := w.Rows()
	codes := make([]uint8, side*vectors)
	kernels.Noise(codes, kernels.Uniform, lowrank.StreamOf(1, 1, 0, lowrank.Batch, 0))
	x := make([]int8, len(codes))
	for i, c := range codes {
		x[i] = int8(c) - trit5.CodeZero
	}
	chip, err := crossbar.New(crossbar.Config{Device: crossbar.RRAM, Seed: 1, ADCBits: adcBits}, w)
	if err != nil {
		panic(err)
	}
	chip.Calibrate(x, vectors)
	want, got := make([]int32, side*vectors), make([]int32, side*vectors)
	kernels.MatMul(want, w, x, vectors)
	chip.MatMul(got, x, vectors, crossbar.Read{})
	var signal, noise, same float64
	for i, v := range want {
		d := float64(got[i] - v)
		signal += float64(float64(v) * float64(v))
		noise += float64(d * d)
		if d == 0 {
			same++
		}
	}
	return 10 * math.Log10(signal/noise), same / float64(len(want))
}

// converterBits returns the smallest resolution, in bits, of converters that lose less than
// 0.5 dB compared with ideal ones.
func converterBits() uint {
	best, _ := products(0)
	bits := uint(4)
	for ; bits < 16; bits++ {
		if ratio, _ := products(bits); ratio > best-0.5 {
			break
		}
	}
	return bits
}

// exactness compares an analog crossbar of measured cells and ideal converters with the exact
// product.
func exactness() finding {
	ratio, share := products(0)
	return finding{
		fmt.Sprintf("%s of outputs, %.1f dB", percent(share), ratio), holds(share == 1),
		fmt.Sprintf("%d² pents, %d random vectors, cells of up to %g µS with the programming error measured by Wan et al., ideal converters. The error is the same for all members, so evolution strategies train the programmed weights",
			cycles.DefaultMachine().ArraySide, vectors, crossbar.RRAM.Gmax),
	}
}

// arrayPower computes the power of all cells of an array whose inputs and weights are random
// pents. The conductance of a differential pair is proportional to the magnitude of its weight,
// the voltage to the input.
func arrayPower() finding {
	watts := func(gmax, volts float64) float64 {
		w, x, _ := draw()
		sum := 0.0
		for j := range x {
			level := float64(x[j]) / trit5.Max * volts
			for i := range w.Rows() {
				g := float64(max(w.At(i, j), -w.At(i, j))) / trit5.Max * gmax
				sum += float64(float64(level*level) * g)
			}
		}
		return sum / 1e6
	}
	documented := watts(value("documents.cell.gmax"), value("documents.cell.read"))
	sane := watts(value("cell.gmax"), value("cell.read"))
	return finding{
		number(documented) + " W", cost(value("core.array"), documented),
		fmt.Sprintf("sum of G·V² over an array of random pents; with cells of %s µS at %s V it is %s W", number(value("cell.gmax")), number(value("cell.read")), number(sane)),
	}
}

// inMemory compares a published analog macro, scaled to the digital lanes' process node, with
// these lanes alone and with lanes and the memory that feeds them.
func inMemory() finding {
	const node, activation, reuse = 45, 8, 16
	macro := energy.NeuRRAM().Scaled(node)
	analog := 2 * macro.Operation(activation, activation+2) / 1000
	c := energy.Synthesized(energy.Typical)
	lane := c.Pent(value("dot.zeros.share"))
	fed := lane + float64((3+activation)*c.SRAM)/reuse
	return finding{
		span(lane/analog, fed/analog, times), gain(10, lane/analog, fed/analog),
		fmt.Sprintf("8-bit inputs at %d nm: the scaled NeuRRAM macro takes %.3f pJ per multiply-accumulate, a pent lane %.3f, a lane with operands from SRAM, each used %d times, %.3f",
			node, analog, lane, reuse, fed),
	}
}
