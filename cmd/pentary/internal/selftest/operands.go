package selftest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"unsafe"

	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// margin is the bytes on either side of an operand that no kernel may change: as
// much as a whole block of vectors.
const margin = 256

// operands are the operands of one call, each in memory of its own between
// margins of random bytes, at any alignment that its elements allow.
type operands struct {
	*rand.Rand
	list []operand
}

// operand is one of them. Its margins are part of mem, so that comparing mem
// compares the result, what lies beside it and what was only to be read.
type operand struct {
	name       string
	mem        []byte
	from, size int // of the operand in mem
	width      int // of an element
	output     bool
}

// number is the elements of an operand.
type number interface {
	~int8 | ~uint8 | ~int32
}

// alloc adds an operand of n elements, of random content.
func alloc[T number](o *operands, name string, n int, output bool) []T {
	var zero T
	width := int(unsafe.Sizeof(zero))
	p := operand{name: name, size: n * width, width: width, output: output}
	p.from = margin + o.IntN(64)/width*width
	p.mem = make([]byte, p.from+p.size+margin)
	for i := 0; i < len(p.mem); i += 8 {
		word := o.Uint64()
		for j := i; j < min(i+8, len(p.mem)); j++ {
			p.mem[j], word = byte(word), word>>8
		}
	}
	o.list = append(o.list, p)
	return unsafe.Slice((*T)(unsafe.Pointer(&p.mem[p.from])), n)
}

// input returns n elements made by fill, to be read.
func input[T number](o *operands, name string, n int, fill func([]T)) []T {
	s := alloc[T](o, name, n, false)
	fill(s)
	return s
}

// output returns n elements to be overwritten.
func output[T number](o *operands, name string, n int) []T { return alloc[T](o, name, n, true) }

// inout returns n elements made by fill, to be changed.
func inout[T number](o *operands, name string, n int, fill func([]T)) []T {
	s := alloc[T](o, name, n, true)
	fill(s)
	return s
}

// snapshot copies the memory of all operands.
func (o *operands) snapshot() [][]byte {
	saved := make([][]byte, len(o.list))
	for i, p := range o.list {
		saved[i] = bytes.Clone(p.mem)
	}
	return saved
}

// restore puts a snapshot back.
func (o *operands) restore(saved [][]byte) {
	for i, p := range o.list {
		copy(p.mem, saved[i])
	}
}

// elements counts the elements that a call writes.
func (o *operands) elements() (n int64) {
	for _, p := range o.list {
		if p.output {
			n += int64(p.size / p.width)
		}
	}
	return n
}

// differ describes the first difference from a snapshot, or returns "".
func (o *operands) differ(want [][]byte) string {
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

// between fills with values in [lo, hi]: at random, or all at one end, or at
// either end, or at and next to the ends and zero.
func between[T number](o *operands, lo, hi int64) func([]T) {
	edges := []int64{lo, hi, min(lo+1, hi), max(lo, hi-1), min(max(lo, 0), hi)}
	next := func() int64 { return lo + o.Int64N(hi-lo+1) }
	switch kind := o.IntN(8); {
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

// codes fills vectors of n codes, padded with the zero weight.
func codes(o *operands, n int) func([]uint8) {
	fill, padded := between[uint8](o, 0, 4), packed.PaddedLen(n)
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
func (o *operands) factors(name string, vectors, n int) []uint8 {
	return input(o, name, vectors*packed.PaddedLen(n), codes(o, n))
}

// rows fills with m packed rows of k weights.
func rows(o *operands, m, k int) func([]byte) {
	return func(dst []byte) {
		padded := packed.PaddedLen(k)
		src := make([]uint8, m*padded)
		codes(o, k)(src)
		for i := range m {
			packed.PackCodes(dst[i*packed.RowBytes(k):], src[i*padded:], k)
		}
	}
}

// weights returns an m×k matrix to be read.
func (o *operands) weights(m, k int) *packed.Matrix {
	return over(m, k, input(o, "W", m*packed.RowBytes(k), rows(o, m, k)))
}

// trained returns an m×k matrix to be changed.
func (o *operands) trained(m, k int) *packed.Matrix {
	return over(m, k, inout(o, "W", m*packed.RowBytes(k), rows(o, m, k)))
}

func over(m, k int, data []byte) *packed.Matrix {
	w, err := packed.MatrixOver(m, k, data)
	if err != nil {
		panic(err) // rows makes sound ones
	}
	return w
}
