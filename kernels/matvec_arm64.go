//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

func mostCodes() int { return -1 }

func interleaveCodes(dst []uint8, w *packed.Matrix) { interleaveCodesGeneric(dst, w) }

func matVecCodes(y []int32, codes []uint8, x []int8, _, k, n int) {
	matVecCodesGeneric(y, codes, x, k, n)
}

// chunkOrder returns the order that the kernel for n vectors takes them in.
func chunkOrder(n, rows int) order {
	if level >= i8mm && vectorWidth(n) >= 4 {
		return inEights
	}
	return inChunks
}

// matVecRows runs the kernel for width vectors; see matVec1NEON. Blocks of two rows
// and two vectors pay from four vectors on.
func matVecRows(width int, y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32) {
	switch {
	case level >= i8mm && width == 4:
		matVec4I8MM(y, w, rows, blocks, smalls, x, start)
	case level >= i8mm && width == 8:
		matVec8I8MM(y, w, rows, blocks, smalls, x, start)
	case level >= dotprod && width == 1:
		matVec1DotProd(y, w, rows, blocks, smalls, x, start)
	case level >= dotprod && width == 2:
		matVec2DotProd(y, w, rows, blocks, smalls, x, start)
	case level >= dotprod && width == 4:
		matVec4DotProd(y, w, rows, blocks, smalls, x, start)
	case level >= dotprod:
		matVec8DotProd(y, w, rows, blocks, smalls, x, start)
	case width == 1:
		matVec1NEON(y, w, rows, blocks, smalls, x, start)
	case width == 2:
		matVec2NEON(y, w, rows, blocks, smalls, x, start)
	case width == 4:
		matVec4NEON(y, w, rows, blocks, smalls, x, start)
	default:
		matVec8NEON(y, w, rows, blocks, smalls, x, start)
	}
}

// The kernels for 1, 2, 4 and 8 vectors:
//
//	y[i*width+c] = start[c] + Σ_κ code[i, κ] · x[c, κ]
//
// with x in the order of chunk, and rows of blocks·packed.BlockBytes +
// smalls·packed.SmallBytes bytes each, one after another from w. A block takes four
// instructions to unpack 32 codes, which all vectors share.

// matVec1NEON: 9.75 instructions for 32 multiply-adds, of 4.
//
//go:noescape
func matVec1NEON(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

// matVec2NEON: 7 instructions, of 4.
//
//go:noescape
func matVec2NEON(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

// matVec4NEON: 5.88 instructions, of 4.
//
//go:noescape
func matVec4NEON(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

// matVec8NEON: 5.19 instructions, of 4.
//
//go:noescape
func matVec8NEON(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

// matVec1DotProd: 7.5 instructions, of 2.
//
//go:noescape
func matVec1DotProd(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

// matVec2DotProd: 4.75 instructions, of 2.
//
//go:noescape
func matVec2DotProd(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

// matVec4DotProd: 3.62 instructions, of 2.
//
//go:noescape
func matVec4DotProd(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

// matVec8DotProd: 3.06 instructions, of 2.
//
//go:noescape
func matVec8DotProd(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

// matVec4I8MM takes vectors in eights: 2.84 instructions, of 1.
//
//go:noescape
func matVec4I8MM(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

// matVec8I8MM takes vectors in eights: 2.05 instructions, of 1.
//
//go:noescape
func matVec8I8MM(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

// chunkBlocks has nothing to arrange: no kernel takes pairs.
func (v *vectors) chunkBlocks(src []int8, k, n int) int { return 0 }
