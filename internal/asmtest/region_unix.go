//go:build unix

package asmtest

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// pages rounds a size up to whole pages, at least one.
func pages(size int) int {
	page := os.Getpagesize()
	return max(1, (size+page-1)/page) * page
}

// region maps size bytes between two inaccessible pages for the duration of the test.
func region(tb testing.TB, size int) []byte {
	tb.Helper()
	page := os.Getpagesize()
	mem, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		tb.Fatalf("guard: %d bytes: %v", size, err)
	}
	tb.Cleanup(func() {
		if err := unix.Munmap(mem); err != nil {
			tb.Errorf("guard: %v", err)
		}
	})
	inner := mem[page : page+size]
	if err := unix.Mprotect(inner, unix.PROT_READ|unix.PROT_WRITE); err != nil {
		tb.Fatalf("guard: %v", err)
	}
	return inner
}
