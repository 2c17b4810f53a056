//go:build !purego

package kernels

import (
	"github.com/klauspost/cpuid/v2"

	"github.com/Kaleaon/pentary-go/packed"
)

// chunkOrder returns the order in which the kernel reads n vectors for the given number of
// rows.
func chunkOrder(n, rows int) order {
	if level >= avx512vnni && rows >= vectorRows {
		return inPairs
	}
	return inChunks
}

// slowGFNI is set where VGF2P8AFFINEQB takes the ports of VPDPBUSD: on Zen 4, unpacking by
// shifts and masks makes products of four columns 1.2 times as fast at 1024².
var slowGFNI = cpuid.CPU.VendorID == cpuid.AMD

// matVecRows runs the kernel for width vectors; see matVec1AVX2. Those on 512-bit
// registers take at least vectorRows rows
// (docs/decisions.md#sums-of-few-columns-with-avx-512-vnni).
func matVecRows(width int, y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32) {
	wide := level >= avx512vnni && rows >= vectorRows
	gfni := wide && level >= avx512gfni && !slowGFNI
	switch {
	case gfni && width == 1:
		matVec1GFNI512(y, w, rows, blocks, smalls, x, start)
	case gfni && width == 2:
		matVec2GFNI512(y, w, rows, blocks, smalls, x, start)
	case gfni && width == 4:
		matVec4GFNI512(y, w, rows, blocks, smalls, x, start)
	case gfni:
		matVec8GFNI512(y, w, rows, blocks, smalls, x, start)
	case wide && width == 1:
		matVec1VNNI512(y, w, rows, blocks, smalls, x, start)
	case wide && width == 2:
		matVec2VNNI512(y, w, rows, blocks, smalls, x, start)
	case wide && width == 4:
		matVec4VNNI512(y, w, rows, blocks, smalls, x, start)
	case wide:
		matVec8VNNI512(y, w, rows, blocks, smalls, x, start)
	case level == avxvnni && width == 1:
		matVec1AVXVNNI(y, w, rows, blocks, smalls, x, start)
	case level == avxvnni && width == 2:
		matVec2AVXVNNI(y, w, rows, blocks, smalls, x, start)
	case level == avxvnni && width == 4:
		matVec4AVXVNNI(y, w, rows, blocks, smalls, x, start)
	case level == avxvnni:
		matVec8AVXVNNI(y, w, rows, blocks, smalls, x, start)
	case width == 1:
		matVec1AVX2(y, w, rows, blocks, smalls, x, start)
	case width == 2:
		matVec2AVX2(y, w, rows, blocks, smalls, x, start)
	case width == 4:
		matVec4AVX2(y, w, rows, blocks, smalls, x, start)
	default:
		matVec8AVX2(y, w, rows, blocks, smalls, x, start)
	}
}

// The kernels for 1, 2, 4 and 8 vectors:
//
//	y[i*width+c] = start[c] + Σ_κ code[i, κ] · x[c, κ]
//
// with x in the order of chunk, and rows of blocks·packed.BlockBytes +
// smalls·packed.SmallBytes bytes each, one after another from w.

//go:noescape
func matVec1AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec2AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec4AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec8AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec1AVXVNNI(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec2AVXVNNI(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec4AVXVNNI(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec8AVXVNNI(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec1VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec2VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec4VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec8VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec1GFNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec2GFNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec4GFNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec8GFNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

// chunkBlocks arranges whole blocks of n vectors in pairs, and returns how many: all if
// the platform does so for n, or none.
func (v *vectors) chunkBlocks(src []int8, k, n int) int {
	blocks := k / packed.BlockPents
	switch n {
	case 2:
		chunkPairs2AVX512(&v.x[0], &src[0], blocks)
	case 4:
		chunkPairs4AVX512(&v.x[0], &src[0], blocks)
	case 8:
		chunkPairs8AVX512(&v.x[0], &src[0], blocks)
	default:
		return 0
	}
	return blocks
}

// chunkPairs2AVX512 arranges blocks of 2 vectors, at least one, as chunk does in pairs.
//
//go:noescape
func chunkPairs2AVX512(dst, src *int8, blocks int)

//go:noescape
func chunkPairs4AVX512(dst, src *int8, blocks int)

//go:noescape
func chunkPairs8AVX512(dst, src *int8, blocks int)
