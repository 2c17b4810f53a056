package durable

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"
)

var errBroken = errors.New("broken")

// failing is the operating system's file system with one failing operation.
type failing struct {
	FS
	op string
}

func (f failing) failed(op, name string) error {
	if f.op == op {
		return &fs.PathError{Op: op, Path: name, Err: errBroken}
	}
	return nil
}

func (f failing) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	file, err := f.FS.OpenFile(name, flag, perm)
	return failingFile{file, f, name}, err
}

func (f failing) Rename(from, to string) error {
	if f.op == "rename" {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: errBroken}
	}
	return f.FS.Rename(from, to)
}

type failingFile struct {
	File
	fs   failing
	name string
}

func (f failingFile) Write(b []byte) (int, error) {
	if err := f.fs.failed("write", f.name); err != nil {
		return 0, err
	}
	return f.File.Write(b)
}

func (f failingFile) Chmod(mode fs.FileMode) error {
	return errors.Join(f.fs.failed("chmod", f.name), f.File.Chmod(mode))
}

func (f failingFile) Sync() error { return errors.Join(f.fs.failed("sync", f.name), f.File.Sync()) }

func (f failingFile) Close() error { return errors.Join(f.File.Close(), f.fs.failed("close", f.name)) }

// recorded is a file system that records the operations relevant to durability, in order.
type recorded struct {
	FS
	ops *[]string
}

func (r recorded) note(op string) { *r.ops = append(*r.ops, op) }

func (r recorded) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	file, err := r.FS.OpenFile(name, flag, perm)
	return recordedFile{file, r}, err
}

func (r recorded) Mkdir(name string, perm fs.FileMode) error {
	r.note("mkdir " + name)
	return r.FS.Mkdir(name, perm)
}

func (r recorded) Rename(from, to string) error {
	r.note("rename to " + to)
	return r.FS.Rename(from, to)
}

func (r recorded) SyncDir(name string) error {
	r.note("sync directory " + name)
	return r.FS.SyncDir(name)
}

type recordedFile struct {
	File
	fs recorded
}

func (f recordedFile) Write(b []byte) (int, error) {
	f.fs.note("write")
	return f.File.Write(b)
}

func (f recordedFile) Sync() error {
	f.fs.note("sync")
	return f.File.Sync()
}

// Content is durable before its name, and the name before Write returns. The entry of a directory
// in its parent is durable before anything is created in it.
func TestOrderOfSyncs(t *testing.T) {
	t.Chdir(t.TempDir())
	var ops []string
	on := recorded{OS, &ops}
	if err := MakeDir(on, "a/b"); err != nil {
		t.Fatal(err)
	}
	want := []string{"sync directory .", "mkdir a", "sync directory .", "mkdir a/b", "sync directory a"}
	if !slices.Equal(ops, want) {
		t.Errorf("MakeDir: %q, want %q", ops, want)
	}
	ops = nil
	if err := WriteOn(on, "a/b/run", put("x")); err != nil {
		t.Fatal(err)
	}
	want = []string{"write", "sync", "rename to a/b/run", "sync directory a/b"}
	if !slices.Equal(ops, want) {
		t.Errorf("Write: %q, want %q", ops, want)
	}
}
