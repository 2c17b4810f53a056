package memory

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// system returns the minimum of
//   - the memory that is free or can be freed without swapping;
//   - the limit of the control group, if the process is in the root of one, as in a container;
//   - the rest of the address space within RLIMIT_AS;
//   - the rest of private writable memory within RLIMIT_DATA.
func system() int {
	available := Field("/proc/meminfo", "MemAvailable:")
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil { // otherwise it is "max"
			available = min(available, limit)
		}
	}
	for resource, used := range map[int]string{syscall.RLIMIT_AS: "VmSize:", syscall.RLIMIT_DATA: "VmData:"} {
		var limit syscall.Rlimit
		if syscall.Getrlimit(resource, &limit) == nil && uint64(limit.Cur) < 1<<62 {
			available = min(available, max(1, int(limit.Cur)-Field("/proc/self/status", used)))
		}
	}
	return available
}

// Field returns the value of a field in a file of /proc, converted from kB to bytes, or 0 if there
// is none.
func Field(file, name string) int {
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
