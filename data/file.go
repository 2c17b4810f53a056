package data

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/Kaleaon/pentary-go/internal/memory"
)

// open opens a regular file. It checks the file's type first, because opening a FIFO waits
// for its writer and a device has no end.
func open(path string) (*os.File, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: %s, want a regular file", path, kind(info.Mode()))
	}
	f, err := os.Open(path)
	return f, info, err
}

func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case m&fs.ModeDevice != 0:
		return "a device"
	case m&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a special file"
}

// spare is the memory that reading leaves to the rest of the program. Data below this size
// are read without a check.
const spare = 32 << 20

// checkMemory returns an error if another bytes of data do not fit into memory.
func checkMemory(bytes int64) error {
	if bytes < spare {
		return nil
	}
	if available := int64(memory.Available()); available > 0 && bytes > available-spare {
		return fmt.Errorf("the data take %d MiB of memory, and %d are available", bytes>>20, max(0, available-spare)>>20)
	}
	return nil
}
