package corpus

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Facts of the text: its length, and its first words.
func TestOpticks(t *testing.T) {
	text, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	if len(text.Bytes) != 567198 || text.Train != 567198-28359 {
		t.Errorf("%d bytes, %d to learn from", len(text.Bytes), text.Train)
	}
	if !bytes.Contains(text.Bytes[:2000], []byte("Opticks")) {
		t.Errorf("it begins %q", text.Bytes[:100])
	}
}

func TestErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "short")
	if err := os.WriteFile(path, []byte("short"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "5 bytes, want at least 1000") {
		t.Errorf("error %v", err)
	}
	if _, err := Load(path + "er"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	t.Setenv("GOROOT", "")
	t.Setenv("PATH", t.TempDir())
	if _, err := Load(""); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "--data names another") {
		t.Errorf("error %v", err)
	}
}
