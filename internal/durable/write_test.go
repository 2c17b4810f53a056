package durable

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func put(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// checkDir verifies that dir holds exactly the files in want, and therefore no temporary files.
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
	large := make([]byte, 1<<20) // larger than any buffer, so bytes reach the disk
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

// TestFullDisk copies the bytes to a device that is always full, and expects its error and the
// unchanged file.
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

// Write follows symbolic links, including a link whose target does not exist.
func TestFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	real := filepath.Join(dir, "real", "run")
	if err := os.Mkdir(filepath.Dir(real), 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	for name, to := range map[string]string{link: "second", filepath.Join(dir, "second"): filepath.Join("real", "run")} {
		if err := os.Symlink(to, name); err != nil {
			t.Skip(err)
		}
	}
	for _, content := range []string{"new", "newer"} {
		if err := Write(link, put(content)); err != nil {
			t.Fatal(err)
		}
		checkDir(t, filepath.Dir(real), map[string]string{"run": content})
		if info, err := os.Lstat(link); err != nil || info.Mode().Type() != fs.ModeSymlink {
			t.Errorf("the link is now %v, error %v", info, err)
		}
	}
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	if err := Write(loop, put("")); err == nil || !strings.Contains(err.Error(), loop) {
		t.Errorf("a link to itself: error %v", err)
	}
}

// refuses checks that Write and OpenRegular reject a path that is not a regular file, directly
// and through a link, and do not change it.
func refuses(t *testing.T, to, want string) {
	t.Helper()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(to, link); err != nil {
		t.Skip(err)
	}
	before, err := os.Stat(to)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{to, link} {
		err := Write(name, func(io.Writer) error {
			t.Errorf("%s: wrote", name)
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v, want one of a %s", name, err, want)
		}
		if _, _, err := OpenRegular(OS, name, os.O_RDONLY); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: opened: error %v, want one of a %s", name, err, want)
		}
	}
	if after, err := os.Stat(to); err != nil || after.Mode() != before.Mode() {
		t.Errorf("%s became %v, error %v", to, after, err)
	}
}

func TestRefusesDirectories(t *testing.T) { refuses(t, t.TempDir(), "directory") }

// Errors name the caller's path, or the missing folder.
func TestErrorsNamePath(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "a")
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(missing, "run"):           "folder " + missing + " does not exist",
		filepath.Join(missing, "b", "c", "run"): "folder " + missing + " does not exist",
		filepath.Join(file, "run"):              filepath.Join(file, "run"),
	} {
		err := Write(path, put(""))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), tempMark) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	broken := failing{FS: OS}
	for _, op := range []string{"write", "sync", "close", "rename", "chmod"} {
		broken.op = op
		err := WriteOn(broken, file, put("x"))
		if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), tempMark) {
			t.Errorf("%s: error %v, want one of %s", op, err, file)
		}
	}
	checkDir(t, dir, map[string]string{"file": ""})
}

// Write works for names as long as the file system allows.
func TestLongNames(t *testing.T) {
	dir := t.TempDir()
	name := strings.Repeat("n", 255)
	if err := Write(filepath.Join(dir, name), put("long")); err != nil {
		t.Fatal(err)
	}
	checkDir(t, dir, map[string]string{name: "long"})
}
