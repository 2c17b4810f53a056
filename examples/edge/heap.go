package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// A heap tells what the program takes of Go's heap beyond what was there at its start:
// by then the runtime and the packages have taken their own.
type heap struct {
	start int // bytes in use at the start
	limit int // of what comes on top
	own   int // what came on top, when last looked at
	peak  int // highest of own
}

// stats is not on the heap, of which it would be one of the largest objects.
var stats runtime.MemStats

// systemLimit is what Go may take of the system's memory for all purposes (GOMEMLIMIT).
// The collector works as hard as it must to stay below it; half of it is Go's before
// the program has begun.
const systemLimit = 16 << 20

// startHeap sets limits and looks at the heap before the program puts anything on it.
func startHeap(limit int) *heap {
	debug.SetMemoryLimit(systemLimit)
	runtime.GC()
	runtime.GC() // pools let go of what they hold at the second
	runtime.ReadMemStats(&stats)
	return &heap{start: int(stats.HeapAlloc), limit: limit}
}

// check returns an error if more than the limit is in use. Garbage counts, unless the
// limit is met without it.
func (h *heap) check() error {
	if h.look(); h.own > h.limit {
		runtime.GC()
		h.look()
	}
	h.peak = max(h.peak, h.own)
	if h.own > h.limit {
		return fmt.Errorf("%v KiB of heap are in use, more than the limit of %v", kib(h.own), kib(h.limit))
	}
	return nil
}

func (h *heap) look() {
	runtime.ReadMemStats(&stats)
	h.own = int(stats.HeapAlloc) - h.start
}

// objects returns how many objects have ever been put on the heap.
func objects() uint64 {
	runtime.ReadMemStats(&stats)
	return stats.Mallocs
}

// kib prints bytes in KiB.
type kib int

func (n kib) String() string { return fmt.Sprintf("%d.%d", n/1024, n%1024*10/1024) }
