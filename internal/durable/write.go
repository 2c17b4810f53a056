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

// Write atomically replaces the content of the file at path with the bytes that write writes. A
// reader, or a restart after a crash, finds either the old content or the new one, never a part.
// The bytes go to a temporary file in the same directory, which is synced and renamed to path.
// Then the directory is synced, so that the rename survives a power failure.
//
// If path is a symbolic link, its target is replaced or created. Anything else that is not a
// regular file (a directory, a device, a pipe) is rejected before anything is written.
//
// After an error or a panic in write, and after any error up to the rename, the file is unchanged
// and the temporary file is removed. If only the last step fails, the sync of the directory, the
// new content is in place but not yet durable. Errors name path, or the missing folder.
//
// An existing file keeps its permissions. The writer is buffered and must not be used after write
// returns.
func Write(path string, write func(io.Writer) error) error {
	return WriteOn(OS, path, write)
}

// WriteOn is Write on the file system fsys.
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

// replace writes the file at path, which is not a link. old describes the existing file, or is
// nil.
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
		if !renamed { // errors here are ignored in favour of the error or panic in progress
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
	longestBase = 128 // bytes; file systems limit a name to 255
)

// tempName returns a new name for the temporary file of base.
func tempName(base string) string {
	if len(base) > longestBase {
		base = ""
	}
	return "." + base + tempMark + rand.Text()
}

// namedWriter is the writer of a temporary file whose errors name path instead.
type namedWriter struct {
	io.Writer
	path string
}

func (w namedWriter) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	return n, rename(err, w.path)
}

// rename returns the error of a temporary file with path as its name.
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

// firstMissing returns the outermost folder of the path dir, including dir itself, that does not
// exist.
func firstMissing(fsys FS, dir string) string {
	for parent := filepath.Dir(dir); parent != dir; parent = filepath.Dir(dir) {
		if _, err := fsys.Lstat(parent); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		dir = parent
	}
	return dir
}
