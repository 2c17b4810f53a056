//go:build !purego

package kernels

// noiseBlocks is the blocks that one step of noiseSteps draws, wideNoiseBlocks those
// of the widest tier in use. A wider tier draws more only where the fill is long
// enough: all of them take about as long for one step.
const noiseBlocks = 8

func wideNoiseBlocks() int {
	if level >= avx512bw {
		return maxNoiseBlocks
	}
	return noiseBlocks
}

func noiseSteps(dst *uint8, dist Distribution, steps, blocks int, counter *[4]uint32, keys *roundKeys) {
	wide := blocks > noiseBlocks
	switch {
	case dist == Binomial && wide:
		binomialAVX512(dst, steps, counter, keys)
	case dist == Binomial:
		binomialAVX2(dst, steps, counter, keys)
	case dist == Uniform && wide:
		uniformAVX512(dst, steps, counter, keys)
	case dist == Uniform:
		uniformAVX2(dst, steps, counter, keys)
	case wide:
		randomAVX512(dst, steps, counter, keys)
	default:
		randomAVX2(dst, steps, counter, keys)
	}
}

// pairSteps draws steps, each of the given number of blocks, of the binomial distribution,
// each lane its own.
func pairSteps(dst *uint8, steps, blocks int, src *source, l *lanes) {
	if blocks > noiseBlocks {
		binomialPairsAVX512(dst, steps, &src.counter, &src.keys, l)
	} else {
		binomialPairsAVX2(dst, steps, &src.counter, &src.keys, l)
	}
}

// binomialAVX2 is steps times eight blocks of the binomial distribution:
//
//	for i := range steps * 8 {
//		block := philox(counter[0]+i, counter[1], counter[2], counter[3])
//		dst[32i+j], dst[32i+16+j] = popcount(block[j] & 15), popcount(block[j] >> 4)
//	}
//
// It writes steps·256 bytes. keys are those of Philox. 2.4 of 3.9
// pents/cycle, 7.2e9 a second.
//
//go:noescape
func binomialAVX2(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)

// uniformAVX2 is steps times eight blocks of the uniform distribution:
//
//	for i := range steps * 8 {
//		block := philox(counter[0]+i, counter[1], counter[2], counter[3])
//		dst[8i+h] = (5·half(block, h) + 2) >> 16
//	}
//
// It writes steps·64 bytes. 0.7 of 1.0 pents/cycle, 2.0e9 a second.
//
//go:noescape
func uniformAVX2(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)

// binomialAVX512 is binomialAVX2 with sixteen blocks a step: steps·512 bytes. 4.7
// of 6.5 pents/cycle, 14e9 a second.
//
//go:noescape
func binomialAVX512(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)

// uniformAVX512 is uniformAVX2 with sixteen blocks a step: steps·128 bytes. 1.3 of
// 1.7 pents/cycle, 3.9e9 a second.
//
//go:noescape
func uniformAVX512(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)

// randomAVX2 is steps times eight blocks of random bytes:
//
//	for i := range steps * 8 {
//		dst[16i+j] = byte j of philox(counter[0]+i, counter[1], counter[2], counter[3])
//	}
//
// It writes steps·128 bytes. 1.4 of 2.2 bytes/cycle, 4.2e9 a second.
//
//go:noescape
func randomAVX2(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)

// randomAVX512 is randomAVX2 with sixteen blocks a step: steps·256 bytes. 2.9 of 3.9
// bytes/cycle, 8.8e9 a second.
//
//go:noescape
func randomAVX512(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)

// binomialPairsAVX2 has the contract of binomialPairs in noise_asm.go.
//
//go:noescape
func binomialPairsAVX2(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys, l *lanes)

// binomialPairsAVX512 is binomialPairsAVX2 with sixteen lanes.
//
//go:noescape
func binomialPairsAVX512(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys, l *lanes)
