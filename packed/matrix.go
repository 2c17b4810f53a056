package packed

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Matrix is a row-major matrix of pents at three bits each. Every row starts at
// a multiple of Stride bytes.
type Matrix struct {
	rows, cols int
	data       []byte // rows · RowBytes(cols)
}

// NewMatrix returns a matrix of rows × cols zero weights. It panics if a dimension is
// negative, if one is zero and the other is not, or if the matrix does not fit the
// address space.
func NewMatrix(rows, cols int) *Matrix {
	size, ok := matrixBytes(rows, cols)
	if !ok {
		panic(fmt.Sprintf("packed: NewMatrix: bad shape %d×%d", rows, cols))
	}
	m := &Matrix{rows: rows, cols: cols, data: make([]byte, size)}
	fillZero(m.data, cols)
	return m
}

// MatrixOver returns a matrix whose storage is data, without copying: rows of
// the 332 layout as Bytes returns them. It returns an error if the size does not
// match the shape, or if a code is invalid or padding is not zero weight, naming
// the row and column.
func MatrixOver(rows, cols int, data []byte) (*Matrix, error) {
	size, ok := matrixBytes(rows, cols)
	if !ok {
		return nil, fmt.Errorf("packed: bad shape %d×%d", rows, cols)
	}
	if size != len(data) {
		return nil, fmt.Errorf("packed: a matrix of %d×%d takes %d bytes, not %d", rows, cols, size, len(data))
	}
	m := &Matrix{rows: rows, cols: cols, data: data}
	for i := range rows {
		if j, code := checkRow(m.Row(i).data, cols); j >= 0 {
			return nil, fmt.Errorf("packed: invalid code %d at row %d, column %d of %d×%d", code, i, j, rows, cols)
		}
	}
	return m, nil
}

// Reset makes m a matrix of rows × cols zero weights and reuses its memory if that is
// large enough. It panics as NewMatrix does.
func (m *Matrix) Reset(rows, cols int) {
	size, ok := matrixBytes(rows, cols)
	if !ok {
		panic(fmt.Sprintf("packed: Reset: bad shape %d×%d", rows, cols))
	}
	m.rows, m.cols, m.data = rows, cols, reuse.Slice(m.data, size)
	fillZero(m.data, cols)
}

// maxBytes bounds the storage of a matrix or vector by the address space.
const maxBytes = min(math.MaxInt, 1<<47)

// matrixBytes returns the storage of a rows × cols matrix, and false if a
// dimension is negative, or one is zero and the other not, or the size is above
// maxBytes.
func matrixBytes(rows, cols int) (size int, ok bool) {
	if rows < 0 || cols < 0 || (rows == 0) != (cols == 0) || cols > math.MaxInt-BlockPents {
		return 0, false
	}
	stride := RowBytes(cols)
	if stride != 0 && rows > maxBytes/stride {
		return 0, false
	}
	return rows * stride, true
}

// Rows returns the number of rows.
func (m *Matrix) Rows() int { return m.rows }

// Cols returns the number of columns.
func (m *Matrix) Cols() int { return m.cols }

// Stride returns the bytes from one row to the next, RowBytes(Cols()).
func (m *Matrix) Stride() int { return RowBytes(m.cols) }

// Bytes returns the matrix's storage, Rows()·Stride() long. It is shared, not
// copied.
func (m *Matrix) Bytes() []byte { return m.data }

// Row returns row i as a view that shares the matrix's memory.
func (m *Matrix) Row(i int) Vector {
	if uint(i) >= uint(m.rows) {
		panic(fmt.Sprintf("packed: Row: row %d out of a matrix of %d×%d", i, m.rows, m.cols))
	}
	s := m.Stride()
	return Vector{n: m.cols, data: m.data[i*s : (i+1)*s : (i+1)*s]}
}

// At returns the pent at row i, column j.
func (m *Matrix) At(i, j int) trit5.Pent { return m.Row(i).At(j) }

// Set stores p at row i, column j. It panics if p is not a pent.
func (m *Matrix) Set(i, j int, p trit5.Pent) { m.Row(i).Set(j, p) }

// Pack stores the row-major weights src, each in [-2, 2]. It panics on another
// length or value, before it stores anything.
func (m *Matrix) Pack(src []int8) {
	m.check("Pack", len(src))
	checkPents(src)
	for i := range m.rows {
		m.Row(i).pack(src[i*m.cols : (i+1)*m.cols])
	}
}

// Unpack writes the weights to dst, row-major.
func (m *Matrix) Unpack(dst []int8) {
	m.check("Unpack", len(dst))
	for i := range m.rows {
		m.Row(i).Unpack(dst[i*m.cols : (i+1)*m.cols])
	}
}

func (m *Matrix) check(op string, n int) {
	// A product of ints can wrap where the bytes, 3/8 of it, fit.
	if hi, lo := bits.Mul64(uint64(m.rows), uint64(m.cols)); hi != 0 || lo != uint64(n) {
		panic(fmt.Sprintf("packed: %s: %d weights for a matrix of %d×%d", op, n, m.rows, m.cols))
	}
}

// Clone returns a copy with memory of its own.
func (m *Matrix) Clone() *Matrix {
	return &Matrix{rows: m.rows, cols: m.cols, data: bytes.Clone(m.data)}
}

// Equal reports whether both matrices have the same shape and pents.
func (m *Matrix) Equal(o *Matrix) bool {
	return m.rows == o.rows && m.cols == o.cols && bytes.Equal(m.data, o.data)
}

// Histogram counts the pents of each level: element c counts the weight c-2.
func (m *Matrix) Histogram() [trit5.Levels]int {
	var sum [trit5.Levels]int
	for i := range m.rows {
		for c, n := range m.Row(i).Histogram() {
			sum[c] += n
		}
	}
	return sum
}
