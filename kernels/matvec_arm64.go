//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// chunkOrder returns the order that the kernel for n vectors takes them in.
func chunkOrder(n, rows int) order {
	if level >= i8mm && vectorWidth(n) >= 4 {
		return inEights
	}
	return inChunks
}

// matVecRows runs the kernel for width vectors; see matVec1NEON. Blocks of two rows
// and two vectors pay from four vectors on.
func matVecRows(width int, args *matVecArgs) {
	switch {
	case level >= i8mm && width == 4:
		matVec4I8MM(args)
	case level >= i8mm && width == 8:
		matVec8I8MM(args)
	case level >= dotprod && width == 1:
		matVec1DotProd(args)
	case level >= dotprod && width == 2:
		matVec2DotProd(args)
	case level >= dotprod && width == 4:
		matVec4DotProd(args)
	case level >= dotprod:
		matVec8DotProd(args)
	case width == 1:
		matVec1NEON(args)
	case width == 2:
		matVec2NEON(args)
	case width == 4:
		matVec4NEON(args)
	default:
		matVec8NEON(args)
	}
}

// The kernels for 1, 2, 4 and 8 vectors; see matVecArgs. A block takes four
// instructions to unpack 32 codes, which all vectors share.

// matVec1NEON: 9.75 instructions for 32 multiply-adds, of 4.
//
//go:noescape
func matVec1NEON(args *matVecArgs)

// matVec2NEON: 7 instructions, of 4.
//
//go:noescape
func matVec2NEON(args *matVecArgs)

// matVec4NEON: 5.88 instructions, of 4.
//
//go:noescape
func matVec4NEON(args *matVecArgs)

// matVec8NEON: 5.19 instructions, of 4.
//
//go:noescape
func matVec8NEON(args *matVecArgs)

// matVec1DotProd: 7.5 instructions, of 2.
//
//go:noescape
func matVec1DotProd(args *matVecArgs)

// matVec2DotProd: 4.75 instructions, of 2.
//
//go:noescape
func matVec2DotProd(args *matVecArgs)

// matVec4DotProd: 3.62 instructions, of 2.
//
//go:noescape
func matVec4DotProd(args *matVecArgs)

// matVec8DotProd: 3.06 instructions, of 2.
//
//go:noescape
func matVec8DotProd(args *matVecArgs)

// matVec4I8MM takes vectors in eights: 2.84 instructions, of 1.
//
//go:noescape
func matVec4I8MM(args *matVecArgs)

// matVec8I8MM takes vectors in eights: 2.05 instructions, of 1.
//
//go:noescape
func matVec8I8MM(args *matVecArgs)

// chunkBlocks leaves all blocks to chunk.
func (v *vectors) chunkBlocks(src []int8, k, n int, o order) int { return 0 }

func mostVectors(*packed.Matrix) int { return MaxVecs }
