//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Lock creates the file exclusively and removes it when closed. If the process is killed, the
// file remains. Without a lock that ends with its process, a stale file cannot be detected
// safely, so the error asks the user to remove it.
func (system) Lock(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s: %w; if none is running, remove the file", name, ErrLocked)
	}
	if err != nil {
		return nil, err
	}
	return exclusive{f, name}, nil
}

type exclusive struct {
	*os.File
	name string
}

func (e exclusive) Close() error { return errors.Join(e.File.Close(), os.Remove(e.name)) }
