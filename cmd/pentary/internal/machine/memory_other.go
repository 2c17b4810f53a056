//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package machine

import "runtime"

// PeakMemory returns the bytes that the Go runtime has taken from the system, which
// it never gives back in full.
func PeakMemory() int {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.Sys)
}
