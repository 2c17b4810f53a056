// Package fixed provides the fixed-point and integer arithmetic of the training path.
package fixed

import (
	"fmt"
	"math/bits"
)

// Q16 is a fixed-point number with 16 fraction bits.
type Q16 int32

// One is 1.0 as a Q16.
const One Q16 = 1 << 16

// maxTerm is the largest magnitude of the numerator and denominator of a Ratio.
const maxTerm = 1 << 40

// Ratio returns num/den, rounded to nearest, ties upward. It panics if den is not positive, if
// num or den is beyond ±2^40, or if the result does not fit.
func Ratio(num, den int) Q16 {
	n, d := int64(num), int64(den)
	if d <= 0 || d > maxTerm || n > maxTerm || n < -maxTerm {
		panic(fmt.Sprintf("fixed: Ratio: %d/%d, want ±2^40 over 1 to 2^40", num, den))
	}
	v := FloorDiv(n<<17+d, 2*d)
	if v != int64(Q16(v)) {
		panic(fmt.Sprintf("fixed: Ratio: %d/%d does not fit 16.16 bits", num, den))
	}
	return Q16(v)
}

// FloorDiv returns a/b, rounded toward minus infinity, for positive b.
func FloorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// RoundDiv returns a/b, rounded to nearest, ties away from zero, for positive b. The rounding is
// symmetric, so that both signs of a difference are treated equally.
func RoundDiv(a, b int64) int64 {
	q, r := a/b, a%b
	switch { // 2|r| ≥ b without the product, which could overflow
	case r > 0 && r >= b-r:
		return q + 1
	case r < 0 && -r >= b+r:
		return q - 1
	}
	return q
}

// Sqrt returns the square root of n, rounded down, by Newton's iteration from above.
func Sqrt(n uint64) uint64 {
	if n < 2 {
		return n
	}
	x := uint64(1) << ((bits.Len64(n) + 1) / 2)
	for {
		y := (x + n/x) / 2
		if y >= x {
			return x
		}
		x = y
	}
}
