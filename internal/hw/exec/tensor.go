package exec

import (
	"errors"
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Size returns the size of the tensor in the memory of its kind: bytes of pents or activations,
// or number of accumulators.
func (t Tensor) Size() int64 {
	switch t.Kind {
	case isa.Pents:
		return int64(t.Rows) * int64(packed.RowBytes(t.Cols))
	case isa.Bytes:
		return 4 * int64(kernels.Quads(t.Rows)) * int64(t.Cols)
	case isa.Accumulators:
		return int64(t.Rows) * int64(t.Cols)
	}
	return 0
}

// String describes the tensor, for example "64×10 bytes at 128".
func (t Tensor) String() string {
	return fmt.Sprintf("%d×%d %v at %d", t.Rows, t.Cols, t.Kind, t.Base)
}

// traffic returns the bytes of the whole tensor.
func (t Tensor) traffic() Traffic {
	n := int(t.Size())
	switch t.Kind {
	case isa.Pents:
		return Traffic{Pents: n}
	case isa.Bytes:
		return Traffic{Bytes: n}
	default:
		return Traffic{Accumulators: 4 * n}
	}
}

func (t *Traffic) add(o Traffic) {
	t.Words += o.Words
	t.Pents += o.Pents
	t.Bytes += o.Bytes
	t.Accumulators += o.Accumulators
}

// descriptor returns the words of the descriptor at address, which must have the given kind, and
// counts them as read.
func (m *Machine) descriptor(address int64, kind isa.Kind) ([]int64, error) {
	spec := isa.DescriptorOf(kind)
	if address < 0 || address > int64(len(m.words)-spec.Words()) {
		return nil, fmt.Errorf("no %v descriptor at address %d in a data memory of %d words", kind, address, len(m.words))
	}
	words := m.words[address:][:spec.Words()]
	if words[0] != int64(kind) {
		return nil, fmt.Errorf("descriptor at %d has kind %d, want %d (%v)", address, words[0], kind, kind)
	}
	m.event.Read.Words += len(words) * isa.WordBytes
	return words, nil
}

// kindAt returns the kind of the descriptor at address.
func (m *Machine) kindAt(address int64) (isa.Kind, error) {
	at, err := m.word(address)
	if err != nil {
		return 0, err
	}
	k := m.words[at]
	if k < int64(isa.Pents) || k > int64(len(isa.Descriptors)) {
		return 0, fmt.Errorf("no descriptor at address %d: the kind is %d", address, k)
	}
	return isa.Kind(k), nil
}

// tensor returns the tensor of a descriptor. kind is the kind it must have; 0 is any kind of
// tensor. The tensor lies within its memory.
func (m *Machine) tensor(address int64, kind isa.Kind) (Tensor, error) {
	if kind == 0 {
		var err error
		if kind, err = m.kindAt(address); err != nil {
			return Tensor{}, err
		}
		if kind > isa.Accumulators {
			return Tensor{}, fmt.Errorf("descriptor at %d is %v, want a tensor", address, kind)
		}
	}
	words, err := m.descriptor(address, kind)
	if err != nil {
		return Tensor{}, err
	}
	for i, w := range words[isa.TensorRows:] {
		if w < 1 || w > math.MaxInt32 {
			return Tensor{}, fmt.Errorf("tensor at %d has %s %d", address, isa.DescriptorOf(kind).Fields[i+1].Name, w)
		}
	}
	t := Tensor{
		Kind: kind, Rows: int(words[isa.TensorRows]), Cols: int(words[isa.TensorCols]),
		Height: int(words[isa.TensorHeight]), Width: int(words[isa.TensorWidth]),
	}
	plane, of := int64(t.Height)*int64(t.Width), t.Rows
	if kind == isa.Pents {
		of = t.Cols
	}
	if int64(of)%plane != 0 {
		return Tensor{}, fmt.Errorf("tensor at %d has planes of %d×%d in %d×%d", address, t.Height, t.Width, t.Rows, t.Cols)
	}
	base, size := words[isa.TensorBase], t.Size()
	if most := int64(m.capacity(kind)); base < 0 || size > most || base > most-size {
		return Tensor{}, fmt.Errorf("tensor at %d: %d×%d %v take %d at %d, beyond a memory of %d", address, t.Rows, t.Cols, kind, size, base, most)
	}
	t.Base = int(base)
	return t, nil
}

// capacity returns the size of a tensor memory.
func (m *Machine) capacity(kind isa.Kind) int {
	switch kind {
	case isa.Pents:
		return len(m.pents)
	case isa.Bytes:
		return len(m.bytes)
	default:
		return len(m.sums)
	}
}

// result returns a tensor that is written and records it in the event; operand does the same for
// a tensor that is read, which becomes the event's tensor i.
func (m *Machine) result(address int64, kind isa.Kind) (Tensor, error) {
	t, err := m.tensor(address, kind)
	if err != nil {
		return t, err
	}
	m.event.Tensors[0] = t
	m.event.Written.add(t.traffic())
	return t, nil
}

func (m *Machine) operand(i int, address int64, kind isa.Kind) (Tensor, error) {
	t, err := m.tensor(address, kind)
	if err != nil {
		return t, err
	}
	m.event.Tensors[i] = t
	m.event.Read.add(t.traffic())
	return t, nil
}

// matrix returns a tensor of pents as a matrix that shares its memory. Invalid codes are an
// error.
func (m *Machine) matrix(t Tensor) (*packed.Matrix, error) {
	w, err := packed.MatrixOver(t.Rows, t.Cols, m.pents[t.Base:][:t.Size()])
	if err != nil {
		return nil, fmt.Errorf("%v: %w", t, err)
	}
	return w, nil
}

// codesOf returns the codes of a tensor of pents, one byte each, with padded rows, in the scratch
// memory dst.
func (m *Machine) codesOf(t Tensor, dst *[]uint8) ([]uint8, error) {
	w, err := m.matrix(t)
	if err != nil {
		return nil, err
	}
	padded := packed.PaddedLen(t.Cols)
	codes := resize(dst, t.Rows*padded)
	for i := range t.Rows {
		kernels.Unpack(codes[i*padded:(i+1)*padded], w.Row(i).Bytes(), t.Cols)
	}
	return codes, nil
}

// activations and accumulators return the elements of a tensor as a slice of the memory.
func (m *Machine) activations(t Tensor) []int8 { return m.bytes[t.Base:][:t.Size()] }

func (m *Machine) accumulators(t Tensor) []int32 { return m.sums[t.Base:][:t.Size()] }

// quad returns the index of element (i, c) of activations.
func (t Tensor) quad(i, c int) int { return (i/4*t.Cols+c)*4 + i%4 }

// same returns an error unless two tensors have the same shape.
func same(a, b Tensor) error {
	if a.Rows != b.Rows || a.Cols != b.Cols {
		return fmt.Errorf("%v and %v differ in shape", a, b)
	}
	return nil
}

// apart returns an error if two tensors share memory. An elementwise result may be identical to
// its operand.
func apart(a, b Tensor, elementwise bool) error {
	if a.Kind != b.Kind || int64(a.Base) >= int64(b.Base)+b.Size() || int64(b.Base) >= int64(a.Base)+a.Size() {
		return nil
	}
	if elementwise && a.Base == b.Base && a.Rows == b.Rows && a.Cols == b.Cols {
		return nil
	}
	return fmt.Errorf("%v and %v overlap", a, b)
}

// want returns an error unless the tensor has the given shape.
func (t Tensor) want(rows, cols int) error {
	if t.Rows != rows || t.Cols != cols {
		return fmt.Errorf("%v, want %d×%d", t, rows, cols)
	}
	return nil
}

// census counts the pents of a matrix if there are observers.
func (m *Machine) census(w *packed.Matrix) {
	if m.watched() {
		m.event.Weights.add(w.Histogram())
	}
}

func (c *Census) add(h [5]int) {
	c.Zero += h[2]
	c.One += h[1] + h[3]
	c.Two += h[0] + h[4]
}

// scratch holds buffers of tensor instructions.
type scratch struct {
	a, b  []uint8
	t     []int32
	base  []int32
	y     []int32
	patch []int8
	codes []int8
	sums  []int64
}

// resize sets the length of *s to n, reusing its memory if large enough, and returns *s.
func resize[T any](s *[]T, n int) []T {
	*s = reuse.Slice(*s, n)
	return *s
}

// transfer executes LOADV and STOREV: it copies a whole tensor, or one column of it.
func transfer(m *Machine, in isa.Instruction, e *Event) error {
	to, err := m.tensor(m.regs[in.Rd], 0)
	if err != nil {
		return err
	}
	from, err := m.tensor(m.regs[in.Rs1], to.Kind)
	if err != nil {
		return err
	}
	if err := apart(to, from, false); err != nil {
		return err
	}
	e.Tensors[0], e.Tensors[1] = to, from
	part := to // the part that moves
	if in.Rs2 == isa.Zero {
		if err := same(to, from); err != nil {
			return err
		}
		m.copyTensor(to, from)
	} else {
		wide, narrow := to, from
		if in.Op == isa.STOREV {
			wide, narrow = from, to
		}
		part = narrow
		if err := m.copyColumn(to, from, wide, narrow, m.regs[in.Rs2]); err != nil {
			return err
		}
	}
	e.M, e.N = part.Rows, part.Cols
	e.Read.add(part.traffic())
	e.Written.add(part.traffic())
	e.Far = part.traffic().Total()
	return nil
}

func (m *Machine) copyTensor(to, from Tensor) {
	n := int(to.Size())
	switch to.Kind {
	case isa.Pents:
		copy(m.pents[to.Base:][:n], m.pents[from.Base:][:n])
	case isa.Bytes:
		copy(m.activations(to), m.activations(from))
	default:
		copy(m.accumulators(to), m.accumulators(from))
	}
}

// copyColumn copies the only column of narrow to a column of wide, or the other way around.
func (m *Machine) copyColumn(to, from, wide, narrow Tensor, column int64) error {
	if narrow.Cols != 1 || narrow.Rows != wide.Rows {
		return fmt.Errorf("%v is not a column of %v", narrow, wide)
	}
	if column < 0 || column >= int64(wide.Cols) {
		return fmt.Errorf("no column %d in %v", column, wide)
	}
	// In narrow, the column is 0.
	c := func(t Tensor) int {
		if t == wide {
			return int(column)
		}
		return 0
	}
	switch to.Kind {
	case isa.Pents:
		return errors.New("cannot copy a column of pents")
	case isa.Bytes:
		dst, src := m.activations(to), m.activations(from)
		for i := range 4 * kernels.Quads(to.Rows) {
			v := int8(0) // beyond the last row
			if i < to.Rows {
				v = src[from.quad(i, c(from))]
			}
			dst[to.quad(i, c(to))] = v
		}
	default:
		dst, src := m.accumulators(to), m.accumulators(from)
		for i := range to.Rows {
			dst[i*to.Cols+c(to)] = src[i*from.Cols+c(from)]
		}
	}
	return nil
}
