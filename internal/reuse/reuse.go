// Package reuse reuses the memory of slices.
package reuse

// Slice returns s with length n, in its own memory if large enough, otherwise in new memory. The
// elements are old values or zero.
func Slice[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
