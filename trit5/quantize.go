package trit5

import "cmp"

// one is 1 in Q16.16 fixed point: 16 integer bits, 16 of fraction.
const one = 1 << 16

// QuantizeQ16 returns the pent nearest to the Q16.16 value x·2^-16. At the thresholds
// ±0.5 and ±1.5 mode decides; values beyond ±2 saturate. QuantizeQ16 panics if mode is
// Stochastic: see [QuantizeQ16Stochastic].
func QuantizeQ16(x int32, mode Rounding) Pent {
	if mode >= Stochastic {
		panic("trit5: QuantizeQ16: mode " + mode.String() + " is not deterministic")
	}
	floor, fraction := floorQ16(x)
	return nearest(floor, cmp.Compare(fraction, one/2), mode)
}

// QuantizeQ16Stochastic rounds the Q16.16 value x·2^-16 to one of the two pents around
// it: up if its 16 bits of fraction exceed the high 16 bits of u. For uniform u the
// expected result is exactly x·2^-16 if that is in [-2, 2]; values beyond ±2 saturate.
func QuantizeQ16Stochastic(x int32, u uint32) Pent {
	floor, fraction := floorQ16(x)
	if fraction > int32(u>>16) {
		return floor + 1
	}
	return floor
}

// nearest rounds a value in [floor, floor+1). half says where it is relative to
// floor + 1/2: -1 below, 0 at the tie, +1 above.
func nearest(floor Pent, half int, mode Rounding) Pent {
	up := half > 0
	if half == 0 {
		switch mode {
		case HalfAway:
			up = floor >= 0
		case HalfUp:
			up = true
		case HalfEven:
			up = floor&1 != 0
		}
	}
	if up {
		return floor + 1
	}
	return floor
}

// floorQ16 saturates the Q16.16 value x to [Min, Max] and splits it into its
// floor and its fraction in units of 2^-16.
func floorQ16(x int32) (floor Pent, fraction int32) {
	x = min(max(x, Min*one), Max*one)
	return Pent(x >> 16), x & (one - 1)
}
