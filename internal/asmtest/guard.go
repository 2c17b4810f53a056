// Package asmtest has what tests of assembly, and of code that must not allocate, need.
//
// GuardedSlice returns slices between memory pages that cannot be touched and bytes that
// are checked when the test ends: assembly that reads or writes beyond a slice is caught
// there, where it would go unnoticed on the heap. Assemble and Disassemble have GNU as
// and objdump read what Go's assembler made: raw bytes of instructions that it lacks,
// and the instruction sets that a function takes. AllocsPerRun counts allocations on all
// processors.
package asmtest

import (
	"runtime/debug"
	"testing"
	"unsafe"
)

// Number is the elements of a guarded slice. They hold no pointers: the garbage
// collector does not see guarded memory.
type Number interface {
	~int8 | ~uint8 | ~int16 | ~uint16 | ~int32 | ~uint32 | ~int64 | ~uint64 | ~int | ~uint | ~float32 | ~float64
}

// Place says where a slice lies between its two guard pages: the elements from
// the page before it, or End.
type Place int

const (
	Start Place = 0  // right after a guard page
	End   Place = -1 // right before a guard page
)

// GuardedSlice returns a slice of n elements at a place between two guard pages, with no
// spare capacity. It lives until the test ends, which fails if a byte beside the
// slice has changed by then. Platforms without guard pages check the bytes alone.
func GuardedSlice[T Number](tb testing.TB, n int, at Place) []T {
	tb.Helper()
	var zero T
	width := int(unsafe.Sizeof(zero))
	from := int(at) * width
	size := pages(max(from, 0) + n*width)
	if at == End {
		from = size - n*width
	}
	mem := region(tb, size)
	beside := [2][]byte{mem[:from], mem[from+n*width:]}
	for _, side := range beside {
		for i := range side {
			side[i] = canary(i)
		}
	}
	tb.Cleanup(func() {
		for i, side := range beside {
			for j, b := range side {
				if b != canary(j) {
					tb.Errorf("byte %d %s a slice of %d elements was overwritten",
						[2]int{from - j, j}[i], [2]string{"before", "after"}[i], n)
					break
				}
			}
		}
	})
	// An empty slice too points at its place; mem[from:] might not.
	start := unsafe.Add(unsafe.Pointer(unsafe.SliceData(mem)), from)
	return unsafe.Slice((*T)(start), n)
}

// canary is what byte i beside a slice holds.
func canary(i int) byte { return byte(i*151 + 0xA5) }

// Faults calls f and turns the touch of a guard page into an error of the test, where
// the runtime would end the process.
func Faults(tb testing.TB, f func()) {
	tb.Helper()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		tb.Helper()
		switch v := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			tb.Errorf("touched address %#x, outside of every slice", v.Addr())
		default:
			panic(v)
		}
	}()
	f()
}
