package machine

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// PeakMemory returns the bytes of the largest resident set that the process has had.
// It is VmHWM: getrusage reports that of the program before exec if it was larger.
func PeakMemory() int { return field("/proc/self/status", "VmHWM:") }

// AvailableMemory returns the bytes that the process can still take without swapping,
// or 0 if that is not known: what is free or can be freed, within the limit of its
// control group if it is in the root of one, as in a container.
func AvailableMemory() int {
	available := field("/proc/meminfo", "MemAvailable:")
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil { // else "max"
			available = min(available, limit)
		}
	}
	return available
}

// field returns the number of kB, as bytes, that follows a name in a file of /proc, or
// 0 if there is none.
func field(file, name string) int {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		if value, ok := bytes.CutPrefix(line, []byte(name)); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(value)), "kB")))
			return n << 10
		}
	}
	return 0
}
