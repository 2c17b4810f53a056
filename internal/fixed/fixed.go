// Package fixed holds the integer arithmetic that stands in for real numbers in
// the training path.
package fixed

import (
	"fmt"
	"math/bits"
)

// Q16 is a fixed-point number with 16 fraction bits.
type Q16 int32

// One is 1.0 as a Q16.
const One Q16 = 1 << 16

// Ratio returns num/den rounded to nearest, ties upward. It panics if den is not
// positive or the result does not fit.
func Ratio(num, den int) Q16 {
	if den <= 0 || num > 1<<40 || num < -1<<40 {
		panic(fmt.Sprintf("fixed: Ratio: %d/%d", num, den))
	}
	v := FloorDiv(int64(num)<<17+int64(den), 2*int64(den))
	if v != int64(Q16(v)) {
		panic(fmt.Sprintf("fixed: Ratio: %d/%d does not fit 16.16 bits", num, den))
	}
	return Q16(v)
}

// FloorDiv returns a/b rounded toward minus infinity, for positive b.
func FloorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// RoundDiv returns a/b rounded to nearest, ties away from zero, for positive b:
// symmetric, so that the two signs of a difference are treated alike.
func RoundDiv(a, b int64) int64 {
	if a < 0 {
		return -((-a + b/2) / b)
	}
	return (a + b/2) / b
}

// Sqrt returns the square root of n rounded down, by Newton's iteration from
// above.
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
