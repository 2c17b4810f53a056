//go:build !purego

package kernels

// noiseBlocks is the blocks that one step of noiseSteps draws, in any tier.
const noiseBlocks = 8

func wideNoiseBlocks() int { return noiseBlocks }

func noiseSteps(dst *uint8, dist Distribution, steps, _ int, counter *[4]uint32, keys *roundKeys) {
	switch dist {
	case Binomial:
		binomialNEON(dst, steps, counter, keys)
	case Uniform:
		uniformNEON(dst, steps, counter, keys)
	default:
		randomNEON(dst, steps, counter, keys)
	}
}

// binomialNEON is steps times eight blocks of the binomial distribution:
//
//	for i := range steps * 8 {
//		block := philox(counter[0]+i, counter[1], counter[2], counter[3])
//		dst[32i+j], dst[32i+16+j] = popcount(block[j] & 15), popcount(block[j] >> 4)
//	}
//
// It writes steps·256 bytes. keys are those of Philox. 321 instructions a
// step, 40 for 32 pents.
//
//go:noescape
func binomialNEON(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)

// pairSteps draws steps of blocks of the binomial distribution, each lane its own.
func pairSteps(dst *uint8, steps, _ int, src *source, l *lanes) {
	binomialPairsNEON(dst, steps, &src.counter, &src.keys, l)
}

// uniformNEON is steps times eight blocks of the uniform distribution:
//
//	for i := range steps * 8 {
//		block := philox(counter[0]+i, counter[1], counter[2], counter[3])
//		dst[8i+h] = (5·half(block, h) + 2) >> 16
//	}
//
// It writes steps·64 bytes. 319 instructions a step, 160 for 32 pents.
//
//go:noescape
func uniformNEON(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)

// randomNEON is steps times eight blocks of random bytes:
//
//	for i := range steps * 8 {
//		dst[16i+j] = byte j of philox(counter[0]+i, counter[1], counter[2], counter[3])
//	}
//
// It writes steps·128 bytes. 267 instructions a step, 67 for 32 bytes.
//
//go:noescape
func randomNEON(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)

// binomialPairsNEON has the contract of binomialPairs in noise_asm.go. 349 instructions
// a step, 44 for 32 pents.
//
//go:noescape
func binomialPairsNEON(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys, l *lanes)
