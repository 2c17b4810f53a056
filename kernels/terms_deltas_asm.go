//go:build !purego && (amd64 || arm64)

package kernels

import "math"

// deltaStep is the samples, and the rows of UpdateTermsOfDeltas, that the assembly takes at a
// time.
const deltaStep = 8

func sumDeltas(delta []int32, y []int8, lane int, low int8) (sum int64) {
	done := len(delta) &^ (deltaStep - 1)
	if level == generic || done == 0 {
		return sumDeltasGeneric(delta, y, lane, low)
	}
	if y == nil {
		sum = sumDeltasAssembly(&delta[0], done)
	} else {
		sum = cutOffAssembly(&delta[0], &y[0], done, 24-8*lane, int(low))
		y = y[4*done:]
	}
	return sum + sumDeltasGeneric(delta[done:], y, lane, low)
}

func subtractMean(delta []int32, mean int32) (squares uint64) {
	done := len(delta) &^ (deltaStep - 1)
	if level == generic || done == 0 {
		return subtractMeanGeneric(delta, mean)
	}
	squares = subtractMeanAssembly(&delta[0], done, int(mean))
	return squares + subtractMeanGeneric(delta[done:], mean)
}

// termsOfDeltasArgs are the operands of termsOfDeltas.
type termsOfDeltasArgs struct {
	left  *int8
	step  int // bytes from two samples of left to the next two
	delta *int32
	row   int // bytes from a row of delta to the next
	cols  int // samples
	mul   int
	limit int // of delta: a larger one, times mul, may not fit an int32, and is DeltaTop
}

func updateTermsOfDeltas(left []int8, delta []int32, m, n, lo, hi int, mul int64) (squares uint64) {
	cols := n &^ (deltaStep - 1)
	if level == generic || cols == 0 {
		return updateTermsOfDeltasGeneric(left, delta, m, n, lo, hi, 0, mul)
	}
	o := termsOfDeltasArgs{step: 4 * m, row: 4 * n, cols: cols, mul: int(mul), limit: math.MaxInt32}
	if mul > 0 {
		o.limit = int(min(DeltaTop<<DeltaBits/mul+1, math.MaxInt32))
	}
	i := lo
	for ; i+deltaStep <= hi; i += deltaStep {
		o.left, o.delta = &left[4*i], &delta[i*n]
		squares += termsOfDeltasAssembly(&o)
	}
	squares += updateTermsOfDeltasGeneric(left, delta, m, n, lo, i, cols, mul)
	return squares + updateTermsOfDeltasGeneric(left, delta, m, n, i, hi, 0, mul)
}

// Contracts of the assembly, whose names end in the instruction set. n and cols are multiples of
// deltaStep and at least that.
//
// sumDeltas returns the sum of n entries of D, cutOff divides some by four before:
//
//	if v := int32(y[4b:]) << shift >> 24; v <= low || v == 127 { // a lane of a quad
//		delta[b] /= 4
//	}
//
// subtractMean subtracts a number from n entries of D and returns the sum of their squares.
//
// termsOfDeltas writes eight rows of the terms and returns the sum of the squares of v:
//
//	v[i, b] = clamp((clamp(delta[i, b], ±limit)·mul + 2^19) >> 20, ±25)
//	left[b/2*step + i*4 + b%2*2], left[b/2*step + i*4 + b%2*2+1] = 5·v[i, b], v[i, b]
