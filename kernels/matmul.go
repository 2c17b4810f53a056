package kernels

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/packed"
)

// MatMul computes Y = W·X for a batch of n columns:
//
//	y[i*n+c] = Σ_κ w[i, κ] · x[κ, c]
//
// W is m×k, x is a batch of k×n in quads, y has m·n elements. It panics if k
// exceeds MaxK.
//
// Up to MaxVecs columns take one pass over the packed weights, whose traffic bounds it.
func MatMul(y []int32, w *packed.Matrix, x []int8, n int) {
	checkProduct("MatMul", y, w, x, n)
	if len(y) > 0 {
		matMul(y, w, x, n)
	}
}

// MaxVecs is the largest number of columns that MatVec takes.
const MaxVecs = 8

// MatVec is MatMul for 1 to MaxVecs columns (docs/decisions.md#products-of-few-columns), and
// panics if there are more or none.
func MatVec(y []int32, w *packed.Matrix, x []int8, n int) {
	if n < 1 || n > MaxVecs {
		panic(fmt.Sprintf("kernels: MatVec: %d columns, want 1 to %d", n, MaxVecs))
	}
	checkProduct("MatVec", y, w, x, n)
	if len(y) > 0 {
		matMul(y, w, x, n)
	}
}

func checkProduct(fn string, y []int32, w *packed.Matrix, x []int8, n int) {
	m, k := w.Rows(), w.Cols()
	if k > MaxK {
		panic(fmt.Sprintf("kernels: %s: W is %d×%d, want at most %d columns", fn, m, k, MaxK))
	}
	checkLen(fn, "x", len(x), batchLen(k, n), "a batch of %d×%d (W is %d×%d)", k, n, m, k)
	checkLen(fn, "y", len(y), elements(m, n), "W·X of %d×%d", m, n)
}

func matMulGeneric(y []int32, w *packed.Matrix, x []int8, n int) {
	var codes [packed.BlockPents]uint8
	k := w.Cols()
	for i := range w.Rows() {
		row := w.Row(i).Bytes()
		out := y[i*n : (i+1)*n]
		clear(out)
		for from := 0; from < k; from += packed.BlockPents {
			span := min(k-from, packed.BlockPents)
			packed.UnpackCodes(codes[:], row[from/packed.BlockPents*packed.BlockBytes:], span)
			for q := range Quads(span) {
				at := (from/4 + q) * n * 4
				dotQuad(out, (*[4]uint8)(codes[q*4:]), x[at:at+n*4])
			}
		}
	}
}

// dotQuad adds the products of one quad of weights with n columns:
//
//	out[c] += Σ_u (codes[u]-2) · x[c*4+u]
func dotQuad(out []int32, codes *[4]uint8, x []int8) {
	w0, w1 := int32(codes[0])-zero, int32(codes[1])-zero
	w2, w3 := int32(codes[2])-zero, int32(codes[3])-zero
	x = x[:len(out)*4]
	for c := range out {
		v := (*[4]int8)(x[c*4:])
		out[c] += w0*int32(v[0]) + w1*int32(v[1]) + w2*int32(v[2]) + w3*int32(v[3])
	}
}
