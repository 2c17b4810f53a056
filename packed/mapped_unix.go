//go:build unix

package packed

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

func mapFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // a mapping outlives its descriptor
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := int(info.Size())
	if !info.Mode().IsRegular() || int64(size) != info.Size() {
		return nil, fmt.Errorf("%s: cannot map %d bytes of a file of mode %v", path, info.Size(), info.Mode())
	}
	if size == 0 { // which the system does not map
		return nil, nil
	}
	data, err := unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, &os.PathError{Op: "mmap", Path: path, Err: err}
	}
	return data, nil
}

func unmapFile(data []byte) error { return unix.Munmap(data) }
