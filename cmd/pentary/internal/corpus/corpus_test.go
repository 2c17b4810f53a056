package corpus

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
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
	if !bytes.Contains(text.Bytes, []byte("The Rays of Light")) {
		t.Error("nothing about light in it")
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

// Levels of a text of two bytes that alternate: one bit for all that a model of single
// bytes knows, and next to nothing for one of pairs. Of Opticks, those that others
// measure: 4.50 and 3.50.
func TestLevel(t *testing.T) {
	b := bytes.Repeat([]byte("ab"), 1000)
	text := &Text{Bytes: b, Train: 1900}
	if one, two := text.Level(1), text.Level(2); math.Abs(one-1) > 0.01 || two > 0.01 {
		t.Errorf("%.3f bits by bytes, %.3f by pairs, want 1 and 0", one, two)
	}
	opticks, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	if one, two := opticks.Level(1), opticks.Level(2); math.Abs(one-4.50) > 0.02 || math.Abs(two-3.50) > 0.03 {
		t.Errorf("%.3f bits by bytes, %.3f by pairs, want 4.50 and 3.50", one, two)
	}
}
