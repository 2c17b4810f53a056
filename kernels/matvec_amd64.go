//go:build !purego

package kernels

import (
	"github.com/klauspost/cpuid/v2"

	"github.com/Kaleaon/pentary-go/packed"
)

// chunkOrder returns the order in which the kernel reads n vectors for the given number of
// rows.
func chunkOrder(n, rows int) order {
	if level >= avx512vnni && rows >= vectorRows && n <= 2 {
		return inPairs
	}
	return inChunks
}

// tileBytes is the size from which weights come from memory, where products of few columns on
// AMX tiles, which are not prefetched, are slower than matVec.
const tileBytes = 48 << 20

// mostVectors returns the most columns for which matVec is the fastest way.
func mostVectors(w *packed.Matrix) int {
	if level == amx && len(w.Bytes()) < tileBytes {
		return 4
	}
	return MaxVecs
}

// slowGFNI is set where VGF2P8AFFINEQB takes the ports of VPDPBUSD: on Zen 4, unpacking by
// shifts and masks makes products of four columns 1.2 times as fast at 1024².
var slowGFNI = cpuid.CPU.VendorID == cpuid.AMD

// isLong reports whether passes of four rows, not of eight, are the faster ones for four vectors
// (docs/decisions.md#sums-of-few-columns-with-avx-512-vnni).
func isLong(blocks int) bool { return 16 <= blocks && blocks < 48 }

// matVecRows runs the kernel for width vectors; see matVec1AVX2. Those on 512-bit
// registers take at least vectorRows rows
// (docs/decisions.md#sums-of-few-columns-with-avx-512-vnni).
func matVecRows(width int, args *matVecArgs) {
	wide := level >= avx512vnni && args.rows >= vectorRows
	gfni := wide && level >= avx512gfni && !slowGFNI
	long := width == 4 && isLong(args.blocks)
	switch {
	case gfni && width == 1:
		matVec1GFNI512(args)
	case gfni && width == 2:
		matVec2GFNI512(args)
	case gfni && long:
		matVec4LongGFNI512(args)
	case gfni && width == 4:
		matVec4GFNI512(args)
	case gfni:
		matVec8GFNI512(args)
	case wide && width == 1:
		matVec1VNNI512(args)
	case wide && width == 2:
		matVec2VNNI512(args)
	case wide && long:
		matVec4LongVNNI512(args)
	case wide && width == 4:
		matVec4VNNI512(args)
	case wide:
		matVec8VNNI512(args)
	case level == avxvnni && width == 1:
		matVec1AVXVNNI(args)
	case level == avxvnni && width == 2:
		matVec2AVXVNNI(args)
	case level == avxvnni && width == 4:
		matVec4AVXVNNI(args)
	case level == avxvnni:
		matVec8AVXVNNI(args)
	case width == 1:
		matVec1AVX2(args)
	case width == 2:
		matVec2AVX2(args)
	case width == 4:
		matVec4AVX2(args)
	default:
		matVec8AVX2(args)
	}
}

// The kernels for 1, 2, 4 and 8 vectors; see matVecArgs.

//go:noescape
func matVec1AVX2(args *matVecArgs)

//go:noescape
func matVec2AVX2(args *matVecArgs)

//go:noescape
func matVec4AVX2(args *matVecArgs)

//go:noescape
func matVec8AVX2(args *matVecArgs)

//go:noescape
func matVec1AVXVNNI(args *matVecArgs)

//go:noescape
func matVec2AVXVNNI(args *matVecArgs)

//go:noescape
func matVec4AVXVNNI(args *matVecArgs)

//go:noescape
func matVec8AVXVNNI(args *matVecArgs)

//go:noescape
func matVec1VNNI512(args *matVecArgs)

//go:noescape
func matVec2VNNI512(args *matVecArgs)

//go:noescape
func matVec4VNNI512(args *matVecArgs)

//go:noescape
func matVec4LongVNNI512(args *matVecArgs)

//go:noescape
func matVec8VNNI512(args *matVecArgs)

//go:noescape
func matVec1GFNI512(args *matVecArgs)

//go:noescape
func matVec2GFNI512(args *matVecArgs)

//go:noescape
func matVec4GFNI512(args *matVecArgs)

//go:noescape
func matVec4LongGFNI512(args *matVecArgs)

//go:noescape
func matVec8GFNI512(args *matVecArgs)

// chunkBlocks arranges whole blocks of n vectors in an order, and returns how many: all if
// there is assembly for it, or none.
func (v *vectors) chunkBlocks(src []int8, k, n int, o order) int {
	blocks := k / packed.BlockPents
	switch {
	case level < avx512bw:
		return 0
	case n == 2 && o == inPairs:
		chunkPairs2AVX512(&v.x[0], &src[0], blocks)
	case n == 4:
		chunks4AVX512(&v.x[0], &src[0], blocks)
	case n == 8:
		chunks8AVX512(&v.x[0], &src[0], blocks)
	default:
		return 0
	}
	return blocks
}

// chunkPairs2AVX512 arranges blocks of 2 vectors, at least one, as chunk does in pairs.
//
//go:noescape
func chunkPairs2AVX512(dst, src *int8, blocks int)

// chunks4AVX512 arranges blocks of 4 vectors, at least one, as chunk does in chunks.
//
//go:noescape
func chunks4AVX512(dst, src *int8, blocks int)

//go:noescape
func chunks8AVX512(dst, src *int8, blocks int)
