//go:build !purego

package kernels

// leastL2 is for CPUs whose L2 is unknown.
const leastL2 = 1 << 20

func interleaveTile(dst, src *int8, quads, k, n int) { interleaveAVX2(dst, src, quads, k, n) }

// multiplyTiles runs the kernel for width vectors.
func multiplyTiles(width int, args *matVecCodesArgs) {
	switch {
	case level >= avx512vnni && width == 1:
		matVecCodes1VNNI512(args)
	case level >= avx512vnni && width == 2:
		matVecCodes2VNNI512(args)
	case level >= avx512vnni && width == 4:
		matVecCodes4VNNI512(args)
	case level >= avx512vnni:
		matVecCodes8VNNI512(args)
	case level == avxvnni && width == 1:
		matVecCodes1AVXVNNI(args)
	case level == avxvnni && width == 2:
		matVecCodes2AVXVNNI(args)
	case level == avxvnni && width == 4:
		matVecCodes4AVXVNNI(args)
	case level == avxvnni:
		matVecCodes8AVXVNNI(args)
	case width == 1:
		matVecCodes1AVX2(args)
	case width == 2:
		matVecCodes2AVX2(args)
	case width == 4:
		matVecCodes4AVX2(args)
	default:
		matVecCodes8AVX2(args)
	}
}

//go:noescape
func matVecCodes1AVX2(args *matVecCodesArgs)

//go:noescape
func matVecCodes2AVX2(args *matVecCodesArgs)

//go:noescape
func matVecCodes4AVX2(args *matVecCodesArgs)

//go:noescape
func matVecCodes8AVX2(args *matVecCodesArgs)

//go:noescape
func matVecCodes1AVXVNNI(args *matVecCodesArgs)

//go:noescape
func matVecCodes2AVXVNNI(args *matVecCodesArgs)

//go:noescape
func matVecCodes4AVXVNNI(args *matVecCodesArgs)

//go:noescape
func matVecCodes8AVXVNNI(args *matVecCodesArgs)

//go:noescape
func matVecCodes1VNNI512(args *matVecCodesArgs)

//go:noescape
func matVecCodes2VNNI512(args *matVecCodesArgs)

//go:noescape
func matVecCodes4VNNI512(args *matVecCodesArgs)

//go:noescape
func matVecCodes8VNNI512(args *matVecCodesArgs)
