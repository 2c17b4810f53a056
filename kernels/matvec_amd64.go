//go:build !purego

package kernels

// chunkOrder returns the order that the kernel for n vectors takes them in.
func chunkOrder(n int) order {
	if level >= avx512vnni {
		return inPairs
	}
	return inChunks
}

// matVecRows runs the kernel for width vectors; see matVec1AVX2.
func matVecRows(width int, y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32) {
	switch {
	case level >= avx512vnni && width == 1:
		matVec1VNNI512(y, w, rows, blocks, smalls, x, start)
	case level >= avx512vnni && width == 2:
		matVec2VNNI512(y, w, rows, blocks, smalls, x, start)
	case level >= avx512vnni && width == 4:
		matVec4VNNI512(y, w, rows, blocks, smalls, x, start)
	case level >= avx512vnni:
		matVec8VNNI512(y, w, rows, blocks, smalls, x, start)
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
func matVec1VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec2VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec4VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)

//go:noescape
func matVec8VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
