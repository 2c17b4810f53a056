//go:build unix

package data

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
)

// None of the readers waits for a FIFO's writer, reads a device without end or takes more
// memory than there is.
func TestSpecialFiles(t *testing.T) {
	dir := t.TempDir()
	fifo, socket := filepath.Join(dir, "fifo"), filepath.Join(dir, "link")
	if err := syscall.Mkfifo(fifo, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(fifo, socket); err != nil {
		t.Fatal(err)
	}
	sparse := func(name, head string, size int64) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(head), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const gib5 = 5 << 30
	zeros := sparse("zeros", "", gib5)
	images := sparse("images", "\x00\x00\x08\x02\x01\x40\x00\x00\x00\x00\x01\x00", gib5+12)
	debug.SetMemoryLimit(256 << 20)
	defer debug.SetMemoryLimit(math.MaxInt64)
	for reader, read := range readers {
		for _, test := range []struct{ path, want string }{
			{fifo, "a FIFO, want a regular file"},
			{socket, "a FIFO, want a regular file"},
			{"/dev/zero", "a device, want a regular file"},
			{dir, "a directory, want a regular file"},
			{filepath.Join(dir, "none"), "no such file"},
			{zeros, ""},
			{images, map[bool]string{true: "of memory"}[reader == "IDX"]},
		} {
			err := read(test.path)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.path) {
				t.Errorf("%s of %s: error %v, want %q in it", reader, test.path, err, test.want)
			}
		}
	}
}

var readers = map[string]func(path string) error{
	"CSV": func(path string) error {
		_, err := ReadCSV(path, CSVOptions{Label: "y"})
		return err
	},
	"IDX": func(path string) error {
		_, _, err := readIDX(path, func(v uint8) uint8 { return v })
		return err
	},
}
