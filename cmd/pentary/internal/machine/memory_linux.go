package machine

import "github.com/Kaleaon/pentary-go/internal/memory"

// PeakMemory returns the peak resident set size of the process in bytes. It reads VmHWM, because
// getrusage includes the peak of the program before exec.
func PeakMemory() int { return memory.Field("/proc/self/status", "VmHWM:") }
