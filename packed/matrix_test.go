package packed

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/trit5"
)

var testShapes = []struct{ rows, cols int }{
	{0, 0}, {1, 1}, {3, 31}, {1, 32}, {5, 33}, {2, 255}, {7, 256}, {2, 257}, {3, 600}, {64, 64},
}

func randomMatrix(rng *rand.Rand, rows, cols int) *Matrix {
	m := NewMatrix(rows, cols)
	m.Pack(randomWeights(rng, rows*cols))
	return m
}

func TestMatrixRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, s := range testShapes {
		t.Run(fmt.Sprintf("%d×%d", s.rows, s.cols), func(t *testing.T) {
			w := randomWeights(rng, s.rows*s.cols)
			m := NewMatrix(s.rows, s.cols)
			m.Pack(w)
			var want []byte
			for i := range s.rows {
				want = append(want, draw(w[i*s.cols:(i+1)*s.cols])...)
			}
			if !bytes.Equal(m.Bytes(), want) {
				t.Fatalf("bytes %x, want %x", m.Bytes(), want)
			}
			back := make([]int8, len(w))
			m.Unpack(back)
			if !slices.Equal(back, w) {
				t.Fatalf("Unpack gives %d, want %d", back, w)
			}
			byElement := NewMatrix(s.rows, s.cols)
			var histogram [trit5.Levels]int
			for k, x := range w {
				i, j := k/s.cols, k%s.cols
				if got := m.At(i, j); got != trit5.Pent(x) {
					t.Fatalf("At(%d, %d) = %d, want %d", i, j, got, x)
				}
				byElement.Set(i, j, trit5.Pent(x))
				histogram[x+2]++
			}
			if !byElement.Equal(m) {
				t.Error("Set and Pack give different bytes")
			}
			if got := m.Histogram(); got != histogram {
				t.Errorf("histogram %d, want %d", got, histogram)
			}
			over, err := MatrixOver(s.rows, s.cols, m.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if !over.Equal(m) {
				t.Error("MatrixOver differs from the matrix it was made of")
			}
		})
	}
}

func TestMatrixShape(t *testing.T) {
	m := NewMatrix(3, 300)
	if m.Rows() != 3 || m.Cols() != 300 || m.Stride() != 120 || len(m.Bytes()) != 360 {
		t.Errorf("%d×%d, stride %d, %d bytes; want 3×300, 120, 360", m.Rows(), m.Cols(), m.Stride(), len(m.Bytes()))
	}
}

func TestThreeBitsAPent(t *testing.T) {
	for _, cols := range []int{32, 64, 224, 256, 288, 512, 4096} {
		if m := NewMatrix(7, cols); len(m.Bytes())*8 != 3*7*cols {
			t.Errorf("7×%d takes %d bytes, want three bits a pent", cols, len(m.Bytes()))
		}
	}
}

func TestNewMatrixIsZero(t *testing.T) {
	for _, s := range testShapes {
		m := NewMatrix(s.rows, s.cols)
		w := make([]int8, s.rows*s.cols)
		m.Unpack(w)
		if i := slices.IndexFunc(w, func(x int8) bool { return x != 0 }); i >= 0 {
			t.Errorf("%d×%d: weight %d at %d", s.rows, s.cols, w[i], i)
		}
		if want := bytes.Repeat(draw(make([]int8, s.cols)), s.rows); !bytes.Equal(m.Bytes(), want) {
			t.Errorf("%d×%d: bytes %x, want %x", s.rows, s.cols, m.Bytes(), want)
		}
	}
}

// TestMatrixOverRejectsCodes plants every bad code at every place: 5, 6 and 7
// anywhere, and any code but zero's in the padding.
func TestMatrixOverRejectsCodes(t *testing.T) {
	const rows = 2
	for _, cols := range []int{1, 31, 32, 33, 250, 256, 257, 300, 600} {
		for i := range rows {
			for j := range PaddedLen(cols) {
				for code := range uint8(8) {
					m := NewMatrix(rows, cols)
					drawCode(m.Row(i).Bytes(), j, cols, code)
					_, err := MatrixOver(rows, cols, m.Bytes())
					switch {
					case j < cols && code < 5 || j >= cols && code == 2:
						if err != nil {
							t.Fatal(err)
						}
					default:
						mustFail(t, err, fmt.Sprintf("packed: invalid code %d at row %d, column %d of 2×%d", code, i, j, cols))
					}
				}
			}
		}
	}
}

func TestMatrixOverRejectsShapes(t *testing.T) {
	for _, c := range []struct {
		rows, cols, bytes int
		want              string
	}{
		{2, 32, 23, "a matrix of 2×32 takes 24 bytes, not 23"},
		{2, 32, 25, "a matrix of 2×32 takes 24 bytes, not 25"},
		{2, 32, 0, "a matrix of 2×32 takes 24 bytes, not 0"},
		{0, 0, 12, "a matrix of 0×0 takes 0 bytes, not 12"},
		{-1, 32, 12, "bad shape -1×32"},
		{1, -32, 12, "bad shape 1×-32"},
		{0, 32, 0, "bad shape 0×32"},
		{32, 0, 0, "bad shape 32×0"},
		{math.MaxInt, 256, 0, "bad shape"},
		{256, math.MaxInt, 0, "bad shape"},
		{math.MaxInt, math.MaxInt, 0, "bad shape"},
		{1, math.MaxInt, 0, "bad shape"},
		{math.MaxInt/96 + 1, 256, 0, "bad shape"}, // one row too many
	} {
		_, err := MatrixOver(c.rows, c.cols, make([]byte, c.bytes))
		mustFail(t, err, c.want)
	}
}

func TestViewsShareMemory(t *testing.T) {
	m := NewMatrix(3, 40)
	over, err := MatrixOver(3, 40, m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	clone, rowClone := m.Clone(), m.Row(1).Clone()
	m.Row(1).Set(39, 2)
	if m.At(1, 39) != 2 || over.At(1, 39) != 2 {
		t.Error("a row or MatrixOver is a copy")
	}
	if clone.At(1, 39) != 0 || rowClone.At(39) != 0 {
		t.Error("a clone shares memory")
	}
	if row := m.Row(0).Bytes(); cap(row) != len(row) {
		t.Error("appending to a row would overwrite the next")
	}
}

func TestMatrixEqual(t *testing.T) {
	m := NewMatrix(2, 33)
	if !m.Equal(m.Clone()) {
		t.Error("a clone is not equal")
	}
	for _, other := range []*Matrix{NewMatrix(2, 34), NewMatrix(4, 32), NewMatrix(1, 33)} {
		if m.Equal(other) {
			t.Errorf("equal to a matrix of %d×%d", other.Rows(), other.Cols())
		}
	}
}

func TestMatrixPanics(t *testing.T) {
	m := NewMatrix(2, 3)
	for _, c := range []struct {
		want string
		call func()
	}{
		{"packed: NewMatrix: bad shape -1×2", func() { NewMatrix(-1, 2) }},
		{"packed: NewMatrix: bad shape 1×0", func() { NewMatrix(1, 0) }},
		{"packed: NewMatrix: bad shape", func() { NewMatrix(math.MaxInt, math.MaxInt) }},
		{"packed: Row: row 2 out of a matrix of 2×3", func() { m.Row(2) }},
		{"packed: Row: row -1 out of a matrix of 2×3", func() { m.Row(-1) }},
		{"packed: At: index 3 out of a vector of 3", func() { m.At(0, 3) }},
		{"packed: Set: 4 is not a pent", func() { m.Set(0, 0, 4) }},
		{"packed: Pack: 5 weights for a matrix of 2×3", func() { m.Pack(make([]int8, 5)) }},
		{"packed: Unpack: 7 weights for a matrix of 2×3", func() { m.Unpack(make([]int8, 7)) }},
		{"packed: Pack: weight 3 at 5 is not a pent", func() { m.Pack([]int8{1, 1, 1, 1, 1, 3}) }},
		{"packed: Reset: bad shape -1×2", func() { m.Reset(-1, 2) }},
	} {
		mustPanic(t, c.want, c.call)
	}
	if !m.Equal(NewMatrix(2, 3)) {
		t.Error("a call that panicked has written")
	}
}

// Shapes whose products wrap to small numbers are bad shapes in every function.
func TestProductsThatWrap(t *testing.T) {
	const half = 1 << (bits.UintSize / 2) // 4·half·half wraps to 0
	for _, s := range [][2]int{
		{4 * half, half},
		{maxBytes/SmallBytes + 1, 1},
		{maxBytes/BlockBytes + 1, BlockPents},
		{math.MaxInt/SmallBytes + 2, 1},
		{math.MaxInt/BlockBytes + 2, BlockPents},
		{1, math.MaxInt},
		{math.MaxInt, 1},
		{2, math.MaxInt - SmallPents},
		{math.MaxInt/BlockBytes + 1, BlockPents - SmallPents + 1},
		{half << 8, half >> 6},
	} {
		rows, cols := s[0], s[1]
		shape := fmt.Sprintf("bad shape %d×%d", rows, cols)
		mustPanic(t, "packed: NewMatrix: "+shape, func() { NewMatrix(rows, cols) })
		mustPanic(t, "packed: Reset: "+shape, func() { new(Matrix).Reset(rows, cols) })
		if _, err := MatrixOver(rows, cols, nil); err == nil || !strings.Contains(err.Error(), shape) {
			t.Errorf("MatrixOver: error %v, want %s", err, shape)
		}
	}
	m := &Matrix{rows: half, cols: half}
	mustPanic(t, "packed: Pack: 0 weights for a matrix", func() { m.Pack(nil) })
	mustPanic(t, "packed: Unpack: 0 weights for a matrix", func() { m.Unpack(nil) })
	for _, n := range []int{-1, math.MinInt, math.MaxInt, math.MaxInt - 1} {
		if n < 0 || bits.UintSize > 32 { // 2^31 pents are bytes that 32 bits count
			mustPanic(t, "packed: NewVector: bad length", func() { NewVector(n) })
		}
		mustPanic(t, "packed: PaddedLen: length", func() { PaddedLen(n) })
		mustPanic(t, "packed: UnpackCodes: 32 codes and 12 bytes", func() { UnpackCodes(make([]uint8, 32), make([]byte, 12), n) })
		mustPanic(t, "packed: PackCodes: 32 codes and 12 bytes", func() { PackCodes(make([]byte, 12), make([]uint8, 32), n) })
	}
	mustPanic(t, "packed: RowBytes: negative length", func() { RowBytes(-1) })
	mustPanic(t, "packed: UnpackCodes: 31 codes and 12 bytes for a row of 1 pents", func() { UnpackCodes(make([]uint8, 31), make([]byte, 12), 1) })
	mustPanic(t, "packed: PackCodes: 32 codes and 11 bytes for a row of 32 pents", func() { PackCodes(make([]byte, 11), make([]uint8, 32), 32) })
}

func BenchmarkMatrixOver(b *testing.B) {
	m := randomMatrix(rand.New(rand.NewPCG(2, 2)), 256, 1024)
	b.SetBytes(int64(len(m.Bytes())))
	for b.Loop() {
		if _, err := MatrixOver(256, 1024, m.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
}

// Reset gives zero weights in every shape, in memory that it keeps.
func TestMatrixReset(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	var m Matrix
	m.Reset(64, 600)
	memory := &m.Bytes()[0]
	for _, s := range testShapes {
		m.Reset(64, 600)
		m.Pack(randomWeights(rng, 64*600))
		m.Reset(s.rows, s.cols)
		if !m.Equal(NewMatrix(s.rows, s.cols)) {
			t.Errorf("%d×%d: not zero weights", s.rows, s.cols)
		}
		if len(m.Bytes()) > 0 && &m.Bytes()[0] != memory {
			t.Errorf("%d×%d: memory is not used again", s.rows, s.cols)
		}
	}
	mustPanic(t, "packed: Reset: bad shape 3×-1", func() { m.Reset(3, -1) })
}
