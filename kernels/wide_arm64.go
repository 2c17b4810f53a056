//go:build !purego

package kernels

func addWide(high, low, xHigh, xLow []int8) (done int) {
	done = len(high) &^ 15
	if done == 0 || level == generic {
		return 0
	}
	addWideNEON(&high[0], &low[0], &xHigh[0], &xLow[0], done)
	return done
}

func swiGLU(dst, gates, x []int8, shift uint) (done int) {
	done = len(dst) &^ 15
	if done == 0 || level == generic {
		return 0
	}
	swiGLUNEON(&dst[0], &gates[0], &x[0], &silu[0], done, int(shift))
	return done
}

// rootArgs are the operands of rootMeanSquare in assembly, for four columns or for one.
type rootArgs struct {
	dst, high *int8
	low       *int8 // or nil
	row       int   // bytes of a quad of n columns
	quads     int
	cols      int // 4 or 1
	sums      [4]uint64
	factors   [4]int32
}

// mostFactor bounds the factors that the assembly takes.
const mostFactor = 1 << 30

func rootMeanSquare(dst, high, low []int8, k, n, target int) {
	if level == generic {
		rootColumns(dst, high, low, k, n, target, 0, n)
		return
	}
	args := rootArgs{row: 4 * n, quads: k / 4}
	one := n == 1 && k%16 == 0 // its quads are like four columns of a quad
	if one {
		args.row, args.quads = 16, k/16
	}
	for c := 0; c < n; c += args.cols {
		args.cols = 1
		if one || n-c >= 4 {
			args.cols = 4
		}
		args.dst, args.high = &dst[4*c], &high[4*c]
		if low != nil {
			args.low = &low[4*c]
		}
		squareSumsNEON(&args)
		sums := args.sums
		if one {
			sum := sums[0] + sums[1] + sums[2] + sums[3]
			sums = [4]uint64{sum, sum, sum, sum}
		}
		fits := true
		for i, sum := range sums {
			args.factors[i] = 0 // of zeros, and of no column
			if sum > 0 && i < args.cols {
				f := rootFactor(sum, k, target)
				fits = fits && f < mostFactor
				args.factors[i] = int32(f)
			}
		}
		if fits {
			scaleRootsNEON(&args)
		} else {
			rootColumns(dst, high, low, k, n, target, c, min(args.cols, n))
		}
	}
}

// addWideNEON is the loop of AddWide for n values, a multiple of 16 and at least that.
//
//go:noescape
func addWideNEON(high, low, xHigh, xLow *int8, n int)

// swiGLUNEON is the loop of SwiGLU for n elements, a multiple of 16 and at least that.
//
//go:noescape
func swiGLUNEON(dst, gates, x *int8, silu *int16, n, shift int)

// squareSumsNEON sums the squares of the columns.
//
//go:noescape
func squareSumsNEON(args *rootArgs)

// scaleRootsNEON multiplies the columns by their factors, below 2^30.
//
//go:noescape
func scaleRootsNEON(args *rootArgs)
