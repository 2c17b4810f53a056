package packed

import (
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// Decode returns the File that data holds, without copying: its matrices share
// memory with data, and writing to the one changes the other.
//
// It checks everything the format says, checksums and every code included, and
// accepts exactly the bytes that WriteTo makes. An error names the tensor and
// the offset. What it allocates is in proportion to len(data), whatever sizes
// and counts data claims.
func Decode(data []byte) (*File, error) {
	f, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("pent file: %w", err)
	}
	return f, nil
}

func decode(data []byte) (*File, error) {
	h, err := openHeader(data)
	if err != nil {
		return nil, err
	}
	meta, err := h.readMeta()
	if err != nil {
		return nil, err
	}
	entries, err := h.readDirectory()
	if err != nil {
		return nil, err
	}
	if extra := len(h.data) - h.at; extra != 0 {
		return nil, fmt.Errorf("%d unused bytes at offset %d of the header", extra, h.at)
	}
	f := &File{Meta: meta}
	end := uint64(h.at + checksumSize)
	for _, e := range entries {
		m, err := e.matrix(data, end)
		if err != nil {
			return nil, fmt.Errorf("tensor %q at offset %d: %w", e.name, e.offset, err)
		}
		f.Tensors = append(f.Tensors, Tensor{Name: e.name, Matrix: m, Scale: e.scale})
		end = e.offset + e.length
	}
	if extra := uint64(len(data)) - end; extra != 0 {
		return nil, fmt.Errorf("%d bytes after the end at offset %d", extra, end)
	}
	return f, nil
}

// matrix returns the tensor's matrix over data, given where what precedes it
// ends.
func (e *tensorEntry) matrix(data []byte, end uint64) (*Matrix, error) {
	if want := alignData(end); e.offset != want {
		return nil, fmt.Errorf("data belong at offset %d", want)
	}
	if size := uint64(len(data)); e.offset > size || e.length > size-e.offset {
		return nil, fmt.Errorf("%d bytes of data in a file of %d: truncated", e.length, size)
	}
	for i, b := range data[end:e.offset] {
		if b != 0 {
			return nil, fmt.Errorf("byte %#02x in the gap before it, at offset %d", b, end+uint64(i))
		}
	}
	if e.rows > math.MaxInt || e.cols > math.MaxInt {
		return nil, fmt.Errorf("bad shape %d×%d", e.rows, e.cols)
	}
	stop := e.offset + e.length
	body := data[e.offset:stop:stop]
	if got := durable.Checksum(body); got != e.checksum {
		return nil, fmt.Errorf("checksum is %08x, but the data's is %08x", e.checksum, got)
	}
	return MatrixOver(int(e.rows), int(e.cols), body)
}
