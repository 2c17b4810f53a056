package trit5

import (
	"cmp"
	"math"
)

// one is 1 in Q16.16 fixed point: 16 integer bits, 16 of fraction.
const one = 1 << 16

// Quantize returns the pent nearest to x. The decision thresholds are ±0.5 and
// ±1.5, where mode decides; beyond ±2, infinities included, it saturates. NaN
// gives 0. It panics if mode is Stochastic: see [QuantizeStochastic].
func Quantize(x float64, mode Rounding) Pent {
	mode.mustBeDeterministic("Quantize")
	x = saturate(x)
	floor := math.Floor(x)
	// Compared with floor + 0.5, which is exact; x − floor may have rounded.
	return nearest(Pent(floor), cmp.Compare(x, floor+0.5), mode)
}

// QuantizeQ16 is [Quantize] of the Q16.16 value x·2^-16, in integers alone.
func QuantizeQ16(x int32, mode Rounding) Pent {
	mode.mustBeDeterministic("QuantizeQ16")
	floor, fraction := floorQ16(x)
	return nearest(floor, cmp.Compare(fraction, one/2), mode)
}

// QuantizeStochastic rounds x to one of the two pents around it, up when its
// fraction exceeds u·2^-32. For u uniform the expected value is x to within
// 2^-32, for x in [-2, 2]; beyond, it saturates. NaN gives 0.
func QuantizeStochastic(x float64, u uint32) Pent {
	x = saturate(x)
	floor := math.Floor(x)
	if (x-floor)*(1<<32) > float64(u) {
		return Pent(floor) + 1
	}
	return Pent(floor)
}

// QuantizeQ16Stochastic is [QuantizeStochastic] of the Q16.16 value x·2^-16. It
// reads only the high 16 bits of u, as many as the fraction has, so for u
// uniform the expected value is exactly x·2^-16 when that is in [-2, 2].
func QuantizeQ16Stochastic(x int32, u uint32) Pent {
	floor, fraction := floorQ16(x)
	if fraction > int32(u>>16) {
		return floor + 1
	}
	return floor
}

// nearest rounds a value in [floor, floor+1) whose order relative to
// floor + 1/2 is half: -1 below, 0 at the tie, +1 above.
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

// saturate clamps x to [Min, Max] and maps NaN to 0.
func saturate(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return min(max(x, Min), Max)
}

// floorQ16 saturates the Q16.16 value x to [Min, Max] and splits it into its
// floor and its fraction in units of 2^-16.
func floorQ16(x int32) (floor Pent, fraction int32) {
	x = min(max(x, Min*one), Max*one)
	return Pent(x >> 16), x & (one - 1)
}
