//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package machine

import (
	"runtime"
	"syscall"
)

// PeakMemory returns the bytes of the largest resident set that the process has had.
func PeakMemory() int {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int(usage.Maxrss) // in bytes there, in kilobytes elsewhere
	}
	return int(usage.Maxrss) << 10
}
