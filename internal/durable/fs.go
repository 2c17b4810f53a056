// Package durable keeps files whole across crashes: it replaces a file as a whole,
// checks its bytes, and states what durability rests on as the interface FS, so that
// a test can stand in for the operating system and cut the power between any two
// operations.
package durable

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// FS is a file system. Its methods are package os's of the same name,
// but for SyncDir and Lock. One that has symbolic links has a method Readlink, too.
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
	// Lock takes the lock that a file stands for, until it is closed or the
	// process ends, however it ends. It returns ErrLocked if another holder has it.
	// The file is created if need be, and stays.
	Lock(name string) (io.Closer, error)
}

// File is an open file, with the methods of os.File.
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

// ErrLocked is the error of Lock where another process, or another holder in this
// one, has the lock.
var ErrLocked = errors.New("locked by another process")

// OS is the operating system's file system.
var OS FS = system{}

type system struct{}

func (system) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err // not f: a nil *os.File is no nil File
	}
	return f, nil
}

func (system) Lstat(name string) (fs.FileInfo, error)    { return os.Lstat(name) }
func (system) Readlink(name string) (string, error)      { return os.Readlink(name) }
func (system) Mkdir(name string, perm fs.FileMode) error { return os.Mkdir(name, perm) }
func (system) Rename(from, to string) error              { return os.Rename(from, to) }
func (system) Remove(name string) error                  { return os.Remove(name) }

func (system) ReadDir(name string) ([]string, error) {
	d, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// SyncDir does nothing on Windows, which cannot sync a directory; NTFS journals its
// entries.
func (system) SyncDir(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// MakeDir creates a directory and those above it that are missing, and makes its
// entry durable, before anything is created in it. One that is there is synced all
// the same, for a process may have been killed between the two; it is not if its
// parent may not be read, and then this user did not create it.
func MakeDir(fsys FS, name string) error {
	parent := filepath.Dir(name)
	info, err := fsys.Lstat(name)
	switch {
	case err == nil && info.Mode().IsRegular():
		return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist}
	case errors.Is(err, fs.ErrNotExist) && parent != name:
		if err := MakeDir(fsys, parent); err != nil {
			return err
		}
		if err := fsys.Mkdir(name, 0o777); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	if err := fsys.SyncDir(parent); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}
