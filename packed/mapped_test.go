package packed

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestOpen(t *testing.T) {
	for name, f := range sampleFiles() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "weights.pent")
			if err := WriteFile(path, f); err != nil {
				t.Fatal(err)
			}
			m, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if !equalFiles(m.File, f) {
				t.Error("the mapped file differs")
			}
			for range 2 {
				if err := m.Close(); err != nil {
					t.Error(err)
				}
			}
			if m.File != nil {
				t.Error("a closed file still offers its matrices")
			}
		})
	}
}

func TestOpenRejects(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
	if m, err := Open(dir); err == nil {
		m.Close()
		t.Error("opens a directory")
	}
	path := filepath.Join(dir, "weights.pent")
	sound := encodeFile(t, rejectFile())
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, path + ": pent file: truncated: 0 bytes"},
		{sound[:20], path + ": pent file: truncated: 20 bytes"},
		{sound[:fileEnd-1], "truncated"},
		{append(sound, 0), "after the end"},
	} {
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		mustFail(t, err, c.want)
	}
}
