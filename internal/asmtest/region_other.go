//go:build !unix

package asmtest

import "testing"

// margin is the number of bytes checked on one side of a slice: after a slice at Start, before a
// slice at End. Tests use both.
const margin = 256

func pages(size int) int { return size + margin }

// region allocates one more byte, so that an empty slice at the end does not point to the next
// object of the heap.
func region(_ testing.TB, size int) []byte { return make([]byte, size+1)[:size] }
