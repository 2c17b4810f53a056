package machine

import "github.com/Kaleaon/pentary-go/internal/memory"

// PeakMemory returns the bytes of the largest resident set that the process has had.
// It is VmHWM: getrusage reports that of the program before exec if it was larger.
func PeakMemory() int { return memory.Field("/proc/self/status", "VmHWM:") }
