//go:build !purego

package kernels

// fillBlocks fills dst, which is not empty, with blocks of pairs that have perPair each, and
// returns true if there is assembly for it here.
func (s *source) fillBlocks(dst []uint8, dist Distribution, perPair uint64) bool {
	if level == generic || s.generator != ARS4x32 || !aes {
		return false
	}
	p, blocks := s.pairBlocks(perPair), len(dst)/blockPents(dist)
	switch dist {
	case Binomial:
		binomialAES(&dst[0], blocks, &p)
	case Uniform:
		uniformAES(&dst[0], blocks, &p)
	default:
		randomAES(&dst[0], blocks, &p)
	}
	return true
}

// binomialAES is a number of blocks of the binomial distribution by ARS, in the order of
// pairBlocks:
//
//	for i := range blocks {
//		block := ars(next(p), p.seed)
//		dst[32i+j], dst[32i+16+j] = popcount(block[j] & 15), popcount(block[j] >> 4)
//	}
//
// 108 instructions a step of four blocks, 27 for 32 pents.
//
//go:noescape
func binomialAES(dst *uint8, blocks int, p *pairBlocks)

// uniformAES is a number of blocks, a multiple of four, of the uniform distribution:
// dst[8i+h] = (5·half(block, h) + 2) >> 16.
//
//go:noescape
func uniformAES(dst *uint8, blocks int, p *pairBlocks)

// randomAES is a number of blocks, a multiple of two, of random bytes: dst[16i+j] =
// block[j].
//
//go:noescape
func randomAES(dst *uint8, blocks int, p *pairBlocks)
