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
				fmt.Sprintf("its Verilog adds a row a cycle, %d of them, and takes %d cycles around them. This module's own adds all rows at once, in %d cycles; in analog 60 ns are %d at 1 GHz",
					rows, int(found)-rows, cycles.Digital.At(1), cycles.AnalogADC.At(1)),
			}
		}},
		{"throughput of an array at 60 ns", "1.09 TMAC/s", cpu + " §7.1", func() finding {
			side, ns := value("documents.crossbar.size"), value("documents.crossbar.latency")
			found := side * side / ns / 1000
			return finding{number(found) + " TMAC/s", same(1.09, found), fmt.Sprintf("%s² products in %s", number(side), duration(ns))}
		}},
		{"converters of five levels read a crossbar", "256 of 256 outputs", cpu + " §7.1", clipping},
		{"a product in analog is the product", "exact", cpu + " §3.3", exactness},
		{"an array of 1 mS cells at 1 V", "2 W, the core's budget", "research/pentary_power_model.md §6.1", arrayPower},
		{"programming an array", "32 ms", "its documents on memristors", func() finding {
			found := energy.ArrayWrite()
			return finding{duration(found), same(32e6, found), fmt.Sprintf("%s² cells of %s", number(value("documents.crossbar.size")), duration(value("cell.program")))}
		}},
		{"computing in memory saves energy", "10×", "research/pentary_power_model.md §5.2", inMemory},
	}
}

// draw returns the crossbar of the Pentary documents: random pents, and random pents as inputs.
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
		fmt.Sprintf("random pents: a sum reaches ±%s and a converter ±2. Exact sums take %d bits; with measured cells and a calibrated range %d bits lose less than half a decibel", count(most), exact, converterBits()),
	}
}

// vectors is how many random vectors a crossbar's products are measured by.
const vectors = 64

// products multiplies random vectors by a crossbar of measured cells, as just
// programmed, and by its matrix: the ratio of signal to noise, in dB, and the share of
// outputs that are exact. Converters of no bits are perfect.
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

// converterBits returns the bits of the smallest converters that lose less than half a
// decibel against perfect ones.
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

// exactness compares an analog crossbar of measured cells and perfect converters with
// the product.
func exactness() finding {
	ratio, share := products(0)
	return finding{
		fmt.Sprintf("%s of outputs, %.1f dB", percent(share), ratio), holds(share == 1),
		fmt.Sprintf("%d² pents, %d random vectors: cells of up to %g µS with the programming error that Wan et al. measured, and perfect converters. It is common to all members, so evolution strategies train what was programmed",
			cycles.DefaultMachine().ArraySide, vectors, crossbar.RRAM.Gmax),
	}
}

// arrayPower is of all cells of an array with inputs and weights of random pents:
// a differential pair conducts half a level for each unit of its weight, and the
// voltage is proportional to the input.
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
		fmt.Sprintf("G·V² over an array of random pents; cells of %s µS at %s V take %s W", number(value("cell.gmax")), number(value("cell.read")), number(sane)),
	}
}

// inMemory compares a published analog macro, scaled to the node of the digital
// lanes, with these lanes and the memory that feeds them.
func inMemory() finding {
	const node, activation, reuse = 45, 8, 16
	macro := energy.NeuRRAM().Scaled(node)
	analog := 2 * macro.Operation(activation, activation+2) / 1000
	c := energy.Synthesized(energy.Typical)
	lane := c.Pent(value("dot.zeros.share"))
	fed := lane + float64((3+activation)*c.SRAM)/reuse
	return finding{
		span(lane/analog, fed/analog, times), gain(10, lane/analog, fed/analog),
		fmt.Sprintf("8-bit inputs at %d nm: the macro of NeuRRAM, scaled, %.3f pJ a multiply-accumulate; a pent lane %.3f, with operands from SRAM used %d times %.3f",
			node, analog, lane, reuse, fed),
	}
}
