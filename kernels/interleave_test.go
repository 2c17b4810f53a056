package kernels

import "testing"

// TestColumnSumsLong sums far beyond the range of sixteen bits.
func TestColumnSumsLong(t *testing.T) {
	const k = 70001
	forEachImpl(t, func(t *testing.T) {
		for _, n := range []int{1, 3, 8, 33} {
			for _, v := range []int8{-128, -127, 127} {
				sums := make([]int32, n)
				ColumnSums(sums, interleaved(k, n, v), k, n)
				equal(t, "sums", sums, filled(n, k*int32(v)))
			}
		}
	})
}

// interleaved returns a batch of k×n activations, all v.
func interleaved(k, n int, v int8) []int8 {
	x := make([]int8, Quads(k)*n*4)
	Interleave(x, filled(k*n, v), k, n)
	return x
}

// filled returns n elements, all v.
func filled[T any](n int, v T) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = v
	}
	return s
}
