package kernels

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/Kaleaon/pentary-go/packed"
)

// elements returns the product of the dimensions of a shape, or -1 if one of them is
// negative or the product does not fit an int. Every size that an argument is compared
// with comes from here: a product that wraps around could equal the length of a short
// slice.
func elements(dims ...int) int {
	product, empty, fits := 1, false, true
	for _, d := range dims {
		if d < 0 {
			return -1
		}
		empty = empty || d == 0
		high, low := bits.Mul(uint(product), uint(d))
		fits = fits && high == 0 && low <= math.MaxInt
		product = int(low)
	}
	switch {
	case empty:
		return 0
	case !fits:
		return -1
	}
	return product
}

// batchLen returns the elements of a batch of k×n in quads, or -1.
func batchLen(k, n int) int {
	if k < 0 {
		return -1
	}
	return elements(Quads(k), 4, n)
}

// paddedLen is packed.PaddedLen, or -1 where that overflows or n is negative.
func paddedLen(n int) int {
	if n < 0 || n > math.MaxInt-(packed.SmallPents-1) {
		return -1
	}
	return packed.PaddedLen(n)
}

// rowBytes is packed.RowBytes, or -1 if n is negative.
func rowBytes(n int) int {
	if n < 0 {
		return -1
	}
	return packed.RowBytes(n)
}

// checkLen panics unless a slice has the length that a shape asks for. A wanted length
// of -1 means a shape that cannot be.
func checkLen(fn, name string, got, want int, shape string, dims ...int) {
	if got == want && !negative(dims) {
		return
	}
	boxed := make([]any, len(dims)) // here, so that a sound call allocates nothing
	for i, d := range dims {
		boxed[i] = d
	}
	text := fmt.Sprintf(shape, boxed...)
	if want < 0 || negative(dims) {
		panic(fmt.Sprintf("kernels: %s: %s has %d elements, but %s is out of range", fn, name, got, text))
	}
	panic(fmt.Sprintf("kernels: %s: %s has %d elements, want %d for %s", fn, name, got, want, text))
}

func negative(dims []int) bool {
	for _, d := range dims {
		if d < 0 {
			return true
		}
	}
	return false
}
