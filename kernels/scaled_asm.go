//go:build !purego && (amd64 || arm64)

package kernels

// scaledArgs are the operands of requantizeScaled in assembly.
type scaledArgs struct {
	dst    *int8
	low    *int8  // digits of dst, or nil
	y      *int32 // of the highest digit
	scale  *int32
	gains  *int8 // of the quad, or nil
	step   int   // bytes from the multipliers of four outputs to the next
	row    int   // bytes of a row of y, and of a quad of dst
	digit  int   // bytes of a digit of y
	digits int
	quads  int
	n      int

	shift       int32
	least, most int32

	// Of AVX2 and AVX-512: shifts of h to the right and left, and of l to the right, plus 16, of
	// sums h·2^16 + l.
	right, left, lowRight int32
	half                  int32
}

var oneScale = [4]int32{1, 1, 1, 1}

func requantizeScaled(dst []int8, y []int32, m, n int, o Scaled) (done int) {
	if done = m &^ 3; done == 0 || level == generic {
		return 0
	}
	args := scaledArgs{
		dst: &dst[0], y: &y[(o.Digits-1)*m*n], scale: &oneScale[0],
		row: 4 * n, digit: 4 * m * n, digits: o.Digits, quads: m / 4, n: n,
		shift: int32(o.Shift), least: -127, most: 127,
	}
	if o.Scale != nil {
		args.scale, args.step = &o.Scale[0], 16
	}
	if o.Gains != nil {
		args.gains = &o.Gains[0]
	}
	if o.Wide {
		args.low, args.least, args.most = &dst[len(dst)/2], -wordTop, wordTop
	}
	if o.ReLU {
		args.least = 0
	}
	requantizeScaledAssembly(&args)
	return done
}
