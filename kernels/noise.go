package kernels

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Distribution is the distribution of a random pent.
type Distribution uint8

const (
	// Binomial draws popcount of four random bits: the codes 0 to 4 have
	// probability 1, 4, 6, 4, 1 of 16, variance 1. It is the default: two pents a
	// byte, one table lookup in SIMD, four gates in hardware.
	Binomial Distribution = iota
	// Uniform draws the five levels alike, variance 2, from sixteen bits each:
	// code = (5u + 2) >> 16. The middle level has the one surplus value of 65,536,
	// so that the mean is exactly zero.
	Uniform
)

// String returns the distribution's name.
func (d Distribution) String() string {
	switch d {
	case Binomial:
		return "binomial"
	case Uniform:
		return "uniform"
	}
	return fmt.Sprintf("Distribution(%d)", uint8(d))
}

// Variance returns the variance of a pent under the distribution.
func (d Distribution) Variance() int {
	if d == Uniform {
		return 2
	}
	return 1
}

// Stream names a sequence of random pents: a Philox key and the high three words
// of its counter. The lowest word counts the blocks of the stream, so streams
// that differ in any field never share a block.
type Stream struct {
	Seed       uint64 // of the run: the key
	Generation uint32
	Tensor     uint32 // package lowrank: tensor<<4 | what is drawn of it
	Pair       uint32
}

// Block returns the random block number i of the stream: Philox4x32-10 with the
// counter (i, Pair, Tensor, Generation) and the key (low, high half of Seed).
func (s Stream) Block(i uint32) [4]uint32 {
	return Philox([4]uint32{i, s.Pair, s.Tensor, s.Generation}, [2]uint32{uint32(s.Seed), uint32(s.Seed >> 32)})
}

// blockBytes is the number of random bytes in a block.
const blockBytes = 16

// NoiseUnit is the granularity of Noise in pents and of Random in bytes.
const NoiseUnit = 32

// Noise fills dst, a multiple of NoiseUnit pents, with codes from the start of
// the stream. Under the binomial distribution block i gives pents 32i to 32i+31: the low
// nibbles of its sixteen bytes (words little-endian), then the high nibbles:
//
//	dst[32i+j]    = popcount(byte[j] & 15)
//	dst[32i+16+j] = popcount(byte[j] >> 4)
//
// Under the uniform distribution block i gives pents 8i to 8i+7, from the low and then the
// high half of each word: dst[8i+2j+h] = (5·(word[j] >> 16h & 65535) + 2) >> 16.
func Noise(dst []uint8, dist Distribution, s Stream) {
	if len(dst)%NoiseUnit != 0 {
		panic(fmt.Sprintf("kernels: Noise: %d pents, want a multiple of %d", len(dst), NoiseUnit))
	}
	if dist > Uniform {
		panic(fmt.Sprintf("kernels: Noise: unknown distribution %d", dist))
	}
	noise(dst, dist, s)
}

// NoisePairs fills dst as Noise does from one stream after another: pairs parts of
// one length, a multiple of NoiseUnit, of which part p is the stream s with p added to
// its Pair. Short streams take no longer so than long ones.
func NoisePairs(dst []uint8, dist Distribution, s Stream, pairs int) {
	if pairs < 0 || pairs == 0 && len(dst) > 0 || pairs > 0 && (len(dst)%pairs != 0 || len(dst)/pairs%NoiseUnit != 0) {
		panic(fmt.Sprintf("kernels: NoisePairs: %d pents for %d pairs, want a multiple of %d for each", len(dst), pairs, NoiseUnit))
	}
	if dist > Uniform {
		panic(fmt.Sprintf("kernels: NoisePairs: unknown distribution %d", dist))
	}
	if len(dst) > 0 {
		noisePairs(dst, dist, s, pairs)
	}
}

// noiseEach is NoisePairs by a noise for each pair.
func noiseEach(dst []uint8, dist Distribution, s Stream, pairs int) {
	for size := len(dst) / pairs; len(dst) > 0; dst = dst[size:] {
		noise(dst[:size], dist, s)
		s.Pair++
	}
}

func noiseGeneric(dst []uint8, dist Distribution, s Stream) {
	if dist == Uniform {
		noiseUniform(dst, s)
		return
	}
	for i := uint32(0); len(dst) > 0; i, dst = i+1, dst[32:] {
		for w, word := range s.Block(i) {
			for j := range 4 {
				b := uint8(word >> (8 * j))
				dst[4*w+j] = uint8(bits.OnesCount8(b & 15))
				dst[16+4*w+j] = uint8(bits.OnesCount8(b >> 4))
			}
		}
	}
}

func noiseUniform(dst []uint8, s Stream) {
	for i := uint32(0); len(dst) > 0; i, dst = i+1, dst[8:] {
		for w, word := range s.Block(i) {
			dst[2*w] = uint8((5*(word&0xffff) + 2) >> 16)
			dst[2*w+1] = uint8((5*(word>>16) + 2) >> 16)
		}
	}
}

// Random fills dst, a multiple of NoiseUnit bytes, with random bytes from the start
// of the stream: block i gives bytes 16i to 16i+15, its words little-endian.
func Random(dst []uint8, s Stream) {
	if len(dst)%NoiseUnit != 0 {
		panic(fmt.Sprintf("kernels: Random: %d bytes, want a multiple of %d", len(dst), NoiseUnit))
	}
	random(dst, s)
}

// randomGeneric is Random from block first of the stream on.
func randomGeneric(dst []uint8, s Stream, first uint32) {
	for i := first; len(dst) > 0; i, dst = i+1, dst[blockBytes:] {
		for w, word := range s.Block(i) {
			binary.LittleEndian.PutUint32(dst[4*w:], word)
		}
	}
}
