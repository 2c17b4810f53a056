package kernels

import "math/bits"

// Constants of Philox4x32 (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011, section 4.3): multipliers and Weyl increments.
const (
	philoxM0     = 0xD2511F53
	philoxM1     = 0xCD9E8D57
	philoxW0     = 0x9E3779B9
	philoxW1     = 0xBB67AE85
	philoxRounds = 10
)

// Philox returns the block of Philox4x32-10 for a counter and a key: a stateless
// random function, so that any part of any stream is at hand without the rest.
func Philox(ctr [4]uint32, key [2]uint32) [4]uint32 {
	var k roundKeys
	k.setPhilox(key[0], key[1])
	return words(k.philox(halves(ctr)))
}

// setPhilox sets the two words of every round's key.
func (k *roundKeys) setPhilox(k0, k1 uint32) {
	for r := 0; r < 2*philoxRounds; r += 2 {
		k[r], k[r+1] = k0, k1
		k0 += philoxW0
		k1 += philoxW1
	}
}

// philox returns the halves of the block of a counter.
func (k *roundKeys) philox(ctr [2]uint64) (low, high uint64) {
	a, b, c, d := uint32(ctr[0]), uint32(ctr[0]>>32), uint32(ctr[1]), uint32(ctr[1]>>32)
	for r := 0; r < 2*philoxRounds; r += 2 {
		hi0, lo0 := bits.Mul32(philoxM0, a)
		hi1, lo1 := bits.Mul32(philoxM1, c)
		a, b, c, d = hi1^b^k[r], lo1, hi0^d^k[r+1], lo0
	}
	return uint64(a) | uint64(b)<<32, uint64(c) | uint64(d)<<32
}
