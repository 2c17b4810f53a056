// Package memory says how much memory the process can still take.
package memory

import (
	"math"
	"runtime"
	"runtime/debug"
)

// Available returns the bytes that the process can still take, or 0 if that is not
// known: what the system has, within the limits of the process and GOMEMLIMIT.
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
