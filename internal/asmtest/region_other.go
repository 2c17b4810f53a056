//go:build !unix

package asmtest

import "testing"

// margin is how many bytes are checked on one side of a slice: behind one at
// Start, before one at End. Tests use both.
const margin = 256

func pages(size int) int { return size + margin }

// region has a byte more in memory: an empty slice at the end of the others must not
// point at what the heap has next, which may be free.
func region(_ testing.TB, size int) []byte { return make([]byte, size+1)[:size] }
