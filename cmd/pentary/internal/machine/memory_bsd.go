//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package machine

import (
	"runtime"
	"syscall"
)

// PeakMemory returns the peak resident set size of the process in bytes.
func PeakMemory() int {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int(usage.Maxrss) // in bytes on darwin, in kilobytes elsewhere
	}
	return int(usage.Maxrss) << 10
}
