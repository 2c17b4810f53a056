package digits

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
)

// The rows are those that README.md names.
func TestSource(t *testing.T) {
	z, err := gzip.NewReader(bytes.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(text)); !strings.Contains(string(readme), sum) {
		t.Errorf("rows of SHA-256 %s", sum)
	}
}

func TestLoad(t *testing.T) {
	train, test, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 1438 || test.Len() != 359 {
		t.Errorf("%d training and %d test samples, want 1438 and 359", train.Len(), test.Len())
	}
	for _, d := range []*data.Dataset{train, test} {
		if err := d.Check(); err != nil {
			t.Error(err)
		}
	}
	if Input(0) != -64 || Input(MaxPixel) != 64 {
		t.Errorf("inputs of %d to %d", Input(0), Input(MaxPixel))
	}
}

func TestBadRows(t *testing.T) {
	d := &data.Dataset{Features: features, Classes: Classes}
	row := strings.Split(strings.Repeat("0,", features)+"3", ",")
	if err := add(d, row); err != nil {
		t.Error(err)
	}
	for name, bad := range map[string][]string{
		"short":  row[1:],
		"bright": append([]string{"17"}, row[1:]...),
		"word":   append([]string{"x"}, row[1:]...),
	} {
		if err := add(d, bad); err == nil {
			t.Errorf("a %s row is no error", name)
		}
	}
}
