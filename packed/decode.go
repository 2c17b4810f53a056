package packed

import (
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// Decode returns the File that data holds, without copying: its matrices share
// memory with data, and writing to the one changes the other.
//
// It checks every rule of the format, checksums and each code included, and
// accepts exactly the bytes that WriteTo writes. An error names the tensor and
// the offset. Its allocations are proportional to len(data), whatever sizes and
// counts data claims.
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
	f := &File{Meta: h.meta}
	end := h.length
	for _, e := range h.entries {
		m, err := e.matrix(data, end)
		if err != nil {
			return nil, e.wrap(err)
		}
		f.Tensors = append(f.Tensors, Tensor{Name: e.name, Matrix: m, Scale: e.scale})
		end = e.offset + e.length
	}
	return f, nil
}

// matrix returns the tensor's matrix over data. end is the end of what precedes it.
func (e *tensorEntry) matrix(data []byte, end uint64) (*Matrix, error) {
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
	if err := e.checkSum(durable.Checksum(body)); err != nil {
		return nil, err
	}
	return MatrixOver(int(e.rows), int(e.cols), body)
}
