package data

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTextErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "short")
	if err := os.WriteFile(path, []byte("short"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadText(path); err == nil || !strings.Contains(err.Error(), "5 bytes, want at least 1000") {
		t.Errorf("error %v", err)
	}
	if _, err := ReadText(path + "er"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// A twentieth is five per cent, whatever the length.
func TestTextHoldOut(t *testing.T) {
	for n := 1000; n < 1200; n++ {
		text, err := NewText("a", make([]byte, n))
		if err != nil {
			t.Fatal(err)
		}
		before := text.Train
		if text.HoldOut(5); text.Train != before {
			t.Fatalf("%d of %d bytes to learn, want %d", text.Train, n, before)
		}
		if text.HoldOut(10); text.Train != n-n/10 {
			t.Fatalf("%d of %d bytes to learn without a tenth", text.Train, n)
		}
	}
}

// Bits of texts short enough to count by hand, to the last bit.
func TestNGramBits(t *testing.T) {
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
		for i, bits := range text.NGramBits(len(test.want)) {
			want := -math.Log2(test.want[i]) / float64(len(test.text)-test.train)
			if math.Abs(bits-want) > 1e-12 {
				t.Errorf("%s, order %d: %v bits, want %v", test.text, i+1, bits, want)
			}
		}
	}
}

// Probabilities after any context, known or not, sum to one.
func TestNGramsNormalized(t *testing.T) {
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

// A text is looked at before it is read.
func TestReadTextNoFile(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big")
	if err := os.WriteFile(big, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, 5<<30); err != nil {
		t.Skip(err)
	}
	for path, want := range map[string]string{dir: "a directory, want a regular file", big: "want at most 1073741824", os.DevNull: "a device, want a regular file"} {
		if _, err := ReadText(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", path, err, want)
		}
	}
}
