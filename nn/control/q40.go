package control

import (
	"fmt"
	"math/bits"
)

// Q40 is a fixed-point number with 40 fraction bits: ±2^23 in steps of 2^-40. All
// physics is computed in it, every product and quotient rounded to nearest
// (docs/decisions.md#physics-in-40-fraction-bits).
type Q40 int64

// One is 1 as a Q40.
const One Q40 = one

// one is 1. Constants are written as num*one/den, which rounds toward zero.
const one = 1 << fraction

const fraction = 40

// Angles, rounded to nearest.
const (
	pi  Q40 = 3454217652358
	tau Q40 = 6908435304715 // 2π
)

// Round returns the integer nearest to q, ties upward.
func (q Q40) Round() int { return int((q + one/2) >> fraction) }

// String returns q with two decimals, as in "-97.72".
func (q Q40) String() string {
	whole, part := bits.Mul64(magnitude(q), 100<<(64-fraction))
	whole += part >> 63
	sign := ""
	if q < 0 && whole > 0 {
		sign = "-"
	}
	return fmt.Sprintf("%s%d.%02d", sign, whole/100, whole%100)
}

// Mul returns a·b rounded to nearest, ties upward.
func Mul(a, b Q40) Q40 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	hi -= uint64(a>>63)&uint64(b) + uint64(b>>63)&uint64(a)
	lo, carry := bits.Add64(lo, one/2, 0)
	return Q40((hi+carry)<<(64-fraction) | lo>>fraction)
}

// square returns a².
func square(a Q40) Q40 { return Mul(a, a) }

// Div returns a/b rounded to nearest, ties away from zero. It panics if b is zero or
// the quotient is not below 2^24 in magnitude.
func Div(a, b Q40) Q40 {
	x, y := magnitude(a), magnitude(b)
	lo, carry := bits.Add64(x<<fraction, y/2, 0)
	q, _ := bits.Div64(x>>(64-fraction)+carry, lo, y)
	if (a < 0) != (b < 0) {
		return -Q40(q)
	}
	return Q40(q)
}

func magnitude(q Q40) uint64 { return uint64(max(q, -q)) }

// clamp returns the number in ±most nearest to q.
func clamp(q, most Q40) Q40 { return min(max(q, -most), most) }

// Uniform returns a number between least and most, in proportion to a random word.
func Uniform(word uint32, least, most Q40) Q40 {
	return least + Mul(Q40(word)<<(fraction-32), most-least)
}
