// Package asmtest provides helpers for tests of assembly and of code that must not allocate.
//
// GuardedSlice returns slices between inaccessible memory pages and bytes that are checked at the
// end of the test. They detect assembly that reads or writes beyond a slice, which would remain
// unnoticed on the heap. Assemble and Disassemble use GNU as and objdump to check the output of
// Go's assembler: the raw bytes of instructions that it does not support, and the instruction
// sets that a function uses. AllocsPerRun counts allocations on all processors.
package asmtest

import (
	"runtime/debug"
	"testing"
	"unsafe"
)

// Number is the element type of a guarded slice. It has no pointers, because the garbage
// collector does not scan guarded memory.
type Number interface {
	~int8 | ~uint8 | ~int16 | ~uint16 | ~int32 | ~uint32 | ~int64 | ~uint64 | ~int | ~uint | ~float32 | ~float64
}

// Place is the location of a slice between its two guard pages: the number of elements after the
// first page, or End.
type Place int

const (
	Start Place = 0  // right after a guard page
	End   Place = -1 // right before a guard page
)

// GuardedSlice returns a slice of n elements at a place between two guard pages, without spare
// capacity. It is valid until the end of the test, which fails if a byte next to the slice has
// changed. On platforms without guard pages, only the bytes are checked.
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
	// An empty slice also points to its place; mem[from:] might not.
	start := unsafe.Add(unsafe.Pointer(unsafe.SliceData(mem)), from)
	return unsafe.Slice((*T)(start), n)
}

// canary returns the value of byte i next to a slice.
func canary(i int) byte { return byte(i*151 + 0xA5) }

// Faults calls f. An access to a guard page becomes an error of the test instead of a crash of
// the process.
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
