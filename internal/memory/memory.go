// Package memory determines the memory available to the process.
package memory

import (
	"math"
	"runtime"
	"runtime/debug"
)

// Available returns the bytes of memory that the process can still allocate, or 0 if unknown:
// the system's available memory, within the limits of the process and GOMEMLIMIT.
func Available() int {
	available := system()
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		left := int(max(1, limit-int64(stats.Sys-stats.HeapReleased)))
		if available == 0 || left < available {
			available = left
		}
	}
	return available
}
