//go:build !purego && (amd64 || arm64)

package kernels

func noise(dst []uint8, dist Distribution, s Stream) {
	if level == generic {
		noiseGeneric(dst, dist, s)
		return
	}
	src := newSource(s)
	src.fill(dst, dist)
}

func noisePairs(dst []uint8, dist Distribution, s Stream, pairs int) {
	const unit = binomialPents
	if level == generic || dist != Binomial {
		noiseEach(dst, dist, s, pairs)
		return
	}
	perPair, blocks := uint64(len(dst)/pairs/unit), len(dst)/unit
	src := newSource(s)
	at := 0
	if wide := wideNoiseBlocks(); wide > noiseBlocks && blocks >= wide {
		l := newLanes(s, perPair, at, wide)
		pairSteps(&dst[0], blocks/wide, wide, &src, &l)
		at = blocks / wide * wide
	}
	if at == blocks {
		return
	}
	l := newLanes(s, perPair, at, noiseBlocks)
	if steps := (blocks - at) / noiseBlocks; steps > 0 {
		pairSteps(&dst[at*unit], steps, noiseBlocks, &src, &l)
		at += steps * noiseBlocks
	}
	if at < blocks {
		var last [noiseBlocks * unit]uint8
		pairSteps(&last[0], 1, noiseBlocks, &src, &l)
		copy(dst[at*unit:], last[:])
	}
}

// maxNoiseBlocks is the most blocks that a step of any tier draws.
const maxNoiseBlocks = 16

// lanes say which block of which pair each lane draws in the next step, and how they
// go on: by add blocks and skip pairs, and one more pair where that comes to perPair
// blocks.
type lanes struct {
	block, pair              [maxNoiseBlocks]uint64
	perPair, last, add, skip uint64 // last is perPair-1
}

// newLanes returns the lanes of steps of step blocks each; the first block is number first
// of the blocks of all pairs from s.Pair on.
func newLanes(s Stream, perPair uint64, first, step int) lanes {
	l := lanes{perPair: perPair, last: perPair - 1, add: uint64(step) % perPair, skip: uint64(step) / perPair}
	block, pair := uint64(first)%perPair, uint64(s.Pair)+uint64(first)/perPair
	for i := range step {
		l.block[i], l.pair[i] = block, pair
		if block++; block == perPair {
			block, pair = 0, pair+1
		}
	}
	return l
}

func random(dst []uint8, s Stream) {
	if level == generic {
		randomGeneric(dst, s, 0)
		return
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

// source is a stream, at the block that its counter says.
type source struct {
	counter [4]uint32
	keys    [2 * philoxRounds]uint32 // the two key words of every round
}

// newSource returns the start of a stream.
func newSource(s Stream) source {
	return source{
		counter: [4]uint32{0, s.Pair, s.Tensor, s.Generation},
		keys:    philoxKeys(s.Seed),
	}
}

// fill fills dst under the distribution and leaves the source at an unspecified block.
func (s *source) fill(dst []uint8, dist Distribution) {
	if blocks := wideNoiseBlocks(); blocks > noiseBlocks {
		dst = s.fillWhole(dst, dist, blocks)
	}
	dst = s.fillWhole(dst, dist, noiseBlocks)
	if len(dst) > 0 {
		var last [noiseBlocks * binomialPents]uint8
		s.fillWhole(last[:noiseBlocks*blockPents(dist)], dist, noiseBlocks)
		copy(dst, last[:])
	}
}

// fillWhole fills the part of dst that whole steps of the given number of blocks cover,
// advances the source past them, and returns the rest.
func (s *source) fillWhole(dst []uint8, dist Distribution, blocks int) []uint8 {
	size := blocks * blockPents(dist)
	steps := len(dst) / size
	if steps == 0 {
		return dst
	}
	noiseSteps(&dst[0], dist, steps, blocks, &s.counter, &s.keys)
	s.counter[0] += uint32(steps * blocks)
	return dst[steps*size:]
}

// philoxKeys returns the two key words of every round.
func philoxKeys(seed uint64) (keys [2 * philoxRounds]uint32) {
	k0, k1 := uint32(seed), uint32(seed>>32)
	for r := range philoxRounds {
		keys[2*r], keys[2*r+1] = k0, k1
		k0 += philoxW0
		k1 += philoxW1
	}
	return keys
}

// Contracts of the assembly, whose names end in the instruction set.
//
// binomialPairs is binomial with a block and a pair of its own for each lane:
//
//	for i := range steps * 8 {
//		block := philox(l.block[i%8], l.pair[i%8], counter[2], counter[3])
//		dst[32i+j], dst[32i+16+j] = popcount(block[j] & 15), popcount(block[j] >> 4)
//		l.block[i%8] += l.add
//		l.pair[i%8] += l.skip
//		if l.block[i%8] > l.last {
//			l.block[i%8] -= l.perPair
//			l.pair[i%8]++
//		}
//	}
