package es

import (
	"fmt"
	"strings"

	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// Q16 is a fixed-point number with 16 fraction bits, which options use instead of floats.
// Ratio makes one.
type Q16 int32

const one Q16 = 1 << 16

// Ratio returns num/den rounded to nearest, ties upward. It panics if den is not
// positive, either is beyond ±2^40, or the result does not fit.
func Ratio(num, den int) Q16 { return Q16(fixed.Ratio(num, den)) }

// String returns the number as a decimal with at most five places, which is different for
// different numbers.
func (q Q16) String() string {
	n, sign := int64(q), ""
	if n < 0 {
		n, sign = -n, "-"
	}
	n = fixed.RoundDiv(n*100_000, int64(one))
	text := fmt.Sprintf("%s%d.%05d", sign, n/100_000, n%100_000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// ratio prints a Q16 exactly, as the identity of runs has it.
type ratio Q16

func (r ratio) String() string { return fmt.Sprintf("%d/65536", int32(r)) }
