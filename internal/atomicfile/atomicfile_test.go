package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func put(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// checkDir verifies that dir holds exactly the files of want and nothing else,
// so no temporary file either.
func checkDir(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(want) {
		t.Errorf("directory holds %v, want %d files", entries, len(want))
	}
	for name, content := range want {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if string(got) != content {
			t.Errorf("%s holds %.40q, want %.40q", name, got, content)
		}
	}
}

func TestWriteCreatesAndReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "run")
	large := string(bytes.Repeat([]byte("pents"), 1<<16))
	for _, content := range []string{"first", "", large, "last"} {
		if err := Write(path, put(content)); err != nil {
			t.Fatal(err)
		}
		checkDir(t, dir, map[string]string{"run": content})
	}
}

func TestWriteToBareName(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := Write("run", put("here")); err != nil {
		t.Fatal(err)
	}
	checkDir(t, ".", map[string]string{"run": "here"})
}

func TestFailureLeavesOldFile(t *testing.T) {
	broken := errors.New("broken")
	large := make([]byte, 1<<20) // more than any buffer, so bytes reach the disk
	for name, write := range map[string]func(io.Writer) error{
		"at once": func(io.Writer) error { return broken },
		"mid-write": func(w io.Writer) error {
			if _, err := w.Write(large); err != nil {
				return err
			}
			return broken
		},
	} {
		for _, old := range []map[string]string{{}, {"run": "old"}} {
			t.Run(fmt.Sprint(name, ", files before: ", len(old)), func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, "run")
				for _, content := range old {
					if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if err := Write(path, write); !errors.Is(err, broken) {
					t.Errorf("error %v, want %v", err, broken)
				}
				checkDir(t, dir, old)
			})
		}
	}
}

func TestPanicLeavesOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "run")
	if err := Write(path, put("old")); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
		checkDir(t, dir, map[string]string{"run": "old"})
	}()
	Write(path, func(io.Writer) error { panic("bug") })
}

// TestFullDisk copies the bytes to a device that is always full, and expects
// its error and the old file.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	dir := t.TempDir()
	path := filepath.Join(dir, "run")
	if err := Write(path, put("old")); err != nil {
		t.Fatal(err)
	}
	err = Write(path, func(w io.Writer) error {
		_, err := io.WriteString(io.MultiWriter(w, full), "new")
		return err
	})
	if pathErr := new(fs.PathError); !errors.As(err, &pathErr) {
		t.Errorf("error %v, want the device's", err)
	}
	checkDir(t, dir, map[string]string{"run": "old"})
}

func TestMissingDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "run")
	err := Write(path, func(io.Writer) error {
		t.Error("wrote without a file")
		return nil
	})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want one that is fs.ErrNotExist", err)
	}
}

func TestRenameFailure(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "run")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, put("new")); err == nil {
		t.Error("replaced a directory")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("directory holds %v (error %v), want one entry", entries, err)
	}
}

func TestKeepsPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits")
	}
	path := filepath.Join(t.TempDir(), "run")
	for _, mode := range []fs.FileMode{0o600, 0o644, 0o640} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if err := Write(path, put("new")); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != mode {
			t.Errorf("mode %v became %v", mode, info.Mode())
		}
	}
}
