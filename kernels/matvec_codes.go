package kernels

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/packed"
)

// CodesTile is the rows of a tile of codes.
const CodesTile = 16

// CodesLen returns the number of codes that InterleaveCodes writes for a matrix of m×k, of
// whole tiles of rows of packed.PaddedLen(k). It panics if a dimension is
// negative or the number is not an int.
func CodesLen(m, k int) int {
	n := codesLen(m, k)
	if n < 0 {
		panic(fmt.Sprintf("kernels: CodesLen: a matrix of %d×%d is out of range", m, k))
	}
	return n
}

func codesLen(m, k int) int {
	if m < 0 || k < 0 {
		return -1
	}
	return elements(m/CodesTile+(m%CodesTile+CodesTile-1)/CodesTile, CodesTile, paddedLen(k))
}

// PrefersCodes reports whether MatVecCodes is faster than MatVec for matrices that are
// multiplied in turn and have this many weights together: where there is assembly for it, and
// while the codes stay in half of L2.
func PrefersCodes(weights int) bool { return weights <= mostCodes() }

// InterleaveCodes unpacks a matrix of m×k for MatVecCodes: the codes of CodesTile rows in
// quads, with P = packed.PaddedLen(k),
//
//	dst[i/16*16*P+(κ/4*16+i%16)*4+κ%4] = code of w[i, κ]
//
// and the code of zero where i ≥ m or κ ≥ k. dst has CodesLen(m, k) elements.
func InterleaveCodes(dst []uint8, w *packed.Matrix) {
	m, k := w.Rows(), w.Cols()
	checkLen("InterleaveCodes", "dst", len(dst), codesLen(m, k), "the codes of %d×%d", m, k)
	if len(dst) > 0 {
		interleaveCodes(dst, w)
	}
}

func interleaveCodesGeneric(dst []uint8, w *packed.Matrix) {
	var codes [packed.BlockPents]uint8
	k, padded := w.Cols(), packed.PaddedLen(w.Cols())
	for at := range dst {
		dst[at] = zero
	}
	for i := range w.Rows() {
		row, tile := w.Row(i).Bytes(), dst[i/CodesTile*CodesTile*padded:]
		for from := 0; from < k; from += packed.BlockPents {
			span := min(k-from, packed.BlockPents)
			packed.UnpackCodes(codes[:], row[from/packed.BlockPents*packed.BlockBytes:], span)
			for q := range packed.PaddedLen(span) / 4 {
				copy(tile[((from/4+q)*CodesTile+i%CodesTile)*4:], codes[q*4:][:4])
			}
		}
	}
}

// MatVecCodes is MatVec of an m×k matrix whose codes are kept in bytes, as InterleaveCodes
// writes them: 8/3 of the memory, and no unpacking. Where there is no assembly for it, it is slower than
// MatVec; see PrefersCodes. It panics if k exceeds MaxK.
//
//	y[i*n+c] = Σ_κ w[i, κ] · x[κ, c]
func MatVecCodes(y []int32, codes []uint8, x []int8, m, k, n int) {
	if n < 1 || n > MaxVecs {
		panic(fmt.Sprintf("kernels: MatVecCodes: %d columns, want 1 to %d", n, MaxVecs))
	}
	if k > MaxK {
		panic(fmt.Sprintf("kernels: MatVecCodes: %d inputs, want at most %d", k, MaxK))
	}
	checkLen("MatVecCodes", "codes", len(codes), codesLen(m, k), "a matrix of %d×%d", m, k)
	checkLen("MatVecCodes", "x", len(x), batchLen(k, n), "a batch of %d×%d", k, n)
	checkLen("MatVecCodes", "y", len(y), elements(m, n), "W·X of %d×%d", m, n)
	switch {
	case len(y) == 0:
	case k == 0:
		clear(y)
	default:
		matVecCodes(y, codes, x, m, k, n)
	}
}

func matVecCodesGeneric(y []int32, codes []uint8, x []int8, k, n int) {
	clear(y)
	padded := packed.PaddedLen(k)
	for i := range len(y) / n {
		tile := codes[i/CodesTile*CodesTile*padded+i%CodesTile*4:]
		for q := range Quads(k) {
			dotQuad(y[i*n:(i+1)*n], (*[4]uint8)(tile[q*CodesTile*4:]), x[q*n*4:(q+1)*n*4])
		}
	}
}
