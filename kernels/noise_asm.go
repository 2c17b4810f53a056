//go:build !purego && (amd64 || arm64)

package kernels

// fill fills dst under the distribution and leaves the source at an unspecified block.
func (s *source) fill(dst []uint8, dist Distribution) {
	if len(dst) > 0 && !s.fillBlocks(dst, dist, 1<<32) {
		s.fillGeneric(dst, dist)
	}
}

// fillPairs fills parts of dst of one length from one pair after another.
func (s *source) fillPairs(dst []uint8, dist Distribution, pairs int) {
	perPair := len(dst) / blockPents(dist) / pairs
	if s.generator == Philox4x32 || !s.fillBlocks(dst, dist, uint64(perPair)) {
		s.fillEach(dst, dist, pairs)
	}
}

// pairBlocks are the next blocks of several pairs: perPair of each, one pair after
// another.
type pairBlocks struct {
	counter [2]uint64
	seed    uint64
	perPair uint64
	step    uint64 // to the eighth counter after it, which may be beyond its pair by less than perPair
}

func (s *source) pairBlocks(perPair uint64) pairBlocks {
	p := pairBlocks{s.counter, s.seed, perPair, 8}
	if perPair <= 8 {
		p.step = 8/perPair<<32 | 8%perPair
	}
	return p
}
