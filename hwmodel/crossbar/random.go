package crossbar

import (
	"github.com/Kaleaon/pentary-go/kernels"
)

// A kind is the use of a stream of random numbers. It shares a counter word with the
// array's number, so that no two uses share a block.
type kind uint32

const (
	kindDevice kind = iota // a cell's stuck state and drift; block is the cell of the line
	kindCell               // a cell's lifetime and the factor of its pulses
	kindSettle             // a write; generation is its number, block the cell
	kindPulse              // a pulse of it; likewise, the pulse in the block's high half
	kindRead               // a read; generation is its number, pair the column
)

// kinds is the number of counter values that an array takes.
const kinds = 8

// stream returns the random numbers of one kind for a word line, or a column of
// inputs.
func (k kind) stream(seed uint64, array, number, line uint32) kernels.Stream {
	return kernels.Stream{
		Seed: seed, Generation: number, Tensor: array*kinds + uint32(k), Pair: line, Generator: kernels.Philox4x32,
	}
}

// The sum of eight uniform bytes has mean 1020 and variance 8·(256²-1)/12.
const (
	normalMean  = 1020
	normalScale = 1 / 209.02153 // of one unit, in standard deviations
)

// halves returns the two words of 64 bits that a block is.
func halves(b [4]uint32) (lo, hi uint64) {
	return uint64(b[0]) | uint64(b[1])<<32, uint64(b[2]) | uint64(b[3])<<32
}

// byteSum returns the sum of the bytes of u, less its mean: a normal number in units
// of normalScale, up to an excess kurtosis of -0.15 and ends at ±4.9.
func byteSum(u uint64) int32 {
	const even = 0x00ff00ff00ff00ff
	pairs := u&even + u>>8&even
	return int32(pairs*0x0001000100010001>>48) - normalMean
}

// normal returns a normal number made of u.
func normal(u uint64) float64 { return normalScale * float64(byteSum(u)) }

// fraction returns u·2^-32, uniform in [0, 1).
func fraction(u uint32) float64 { return float64(u) * 0x1p-32 }
