package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestLock(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	for range 2 {
		held, err := OS.Lock(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OS.Lock(name); !errors.Is(err, ErrLocked) {
			t.Errorf("second lock: error %v, want %v", err, ErrLocked)
		}
		if err := held.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OS.Lock(filepath.Join(name, "below a file")); err == nil || errors.Is(err, ErrLocked) {
		t.Errorf("lock below a file: error %v", err)
	}
}

func TestMakeDir(t *testing.T) {
	base := t.TempDir()
	deep := filepath.Join(base, "a", "b", "c")
	for range 2 {
		if err := MakeDir(OS, deep); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(deep); err != nil || !info.IsDir() {
		t.Errorf("%v, error %v", info, err)
	}
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := MakeDir(OS, file); !errors.Is(err, fs.ErrExist) {
		t.Errorf("directory over a file: error %v", err)
	}
	if err := MakeDir(OS, filepath.Join(file, "x")); err == nil {
		t.Error("directory below a file")
	}
}
