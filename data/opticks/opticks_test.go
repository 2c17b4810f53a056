package opticks

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"
)

// Facts of the text: its length, its hash in README.md, and some of its words.
func TestLoad(t *testing.T) {
	text, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	hash := text.Hash()
	if got, want := hex.EncodeToString(hash[:]), "d4a9ac22462b35e7821a4f2706c211093da678620a8f9997989ee7cf8d507bbd"; got != want {
		t.Errorf("sha256 %s, want %s", got, want)
	}
	if len(text.Bytes) != 567198 || text.Train != 567198-28359 {
		t.Errorf("%d bytes, %d to learn from", len(text.Bytes), text.Train)
	}
	if !bytes.Contains(text.Bytes, []byte("The Rays of Light")) {
		t.Error("nothing about light in it")
	}
}

// The figures that README and docs/language.md compare with.
func TestNGramBits(t *testing.T) {
	text, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"4.50", "3.50", "2.80", "2.31", "2.23"}
	for i, bits := range text.NGramBits(len(want)) {
		if got := fmt.Sprintf("%.2f", bits); got != want[i] {
			t.Errorf("order %d: %s bits a byte, want %s", i+1, got, want[i])
		}
	}
}
