//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package machine

import "runtime"

// PeakMemory returns the memory that the Go runtime has obtained from the system, in bytes; this
// number does not decrease.
func PeakMemory() int {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.Sys)
}
