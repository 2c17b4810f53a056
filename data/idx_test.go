package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// encodeIDX is the format written down a second time.
func encodeIDX[D int | uint32](dims []D, data []byte) []byte {
	b := []byte{0, 0, idxUint8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
	}
	return append(b, data...)
}

func zip(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

func ExampleIDXReader() {
	a, err := NewIDXReader(bytes.NewReader([]byte{0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6}))
	if err != nil {
		fmt.Println(err)
		return
	}
	row := make([]byte, a.Dims[1])
	for range a.Dims[0] {
		if _, err := io.ReadFull(a, row); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(row)
	}
	// Output:
	// [1 2 3]
	// [4 5 6]
}

// readIDXFrom reads a whole array.
func readIDXFrom(r io.Reader) ([]int, []byte, error) {
	a, err := NewIDXReader(r)
	if err != nil {
		return nil, nil, err
	}
	b, err := io.ReadAll(a)
	return a.Dims, b, err
}

// Whatever the compression, its members, the zeros after them and the sizes that the
// input is read in, the array is the same.
func TestIDX(t *testing.T) {
	data := make([]byte, 3*70_000)
	for i := range data {
		data[i] = byte(rand.IntN(256))
	}
	plain := encodeIDX([]int{3, 70_000}, data)
	members := slices.Concat(zip(plain[:9]), zip(nil), zip(plain[9:100_000]), zip(plain[100_000:]))
	for name, input := range map[string][]byte{
		"plain":           plain,
		"gzip":            zip(plain),
		"members":         members,
		"padded":          append(zip(plain), make([]byte, 512)...),
		"padded by one":   append(zip(plain), 0),
		"padded members":  append(slices.Clone(members), make([]byte, 70_000)...),
		"padded to 4 KiB": append(zip(plain), make([]byte, 4096-len(zip(plain))%4096)...),
	} {
		for size, r := range map[string]io.Reader{
			"whole":     bytes.NewReader(input),
			"halves":    iotest.HalfReader(bytes.NewReader(input)),
			"early EOF": iotest.DataErrReader(bytes.NewReader(input)),
		} {
			dims, got, err := readIDXFrom(r)
			if err != nil || !slices.Equal(dims, []int{3, 70_000}) || !bytes.Equal(got, data) {
				t.Errorf("%s, %s: %d elements of %v, error %v", name, size, len(got), dims, err)
			}
		}
	}
}

func TestIDXErrors(t *testing.T) {
	plain := encodeIDX([]int{2, 3}, []byte{1, 2, 3, 4, 5, 6})
	zipped := zip(plain)
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "offset 0: the file ends within the head"},
		{"magic", []byte{0, 1, 8, 1}, "offset 0: bytes 00 01"},
		{"type", []byte{0, 0, 0x0d, 1}, "offset 2: element type 0x0d"},
		{"zeros", make([]byte, 100), "offset 2: element type 0x00"},
		{"no dimension", []byte{0, 0, 8, 0}, "offset 3: 0 dimensions"},
		{"many dimensions", []byte{0, 0, 8, 9}, "offset 3: 9 dimensions"},
		{"head", plain[:11], "offset 11: the file ends within the head"},
		{"short", plain[:17], "offset 17: the file ends 1 elements before the last of [2 3]"},
		{"long", append(slices.Clone(plain), 0), "offset 18: bytes after the last element"},
		{"long in gzip", zip(append(slices.Clone(plain), 0)), "offset 18: bytes after the last element"},
		{"huge", encodeIDX([]uint32{1 << 31, 1 << 31, 1 << 31}, nil), "offset 12: dimension 2 of 2147483648"},
		{"wrapped", encodeIDX([]uint32{1 << 16, 1 << 16, 1 << 16, 1 << 16}, nil), "offset 16: dimension 3 of 65536"},
		{"truncated gzip", zipped[:len(zipped)-9], "gzip: unexpected EOF"},
		{"no gzip", []byte{0x1f, 0x8b, 0, 0}, "gzip: "},
		{"broken member", append(slices.Clone(zipped), 0x1f, 0x8b, 0), "gzip: "},
		{"text after gzip", append(slices.Clone(zipped), 'x'), "followed by other bytes than zeros"},
		{"zeros, then a member", slices.Concat(zipped, []byte{0}, zip(nil)), "followed by other bytes than zeros"},
		{"zeros, then text", append(slices.Clone(zipped), 0, 0, 'x'), "followed by other bytes than zeros"},
	} {
		_, _, err := readIDXFrom(bytes.NewReader(test.data))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q in it", test.name, err, test.want)
		}
	}
}

// A head's claim takes no memory, and the expansion of a gzip is not kept.
func TestIDXMemory(t *testing.T) {
	claim := encodeIDX([]uint32{1 << 10, 1 << 20}, make([]byte, 100))
	allocated := allocatedBytes(func() {
		a, err := NewIDXReader(bytes.NewReader(claim))
		if err != nil {
			t.Fatal(err)
		}
		if all, err := readElements(a, 0, func(v uint8) uint8 { return v }); err == nil || all != nil {
			t.Errorf("%d elements of a claim, error %v", len(all), err)
		}
	})
	if allocated > 1<<19 {
		t.Errorf("a claim of 1 GiB: %d bytes allocated", allocated)
	}
	large := zip(encodeIDX([]int{1 << 10, 1 << 14}, make([]byte, 1<<24)))
	allocated = allocatedBytes(func() {
		a, err := NewIDXReader(bytes.NewReader(large))
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{a}, make([]byte, 1<<12)); n != 1<<24 || err != nil {
			t.Errorf("%d bytes copied, error %v", n, err)
		}
	})
	if allocated > 1<<19 {
		t.Errorf("16 MiB of %d compressed bytes: %d bytes allocated", len(large), allocated)
	}
}

func allocatedBytes(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// What is read without an error is exactly what the format says of its dimensions and
// data.
func FuzzIDX(f *testing.F) {
	f.Add(encodeIDX([]int{2, 3}, []byte{1, 2, 3, 4, 5, 6}))
	f.Add(encodeIDX([]uint32{0, 1 << 31}, nil))
	f.Add([]byte{0, 0, 8, 255})
	f.Add(append(zip(encodeIDX([]int{1}, []byte{7})), 0, 0))
	f.Fuzz(func(t *testing.T, input []byte) {
		dims, data, err := readIDXFrom(bytes.NewReader(input))
		if err != nil {
			return
		}
		if !bytes.HasPrefix(input, []byte{0x1f, 0x8b}) && !bytes.Equal(encodeIDX(dims, data), input) {
			t.Errorf("%x is read as %v %x", input, dims, data)
		}
		again, same, err := readIDXFrom(bytes.NewReader(zip(encodeIDX(dims, data))))
		if err != nil || !slices.Equal(dims, again) || !bytes.Equal(data, same) {
			t.Errorf("%v %x written and read again: %v %x, error %v", dims, data, again, same, err)
		}
	})
}
