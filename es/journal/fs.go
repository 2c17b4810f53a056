package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// FS is a file system to keep a run on. Its methods are package os's of the
// same name, but for SyncDir and Lock.
type FS interface {
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	Lstat(name string) (fs.FileInfo, error)
	Mkdir(name string, perm fs.FileMode) error
	ReadDir(name string) ([]string, error) // names alone
	Rename(from, to string) error
	Remove(name string) error

	// SyncDir makes the entries of a directory durable: files created in it,
	// renamed and removed.
	SyncDir(name string) error
	// Lock locks a file until the returned Closer is closed or the process ends in any
	// way. The error is ErrInUse if another holder has the lock. The file is created if
	// it does not exist, and it is not removed.
	Lock(name string) (io.Closer, error)
}

// File is an open file of an FS, with the methods of os.File.
type File interface {
	io.Writer
	io.ReaderAt
	io.WriterAt
	io.Closer
	Stat() (fs.FileInfo, error)
	Chmod(mode fs.FileMode) error
	Truncate(size int64) error
	Sync() error
}

// adapted is an FS as package durable takes it.
type adapted struct{ FS }

func (a adapted) OpenFile(name string, flag int, perm fs.FileMode) (durable.File, error) {
	f, err := a.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err // not f, which may be a nil pointer in an interface
	}
	return f, nil
}

// onDisk returns the file system of the options, by default the operating system's.
func (o *Options) onDisk() durable.FS {
	if o.FS == nil {
		return durable.OS
	}
	return adapted{o.FS}
}

// lock locks the run in a directory.
func lock(fsys durable.FS, name string) (io.Closer, error) {
	held, err := fsys.Lock(name)
	if errors.Is(err, durable.ErrLocked) {
		return nil, fmt.Errorf("%s: %w", name, ErrInUse)
	}
	return held, err
}
