//go:build !purego && (amd64 || arm64)

package kernels

func noise(dst []uint8, law Law, s Stream) {
	if !useAssembly() {
		noiseGeneric(dst, law, s)
		return
	}
	src := newSource(s)
	src.fill(dst, law)
}

func random(dst []uint8, s Stream) {
	if !useAssembly() {
		randomGeneric(dst, s, 0)
		return
	}
	src := newSource(s)
	src.fill(dst, rawBytes)
}

// rawBytes stands for no law: the random bytes as they are.
const rawBytes = Uniform + 1

// Pents, or bytes without a law, of one block.
const (
	binomialPents = 32
	uniformPents  = 8
)

func blockPents(law Law) int {
	switch law {
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

// fill fills dst under the law and leaves the source at an unspecified block.
func (s *source) fill(dst []uint8, law Law) {
	if blocks := wideNoiseBlocks(); blocks > noiseBlocks {
		dst = s.fillWhole(dst, law, blocks)
	}
	dst = s.fillWhole(dst, law, noiseBlocks)
	if len(dst) > 0 {
		var last [noiseBlocks * binomialPents]uint8
		s.fillWhole(last[:noiseBlocks*blockPents(law)], law, noiseBlocks)
		copy(dst, last[:])
	}
}

// fillWhole fills what part of dst whole steps of so many blocks fill, advances the
// source past them, and returns the rest.
func (s *source) fillWhole(dst []uint8, law Law, blocks int) []uint8 {
	size := blocks * blockPents(law)
	steps := len(dst) / size
	if steps == 0 {
		return dst
	}
	noiseSteps(&dst[0], law, steps, blocks, &s.counter, &s.keys)
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
