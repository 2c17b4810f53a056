package cycles

import "math/bits"

// A Machine is the size and speed of the units.
type Machine struct {
	Clock    float64 // GHz
	TileSide int     // rows and columns of a digital tile, a power of two
	Tiles    int     // that work side by side

	InArrays  bool    // products take place in crossbars that hold the weights, not in tiles
	Latency   Latency // of a product of a crossbar
	ArraySide int     // rows and columns of an array
	Arrays    int     // that work side by side

	NoiseUnits int // that draw side by side
	Lanes      int // of the vector unit, and accumulators a cycle of the quantizer
	DMASetup   int // cycles before the first word of a transfer
	DMABytes   int // a cycle: a word
}

// DefaultMachine has one tile, one array, one noise unit and 16 lanes at 1 GHz, and
// arrays that take 60 ns.
func DefaultMachine() Machine {
	return Machine{
		Clock: 1, TileSide: 16, Tiles: 1,
		Latency: AnalogADC, ArraySide: 256, Arrays: 1,
		NoiseUnits: 1, Lanes: 16, DMASetup: 20, DMABytes: 6,
	}
}

// A Latency is how long an array takes for one input vector.
type Latency struct {
	Name        string
	Nanoseconds float64 // rounded up to cycles, if not 0
	Cycles      int
}

// Latencies of an array: of 256×256 according to the Pentary documents and the prototype's
// Verilog, and of this module's own.
var (
	Analog    = Latency{Name: "analog alone", Nanoseconds: 10}
	FastADC   = Latency{Name: "fast converters", Nanoseconds: 26}
	AnalogADC = Latency{Name: "analog and converters", Nanoseconds: 60}
	TenCycles = Latency{Name: "ten cycles", Cycles: 10}
	Serial    = Latency{Name: "a row a cycle", Cycles: 259} // the prototype's Verilog: 256 rows, and three cycles around them
	Digital   = Latency{Name: "digital", Cycles: 12}        // pent_crossbar of package rtl, of any size
)

// Presets returns all of them.
func Presets() []Latency { return []Latency{Analog, FastADC, AnalogADC, TenCycles, Serial, Digital} }

// At returns the latency in cycles of a clock in GHz.
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

// tree is the depth of a tile's adder tree, a level a cycle.
func (m Machine) tree() int { return bits.Len(uint(m.TileSide)) - 1 }

// TileProduct returns the cycles of Y = W·X for W of rows×cols and n columns. A tile
// takes a row of weights a cycle to load, and for each column of X its rows one after
// another; the last of them has the adder tree and the accumulator to pass.
func (m Machine) TileProduct(rows, cols, n int) int {
	blocks := ceil(rows, m.TileSide) * ceil(cols, m.TileSide)
	if blocks == 0 || n == 0 {
		return 0
	}
	return ceil(blocks, m.Tiles)*m.TileSide*(1+n) + m.tree() + 2
}

// CrossbarProduct returns the cycles of Y = W·X in arrays that hold W already. An array
// takes one column of X at a time.
func (m Machine) CrossbarProduct(rows, cols, n int) int {
	arrays := ceil(rows, m.ArraySide) * ceil(cols, m.ArraySide)
	return ceil(arrays, m.Arrays) * n * m.Latency.At(m.Clock)
}

// LowRankProduct returns the cycles of A·(Bᵀ·X) for factors of rows×rank and
// cols×rank and n columns. For each column and rank the unit takes the projection by
// a dot product, as many inputs a cycle as a tile has columns, and then a row of A a
// cycle; the last has the adder tree and the shifts to pass.
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

// Noise returns the cycles of drawing pents under the binomial law.
func (m Machine) Noise(pents int) int { return m.Blocks(ceil(pents, NoiseBlock)) }

// Blocks returns the cycles of drawing blocks of noise: a round of ARS4x32-7 a cycle,
// seven for a block.
func (m Machine) Blocks(n int) int { return ceil(n, m.NoiseUnits) * NoiseRounds }

// Random returns the cycles of drawing blocks other than noise, in the one unit that does:
// a round of Philox4x32-10 a cycle, ten for a block.
func (m Machine) Random(n int) int { return n * randomRounds }

// Factors returns the cycles of drawing the factors of a perturbation of that number of
// blocks: the unit takes one cycle to receive the last block, and one to store it.
func (m Machine) Factors(blocks int) int {
	if blocks == 0 {
		return 0
	}
	return m.Blocks(blocks) + 2
}

// QuantizeLatency is the cycles from an accumulator to its activation.
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

// Transfer returns the cycles of moving bytes to or from memory off the chip.
func (m Machine) Transfer(bytes int) int {
	if bytes == 0 {
		return 0
	}
	return m.DMASetup + ceil(bytes, m.DMABytes)
}
