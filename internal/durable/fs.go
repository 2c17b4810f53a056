// Package durable protects files against crashes: it replaces files atomically and checks their
// bytes. The interface FS holds the operations on which durability depends, so that a test can
// replace the operating system and cut the power between any two operations.
package durable

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// FS is a file system. Its methods are like the functions of package os with the same name,
// except for SyncDir and Lock. A file system with symbolic links also has a method Readlink.
type FS interface {
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	Lstat(name string) (fs.FileInfo, error)
	Mkdir(name string, perm fs.FileMode) error
	ReadDir(name string) ([]string, error) // names only
	Rename(from, to string) error
	Remove(name string) error

	// SyncDir makes the entries of a directory durable: files created, renamed and removed
	// in it.
	SyncDir(name string) error
	// Lock acquires the lock represented by a file, until the closer is closed or the process
	// ends, for whatever reason. It returns ErrLocked if the lock is held already. The file is
	// created if it does not exist, and is not removed.
	Lock(name string) (io.Closer, error)
}

// File is an open file with methods of os.File.
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

// ErrLocked is the error of Lock if another process, or another holder in this one, has the
// lock.
var ErrLocked = errors.New("locked by another process")

// OS is the operating system's file system.
var OS FS = system{}

type system struct{}

func (system) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err // not f: a nil *os.File is not a nil File
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

// MakeDir creates a directory and its missing parents, and makes each entry durable before
// anything is created in the directory. The entry of an existing directory is synced as well,
// because a process may have been killed between creation and sync. If its parent is not
// readable, it is not synced: this user did not create it.
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
