package rtl_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestGolden compares the library with golden vectors, which testdata/golden.py computed from
// the documentation of the units. It needs no Verilog tools; with them, TestIcarus runs the
// units on the same inputs.
func TestGolden(t *testing.T) {
	vectors := golden(t)
	for _, b := range benches {
		if b.all == nil && len(vectors[b.title()]) == 0 {
			t.Errorf("no golden vectors of %s", b.name)
		}
		for _, v := range vectors[b.title()] {
			if got := b.output(v.in); !bytes.Equal(got, v.out) {
				t.Errorf("%s: input %s\n got %s\nwant %s", b.name, hexOf(v.in), hexOf(got), hexOf(v.out))
			}
		}
	}
}

// vector is an input of a bench and its output.
type vector struct{ in, out record }

// golden returns the golden vectors of each bench.
func golden(t *testing.T) map[string][]vector {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	vectors := map[string][]vector{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		vectors[fields[0]] = append(vectors[fields[0]], vector{fromHex(t, fields[1]), fromHex(t, fields[2])})
	}
	return vectors
}

// fromHex is the inverse of hexOf, for numbers of any length.
func fromHex(t *testing.T, s string) record {
	t.Helper()
	if len(s)%2 != 0 {
		s = "0" + s
	}
	r, err := hex.DecodeString(s)
	if err != nil {
		t.Fatalf("%s: not a number: a bit of it was never set", s)
	}
	slices.Reverse(r)
	return r
}

// TestGoldenIsComputed compares golden.txt with the output of golden.py.
func TestGoldenIsComputed(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no Python to compute the golden file with: ", err)
	}
	got := run(t, ".", python, "testdata/golden.py")
	want, err := os.ReadFile("testdata/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("golden.txt is not what golden.py computes")
	}
}
