package crossbar

import (
	"github.com/Kaleaon/pentary-go/kernels"
)

// kind is the use of a stream of random numbers. Kind and array number together are one word
// of the counter, so that no two uses share a block.
type kind uint32

const (
	kindDevice kind = iota // a cell's stuck state and drift; block: the cell's place in its line
	kindCell               // a cell's endurance and the factor of its pulses; block: likewise
	kindSettle             // the error of a write; generation: the write's number, block: the cell
	kindPulse              // a pulse of a write; likewise, with the pulse in the block's high half
	kindRead               // the noise of a read; generation: Read.Number, pair: the column
)

// kinds is the number of counter values per array.
const kinds = 8

// stream returns the random numbers of kind k for a word line or a column of inputs.
func (k kind) stream(seed uint64, array, number, line uint32) kernels.Stream {
	return kernels.Stream{
		Seed: seed, Generation: number, Tensor: array*kinds + uint32(k), Pair: line, Generator: kernels.Philox4x32,
	}
}

// The sum of eight uniform bytes has mean 1020 and variance 8·(256²-1)/12.
const (
	normalMean  = 1020
	normalScale = 1 / 209.02153 // the standard deviations per unit
)

// halves returns a block as two 64-bit words.
func halves(b [4]uint32) (lo, hi uint64) {
	return uint64(b[0]) | uint64(b[1])<<32, uint64(b[2]) | uint64(b[3])<<32
}

// byteSum returns the sum of the bytes of u, minus the mean of such sums. For random u, it is
// approximately a normal number in units of normalScale, with an excess kurtosis of -0.15 and
// within ±4.9.
func byteSum(u uint64) int32 {
	const even = 0x00ff00ff00ff00ff
	pairs := u&even + u>>8&even
	return int32(pairs*0x0001000100010001>>48) - normalMean
}

// normal returns an approximately normal number for random u.
func normal(u uint64) float64 { return normalScale * float64(byteSum(u)) }

// fraction returns u·2^-32, uniform in [0, 1).
func fraction(u uint32) float64 { return float64(u) * 0x1p-32 }
