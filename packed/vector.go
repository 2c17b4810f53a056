package packed

import (
	"bytes"
	"fmt"

	"github.com/Kaleaon/pentary-go/trit5"
)

// Vector is a row of pents at three bits each. A vector taken from a Matrix is a
// view: it shares the matrix's memory.
type Vector struct {
	n    int
	data []byte // RowBytes(n)
}

// NewVector returns a vector of n zero weights. It panics if n is negative or the
// vector does not fit the address space.
func NewVector(n int) Vector {
	if n < 0 || RowBytes(n) > maxBytes {
		panic(fmt.Sprintf("packed: NewVector: bad length %d", n))
	}
	v := Vector{n: n, data: make([]byte, RowBytes(n))}
	fillZero(v.data, n)
	return v
}

// Len returns the number of pents.
func (v Vector) Len() int { return v.n }

// Bytes returns the vector's storage in the 332 layout, RowBytes(Len()) long. It
// is shared, not copied.
func (v Vector) Bytes() []byte { return v.data }

// At returns pent i.
func (v Vector) At(i int) trit5.Pent {
	v.check("At", i)
	return trit5.Pent(getCode(v.data, i, v.n)) - trit5.CodeZero
}

// Set stores p at i. It panics if p is not a pent.
func (v Vector) Set(i int, p trit5.Pent) {
	v.check("Set", i)
	if !p.Valid() {
		panic(fmt.Sprintf("packed: Set: %d is not a pent", int8(p)))
	}
	setCode(v.data, i, v.n, p.Code())
}

func (v Vector) check(op string, i int) {
	if uint(i) >= uint(v.n) {
		panic(fmt.Sprintf("packed: %s: index %d out of a vector of %d", op, i, v.n))
	}
}

// Pack stores the weights src, each in [-2, 2], one for every pent. It panics before
// it stores anything if the length or a value is wrong.
func (v Vector) Pack(src []int8) {
	if len(src) != v.n {
		panic(fmt.Sprintf("packed: Pack: %d weights into a vector of %d", len(src), v.n))
	}
	checkPents(src)
	v.pack(src)
}

// checkPents panics if one of the weights is not a pent.
func checkPents(src []int8) {
	for i, w := range src {
		if !trit5.Pent(w).Valid() {
			panic(fmt.Sprintf("packed: Pack: weight %d at %d is not a pent", w, i))
		}
	}
}

func (v Vector) pack(src []int8) {
	var codes [BlockPents]uint8
	for from := 0; from < v.n; from += BlockPents {
		span := min(v.n-from, BlockPents)
		for i, w := range src[from : from+span] {
			codes[i] = trit5.Pent(w).Code()
		}
		for i := span; i < PaddedLen(span); i++ {
			codes[i] = trit5.CodeZero
		}
		PackCodes(v.data[from/BlockPents*BlockBytes:], codes[:], span)
	}
}

// Unpack writes the weights to dst, which has one element for every pent.
func (v Vector) Unpack(dst []int8) {
	if len(dst) != v.n {
		panic(fmt.Sprintf("packed: Unpack: a vector of %d into %d weights", v.n, len(dst)))
	}
	var codes [BlockPents]uint8
	for from := 0; from < v.n; from += BlockPents {
		span := min(v.n-from, BlockPents)
		UnpackCodes(codes[:], v.data[from/BlockPents*BlockBytes:], span)
		for i, c := range codes[:span] {
			dst[from+i] = int8(c) - trit5.CodeZero
		}
	}
}

// Clone returns a copy with memory of its own.
func (v Vector) Clone() Vector {
	return Vector{n: v.n, data: bytes.Clone(v.data)}
}

// Equal reports whether both vectors hold the same pents.
func (v Vector) Equal(o Vector) bool {
	return v.n == o.n && bytes.Equal(v.data, o.data)
}

// Histogram counts the pents of each level: element c counts the code c, that is
// the weight c-2.
func (v Vector) Histogram() [trit5.Levels]int {
	var h [8]int // the codes of three bits; 5 to 7 stay empty
	var codes [BlockPents]uint8
	for from := 0; from < v.n; from += BlockPents {
		span := min(v.n-from, BlockPents)
		UnpackCodes(codes[:], v.data[from/BlockPents*BlockBytes:], span)
		for _, c := range codes[:span] {
			h[c]++
		}
	}
	return [trit5.Levels]int(h[:trit5.Levels])
}
