package fixed

// Exp2Bits is the number of fraction bits of Exp2.
const Exp2Bits = 12

// Exp2Sixteenths[i] = round(2^(12+i/16)).
var Exp2Sixteenths = [16]uint16{4096, 4277, 4467, 4664, 4871, 5087, 5312, 5547, 5793, 6049, 6317, 6597, 6889, 7194, 7512, 7845}

// Exp2 returns 2^(v/16) for v ≤ 0 in units of 1/4096, rounded down.
func Exp2(v int32) int32 {
	if v <= -16*(Exp2Bits+1) {
		return 0
	}
	return int32(Exp2Sixteenths[v&15]) >> uint(-(v >> 4))
}
