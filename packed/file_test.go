package packed

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// encodeFile returns the bytes that f makes.
func encodeFile(t *testing.T, f *File) []byte {
	t.Helper()
	var buf bytes.Buffer
	n, err := f.WriteTo(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if n != int64(buf.Len()) {
		t.Fatalf("WriteTo reports %d bytes of %d", n, buf.Len())
	}
	return buf.Bytes()
}

func equalFiles(a, b *File) bool {
	return maps.Equal(a.Meta, b.Meta) && slices.EqualFunc(a.Tensors, b.Tensors, func(a, b Tensor) bool {
		return a.Name == b.Name && a.Scale == b.Scale && a.Matrix.Equal(b.Matrix)
	})
}

func sampleFiles() map[string]*File {
	rng := rand.New(rand.NewPCG(1, 1))
	shapes := &File{Meta: map[string]string{"kind": "shapes", "z": "", "ключ": "значение", "raw": "\xff\x00"}}
	for i, s := range testShapes {
		shapes.Tensors = append(shapes.Tensors, Tensor{
			Name:   fmt.Sprintf("%d×%d", s.rows, s.cols),
			Matrix: randomMatrix(rng, s.rows, s.cols),
			Scale:  []int32{0, 3, -7, math.MaxInt32, math.MinInt32}[i%5],
		})
	}
	many := &File{}
	for i := range 1000 {
		many.Tensors = append(many.Tensors, Tensor{Name: fmt.Sprint("layer.", i), Matrix: randomMatrix(rng, 1+i%3, 1+i%70)})
	}
	return map[string]*File{
		"empty":  {},
		"meta":   {Meta: map[string]string{"only": "meta"}},
		"shapes": shapes,
		"many":   many,
		"unicode": {Tensors: []Tensor{
			{Name: "слой/重み/⊕", Matrix: randomMatrix(rng, 2, 2)},
			{Name: "\x00", Matrix: randomMatrix(rng, 1, 300)},
			{Name: strings.Repeat("n", math.MaxUint16), Matrix: NewMatrix(0, 0)},
		}},
	}
}

func TestFileRoundTrip(t *testing.T) {
	for name, f := range sampleFiles() {
		t.Run(name, func(t *testing.T) {
			data := encodeFile(t, f)
			back, err := Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if !equalFiles(back, f) {
				t.Error("Decode gives another file")
			}
			if again := encodeFile(t, back); !bytes.Equal(again, data) {
				t.Error("encoding again gives other bytes")
			}
			path := filepath.Join(t.TempDir(), "weights.pent")
			if err := WriteFile(path, f); err != nil {
				t.Fatal(err)
			}
			if stored, err := os.ReadFile(path); err != nil || !bytes.Equal(stored, data) {
				t.Errorf("WriteFile stores other bytes than WriteTo (error %v)", err)
			}
			if back, err = ReadFile(path); err != nil {
				t.Fatal(err)
			}
			if !equalFiles(back, f) {
				t.Error("ReadFile gives another file")
			}
		})
	}
}

// TestGoldenFile pins the format: the bytes were made from its description by
// another program. What one machine writes, of any byte order, any other reads.
func TestGoldenFile(t *testing.T) {
	m := NewMatrix(1, 2)
	m.Pack([]int8{-2, 1})
	for _, c := range []struct {
		file *File
		want string
	}{
		{&File{}, "50454e54 0100 0000 18000000 00000000 00000000 75ee437c"},
		{
			&File{Meta: map[string]string{"kind": "test"}, Tensors: []Tensor{{Name: "é", Matrix: m, Scale: -3}}},
			"50454e54 0100 0000 52000000 01000000 01000000" +
				"0400 6b696e64 04000000 74657374" +
				"0200 c3a9 0100000000000000 0200000000000000 fdffffff" +
				"8000000000000000 0c00000000000000 1d47912a" +
				"d87cbadc" + strings.Repeat("00", 128-82) +
				"90939292 92929292 12121212",
		},
	} {
		want, err := hex.DecodeString(strings.ReplaceAll(c.want, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if got := encodeFile(t, c.file); !bytes.Equal(got, want) {
			t.Errorf("file is\n%x, want\n%x", got, want)
		}
		if back, err := Decode(want); err != nil || !equalFiles(back, c.file) {
			t.Errorf("read back as %+v (error %v), want %+v", back, err, c.file)
		}
	}
}

func TestDecodeSharesMemory(t *testing.T) {
	data := encodeFile(t, &File{Tensors: []Tensor{{Name: "w", Matrix: NewMatrix(2, 2)}}})
	f, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	f.Tensors[0].Matrix.Set(1, 1, 2)
	if _, err := Decode(data); err == nil {
		t.Error("writing to the matrix leaves the bytes, and so their checksum, as they were")
	}
}

func TestWriteToRejects(t *testing.T) {
	m, broken := NewMatrix(1, 4), NewMatrix(1, 4)
	broken.Bytes()[0] |= 7
	tensors := func(names ...string) (list []Tensor) {
		for _, name := range names {
			list = append(list, Tensor{Name: name, Matrix: m})
		}
		return list
	}
	for _, c := range []struct {
		file *File
		want string
	}{
		{&File{Tensors: tensors("a", "")}, "pent file: tensor 1: empty name"},
		{&File{Tensors: tensors("a", "b", "a")}, `pent file: tensor 2: "a" is the second of that name`},
		{&File{Tensors: tensors("\xff")}, `pent file: tensor 0: name "\xff" is not UTF-8`},
		{&File{Tensors: tensors(strings.Repeat("n", 65536))}, "pent file: tensor 0: name of 65536 bytes, above 65535"},
		{&File{Tensors: []Tensor{{Name: "a"}}}, `pent file: tensor 0: "a" has no matrix`},
		{&File{Tensors: []Tensor{{Name: "a", Matrix: broken}}}, `pent file: tensor 0: "a": packed: invalid code 7 at row 0, column 0`},
		{&File{Meta: map[string]string{"": "v"}}, "pent file: meta: empty name"},
		{&File{Meta: map[string]string{"\xc0": "v"}}, `pent file: meta: name "\xc0" is not UTF-8`},
		{&File{Meta: map[string]string{strings.Repeat("k", 65536): "v"}}, "pent file: meta: name of 65536 bytes"},
	} {
		var buf bytes.Buffer
		n, err := c.file.WriteTo(&buf)
		mustFail(t, err, c.want)
		if n != 0 || buf.Len() != 0 {
			t.Errorf("%s: wrote %d bytes, reports %d", c.want, buf.Len(), n)
		}
	}
}

// shortWriter accepts a number of bytes, then fails.
type shortWriter struct{ room int }

var errShort = errors.New("no room")

func (w *shortWriter) Write(b []byte) (int, error) {
	n := min(len(b), w.room)
	w.room -= n
	if n < len(b) {
		return n, errShort
	}
	return n, nil
}

func TestWriteToReportsErrors(t *testing.T) {
	f := &File{Tensors: []Tensor{{Name: "a", Matrix: NewMatrix(1, 40)}, {Name: "b", Matrix: NewMatrix(1, 1)}}}
	for room := range encodeFile(t, f) {
		if n, err := f.WriteTo(&shortWriter{room}); n != int64(room) || !errors.Is(err, errShort) {
			t.Fatalf("room for %d bytes: wrote %d, error %v", room, n, err)
		}
	}
}

func TestWriteToFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	if n, err := (&File{}).WriteTo(full); n != 0 || err == nil {
		t.Errorf("wrote %d bytes to a full device, error %v", n, err)
	}
}

func TestWriteFileErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "weights.pent")
	f := &File{Tensors: []Tensor{{Name: "w", Matrix: NewMatrix(1, 1)}}}
	if err := WriteFile(path, f); err != nil {
		t.Fatal(err)
	}
	mustFail(t, WriteFile(path, &File{Tensors: []Tensor{{}}}), "empty name")
	if back, err := ReadFile(path); err != nil || !equalFiles(back, f) {
		t.Errorf("the old file is lost: error %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("directory holds %v, error %v", entries, err)
	}
	if err := WriteFile(filepath.Join(dir, "missing", "weights.pent"), f); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: error %v", err)
	}
}

func TestReadFileErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.pent")
	if _, err := ReadFile(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := ReadFile(path)
	mustFail(t, err, path+": pent file: truncated: 5 bytes")
}

func benchmarkFile() *File {
	return &File{Tensors: []Tensor{{Name: "w", Matrix: randomMatrix(rand.New(rand.NewPCG(1, 1)), 1024, 1024)}}}
}

func BenchmarkDecode(b *testing.B) {
	var buf bytes.Buffer
	if _, err := benchmarkFile().WriteTo(&buf); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(buf.Len()))
	for b.Loop() {
		if _, err := Decode(buf.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteTo(b *testing.B) {
	f := benchmarkFile()
	var buf bytes.Buffer
	if _, err := f.WriteTo(&buf); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(buf.Len()))
	for b.Loop() {
		buf.Reset()
		if _, err := f.WriteTo(&buf); err != nil {
			b.Fatal(err)
		}
	}
}
