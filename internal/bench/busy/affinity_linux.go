package busy

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// choose returns the processor of the calling thread, another processor, and whether both belong
// to one core.
func choose() (own, other int, sibling bool, err error) {
	var cpu uint32
	if _, _, errno := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0); errno != 0 {
		return 0, 0, false, errno
	}
	own = int(cpu)
	siblings, err := os.ReadFile(fmt.Sprintf("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", own))
	if err != nil {
		return 0, 0, false, err
	}
	online, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return 0, 0, false, err
	}
	for i, text := range []string{string(siblings), string(online)} {
		list, err := processors(text)
		if err != nil {
			return 0, 0, false, err
		}
		if list = slices.DeleteFunc(list, func(p int) bool { return p == own }); len(list) > 0 {
			return own, list[0], i == 0, nil
		}
	}
	return 0, 0, false, errors.New("there is only one processor")
}

// processors parses a list such as "0-3,8".
func processors(text string) (list []int, err error) {
	for part := range strings.SplitSeq(strings.TrimSpace(text), ",") {
		low, high, both := strings.Cut(part, "-")
		if !both {
			high = low
		}
		from, err := strconv.Atoi(low)
		if err != nil {
			return nil, err
		}
		to, err := strconv.Atoi(high)
		if err != nil {
			return nil, err
		}
		for p := from; p <= to; p++ {
			list = append(list, p)
		}
	}
	return list, nil
}

// stay pins the calling thread to a processor.
func stay(processor int) error {
	var set unix.CPUSet
	set.Set(processor)
	return unix.SchedSetaffinity(0, &set)
}

// ordinary gives the calling thread the default priority, whatever the program's: with a
// real-time priority, the endless loop would block everything else on its processor.
func ordinary() error {
	return unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_NORMAL}, 0)
}
