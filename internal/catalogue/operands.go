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

// Operands makes the operands of one call and keeps track of them. Equal sources of
// random numbers make equal operands.
type Operands struct {
	*rand.Rand

	// Memory returns memory for an operand of size bytes, whose elements take width, at
	// mem[from:]. Other bytes of mem are compared after a call, too. If Memory is nil,
	// operands have memory of their own and nothing beside it.
	Memory func(size, width int) (mem []byte, from int)

	// Data is what operands hold first; the source supplies the rest.
	Data []byte

	// Typical makes the parameters and contents of a measurement: no corner cases.
	Typical bool

	list  []operand
	wrong int // the operand whose length is off, counted from 1
	by    int // by how many elements
}

// operand is one of them. The bytes beside it are part of mem, so that comparing mem
// compares the result, its neighbourhood and what was only to be read.
type operand struct {
	name       string
	mem        []byte
	from, size int // of the operand in mem
	width      int // of an element
	output     bool
	fixed      bool // its length cannot be wrong
}

// number is the elements of an operand.
type number interface {
	~int8 | ~uint8 | ~int32
}

// alloc adds an operand of n elements of random content, filled by fill unless that is
// nil, and returns it as a call gets it.
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
		p.mem = make([]byte, size+p.width)[:size] // with an address even if it is empty
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

// input returns n elements made by fill, to be read.
func input[T number](o *Operands, name string, n int, fill func([]T)) []T {
	return alloc(o, operand{name: name}, n, fill)
}

// output returns n elements to be overwritten.
func output[T number](o *Operands, name string, n int) []T {
	return alloc[T](o, operand{name: name, output: true}, n, nil)
}

// inout returns n elements made by fill, to be changed.
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

// restore puts a snapshot back.
func (o *Operands) restore(saved [][]byte) {
	for i, p := range o.list {
		if !bytes.Equal(p.mem, saved[i]) {
			copy(p.mem, saved[i])
		}
	}
}

// Elements counts the elements that a call writes.
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

// element writes an element's bytes, the highest first.
func (p operand) element(mem []byte, i int) string {
	text := "0x"
	for j := p.width - 1; j >= 0; j-- {
		text += fmt.Sprintf("%02x", mem[p.from+i*p.width+j])
	}
	return text
}

// between fills with values in [lo, hi]: at random, or all at one end, or at either
// end, or at and next to the ends and zero.
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

// take returns a number of as many bytes as span has, from the data while it lasts.
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

// activations fills with what kernels may read, -128 too, which no kernel writes.
func (o *Operands) activations() func([]int8) {
	return between[int8](o, parameter[int64](o, -127, func() int64 { return -128 }), 127)
}

// batch returns k×n activations in quads. The lanes beyond k are as random as the
// others: what multiplies them is zero.
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

// factors returns vectors of n codes to be read.
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

// weights returns an m×k matrix to be read.
func (o *Operands) weights(m, k int) *packed.Matrix { return o.matrix(m, k, false) }

// trained returns an m×k matrix to be changed.
func (o *Operands) trained(m, k int) *packed.Matrix { return o.matrix(m, k, true) }

func (o *Operands) matrix(m, k int, output bool) *packed.Matrix {
	data := alloc(o, operand{name: "W", output: output, fixed: true}, m*packed.RowBytes(k), o.rows(m, k))
	w, err := packed.MatrixOver(m, k, data)
	if err != nil {
		panic(err) // rows makes valid ones
	}
	return w
}

// projections returns n values as Project computes them for some k: around the range
// of sixteen bits, small, or as large as they come.
func (o *Operands) projections(n, rank int) []int32 {
	bound := 254 * parameter[int64](o, 16, func() int64 {
		return oneOf[int64](o, 1, 20, 128, 129, 258, 259, 1000, kernels.MaxRankK/int64(rank))
	})
	return input(o, "t", n, between[int32](o, -bound, bound))
}

// deltas returns D of m rows of n samples, to be read or changed: of the size that 64 pairs
// make, small, or of any size.
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

// span returns a range of m rows, all of them half of the time.
func (o *Operands) span(m int) (lo, hi int) {
	if o.Typical || o.IntN(2) == 0 {
		return 0, m
	}
	lo, hi = o.IntN(m+1), o.IntN(m+1)
	return min(lo, hi), max(lo, hi)
}

// rounding returns any stream, of the generator ARS4x32 when operands are typical.
func (o *Operands) rounding() kernels.Stream {
	return o.stream(parameter(o, int(kernels.ARS4x32), func() int { return o.IntN(2) }))
}

// stream returns any stream of a generator.
func (o *Operands) stream(generator int) kernels.Stream {
	return kernels.Stream{
		Seed: o.Uint64(), Generation: o.Uint32(), Tensor: o.Uint32(), Pair: o.Uint32(),
		Generator: kernels.Generator(generator),
	}
}
