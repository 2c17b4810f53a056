//go:build !purego

package kernels

// fillBlocks fills dst, which is not empty, with blocks of pairs that have perPair each, and
// returns true if there is assembly for it here. Philox draws from one pair alone.
func (s *source) fillBlocks(dst []uint8, dist Distribution, perPair uint64) bool {
	switch {
	case level == generic:
		return false
	case s.generator == Philox4x32:
		s.fillPhilox(dst, dist)
		return true
	case level < avx512gfni && !aes:
		return false
	}
	p, blocks := s.pairBlocks(perPair), len(dst)/blockPents(dist)
	wide := level >= avx512gfni
	switch {
	case dist == Binomial && wide:
		binomialGFNI512(&dst[0], blocks, &p)
	case dist == Binomial:
		binomialAES(&dst[0], blocks, &p)
	case dist == Uniform && wide:
		uniformGFNI512(&dst[0], blocks, &p)
	case dist == Uniform:
		uniformAES(&dst[0], blocks, &p)
	case wide:
		randomGFNI512(&dst[0], blocks, &p)
	default:
		randomAES(&dst[0], blocks, &p)
	}
	return true
}

// philoxBlocks is the blocks that a step of the assembly for Philox draws.
const philoxBlocks = 8

// fillPhilox is fill by Philox.
func (s *source) fillPhilox(dst []uint8, dist Distribution) {
	k := s.roundKeys()
	draw := func(dst *uint8, steps int) {
		switch dist {
		case Binomial:
			binomialPhiloxAVX2(dst, steps, &s.counter, &k)
		case Uniform:
			uniformPhiloxAVX2(dst, steps, &s.counter, &k)
		default:
			randomPhiloxAVX2(dst, steps, &s.counter, &k)
		}
	}
	size := philoxBlocks * blockPents(dist)
	if steps := len(dst) / size; steps > 0 {
		draw(&dst[0], steps)
		s.counter[0] += uint64(steps * philoxBlocks)
		dst = dst[steps*size:]
	}
	if len(dst) > 0 {
		var last [philoxBlocks * binomialPents]uint8
		draw(&last[0], 1)
		copy(dst, last[:])
	}
}

// binomialGFNI512 is a number of blocks of the binomial distribution by ARS, in the order of
// pairBlocks:
//
//	for i := range blocks {
//		block := ars(next(p), p.seed)
//		dst[32i+j], dst[32i+16+j] = popcount(block[j] & 15), popcount(block[j] >> 4)
//	}
//
// 41e9 pents a second (Zen 4).
//
//go:noescape
func binomialGFNI512(dst *uint8, blocks int, p *pairBlocks)

// uniformGFNI512 is a number of blocks, a multiple of four, of the uniform distribution:
// dst[8i+h] = (5·half(block, h) + 2) >> 16. 12e9 pents a second (Zen 4).
//
//go:noescape
func uniformGFNI512(dst *uint8, blocks int, p *pairBlocks)

// randomGFNI512 is a number of blocks, a multiple of two, of random bytes: dst[16i+j] =
// block[j]. 31e9 bytes a second (Zen 4).
//
//go:noescape
func randomGFNI512(dst *uint8, blocks int, p *pairBlocks)

// binomialAES is binomialGFNI512 for CPUs with AVX2 and AES-NI. 21e9 pents a second (Zen 4).
//
//go:noescape
func binomialAES(dst *uint8, blocks int, p *pairBlocks)

// uniformAES is uniformGFNI512 for CPUs with AVX2 and AES-NI. 6.4e9 pents a second.
//
//go:noescape
func uniformAES(dst *uint8, blocks int, p *pairBlocks)

// randomAES is randomGFNI512 for CPUs with AVX2 and AES-NI. 16e9 bytes a second.
//
//go:noescape
func randomAES(dst *uint8, blocks int, p *pairBlocks)

// binomialPhiloxAVX2 is steps times eight blocks of the binomial distribution:
//
//	for i := range steps * 8 {
//		block := k.philox({counter[0]+i, counter[1]})
//		dst[32i+j], dst[32i+16+j] = popcount(block[j] & 15), popcount(block[j] >> 4)
//	}
//
// It writes steps·256 bytes. 2.4 of 3.9 pents/cycle, 7.2e9 a second.
//
//go:noescape
func binomialPhiloxAVX2(dst *uint8, steps int, counter *[2]uint64, k *roundKeys)

// uniformPhiloxAVX2 is the same of the uniform distribution: dst[8i+h] =
// (5·half(block, h) + 2) >> 16. It writes steps·64 bytes. 0.7 of 1.0 pents/cycle, 2.0e9 a
// second.
//
//go:noescape
func uniformPhiloxAVX2(dst *uint8, steps int, counter *[2]uint64, k *roundKeys)

// randomPhiloxAVX2 is the same of random bytes: dst[16i+j] = block[j]. It writes steps·128
// bytes. 1.4 of 2.2 bytes/cycle, 4.2e9 a second.
//
//go:noescape
func randomPhiloxAVX2(dst *uint8, steps int, counter *[2]uint64, k *roundKeys)
