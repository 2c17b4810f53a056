// Package reuse keeps memory from one use to the next.
package reuse

// Slice returns s with length n: in its own memory if that is large enough, else
// in new memory. Its elements are left from before, or zero.
func Slice[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
