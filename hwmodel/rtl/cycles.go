package rtl

import (
	"fmt"
	"math/bits"
)

// Cycles is the timing of a unit in clock cycles.
type Cycles struct {
	Latency  int // from the start of an operation to its last result
	Interval int // from the start of an operation to the earliest start of the next
}

// Of returns the cycles of n operations in close succession, from the start of the first to
// the last result.
func (c Cycles) Of(n int) int {
	if n <= 0 {
		return 0
	}
	return (n-1)*c.Interval + c.Latency
}

// CyclesDot is the timing of pent_dot: a dot product of a power of two of lanes.
func CyclesDot(lanes int) Cycles {
	return Cycles{Latency: 1 + log2(lanes), Interval: 1}
}

// CyclesTile is the timing of pent_tile: the product of a tile and a vector.
func CyclesTile(rows, cols int) Cycles {
	return Cycles{Latency: rows + 2 + log2(cols), Interval: rows}
}

// CyclesTileLoad is the number of cycles to load the weights of a tile or a crossbar: one per
// row.
func CyclesTileLoad(rows int) int { return rows }

// CyclesRequantize is the timing of requantize: one accumulator.
func CyclesRequantize() Cycles { return Cycles{Latency: 4, Interval: 1} }

// noisePents is the number of pents that the noise unit draws from one block.
const noisePents = 32

// CyclesNoise is the timing of ars_noise: noisePents pents from one block.
func CyclesNoise() Cycles { return Cycles{Latency: 7, Interval: 7} }

// CyclesRandom is the timing of philox_noise: one block.
func CyclesRandom() Cycles { return Cycles{Latency: 10, Interval: 10} }

// CyclesDraw is the timing of LRGEN in unit lowrank: both factors of one pair.
func CyclesDraw(rows, cols int) Cycles {
	blocks := (rows+noisePents-1)/noisePents + (cols+noisePents-1)/noisePents
	n := CyclesNoise().Of(blocks) + 2 // for keeping the last block and for storing b
	return Cycles{Latency: n, Interval: n}
}

// CyclesLowRank is the timing of LRMUL in unit lowrank: the product of one member whose
// factors have been drawn.
func CyclesLowRank(rows, cols int) Cycles {
	return Cycles{Latency: rows + 7 + log2(cols), Interval: rows + 1}
}

// CyclesCrossbar is the timing of pent_crossbar: a verified product, of any size.
func CyclesCrossbar() Cycles { return Cycles{Latency: 12, Interval: 12} }

// log2 returns the binary logarithm of n. It panics unless n is a power of two.
func log2(n int) int {
	if n < 1 || n&(n-1) != 0 {
		panic(fmt.Sprintf("rtl: %d lanes, want a power of two", n))
	}
	return bits.Len(uint(n)) - 1
}
