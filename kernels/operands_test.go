package kernels

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/packed"
)

// operands makes the operands of one call: where they lie in guarded memory, and
// what they hold. Equal seeds make equal operands.
type operands struct {
	testing.TB
	*rand.Rand
	data  []byte        // what the operands hold; the generator supplies the rest
	place asmtest.Place // of the next operand
	step  asmtest.Place // from the place of one operand to the place of the next
}

func newOperands(tb testing.TB, seed uint64, place, step asmtest.Place) *operands {
	return &operands{TB: tb, Rand: rand.New(rand.NewPCG(seed, 0)), place: place, step: step}
}

func alloc[T asmtest.Number](o *operands, n int) []T {
	s := asmtest.GuardedSlice[T](o, n, o.place)
	if o.step != 0 {
		o.place = (o.place + o.step) % 64
	}
	return s
}

// input returns n elements made by fill. The test fails if they change.
func input[T asmtest.Number](o *operands, n int, fill func([]T)) []T {
	s := alloc[T](o, n)
	fill(s)
	saved := slices.Clone(s)
	o.Cleanup(func() { equal(o, "input", s, saved) })
	return s
}

// output returns n elements to be overwritten, of random content, and a copy for
// the reference.
func output[T asmtest.Number](o *operands, n int) (got, want []T) {
	return inout(o, n, func(s []T) {
		for i := range s {
			s[i] = T(o.Uint64())
		}
	})
}

// inout returns n elements made by fill, to be changed, and a copy for the
// reference.
func inout[T asmtest.Number](o *operands, n int, fill func([]T)) (got, want []T) {
	got = alloc[T](o, n)
	fill(got)
	return got, slices.Clone(got)
}

// between fills with values in [lo, hi]: at random, or all at one end, or at
// either end, or at and next to the ends and zero.
func between[T asmtest.Number](o *operands, lo, hi int64) func([]T) {
	edges := []int64{lo, hi, min(lo+1, hi), max(lo, hi-1), min(max(lo, 0), hi)}
	next := func() int64 { return lo + o.Int64N(hi-lo+1) }
	switch kind := o.IntN(8); {
	case len(o.data) > 0:
		next = func() int64 { return lo + o.take(hi-lo)%(hi-lo+1) }
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

// take returns a number of as many bytes as span has, from the data while it
// lasts.
func (o *operands) take(span int64) (v int64) {
	for ; span > 0; span >>= 8 {
		b := byte(o.Uint32())
		if len(o.data) > 0 {
			b, o.data = o.data[0], o.data[1:]
		}
		v = v<<8 | int64(b)
	}
	return v
}

// batch returns k×n activations in quads. The lanes beyond k are as random as the
// others: what multiplies them is zero. -128, which no producer writes, is there.
func (o *operands) batch(k, n int) []int8 {
	return input(o, Quads(k)*n*4, between[int8](o, -128, 127))
}

// factors returns vectors of n codes, padded with code 2.
func (o *operands) factors(vectors, n int) []uint8 {
	np := packed.PaddedLen(n)
	return input(o, vectors*np, func(s []uint8) {
		between[uint8](o, 0, 4)(s)
		pad(s, n, np)
	})
}

// upTo returns 0, 1, …, n.
func upTo(n int) []int {
	all := make([]int, n+1)
	for i := range all {
		all[i] = i
	}
	return all
}

// pad sets the codes beyond n of every np to the zero weight.
func pad(codes []uint8, n, np int) {
	for ; len(codes) > 0; codes = codes[np:] {
		for j := n; j < np; j++ {
			codes[j] = zero
		}
	}
}

// packedRows fills with m rows of k random weights.
func (o *operands) packedRows(m, k int) func([]byte) {
	return func(rows []byte) {
		codes := make([]uint8, m*packed.PaddedLen(k))
		between[uint8](o, 0, 4)(codes)
		pad(codes, k, packed.PaddedLen(k))
		for i := range m {
			packed.PackCodes(rows[i*packed.RowBytes(k):], codes[i*packed.PaddedLen(k):], k)
		}
	}
}

// weights returns an m×k matrix to be read.
func (o *operands) weights(m, k int) *packed.Matrix {
	return over(o, m, k, input(o, m*packed.RowBytes(k), o.packedRows(m, k)))
}

// trained returns an m×k matrix to be changed, and a copy for the reference.
func (o *operands) trained(m, k int) (got, want *packed.Matrix) {
	rows, clone := inout(o, m*packed.RowBytes(k), o.packedRows(m, k))
	return over(o, m, k, rows), over(o, m, k, clone)
}

// equal compares a result, or an operand after the call.
func equal[T comparable](tb testing.TB, name string, got, want []T) {
	tb.Helper()
	if len(got) != len(want) {
		tb.Fatalf("%s has %d elements, want %d", name, len(got), len(want))
	}
	if slices.Equal(got, want) {
		return
	}
	first, differ := 0, 0
	for i := len(got) - 1; i >= 0; i-- {
		if got[i] != want[i] {
			first, differ = i, differ+1
		}
	}
	tb.Errorf("%s[%d] is %v, want %v; %d of %d elements differ",
		name, first, got[first], want[first], differ, len(got))
}
