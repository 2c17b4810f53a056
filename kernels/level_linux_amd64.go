//go:build !purego

package kernels

import "syscall"

// Of arch_prctl(2), in Linux since 5.16.
const (
	archReqXcompPerm  = 0x1023
	xfeatureXtiledata = 18
)

// requestTiles asks for the state of AMX tiles, and reports whether the process has it, in all
// its threads.
func requestTiles() bool {
	_, _, err := syscall.RawSyscall(syscall.SYS_ARCH_PRCTL, archReqXcompPerm, xfeatureXtiledata, 0)
	return err == 0 && tileStateAMX()
}

// tileStateAMX reports whether XCR0 has both states of AMX. The CPU must have XGETBV.
func tileStateAMX() bool
