package kernels

import (
	"encoding/binary"
	"fmt"
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

// Generator is a counter-based generator of random blocks of 128 bits.
type Generator uint8

const (
	// ARS4x32 is ARS4x32-7, rounds of AES, which CPUs have instructions for.
	ARS4x32 Generator = iota
	// Philox4x32 is Philox4x32-10, multiplications of 32 bits.
	Philox4x32
)

// String returns the generator's name with the number of rounds.
func (g Generator) String() string {
	switch g {
	case ARS4x32:
		return "ars4x32-7"
	case Philox4x32:
		return "philox4x32-10"
	}
	return fmt.Sprintf("Generator(%d)", uint8(g))
}

// Stream names a sequence of random blocks: the key of a generator and the high three
// words of its counter. The lowest word counts the blocks of the stream, so streams
// that differ in any field never share a block.
type Stream struct {
	Seed       uint64 // of the run: the key
	Generation uint32
	Tensor     uint32 // package lowrank: tensor<<4 | what is drawn of it
	Pair       uint32
	Generator  Generator
}

// Block returns the random block number i of the stream: for the counter (i, Pair,
// Tensor, Generation). The key is (low, high half of Seed), and two zero words more for
// ARS4x32. So the upper halves of its round keys are the same for all seeds and differ
// between rounds, and no seed's round keys are another's of some rounds later.
func (s Stream) Block(i uint32) [4]uint32 {
	src := newSource(s)
	src.seek(i, s.Pair)
	k := src.roundKeys()
	return words(src.next(&k))
}

// source draws the blocks of a stream one after another.
type source struct {
	counter   [2]uint64 // of the next block: block and pair, tensor and generation, the first in the low word
	seed      uint64
	generator Generator
}

// newSource returns the start of a stream.
func newSource(s Stream) source {
	if s.Generator > Philox4x32 {
		panic(fmt.Sprintf("kernels: stream of unknown generator %d", s.Generator))
	}
	return source{[2]uint64{uint64(s.Pair) << 32, uint64(s.Tensor) | uint64(s.Generation)<<32}, s.Seed, s.Generator}
}

// seek goes to a block of a pair.
func (s *source) seek(block, pair uint32) { s.counter[0] = uint64(block) | uint64(pair)<<32 }

// roundKeys are the keys of every round of a generator: two words each of Philox, four of
// ARS.
type roundKeys [4 * (arsRounds + 1)]uint32

func (s *source) roundKeys() (k roundKeys) {
	if s.generator == ARS4x32 {
		k.setARS(s.seed, 0)
	} else {
		k.setPhilox(uint32(s.seed), uint32(s.seed>>32))
	}
	return k
}

// next returns the halves of the block of the counter, which it advances.
func (s *source) next(k *roundKeys) (low, high uint64) {
	if s.generator == ARS4x32 {
		low, high = k.ars(s.counter)
	} else {
		low, high = k.philox(s.counter)
	}
	s.counter[0]++
	return low, high
}

// halves returns words in pairs.
func halves(w [4]uint32) [2]uint64 {
	return [2]uint64{uint64(w[0]) | uint64(w[1])<<32, uint64(w[2]) | uint64(w[3])<<32}
}

// words returns the words of a block.
func words(low, high uint64) [4]uint32 {
	return [4]uint32{uint32(low), uint32(low >> 32), uint32(high), uint32(high >> 32)}
}

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
	checkDistribution("Noise", dist)
	src := newSource(s)
	src.fill(dst, dist)
}

// NoisePairs fills dst as Noise does from one stream after another: pairs parts of
// one length, a multiple of NoiseUnit, of which part p is the stream s with p added to
// its Pair. Per pent, short streams then take as long as long ones
// (docs/decisions.md#noise-of-many-pairs-in-one-call).
func NoisePairs(dst []uint8, dist Distribution, s Stream, pairs int) {
	if pairs < 0 || pairs == 0 && len(dst) > 0 || pairs > 0 && (len(dst)%pairs != 0 || len(dst)/pairs%NoiseUnit != 0) {
		panic(fmt.Sprintf("kernels: NoisePairs: %d pents for %d pairs, want a multiple of %d for each", len(dst), pairs, NoiseUnit))
	}
	checkDistribution("NoisePairs", dist)
	src := newSource(s)
	if len(dst) > 0 {
		src.fillPairs(dst, dist, pairs)
	}
}

func checkDistribution(fn string, dist Distribution) {
	if dist > Uniform {
		panic(fmt.Sprintf("kernels: %s: unknown distribution %d", fn, dist))
	}
}

// Random fills dst, a multiple of NoiseUnit bytes, with random bytes from the start
// of the stream: block i gives bytes 16i to 16i+15, its words little-endian.
func Random(dst []uint8, s Stream) {
	if len(dst)%NoiseUnit != 0 {
		panic(fmt.Sprintf("kernels: Random: %d bytes, want a multiple of %d", len(dst), NoiseUnit))
	}
	src := newSource(s)
	src.fill(dst, rawBytes)
}

// rawBytes stands for no distribution: the random bytes as they are.
const rawBytes = Uniform + 1

// Pents, or bytes without a distribution, of one block.
const (
	binomialPents = 32
	uniformPents  = 8
	blockBytes    = 16
)

func blockPents(dist Distribution) int {
	switch dist {
	case Binomial:
		return binomialPents
	case Uniform:
		return uniformPents
	}
	return blockBytes
}

// fillEach is fillPairs by a fill for each pair.
func (s *source) fillEach(dst []uint8, dist Distribution, pairs int) {
	pair := uint32(s.counter[0] >> 32)
	for size := len(dst) / pairs; len(dst) > 0; dst = dst[size:] {
		s.seek(0, pair)
		s.fill(dst[:size], dist)
		pair++
	}
}

// fillGeneric fills dst from the next block on.
func (s *source) fillGeneric(dst []uint8, dist Distribution) {
	k := s.roundKeys()
	switch dist {
	case Binomial:
		for ; len(dst) >= binomialPents; dst = dst[binomialPents:] {
			low, high := s.next(&k)
			low, high = popcounts(low), popcounts(high)
			binary.LittleEndian.PutUint64(dst, low&nibbles)
			binary.LittleEndian.PutUint64(dst[8:], high&nibbles)
			binary.LittleEndian.PutUint64(dst[16:], low>>4&nibbles)
			binary.LittleEndian.PutUint64(dst[24:], high>>4&nibbles)
		}
	case Uniform:
		for ; len(dst) >= uniformPents; dst = dst[uniformPents:] {
			low, high := s.next(&k)
			for i := range uniformPents / 2 {
				dst[i] = uint8((5*(low>>(16*i)&0xffff) + 2) >> 16)
				dst[uniformPents/2+i] = uint8((5*(high>>(16*i)&0xffff) + 2) >> 16)
			}
		}
	default:
		for ; len(dst) >= blockBytes; dst = dst[blockBytes:] {
			low, high := s.next(&k)
			binary.LittleEndian.PutUint64(dst, low)
			binary.LittleEndian.PutUint64(dst[8:], high)
		}
	}
}

const nibbles = 0x0f0f0f0f0f0f0f0f // the low nibble of every byte

// popcounts replaces every nibble by the number of its bits that are set.
func popcounts(v uint64) uint64 {
	v -= v >> 1 & 0x5555555555555555
	return v&0x3333333333333333 + v>>2&0x3333333333333333
}
