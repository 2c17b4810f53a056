package durable

import (
	"bufio"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write replaces the content of the file at path by what write puts into its writer:
// a reader, or a restart after a crash, finds the old content or the new one and
// never a part of either. The bytes go to a temporary file in the same directory,
// which is synced and renamed over path; then the directory is synced, so that the
// rename survives a power cut.
//
// A symbolic link is followed: the file that it names is replaced, or created.
// Anything else that is not a regular file (a directory, a device, a pipe) is
// refused before anything is written.
//
// On an error or a panic from write, and on every error up to the rename, the file
// is as it was and the temporary file is gone. An error of the last step alone, the
// directory's sync, finds the new content in place but not yet durable. Errors name
// path, or the folder that is missing.
//
// An existing file keeps its permissions. The writer is buffered and must not be
// used after write returns.
func Write(path string, write func(io.Writer) error) error {
	return WriteOn(OS, path, write)
}

// WriteOn is Write on another file system than the operating system's.
func WriteOn(fsys FS, path string, write func(io.Writer) error) error {
	target, old, err := resolve(fsys, path)
	if err != nil {
		return err
	}
	if old != nil && !old.Mode().IsRegular() {
		return notRegular("replace", path, old)
	}
	if err := replace(fsys, target, old, write); err != nil {
		return err
	}
	return fsys.SyncDir(filepath.Dir(target))
}

// replace writes the file at path, which is no link. old is what is there, or nil.
func replace(fsys FS, path string, old fs.FileInfo, write func(io.Writer) error) error {
	dir, base := filepath.Split(path)
	temp := filepath.Join(dir, tempName(base))
	f, err := fsys.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return &missingFolder{path, firstMissing(fsys, filepath.Dir(path))}
		}
		return rename(err, path)
	}
	renamed := false
	defer func() {
		if !renamed { // the error, or panic, under way matters more than these two
			f.Close()
			fsys.Remove(temp)
		}
	}()

	if old != nil {
		if err := f.Chmod(old.Mode().Perm()); err != nil {
			return rename(err, path)
		}
	}
	buf := bufio.NewWriterSize(namedWriter{f, path}, 1<<16)
	if err := write(buf); err != nil {
		return err
	}
	if err := buf.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return rename(err, path)
	}
	if err := f.Close(); err != nil {
		return rename(err, path)
	}
	if err := fsys.Rename(temp, path); err != nil {
		return rename(err, path)
	}
	renamed = true
	return nil
}

const (
	tempMark    = ".pentary-"
	longestBase = 128 // bytes: file systems bound a name by 255
)

// tempName returns a new name for a temporary file that becomes the one called base.
func tempName(base string) string {
	if len(base) > longestBase {
		base = ""
	}
	return "." + base + tempMark + rand.Text()
}

// namedWriter names path in its errors, where the file's own would name a temporary
// file.
type namedWriter struct {
	io.Writer
	path string
}

func (w namedWriter) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	return n, rename(err, w.path)
}

// rename returns an error of a temporary file as one of the file that it becomes.
func rename(err error, path string) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return &fs.PathError{Op: e.Op, Path: path, Err: e.Err}
	}
	if e := (*os.LinkError)(nil); errors.As(err, &e) {
		return &fs.PathError{Op: e.Op, Path: path, Err: e.Err}
	}
	return err
}

// missingFolder is the error of a file whose folder does not exist.
type missingFolder struct{ path, folder string }

func (e *missingFolder) Error() string { return e.path + ": folder " + e.folder + " does not exist" }
func (e *missingFolder) Unwrap() error { return fs.ErrNotExist }

// firstMissing returns the outermost folder on the way to dir, and dir at the last,
// that does not exist.
func firstMissing(fsys FS, dir string) string {
	for parent := filepath.Dir(dir); parent != dir; parent = filepath.Dir(dir) {
		if _, err := fsys.Lstat(parent); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		dir = parent
	}
	return dir
}
