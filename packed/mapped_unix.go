//go:build unix

package packed

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// mapFile maps a file, which is not empty. A mapping outlives the file's descriptor.
func mapFile(f durable.File, _ *header, size int64) ([]byte, error) {
	data, err := unix.Mmap(int(f.(*os.File).Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return data, nil
}

func unmapFile(data []byte) error { return unix.Munmap(data) }
