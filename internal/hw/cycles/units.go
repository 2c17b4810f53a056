package cycles

import "math/bits"

// Machine describes the sizes and speeds of the units.
type Machine struct {
	Clock    float64 // GHz
	TileSide int     // rows and columns of a digital tile, a power of two
	Tiles    int     // number of tiles in parallel

	InArrays  bool    // crossbars, which hold the weights, compute products instead of tiles
	Latency   Latency // of a crossbar's product
	ArraySide int     // rows and columns of an array
	Arrays    int     // number of arrays in parallel

	NoiseUnits int // number of noise units in parallel
	Lanes      int // lanes of the vector unit; also accumulators per cycle of the quantizer
	DMASetup   int // cycles before the first word of a transfer
	DMABytes   int // bytes per cycle
}

// DefaultMachine returns a machine of 1 GHz with one tile, one array with a latency of 60 ns,
// one noise unit and 16 lanes.
func DefaultMachine() Machine {
	return Machine{
		Clock: 1, TileSide: 16, Tiles: 1,
		Latency: AnalogADC, ArraySide: 256, Arrays: 1,
		NoiseUnits: 1, Lanes: 16, DMASetup: 20, DMABytes: 6,
	}
}

// Latency is the time that an array takes per input vector.
type Latency struct {
	Name        string
	Nanoseconds float64 // rounded up to whole cycles; 0: Cycles counts
	Cycles      int
}

// Latencies of a 256×256 array according to the Pentary documents and the prototype's Verilog,
// and of this module's array.
var (
	Analog    = Latency{Name: "analog alone", Nanoseconds: 10}
	FastADC   = Latency{Name: "fast converters", Nanoseconds: 26}
	AnalogADC = Latency{Name: "analog and converters", Nanoseconds: 60}
	TenCycles = Latency{Name: "ten cycles", Cycles: 10}
	Serial    = Latency{Name: "a row a cycle", Cycles: 259} // the prototype's Verilog: 256 rows plus three cycles
	Digital   = Latency{Name: "digital", Cycles: 12}        // pent_crossbar of package rtl, any size
)

// Presets returns all latencies.
func Presets() []Latency { return []Latency{Analog, FastADC, AnalogADC, TenCycles, Serial, Digital} }

// At returns the latency in cycles at a clock in GHz.
func (l Latency) At(clock float64) int {
	if l.Nanoseconds == 0 {
		return l.Cycles
	}
	whole := int(l.Nanoseconds * clock)
	if float64(whole) < l.Nanoseconds*clock {
		whole++
	}
	return whole
}

// Time returns the latency in ns at a clock in GHz.
func (l Latency) Time(clock float64) float64 { return float64(l.At(clock)) / clock }

// ceil returns a/b rounded up.
func ceil(a, b int) int { return (a + b - 1) / b }

// tree returns the depth of a tile's adder tree, in levels of one cycle.
func (m Machine) tree() int { return bits.Len(uint(m.TileSide)) - 1 }

// TileProduct returns the cycles of Y = W·X for W of rows×cols and n columns. A tile loads one
// row of weights per cycle and then, for each column of X, issues one row per cycle. The last
// row passes through the adder tree and the accumulator.
func (m Machine) TileProduct(rows, cols, n int) int {
	blocks := ceil(rows, m.TileSide) * ceil(cols, m.TileSide)
	if blocks == 0 || n == 0 {
		return 0
	}
	return ceil(blocks, m.Tiles)*m.TileSide*(1+n) + m.tree() + 2
}

// CrossbarProduct returns the cycles of Y = W·X in arrays that already hold W. An array takes
// one column of X at a time.
func (m Machine) CrossbarProduct(rows, cols, n int) int {
	arrays := ceil(rows, m.ArraySide) * ceil(cols, m.ArraySide)
	return ceil(arrays, m.Arrays) * n * m.Latency.At(m.Clock)
}

// LowRankProduct returns the cycles of A·(Bᵀ·X) for factors of rows×rank and cols×rank and n
// columns. For each column and rank, the unit computes the projection as a dot product, with one
// input per tile column and cycle, and then takes one row of A per cycle. The last row passes
// through the adder tree and the shifts.
func (m Machine) LowRankProduct(rows, cols, rank, n int) int {
	if rows == 0 || cols == 0 || rank == 0 || n == 0 {
		return 0
	}
	return rank*n*(ceil(cols, m.TileSide)+rows) + m.tree() + 6
}

// NoiseBlock is the number of pents that a noise unit draws in NoiseRounds cycles.
const (
	NoiseBlock  = 32
	NoiseRounds = 7

	randomRounds = 10
)

// Noise returns the cycles of drawing pents of the binomial distribution.
func (m Machine) Noise(pents int) int { return m.Blocks(ceil(pents, NoiseBlock)) }

// Blocks returns the cycles of drawing n blocks of noise: one round of ARS4x32-7 per cycle, seven
// per block.
func (m Machine) Blocks(n int) int { return ceil(n, m.NoiseUnits) * NoiseRounds }

// Random returns the cycles of drawing n blocks other than noise, in a single unit: one round of
// Philox4x32-10 per cycle, ten per block.
func (m Machine) Random(n int) int { return n * randomRounds }

// Factors returns the cycles of drawing the factors of a perturbation from blocks. The unit
// takes one more cycle to receive the last block and one to store it.
func (m Machine) Factors(blocks int) int {
	if blocks == 0 {
		return 0
	}
	return m.Blocks(blocks) + 2
}

// QuantizeLatency is the number of cycles from an accumulator to its activation.
const QuantizeLatency = 4

// Quantize returns the cycles of requantizing n accumulators.
func (m Machine) Quantize(n int) int {
	if n == 0 {
		return 0
	}
	return ceil(n, m.Lanes) + QuantizeLatency - 1
}

// Elementwise returns the cycles of one operation on n elements.
func (m Machine) Elementwise(n int) int { return ceil(n, m.Lanes) }

// Transfer returns the cycles of moving bytes to or from off-chip memory.
func (m Machine) Transfer(bytes int) int {
	if bytes == 0 {
		return 0
	}
	return m.DMASetup + ceil(bytes, m.DMABytes)
}
