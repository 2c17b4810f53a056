package corpus

import (
	"bytes"
	"errors"
	"fmt"
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

// Levels of texts short enough to count by hand, to the last bit.
func TestLevels(t *testing.T) {
	for _, test := range []struct {
		text  string
		train int
		want  []float64 // the probabilities of the held-out bytes, multiplied
	}{
		// a and b twice each; then b is followed by a once, and ab by a once.
		{"ababa", 4, []float64{(2 + 1./256) / 5, (1 + (2+1./256)/5) / 2, (1 + (1+(2+1./256)/5)/2) / 2}},
		// A byte that the text does not have: each model has its share of a 256th.
		{"aaac", 3, []float64{1. / 256 / 4, 1. / 256 / 4 / 3, 1. / 256 / 4 / 3 / 2}},
		// Held-out bytes are context, and are not counted.
		{"abcbc", 3, []float64{(1 + 1./256) / 4 * (1 + 1./256) / 4, (1. + 1./256) / 4 * (1 + (1+1./256)/4) / 2}},
	} {
		text := &Text{Bytes: []byte(test.text), Train: test.train}
		for i, level := range text.Levels(len(test.want)) {
			want := -math.Log2(test.want[i]) / float64(len(test.text)-test.train)
			if math.Abs(level-want) > 1e-12 {
				t.Errorf("%s, order %d: %v bits, want %v", test.text, i+1, level, want)
			}
		}
	}
}

// Probabilities after any context, known or not, sum to one.
func TestLevelsNormalized(t *testing.T) {
	text := &Text{Bytes: []byte("abracadabra, abracadabra"), Train: 20}
	counts := make([]counter, 4)
	for k := range counts {
		counts[k] = counter{followed: map[uint64]int{}, seen: map[uint64]int{}}
		for at := k; at < text.Train; at++ {
			counts[k].add(text.key(at, k), text.Bytes[at])
		}
	}
	for _, context := range []string{"abra", "dabr", "cada", "zzzz", "a, a"} {
		end := &Text{Bytes: []byte(context), Train: len(context)}
		sum := 0.0
		for b := range 256 {
			p := 1.0 / 256
			for k := range counts {
				p = counts[k].probability(end.key(len(context), k), byte(b), p)
			}
			sum += p
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("after %q: %v", context, sum)
		}
	}
}

// The figures that README and docs/language.md compare with.
func TestLevelsOfOpticks(t *testing.T) {
	text, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"4.50", "3.50", "2.80", "2.31", "2.23"}
	for i, level := range text.Levels(len(want)) {
		if got := fmt.Sprintf("%.2f", level); got != want[i] {
			t.Errorf("order %d: %s bits a byte, want %s", i+1, got, want[i])
		}
	}
}

// A text is looked at before it is read.
func TestLoadNoFile(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big")
	if err := os.WriteFile(big, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, 5<<30); err != nil {
		t.Skip(err)
	}
	for path, want := range map[string]string{dir: "is a directory", big: "want at most 1073741824", os.DevNull: "not a regular file"} {
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", path, err, want)
		}
	}
}

// Wherever the default text cannot be read, the error says what else there is.
func TestNoDefault(t *testing.T) {
	t.Setenv("GOROOT", t.TempDir())
	if _, err := Load(""); err == nil || !strings.Contains(err.Error(), "--data names another text") {
		t.Errorf("error %v", err)
	}
	if path := Standard(); !strings.HasSuffix(path, "Isaac.Newton-Opticks.txt") {
		t.Errorf("default text %s", path)
	}
}
