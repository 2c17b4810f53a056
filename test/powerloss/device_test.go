package powerloss

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/Kaleaon/pentary-go/es/journal"
)

// device is a file system of Pebble as one to keep runs on.
type device struct{ vfs.FS }

// deviceFile is a file of a device, whose name is for truncation.
type deviceFile struct {
	vfs.File
	device device
	name   string
}

const category = vfs.WriteCategoryUnspecified

func (d device) OpenFile(name string, flag int, _ fs.FileMode) (journal.File, error) {
	f, err := d.open(name, flag)
	if err != nil {
		return nil, err
	}
	return &deviceFile{f, d, name}, nil
}

func (d device) open(name string, flag int) (vfs.File, error) {
	_, err := d.Stat(name)
	switch {
	case flag == os.O_WRONLY|os.O_CREATE|os.O_EXCL && errors.Is(err, fs.ErrNotExist):
		return d.Create(name, category)
	case flag == os.O_WRONLY|os.O_CREATE|os.O_EXCL && err == nil:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrExist}
	case err != nil:
		return nil, err
	case flag == os.O_RDWR:
		return d.OpenReadWrite(name, category)
	case flag == os.O_RDONLY:
		return d.Open(name)
	}
	panic("flags that a run does not open files with")
}

func (d device) Lstat(name string) (fs.FileInfo, error) { return d.Stat(name) }
func (d device) ReadDir(name string) ([]string, error)  { return d.List(name) }

func (d device) Mkdir(name string, perm fs.FileMode) error {
	if _, err := d.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist})
	}
	if _, err := d.Stat(path.Dir(name)); err != nil {
		return err
	}
	return d.MkdirAll(name, perm)
}

func (d device) SyncDir(name string) error {
	f, err := d.OpenDir(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Close may be called again, as os.File's.
func (f *deviceFile) Close() error {
	if f.File == nil {
		return fs.ErrClosed
	}
	err := f.File.Close()
	f.File = nil
	return err
}

func (f *deviceFile) Stat() (fs.FileInfo, error) { return f.File.Stat() }
func (f *deviceFile) Chmod(fs.FileMode) error    { return nil }

// Truncate replaces the file: Pebble's cannot be truncated. After a power cut in
// between it has the old length or the new one.
func (f *deviceFile) Truncate(size int64) error {
	b, err := io.ReadAll(io.NewSectionReader(f.File, 0, size))
	if err != nil {
		return err
	}
	temp := f.name + ".truncated"
	t, err := f.device.Create(temp, category)
	if err != nil {
		return err
	}
	if _, err := io.Copy(t, bytes.NewReader(b)); err != nil {
		return errors.Join(err, t.Close())
	}
	if err := errors.Join(t.Sync(), f.device.Rename(temp, f.name), f.device.SyncDir(path.Dir(f.name))); err != nil {
		return errors.Join(err, t.Close())
	}
	f.File, t = t, f.File
	return t.Close()
}
