// Package atomicfile replaces a file as a whole: a reader, or a restart after a
// crash, finds the old content or the new one and never a part of either.
package atomicfile

import (
	"bufio"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/Kaleaon/pentary-go/internal/disk"
)

// tempPrefix begins the names of temporary files.
const tempPrefix = ".tmp-"

// Write makes what write puts into its writer the content of the file at path.
// The bytes go to a temporary file in the same directory, which is synced and
// renamed over path; then the directory is synced, so that the rename survives
// a power cut.
//
// On an error or a panic from write, and on every error up to the rename, path
// is as it was and the temporary file is gone. An error of the last step alone,
// the directory's sync, finds the new content in place but not yet durable.
//
// An existing file keeps its permissions. A symbolic link is replaced, not
// followed. The writer is buffered and must not be used after write returns.
func Write(path string, write func(io.Writer) error) error {
	return WriteOn(disk.OS, path, write)
}

// WriteOn is Write on another file system than the operating system's.
func WriteOn(fsys disk.FS, path string, write func(io.Writer) error) error {
	dir := filepath.Dir(path)
	if err := replace(fsys, dir, path, write); err != nil {
		return err
	}
	return fsys.SyncDir(dir)
}

// Sweep removes the temporary files that killed processes left in a directory. No
// Write may be under way in it.
func Sweep(fsys disk.FS, dir string) error {
	names, err := fsys.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasPrefix(name, tempPrefix) {
			if err := fsys.Remove(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func replace(fsys disk.FS, dir, path string, write func(io.Writer) error) error {
	temp := filepath.Join(dir, tempPrefix+rand.Text())
	f, err := fsys.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	renamed := false
	defer func() {
		if !renamed { // the error, or panic, under way matters more than these two
			f.Close()
			fsys.Remove(temp)
		}
	}()

	if old, err := fsys.Lstat(path); err == nil && old.Mode().IsRegular() {
		if err := f.Chmod(old.Mode().Perm()); err != nil {
			return err
		}
	}
	buf := bufio.NewWriterSize(f, 1<<16)
	if err := write(buf); err != nil {
		return err
	}
	if err := buf.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := fsys.Rename(temp, path); err != nil {
		return err
	}
	renamed = true
	return nil
}
