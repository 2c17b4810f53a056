//go:build !purego

package kernels

// Blocks that one step of the assembly draws. A wider tier draws more only where
// the fill is long enough: all of them take about as long for one step.
const (
	noiseBlocksAVX2   = 8
	noiseBlocksAVX512 = 16
)

func noise(dst []uint8, law Law, s Stream) {
	if !useAVX2 {
		noiseGeneric(dst, law, s)
		return
	}
	keys := philoxKeys(s.Seed)
	counter := [4]uint32{0, s.Pair, s.Tensor, s.Generation}
	if useAVX512 {
		dst = noiseWhole(dst, law, &counter, &keys, noiseBlocksAVX512)
	}
	dst = noiseWhole(dst, law, &counter, &keys, noiseBlocksAVX2)
	if len(dst) > 0 {
		var last [noiseBlocksAVX2 * binomialPents]uint8
		noiseWhole(last[:noiseBlocksAVX2*blockPents(law)], law, &counter, &keys, noiseBlocksAVX2)
		copy(dst, last[:])
	}
}

// Pents of one block.
const (
	binomialPents = 32
	uniformPents  = 8
)

func blockPents(law Law) int {
	if law == Uniform {
		return uniformPents
	}
	return binomialPents
}

// noiseWhole fills what part of dst whole steps of so many blocks fill, advances
// the counter past them, and returns the rest.
func noiseWhole(dst []uint8, law Law, counter *[4]uint32, keys *[2 * philoxRounds]uint32, blocks int) []uint8 {
	pents := blocks * blockPents(law)
	steps := len(dst) / pents
	if steps == 0 {
		return dst
	}
	switch {
	case law == Uniform && blocks == noiseBlocksAVX512:
		uniformAVX512(&dst[0], steps, counter, keys)
	case law == Uniform:
		uniformAVX2(&dst[0], steps, counter, keys)
	case blocks == noiseBlocksAVX512:
		binomialAVX512(&dst[0], steps, counter, keys)
	default:
		binomialAVX2(&dst[0], steps, counter, keys)
	}
	counter[0] += uint32(steps * blocks)
	return dst[steps*pents:]
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

// binomialAVX2 is steps times eight blocks of the binomial law:
//
//	for i := range steps * 8 {
//		block := philox(counter[0]+i, counter[1], counter[2], counter[3])
//		dst[32i+j], dst[32i+16+j] = popcount(block[j] & 15), popcount(block[j] >> 4)
//	}
//
// It writes steps·256 bytes. keys are philoxKeys of the seed. 2.4 of 3.9
// pents/cycle, 7.2e9 a second.
//
//go:noescape
func binomialAVX2(dst *uint8, steps int, counter *[4]uint32, keys *[2 * philoxRounds]uint32)

// uniformAVX2 is steps times eight blocks of the uniform law:
//
//	for i := range steps * 8 {
//		block := philox(counter[0]+i, counter[1], counter[2], counter[3])
//		dst[8i+h] = (5·half(block, h) + 2) >> 16
//	}
//
// It writes steps·64 bytes. 0.7 of 1.0 pents/cycle, 2.0e9 a second.
//
//go:noescape
func uniformAVX2(dst *uint8, steps int, counter *[4]uint32, keys *[2 * philoxRounds]uint32)

// binomialAVX512 is binomialAVX2 with sixteen blocks a step: steps·512 bytes. 4.7
// of 6.5 pents/cycle, 14e9 a second.
//
//go:noescape
func binomialAVX512(dst *uint8, steps int, counter *[4]uint32, keys *[2 * philoxRounds]uint32)

// uniformAVX512 is uniformAVX2 with sixteen blocks a step: steps·128 bytes. 1.3 of
// 1.7 pents/cycle, 3.9e9 a second.
//
//go:noescape
func uniformAVX512(dst *uint8, steps int, counter *[4]uint32, keys *[2 * philoxRounds]uint32)
