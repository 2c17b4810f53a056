package machine

import "github.com/Kaleaon/pentary-go/internal/memory"

// PeakMemory returns the bytes of the largest resident set that the process has had.
// It reads VmHWM: getrusage includes the peak of the program before exec.
func PeakMemory() int { return memory.Field("/proc/self/status", "VmHWM:") }
