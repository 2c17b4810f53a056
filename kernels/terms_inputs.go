package kernels

import (
	"encoding/binary"
	"fmt"
)

// An update whose noise is in activations sums products of gradients and inputs. An
// input x takes two terms of it, the pents of x̂ = 5·high + low.
const (
	// UpdateTermsPerInput is how many terms an input takes.
	UpdateTermsPerInput = 2

	// UpdateTermsMax is the x̂ of the largest input.
	UpdateTermsMax = 12
)

// inputs holds, for x = -128 … 127 at uint8(x), the codes of both digits of x̂, the high
// one in the lowest byte, and x̂² above 2^32: sums of entries are sums of squares, too.
var inputs = func() (table [256]uint64) {
	nearest := func(a, b int) int { // a/b, which is no tie
		return (2*a+b+2*b*UpdateTermsMax)/(2*b) - UpdateTermsMax
	}
	for i := range table {
		v := nearest(max(int(int8(i)), -127)*UpdateTermsMax, 127)
		high := nearest(v, 5)
		table[i] = uint64(high+zero) | uint64(v-5*high+zero)<<8 | uint64(v*v)<<32
	}
	return table
}()

// UpdateTermsOfInputs writes one strip of Terms.Right for the inputs of n samples,
// UpdateTermsPerInput terms each, and returns the sum of the squares of
// x̂ = round(UpdateTermsMax·x/127), where -128 counts as -127
// (docs/decisions.md#inputs-of-an-update-in-assembly):
//
//	x̂ = 5·high + low
//	strip[(b/2*StripCols+j)*4 + b%2*2] = code of high, with x of input j and sample b
//	strip[(b/2*StripCols+j)*4 + b%2*2+1] = code of low
//
// Columns beyond k ≤ StripCols and terms beyond n samples' get code 2. x is a
// batch of k×n activations, whose lanes beyond k should be zero: their squares count.
// strip has Quads(UpdateTermsPerInput·n)·StripCols·4 elements.
func UpdateTermsOfInputs(strip []uint8, x []int8, k, n int) (squares uint64) {
	if k < 0 || k > StripCols || n < 0 || n > MaxTerms/UpdateTermsPerInput {
		panic(fmt.Sprintf("kernels: UpdateTermsOfInputs: %d×%d inputs, want at most %d×%d", k, n, StripCols, MaxTerms/UpdateTermsPerInput))
	}
	checkLen("UpdateTermsOfInputs", "strip", len(strip), Quads(UpdateTermsPerInput*n)*StripCols*4, "%d samples", n)
	checkLen("UpdateTermsOfInputs", "x", len(x), batchLen(k, n), "a batch of %d×%d", k, n)
	squares = updateTermsOfInputs(strip, x, Quads(k), n)
	const zeros = zero * 0x01010101
	for j := k; j < StripCols; j++ {
		for at := j * 4; at < len(strip); at += StripCols * 4 {
			binary.LittleEndian.PutUint32(strip[at:], zeros)
		}
	}
	return squares
}

// updateTermsOfInputsGeneric takes the samples from an even one on.
func updateTermsOfInputsGeneric(strip []uint8, x []int8, quads, n, from int) (squares uint64) {
	total := uint64(0)
	for q := range quads {
		x := x[(q*n+from)*4 : (q+1)*n*4]
		at := (from/2*StripCols + q*4) * 4
		for ; len(x) >= 8; x, at = x[8:], at+StripCols*4 {
			total += spreadInputs((*[16]uint8)(strip[at:]), (*[8]int8)(x))
		}
		if len(x) > 0 {
			var last [8]int8
			copy(last[:], x)
			total += spreadInputs((*[16]uint8)(strip[at:]), &last)
		}
	}
	return total >> 32
}

// spreadInputs writes the terms of four columns and two samples, whose inputs are
// neighbours, and returns the sum of their entries of the table.
func spreadInputs(dst *[16]uint8, x *[8]int8) uint64 {
	a0, a1, a2, a3 := inputs[uint8(x[0])], inputs[uint8(x[1])], inputs[uint8(x[2])], inputs[uint8(x[3])]
	b0, b1, b2, b3 := inputs[uint8(x[4])], inputs[uint8(x[5])], inputs[uint8(x[6])], inputs[uint8(x[7])]
	binary.LittleEndian.PutUint32(dst[0:], uint32(a0|b0<<16))
	binary.LittleEndian.PutUint32(dst[4:], uint32(a1|b1<<16))
	binary.LittleEndian.PutUint32(dst[8:], uint32(a2|b2<<16))
	binary.LittleEndian.PutUint32(dst[12:], uint32(a3|b3<<16))
	return a0 + a1 + a2 + a3 + b0 + b1 + b2 + b3
}
