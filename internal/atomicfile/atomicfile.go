// Package atomicfile replaces a file as a whole: a reader, or a restart after a
// crash, finds the old content or the new one and never a part of either.
package atomicfile

import (
	"bufio"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

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
	dir := filepath.Dir(path)
	if err := replace(dir, path, write); err != nil {
		return err
	}
	return syncDir(dir)
}

func replace(dir, path string, write func(io.Writer) error) error {
	temp := filepath.Join(dir, ".tmp-"+rand.Text())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	renamed := false
	defer func() {
		if !renamed { // the error, or panic, under way matters more than these two
			f.Close()
			os.Remove(temp)
		}
	}()

	if old, err := os.Lstat(path); err == nil && old.Mode().IsRegular() {
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
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	renamed = true
	return nil
}

// syncDir makes a rename in dir durable. Windows cannot sync a directory; NTFS
// journals its renames.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
