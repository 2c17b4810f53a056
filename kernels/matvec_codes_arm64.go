//go:build !purego

package kernels

// leastL2 is for CPUs whose L2 is unknown. Small cores have as little.
const leastL2 = 256 << 10

func interleaveTile(dst, src *int8, quads, k, n int) { interleaveNEON(dst, src, quads, k, n) }

// multiplyTiles runs the kernel for width vectors.
func multiplyTiles(width int, args *matVecCodesArgs) {
	switch {
	case level >= dotprod && width == 1:
		matVecCodes1DotProd(args)
	case level >= dotprod && width == 2:
		matVecCodes2DotProd(args)
	case level >= dotprod && width == 4:
		matVecCodes4DotProd(args)
	case level >= dotprod:
		matVecCodes8DotProd(args)
	case width == 1:
		matVecCodes1NEON(args)
	case width == 2:
		matVecCodes2NEON(args)
	case width == 4:
		matVecCodes4NEON(args)
	default:
		matVecCodes8NEON(args)
	}
}

//go:noescape
func matVecCodes1NEON(args *matVecCodesArgs)

//go:noescape
func matVecCodes2NEON(args *matVecCodesArgs)

//go:noescape
func matVecCodes4NEON(args *matVecCodesArgs)

//go:noescape
func matVecCodes8NEON(args *matVecCodesArgs)

//go:noescape
func matVecCodes1DotProd(args *matVecCodesArgs)

//go:noescape
func matVecCodes2DotProd(args *matVecCodesArgs)

//go:noescape
func matVecCodes4DotProd(args *matVecCodesArgs)

//go:noescape
func matVecCodes8DotProd(args *matVecCodesArgs)
