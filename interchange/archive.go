package interchange

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// An Archive is a file of tensors. Opening it reads what describes them; their data are
// read one tensor at a time.
type Archive struct {
	Meta    map[string]string // text about the file, as far as the format has any
	Tensors []Tensor          // in the order of their data

	scales  []int32            // of a GGUF file that WriteGGUF made, by tensor
	numbers map[string]float64 // of GGUF's meta, and of a llama2.c checkpoint by GGUF's names
	texts   []string           // of GGUF's tokens
	points  []float32          // their scores
	kinds   []int32            // of tokens
	close   func() error
}

// A Tensor is a tensor of an Archive. Its shape, type, offset and size have been checked
// against each other and the file.
type Tensor struct {
	Name   string
	Shape  []int // outermost first
	Type   DType
	Offset int64 // of the data in the file
	Size   int64 // of the data in bytes

	open func() (io.Reader, error) // of Size bytes
}

// maxDims bounds the dimensions of a tensor.
const maxDims = 8

// Rows returns the product of all dimensions but the last: 1 of a vector or a number.
func (t *Tensor) Rows() int {
	rows := 1
	for _, d := range t.Shape[:max(0, len(t.Shape)-1)] {
		rows *= d
	}
	return rows
}

// Cols returns the last dimension: 1 of a number.
func (t *Tensor) Cols() int {
	if len(t.Shape) == 0 {
		return 1
	}
	return t.Shape[len(t.Shape)-1]
}

// Read calls visit for every row in turn, with its values, which are valid during the
// call. It keeps one row in memory. A value that is no number or infinite is an error, and
// so is one of visit. Errors name the tensor and the offset in the file.
func (t *Tensor) Read(visit func(row int, values []float32) error) error {
	r, err := t.open()
	if err != nil {
		return t.errorf(0, "%w", err)
	}
	kind := dtypes[t.Type]
	rows, cols := t.Rows(), t.Cols()
	if rows == 0 || cols == 0 {
		return nil
	}
	in := bufio.NewReaderSize(r, 1<<16)
	block := make([]byte, kind.bytes)
	values := make([]float32, cols)
	for i := range rows {
		for at := 0; at < cols; at += kind.elements {
			offset := (int64(i)*int64(cols) + int64(at)) / int64(kind.elements) * int64(kind.bytes)
			if _, err := io.ReadFull(in, block); err != nil {
				return t.errorf(offset, "%w", err)
			}
			kind.decode(values[at:min(at+kind.elements, cols)], block)
			for j, v := range values[at:min(at+kind.elements, cols)] {
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
					return t.errorf(offset, "element %d of row %d is %v", at+j, i, v)
				}
			}
		}
		if err := visit(i, values); err != nil {
			return t.errorf(0, "%w", err)
		}
	}
	return nil
}

// errorf returns an error about the data at offset into.
func (t *Tensor) errorf(into int64, format string, args ...any) error {
	return fmt.Errorf("tensor %q at offset %d: %w", t.Name, t.Offset+into, fmt.Errorf(format, args...))
}

// check returns an error unless the shape fits data of the tensor's type and
// size. size < 0 sets it.
func (t *Tensor) check(size int64) error {
	kind, ok := dtypes[t.Type]
	if !ok {
		return t.errorf(0, "elements of type %q, which cannot be read", t.Type)
	}
	if len(t.Shape) > maxDims {
		return t.errorf(0, "%d dimensions, want at most %d", len(t.Shape), maxDims)
	}
	// A dimension is bounded even where another is zero, so that products do not wrap.
	elements := int64(1)
	for _, d := range t.Shape {
		if d < 0 || d > 0 && elements > math.MaxInt32*1024/int64(d) {
			return t.errorf(0, "shape %v is out of range", t.Shape)
		}
		elements *= max(int64(d), 1)
	}
	for _, d := range t.Shape {
		if d == 0 {
			elements = 0
		}
	}
	if elements > 0 && t.Cols()%kind.elements != 0 {
		return t.errorf(0, "rows of %d elements, want a multiple of %d for type %s", t.Cols(), kind.elements, t.Type)
	}
	want := elements / int64(kind.elements) * int64(kind.bytes)
	if size >= 0 && want != size {
		return t.errorf(0, "shape %v of type %s takes %d bytes, and there are %d", t.Shape, t.Type, want, size)
	}
	if t.Size = want; elements > math.MaxInt {
		return t.errorf(0, "shape %v is too large for this machine", t.Shape)
	}
	return nil
}

// section has the tensor read from a part of the file.
func (t *Tensor) section(r io.ReaderAt) {
	offset, size := t.Offset, t.Size
	t.open = func() (io.Reader, error) { return io.NewSectionReader(r, offset, size), nil }
}

// Open opens a regular file as an Archive of a format: safetensors, npz, gguf or llama2.c.
func Open(path string, format Format) (*Archive, error) {
	f, size, err := durable.OpenRegular(durable.OS, path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	a, err := NewArchive(f, size, format)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	a.close = f.Close
	return a, nil
}

// NewArchive returns the Archive of a format that r holds, which has size bytes. Errors
// name the tensor and the offset. Its allocations are in proportion to size, whatever
// sizes and counts r claims.
func NewArchive(r io.ReaderAt, size int64, format Format) (*Archive, error) {
	switch format {
	case FormatSafetensors:
		return readSafetensors(r, size)
	case FormatNPZ:
		return readNPZ(r, size)
	case FormatGGUF:
		return readGGUF(r, size)
	case FormatLlama2C:
		return readLlama2C(r, size)
	}
	return nil, fmt.Errorf("interchange: no archives of format %q", format)
}

// Close closes the file that Open has opened.
func (a *Archive) Close() error {
	if a.close == nil {
		return nil
	}
	return a.close()
}
