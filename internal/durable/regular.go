package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// maxLinks is the largest number of symbolic links followed to a file, as in operating systems.
const maxLinks = 40

// resolve follows the symbolic links at path. It returns the target and its information, which is
// nil if the target does not exist.
func resolve(fsys FS, path string) (target string, info fs.FileInfo, err error) {
	links, _ := fsys.(interface {
		Readlink(name string) (string, error)
	})
	target = path
	for range maxLinks {
		info, err = fsys.Lstat(target)
		if errors.Is(err, fs.ErrNotExist) {
			return target, nil, nil
		}
		if err != nil || info.Mode().Type() != fs.ModeSymlink || links == nil {
			return target, info, err
		}
		to, err := links.Readlink(target)
		if err != nil {
			return target, nil, err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(target), to)
		}
		target = to
	}
	return path, nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("too many levels of symbolic links")}
}

// OpenRegular opens an existing file and returns its size. It rejects anything but a regular file
// before opening it: a pipe would block, and a device may have no end.
func OpenRegular(fsys FS, path string, flag int) (File, int64, error) {
	_, info, err := resolve(fsys, path)
	if err != nil {
		return nil, 0, err
	}
	if info != nil && !info.Mode().IsRegular() {
		return nil, 0, notRegular("read", path, info)
	}
	f, err := fsys.OpenFile(path, flag, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err = f.Stat() // the file may have been replaced
	if err == nil && !info.Mode().IsRegular() {
		err = notRegular("read", path, info)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func notRegular(op, path string, info fs.FileInfo) error {
	what := fmt.Sprintf("it has mode %v", info.Mode())
	switch mode := info.Mode(); {
	case mode.IsDir():
		what = "it is a directory"
	case mode&fs.ModeNamedPipe != 0:
		what = "it is a pipe"
	case mode&fs.ModeSocket != 0:
		what = "it is a socket"
	case mode&fs.ModeDevice != 0:
		what = "it is a device"
	}
	return fmt.Errorf("%s: cannot %s: %s, want a regular file", path, op, what)
}
