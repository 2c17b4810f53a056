package catalogue

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"unsafe"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Operands generates and records the operands of one call. Equal sources of random numbers give
// equal operands.
type Operands struct {
	*rand.Rand

	// Memory returns memory for an operand of size bytes with elements of width bytes, at
	// mem[from:]. The other bytes of mem are also compared after a call. If Memory is nil,
	// each operand has its own memory with nothing next to it.
	Memory func(size, width int) (mem []byte, from int)

	// Data fills the operands first; the source of random numbers supplies the rest.
	Data []byte

	// Typical selects parameters and contents for measurements, without corner cases.
	Typical bool

	list  []operand
	wrong int // number of the operand with a wrong length, from 1; 0: none
	by    int // number of excess elements, or negative
}

// operand is one operand. mem includes the bytes next to it, so that comparing mem covers
// results, inputs and overruns.
type operand struct {
	name       string
	mem        []byte
	from, size int // location of the operand in mem
	width      int // bytes per element
	output     bool
	fixed      bool // excluded from calls with a wrong length
}

// number is the element type of an operand.
type number interface {
	~int8 | ~uint8 | ~int32
}

// alloc adds an operand of n elements, filled by fill or, if that is nil, with random bytes, and
// returns it as passed to the call.
func alloc[T number](o *Operands, p operand, n int, fill func([]T)) []T {
	var zero T
	p.size, p.width = n*int(unsafe.Sizeof(zero)), int(unsafe.Sizeof(zero))
	by := 0
	if o.wrong == len(o.list)+1 && !p.fixed {
		by = o.by
	}
	if size := p.size + max(by, 0)*p.width; o.Memory != nil {
		p.mem, p.from = o.Memory(size, p.width)
	} else {
		p.mem = make([]byte, size+p.width)[:size] // has an address even if empty
	}
	if !o.Typical {
		for i := 0; i < len(p.mem); i += 8 {
			word := o.Uint64()
			for j := i; j < min(i+8, len(p.mem)); j++ {
				p.mem[j], word = byte(word), word>>8
			}
		}
	}
	o.list = append(o.list, p)
	s := unsafe.Slice((*T)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(p.mem)), p.from)), n+max(by, 0))
	if fill != nil {
		fill(s[:n])
	}
	return s[:max(n+by, 0)]
}

// input returns an operand of n elements, filled by fill, that a call reads.
func input[T number](o *Operands, name string, n int, fill func([]T)) []T {
	return alloc(o, operand{name: name}, n, fill)
}

// output returns an operand of n elements that a call overwrites.
func output[T number](o *Operands, name string, n int) []T {
	return alloc[T](o, operand{name: name, output: true}, n, nil)
}

// inout returns an operand of n elements, filled by fill, that a call changes.
func inout[T number](o *Operands, name string, n int, fill func([]T)) []T {
	return alloc(o, operand{name: name, output: true}, n, fill)
}

// parameter returns a parameter of a call: the typical one or a random one.
func parameter[T any](o *Operands, typical T, random func() T) T {
	if o.Typical {
		return typical
	}
	return random()
}

// oneOf returns one of several values.
func oneOf[T any](o *Operands, values ...T) T { return values[o.IntN(len(values))] }

// snapshot copies the memory of all operands.
func (o *Operands) snapshot() [][]byte {
	saved := make([][]byte, len(o.list))
	for i, p := range o.list {
		saved[i] = bytes.Clone(p.mem)
	}
	return saved
}

// restore copies a snapshot back.
func (o *Operands) restore(saved [][]byte) {
	for i, p := range o.list {
		if !bytes.Equal(p.mem, saved[i]) {
			copy(p.mem, saved[i])
		}
	}
}

// Elements returns the number of elements that a call writes.
func (o *Operands) Elements() (n int64) {
	for _, p := range o.list {
		if p.output {
			n += int64(p.size / p.width)
		}
	}
	return n
}

// Outputs returns the memory of the operands that a call writes.
func (o *Operands) Outputs() (outputs [][]byte) {
	for _, p := range o.list {
		if p.output {
			outputs = append(outputs, p.mem[p.from:p.from+p.size])
		}
	}
	return outputs
}

// differ describes the first difference from a snapshot, or returns "".
func (o *Operands) differ(want [][]byte) string {
	for i, p := range o.list {
		if bytes.Equal(p.mem, want[i]) {
			continue
		}
		at := 0
		for p.mem[at] == want[i][at] {
			at++
		}
		switch at -= p.from; {
		case at < 0:
			return fmt.Sprintf("wrote %d bytes before %s", -at, p.name)
		case at >= p.size:
			return fmt.Sprintf("wrote %d bytes past the end of %s", at-p.size+1, p.name)
		case !p.output:
			return fmt.Sprintf("changed its input %s at element %d", p.name, at/p.width)
		}
		at /= p.width
		return fmt.Sprintf("%s[%d] is %s, want %s", p.name, at, p.element(p.mem, at), p.element(want[i], at))
	}
	return ""
}

// element formats an element in hexadecimal, highest byte first.
func (p operand) element(mem []byte, i int) string {
	text := "0x"
	for j := p.width - 1; j >= 0; j-- {
		text += fmt.Sprintf("%02x", mem[p.from+i*p.width+j])
	}
	return text
}

// between fills with values in [lo, hi]: random ones, all at one end, at both ends, or at and next
// to the ends and zero.
func between[T number](o *Operands, lo, hi int64) func([]T) {
	edges := []int64{lo, hi, min(lo+1, hi), max(lo, hi-1), min(max(lo, 0), hi)}
	next := func() int64 { return lo + o.Int64N(hi-lo+1) }
	switch kind := o.IntN(8); {
	case len(o.Data) > 0:
		next = func() int64 { return lo + o.take(hi-lo)%(hi-lo+1) }
	case o.Typical:
	case kind < 2:
		next = func() int64 { return edges[kind] }
	case kind == 2:
		next = func() int64 { return edges[o.IntN(2)] }
	case kind == 3:
		next = func() int64 { return edges[o.IntN(len(edges))] }
	}
	return func(s []T) {
		for i := range s {
			s[i] = T(next())
		}
	}
}

// take returns a number with as many bytes as span has, from Data while it lasts.
func (o *Operands) take(span int64) (v int64) {
	for ; span > 0; span >>= 8 {
		b := byte(o.Uint32())
		if len(o.Data) > 0 {
			b, o.Data = o.Data[0], o.Data[1:]
		}
		v = v<<8 | int64(b)
	}
	return v
}

// activations fills with values that kernels accept. They include -128, which no kernel writes.
func (o *Operands) activations() func([]int8) {
	return between[int8](o, parameter[int64](o, -127, func() int64 { return -128 }), 127)
}

// batch returns k×n activations in quads. The lanes beyond k are random too, because kernels
// multiply them by zero.
func (o *Operands) batch(k, n int) []int8 {
	return input(o, "x", kernels.Quads(k)*n*4, o.activations())
}

// codes fills vectors of n codes, padded with the zero weight.
func (o *Operands) codes(n int) func([]uint8) {
	fill, padded := between[uint8](o, 0, 4), packed.PaddedLen(n)
	if o.Typical {
		fill = func(s []uint8) { kernels.Noise(s, kernels.Uniform, kernels.Stream{Seed: o.Uint64()}) }
	}
	return func(s []uint8) {
		fill(s)
		for ; len(s) > 0; s = s[padded:] {
			for j := n; j < padded; j++ {
				s[j] = trit5.CodeZero
			}
		}
	}
}

// factors returns an input of vectors of n codes.
func (o *Operands) factors(name string, vectors, n int) []uint8 {
	return input(o, name, vectors*packed.PaddedLen(n), o.codes(n))
}

// rows fills with m packed rows of k weights.
func (o *Operands) rows(m, k int) func([]byte) {
	fill, codes := o.codes(k), make([]uint8, packed.PaddedLen(k))
	return func(dst []byte) {
		for i := range m {
			fill(codes)
			packed.PackCodes(dst[i*packed.RowBytes(k):], codes, k)
		}
	}
}

// weights returns an m×k matrix that a call reads.
func (o *Operands) weights(m, k int) *packed.Matrix { return o.matrix(m, k, false) }

// trained returns an m×k matrix that a call changes.
func (o *Operands) trained(m, k int) *packed.Matrix { return o.matrix(m, k, true) }

func (o *Operands) matrix(m, k int, output bool) *packed.Matrix {
	data := alloc(o, operand{name: "W", output: output, fixed: true}, m*packed.RowBytes(k), o.rows(m, k))
	w, err := packed.MatrixOver(m, k, data)
	if err != nil {
		panic(err) // cannot happen: rows fills with valid codes
	}
	return w
}

// projections returns n possible results of Project: around the range of 16 bits, small, or as
// large as possible.
func (o *Operands) projections(n, rank int) []int32 {
	bound := 254 * parameter[int64](o, 16, func() int64 {
		return oneOf[int64](o, 1, 20, 128, 129, 258, 259, 1000, kernels.MaxRankK/int64(rank))
	})
	return input(o, "t", n, between[int32](o, -bound, bound))
}

// deltas returns D of m rows and n samples: of the size that 64 pairs produce, small, or of any
// size.
func (o *Operands) deltas(m, n int) []int32 {
	bound := parameter[int64](o, 4000, func() int64 { return oneOf[int64](o, 3, 4000, 1<<20, math.MaxInt32) })
	return inout(o, "delta", m*n, between[int32](o, -bound-1, bound))
}

// terms returns the terms of an update of an m×k matrix.
func (o *Operands) terms(count, m, k int) kernels.Terms {
	kp, quads := packed.PaddedLen(k), kernels.Quads(count)
	bound := parameter[int64](o, 14, func() int64 { return 2 * kernels.MaxFitness })
	return kernels.Terms{
		Count: count, Rows: m,
		Left: input(o, "Left", quads*m*4, func(left []int8) {
			between[int8](o, -bound, bound)(left)
			for at := range left {
				if at/(m*4)*4+at%4 >= count {
					left[at] = 0
				}
			}
		}),
		Right: input(o, "Right", quads*kp*4, func(right []uint8) {
			between[uint8](o, 0, 4)(right)
			for at := range right {
				strip, at := at/(quads*kernels.StripCols*4), at%(quads*kernels.StripCols*4)
				if term, j := at/(kernels.StripCols*4)*4+at%4, strip*kernels.StripCols+at/4%kernels.StripCols; term >= count || j >= k {
					right[strip*quads*kernels.StripCols*4+at] = trit5.CodeZero
				}
			}
		}),
	}
}

// span returns a range of m rows; with probability 1/2 all rows.
func (o *Operands) span(m int) (lo, hi int) {
	if o.Typical || o.IntN(2) == 0 {
		return 0, m
	}
	lo, hi = o.IntN(m+1), o.IntN(m+1)
	return min(lo, hi), max(lo, hi)
}

// rounding returns a random stream, of generator ARS4x32 if operands are typical.
func (o *Operands) rounding() kernels.Stream {
	return o.stream(parameter(o, int(kernels.ARS4x32), func() int { return o.IntN(2) }))
}

// stream returns a random stream of a generator.
func (o *Operands) stream(generator int) kernels.Stream {
	return kernels.Stream{
		Seed: o.Uint64(), Generation: o.Uint32(), Tensor: o.Uint32(), Pair: o.Uint32(),
		Generator: kernels.Generator(generator),
	}
}
