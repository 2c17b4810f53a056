package kernels

import "math/bits"

// Constants of ARS4x32 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011, section 4.2): the Weyl increments of the halves of a key.
const (
	arsW0     = 0x9E3779B97F4A7C15
	arsW1     = 0xBB67AE8584CAA73B
	arsRounds = 7
)

// ARS returns the block of ARS4x32-7 for a counter and a key: a stateless random
// function, as Philox is (docs/decisions.md#noise-by-aes-rounds). It is AES with seven rounds and
// simple round keys. Words are the columns of AES, little-endian; K[r] is the key with r·arsW0
// added to its first two words as one number, and r·arsW1 to the others:
//
//	v = ctr ^ K[0]
//	v = MixColumns(ShiftRows(SubBytes(v))) ^ K[r]    for r = 1 … 6
//	v = ShiftRows(SubBytes(v)) ^ K[7]
func ARS(ctr, key [4]uint32) [4]uint32 {
	var k roundKeys
	k.setARS(uint64(key[0])|uint64(key[1])<<32, uint64(key[2])|uint64(key[3])<<32)
	return words(k.ars(halves(ctr)))
}

// setARS sets the four words of every round's key.
func (k *roundKeys) setARS(low, high uint64) {
	for r := 0; r < len(k); r += 4 {
		k[r], k[r+1], k[r+2], k[r+3] = uint32(low), uint32(low>>32), uint32(high), uint32(high>>32)
		low += arsW0
		high += arsW1
	}
}

// ars returns the halves of the block of a counter, by tables: t[i] is a step of a round
// for row i.
func (k *roundKeys) ars(ctr [2]uint64) (low, high uint64) {
	t := &aesTables
	a, b, c, d := uint32(ctr[0])^k[0], uint32(ctr[0]>>32)^k[1], uint32(ctr[1])^k[2], uint32(ctr[1]>>32)^k[3]
	for r := 4; r < 4*arsRounds; r += 4 {
		a, b, c, d = k[r]^t[0][uint8(a)]^t[1][uint8(b>>8)]^t[2][uint8(c>>16)]^t[3][d>>24],
			k[r+1]^t[0][uint8(b)]^t[1][uint8(c>>8)]^t[2][uint8(d>>16)]^t[3][a>>24],
			k[r+2]^t[0][uint8(c)]^t[1][uint8(d>>8)]^t[2][uint8(a>>16)]^t[3][b>>24],
			k[r+3]^t[0][uint8(d)]^t[1][uint8(a>>8)]^t[2][uint8(b>>16)]^t[3][c>>24]
	}
	const last = 4 * arsRounds
	return uint64(k[last]^subBytes(a, b, c, d)) | uint64(k[last+1]^subBytes(b, c, d, a))<<32,
		uint64(k[last+2]^subBytes(c, d, a, b)) | uint64(k[last+3]^subBytes(d, a, b, c))<<32
}

// subBytes returns SubBytes of byte i of the i-th word. Byte i of table i+2 is the S-box
// alone.
func subBytes(a, b, c, d uint32) uint32 {
	return aesTables[2][uint8(a)]&0xff | aesTables[3][uint8(b>>8)]&0xff00 |
		aesTables[0][uint8(c>>16)]&0xff0000 | aesTables[1][d>>24]&0xff000000
}

// aesTables has, for row i of AES and a byte x, the column that MixColumns makes of
// SubBytes(x) in that row: 2, 1, 1 and 3 times the S-box, rotated by i bytes.
var aesTables = newAESTables()

func newAESTables() (tables [4][256]uint32) {
	set := func(x, inverse uint8) {
		s := inverse ^ bits.RotateLeft8(inverse, 1) ^ bits.RotateLeft8(inverse, 2) ^
			bits.RotateLeft8(inverse, 3) ^ bits.RotateLeft8(inverse, 4) ^ 0x63
		column := uint32(double(s)) | uint32(s)<<8 | uint32(s)<<16 | uint32(double(s)^s)<<24
		for i := range tables {
			tables[i][x] = bits.RotateLeft32(column, 8*i)
		}
	}
	set(0, 0)
	// The powers of 3 are the non-zero elements of the field. Their inverses are the powers
	// of 3^254 = 0xf6 = 2·0x7b: x·0xf6 is a sum of doublings.
	power, inverse := uint8(1), uint8(1)
	for range 255 {
		set(power, inverse)
		power ^= double(power)
		product := uint8(0)
		for bit := uint8(0x80); bit > 0; bit >>= 1 {
			product = double(product)
			if 0xf6&bit != 0 {
				product ^= inverse
			}
		}
		inverse = product
	}
	return tables
}

// double returns 2·x in the field of AES, of the polynomial x⁸ + x⁴ + x³ + x + 1.
func double(x uint8) uint8 { return x<<1 ^ x>>7*0x1b }
