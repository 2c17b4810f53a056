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
	src := newSource(s)
	src.fill(dst, law)
}

func noisePairs(dst []uint8, law Law, s Stream, pairs int) {
	const unit = binomialPents
	if !useAVX2 || law != Binomial {
		noiseEach(dst, law, s, pairs)
		return
	}
	perPair, blocks := uint64(len(dst)/pairs/unit), len(dst)/unit
	src := newSource(s)
	at := 0
	if steps := blocks / noiseBlocksAVX512; useAVX512 && steps > 0 {
		l := newLanes(s, perPair, at, noiseBlocksAVX512)
		binomialPairsAVX512(&dst[0], steps, &src.counter, &src.keys, &l)
		at = steps * noiseBlocksAVX512
	}
	if at == blocks {
		return
	}
	l := newLanes(s, perPair, at, noiseBlocksAVX2)
	if steps := (blocks - at) / noiseBlocksAVX2; steps > 0 {
		binomialPairsAVX2(&dst[at*unit], steps, &src.counter, &src.keys, &l)
		at += steps * noiseBlocksAVX2
	}
	if at < blocks {
		var last [noiseBlocksAVX2 * unit]uint8
		binomialPairsAVX2(&last[0], 1, &src.counter, &src.keys, &l)
		copy(dst[at*unit:], last[:])
	}
}

// lanes say which block of which pair each lane draws in the next step, and how they
// go on: by add blocks and skip pairs, and one more pair where that comes to perPair
// blocks.
type lanes struct {
	block, pair              [noiseBlocksAVX512]uint64
	perPair, last, add, skip uint64 // last is perPair-1
}

// newLanes returns the lanes of steps of so many blocks, of which the first is number
// first of the blocks of all pairs from s.Pair on.
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
	if !useAVX2 {
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
	if useAVX512 {
		dst = s.fillWhole(dst, law, noiseBlocksAVX512)
	}
	dst = s.fillWhole(dst, law, noiseBlocksAVX2)
	if len(dst) > 0 {
		var last [noiseBlocksAVX2 * binomialPents]uint8
		s.fillWhole(last[:noiseBlocksAVX2*blockPents(law)], law, noiseBlocksAVX2)
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
	wide := blocks == noiseBlocksAVX512
	switch {
	case law == Binomial && wide:
		binomialAVX512(&dst[0], steps, &s.counter, &s.keys)
	case law == Binomial:
		binomialAVX2(&dst[0], steps, &s.counter, &s.keys)
	case law == Uniform && wide:
		uniformAVX512(&dst[0], steps, &s.counter, &s.keys)
	case law == Uniform:
		uniformAVX2(&dst[0], steps, &s.counter, &s.keys)
	case wide:
		randomAVX512(&dst[0], steps, &s.counter, &s.keys)
	default:
		randomAVX2(&dst[0], steps, &s.counter, &s.keys)
	}
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

// randomAVX2 is steps times eight blocks of random bytes:
//
//	for i := range steps * 8 {
//		dst[16i+j] = byte j of philox(counter[0]+i, counter[1], counter[2], counter[3])
//	}
//
// It writes steps·128 bytes. 1.4 of 2.2 bytes/cycle, 4.2e9
// a second.
//
//go:noescape
func randomAVX2(dst *uint8, steps int, counter *[4]uint32, keys *[2 * philoxRounds]uint32)

// randomAVX512 is randomAVX2 with sixteen blocks a step: steps·256 bytes. 2.9
// of 3.9 bytes/cycle, 8.8e9 a second.
//
//go:noescape
func randomAVX512(dst *uint8, steps int, counter *[4]uint32, keys *[2 * philoxRounds]uint32)

// binomialPairsAVX2 is binomialAVX2 with a block and a pair of its own for each lane:
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
//
//go:noescape
func binomialPairsAVX2(dst *uint8, steps int, counter *[4]uint32, keys *[2 * philoxRounds]uint32, l *lanes)

// binomialPairsAVX512 is binomialPairsAVX2 with sixteen lanes.
//
//go:noescape
func binomialPairsAVX512(dst *uint8, steps int, counter *[4]uint32, keys *[2 * philoxRounds]uint32, l *lanes)
