//go:build !purego && (amd64 || arm64)

package kernels

// fill fills dst under the distribution and leaves the source at an unspecified block.
func (s *source) fill(dst []uint8, dist Distribution) {
	if level == generic || s.generator != Philox4x32 {
		s.fillGeneric(dst, dist)
		return
	}
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

func blockPents(dist Distribution) int {
	switch dist {
	case Binomial:
		return binomialPents
	case Uniform:
		return uniformPents
	}
	return blockBytes
}

// fillPairs fills parts of dst of one length from one pair after another.
func (s *source) fillPairs(dst []uint8, dist Distribution, pairs int) {
	const unit = binomialPents
	if level == generic || s.generator != Philox4x32 || dist != Binomial {
		s.fillEach(dst, dist, pairs)
		return
	}
	perPair, blocks := uint64(len(dst)/pairs/unit), len(dst)/unit
	at := 0
	if wide := wideNoiseBlocks(); wide > noiseBlocks && blocks >= wide {
		l := s.newLanes(perPair, at, wide)
		pairSteps(&dst[0], blocks/wide, wide, s, &l)
		at = blocks / wide * wide
	}
	if at == blocks {
		return
	}
	l := s.newLanes(perPair, at, noiseBlocks)
	if steps := (blocks - at) / noiseBlocks; steps > 0 {
		pairSteps(&dst[at*unit], steps, noiseBlocks, s, &l)
		at += steps * noiseBlocks
	}
	if at < blocks {
		var last [noiseBlocks * unit]uint8
		pairSteps(&last[0], 1, noiseBlocks, s, &l)
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
// of the blocks of all pairs from the source's on.
func (s *source) newLanes(perPair uint64, first, step int) lanes {
	l := lanes{perPair: perPair, last: perPair - 1, add: uint64(step) % perPair, skip: uint64(step) / perPair}
	block, pair := uint64(first)%perPair, uint64(s.counter[1])+uint64(first)/perPair
	for i := range step {
		l.block[i], l.pair[i] = block, pair
		if block++; block == perPair {
			block, pair = 0, pair+1
		}
	}
	return l
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
