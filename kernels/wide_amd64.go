//go:build !purego

package kernels

func addWide(high, low, xHigh, xLow []int8) (done int) {
	done = len(high) &^ 31
	switch {
	case done == 0 || level == generic:
		return 0
	case level >= avx512bw:
		done &^= 63
		if done > 0 {
			addWideAVX512(&high[0], &low[0], &xHigh[0], &xLow[0], done)
		}
	default:
		addWideAVX2(&high[0], &low[0], &xHigh[0], &xLow[0], done)
	}
	return done
}

func swiGLU(dst, gates, x []int8, shift uint) (done int) {
	done = len(dst) &^ 31
	switch {
	case done == 0 || level == generic:
		return 0
	case level >= avx512bw:
		swiGLUAVX512(&dst[0], &gates[0], &x[0], &silu[0], done, shift)
	default:
		swiGLUAVX2(&dst[0], &gates[0], &x[0], &silu[0], done, shift)
	}
	return done
}

// rootArgs are the operands of rootMeanSquare in assembly, for a block of columns.
type rootArgs struct {
	dst, high, low *int8
	sums           *uint64
	factors        *int32
	row            int // bytes of a quad of n columns
	quads          int
	cols           int
	unit           int32 // of high, a byte, and of low, the next
}

// mostFactor bounds the factors that the assembly takes.
const mostFactor = 1 << 30

func rootMeanSquare(dst, high, low []int8, k, n, target int) {
	if level == generic {
		rootColumns(dst, high, low, k, n, target, 0, n)
		return
	}
	var sums [16]uint64
	var factors [16]int32
	args := rootArgs{sums: &sums[0], factors: &factors[0], row: 4 * n, quads: k / 4, unit: 0x0180}
	digits := low
	if low == nil {
		digits, args.unit = high, 0x0001
	}
	block := 8
	if level >= avx512bw {
		block = 16
	}
	for c := 0; c < n; c += block {
		args.cols = min(n-c, block)
		args.dst, args.high, args.low = &dst[4*c], &high[4*c], &digits[4*c]
		if block == 16 {
			squareSumsAVX512(&args)
		} else {
			squareSumsAVX2(&args)
		}
		fits := true
		for i := range args.cols {
			factors[i] = 0 // of zeros
			if sum := sums[i/4*2+i%2+i%4/2*8]; sum > 0 {
				f := rootFactor(sum, k, target)
				fits = fits && f < mostFactor
				factors[i] = int32(f)
			}
		}
		switch {
		case !fits:
			rootColumns(dst, high, low, k, n, target, c, args.cols)
		case block == 16:
			scaleRootsAVX512(&args)
		default:
			scaleRootsAVX2(&args)
		}
	}
}

// addWideAVX2 is the loop of AddWide for n values, a multiple of 32 and at least that.
//
//go:noescape
func addWideAVX2(high, low, xHigh, xLow *int8, n int)

// addWideAVX512 does the same for multiples of 64.
//
//go:noescape
func addWideAVX512(high, low, xHigh, xLow *int8, n int)

// swiGLUAVX2 is the loop of SwiGLU for n elements, a multiple of 32 and at least that.
//
//go:noescape
func swiGLUAVX2(dst, gates, x *int8, silu *int16, n int, shift uint)

// swiGLUAVX512 does the same.
//
//go:noescape
func swiGLUAVX512(dst, gates, x *int8, silu *int16, n int, shift uint)

// squareSumsAVX2 sums the squares of up to 8 columns: of column c at c/4·2 + c%2, and 8 more if
// c%4 is 2 or 3.
//
//go:noescape
func squareSumsAVX2(args *rootArgs)

// squareSumsAVX512 does the same for up to 16 columns.
//
//go:noescape
func squareSumsAVX512(args *rootArgs)

// scaleRootsAVX2 multiplies up to 8 columns by factors below 2^30.
//
//go:noescape
func scaleRootsAVX2(args *rootArgs)

// scaleRootsAVX512 does the same for up to 16 columns.
//
//go:noescape
func scaleRootsAVX512(args *rootArgs)
