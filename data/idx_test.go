package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// encode is the format written down a second time.
func encode[D int | uint32](dims []D, data []byte) []byte {
	b := []byte{0, 0, typeUint8, byte(len(dims))}
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

func ExampleDecodeIDX() {
	a, err := DecodeIDX([]byte{0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6})
	fmt.Println(a.Dims, a.Data, err)
	// Output: [2 3] [1 2 3 4 5 6] <nil>
}

func TestIDX(t *testing.T) {
	plain := encode([]int{2, 3}, []byte{1, 2, 3, 4, 5, 6})
	for name, data := range map[string][]byte{"plain": plain, "gzip": zip(plain)} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		a, err := ReadIDXFile(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !slices.Equal(a.Dims, []int{2, 3}) || !slices.Equal(a.Data, []byte{1, 2, 3, 4, 5, 6}) {
			t.Errorf("%s: read %v %v", name, a.Dims, a.Data)
		}
	}
}

func TestIDXErrors(t *testing.T) {
	plain := encode([]int{2, 3}, []byte{1, 2, 3, 4, 5, 6})
	truncated := zip(plain)
	huge := encode([]uint32{1 << 31, 1 << 31, 1 << 31}, nil)
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "0 bytes, shorter than the magic"},
		{"magic", []byte{0, 1, 8, 1}, "offset 0: bytes 00 01"},
		{"type", []byte{0, 0, 0x0d, 1}, "offset 2: element type 0x0d"},
		{"no dimension", []byte{0, 0, 8, 0}, "offset 3: 0 dimensions"},
		{"many dimensions", []byte{0, 0, 8, 9}, "offset 3: 9 dimensions"},
		{"header", plain[:11], "11 bytes, shorter than the header of 12"},
		{"short", plain[:17], "offset 8: dimension 1 of 3 makes 6 elements or more, and 5 bytes follow"},
		{"long", append(slices.Clone(plain), 0), "offset 18: 1 bytes after the last element"},
		{"huge", huge, "offset 4: dimension 0 of 2147483648"},
		{"truncated gzip", truncated[:len(truncated)-9], "gzip: unexpected EOF"},
		{"no gzip", []byte{0x1f, 0x8b, 0, 0}, "gzip: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadIDX(bytes.NewReader(test.data))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestReadFileMissing(t *testing.T) {
	if _, err := ReadIDXFile(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("error %v, want not exist", err)
	}
}

// What decodes is exactly what the format says of its dimensions and data.
func FuzzIDX(f *testing.F) {
	f.Add(encode([]int{2, 3}, []byte{1, 2, 3, 4, 5, 6}))
	f.Add(encode([]uint32{0, 1 << 31}, nil))
	f.Add([]byte{0, 0, 8, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := DecodeIDX(data)
		if err != nil {
			return
		}
		if !bytes.Equal(encode(a.Dims, a.Data), data) {
			t.Errorf("%x decodes to %v %x", data, a.Dims, a.Data)
		}
	})
}
