// IDX reads the IDX format, in which MNIST and its successors are
// published: arrays of unsigned bytes with their dimensions before them.
//
// The format is described with the original data: Y. LeCun, C. Cortes,
// C. J. C. Burges, "The MNIST database of handwritten digits", section "File
// formats".
package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
)

// Limits of what this package reads: MNIST's images take 3 dimensions and 47 MB,
// and gzip can claim a thousand times the bytes that it holds.
const (
	MaxDims  = 8
	MaxBytes = 1 << 28
)

// typeUint8 is the only element type that is read; the format has five more.
const typeUint8 = 0x08

// IDX is an array of bytes, the last dimension's elements next to one another.
type IDX struct {
	Dims []int
	Data []uint8
}

// DecodeIDX returns the array that data holds:
//
//	0x00 0x00        two zero bytes
//	type             0x08, unsigned bytes
//	d                number of dimensions, 1 to MaxDims
//	d × u32          dimensions, big-endian
//	bytes            their product, to the end of the data
//
// The array shares memory with data. Anything else is an error that names the
// offset.
func DecodeIDX(data []byte) (*IDX, error) {
	if len(data) < 4 {
		return nil, fmt.Errorf("idx: %d bytes, shorter than the magic number of 4", len(data))
	}
	if data[0] != 0 || data[1] != 0 {
		return nil, fmt.Errorf("idx: offset 0: bytes %02x %02x, want two zeros", data[0], data[1])
	}
	if data[2] != typeUint8 {
		return nil, fmt.Errorf("idx: offset 2: element type %#02x, want %#02x, unsigned bytes", data[2], typeUint8)
	}
	dims := int(data[3])
	if dims < 1 || dims > MaxDims {
		return nil, fmt.Errorf("idx: offset 3: %d dimensions, want 1 to %d", dims, MaxDims)
	}
	header := 4 + 4*dims
	if len(data) < header {
		return nil, fmt.Errorf("idx: %d bytes, shorter than the header of %d for %d dimensions", len(data), header, dims)
	}
	a := &IDX{Data: data[header:]}
	size := uint64(1)
	for i := range dims {
		at := 4 + 4*i
		d := binary.BigEndian.Uint32(data[at:])
		size *= uint64(d)
		if size > uint64(len(a.Data)) {
			return nil, fmt.Errorf("idx: offset %d: dimension %d of %d makes %d elements or more, and %d bytes follow",
				at, i, d, size, len(a.Data))
		}
		if uint64(d) > math.MaxInt {
			return nil, fmt.Errorf("idx: offset %d: dimension %d of %d does not fit an int", at, i, d)
		}
		a.Dims = append(a.Dims, int(d))
	}
	if size < uint64(len(a.Data)) {
		return nil, fmt.Errorf("idx: offset %d: %d bytes after the last element of %v",
			header+int(size), len(a.Data)-int(size), a.Dims)
	}
	return a, nil
}

// ReadIDX decodes everything that r yields, at most MaxBytes. It recognizes gzip by
// its first two bytes and unpacks it.
func ReadIDX(r io.Reader) (*IDX, error) {
	data, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("idx: %w", err)
	}
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		if data, err = gunzip(data); err != nil {
			return nil, fmt.Errorf("idx: gzip: %w", err)
		}
	}
	return DecodeIDX(data)
}

// ReadIDXFile reads the array in the file at path, plain or gzipped.
func ReadIDXFile(path string) (*IDX, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	a, err := ReadIDX(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

func gunzip(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return readAll(z)
}

// readAll is io.ReadAll with a limit.
func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("more than %d bytes", MaxBytes)
	}
	return data, nil
}
