//go:build !purego && (amd64 || arm64)

package kernels

func noise(dst []uint8, law Law, s Stream) {
	if !useAssembly() {
		noiseGeneric(dst, law, s)
		return
	}
	keys := philoxKeys(s.Seed)
	counter := [4]uint32{0, s.Pair, s.Tensor, s.Generation}
	if blocks := wideNoiseBlocks(); blocks > noiseBlocks {
		dst = noiseWhole(dst, law, &counter, &keys, blocks)
	}
	dst = noiseWhole(dst, law, &counter, &keys, noiseBlocks)
	if len(dst) > 0 {
		var last [noiseBlocks * binomialPents]uint8
		noiseWhole(last[:noiseBlocks*blockPents(law)], law, &counter, &keys, noiseBlocks)
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
	noiseSteps(&dst[0], law, steps, blocks, counter, keys)
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
