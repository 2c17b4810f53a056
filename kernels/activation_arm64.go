//go:build !purego

package kernels

func add(dst, x []int8) (done int) {
	if done = len(dst) &^ 3; done == 0 || level == generic {
		return 0
	}
	addNEON(&dst[0], &x[0], done)
	return done
}

func larger(dst, x []int8) (done int) {
	if done = len(dst) &^ 3; done == 0 || level == generic {
		return 0
	}
	maxNEON(&dst[0], &x[0], done)
	return done
}

func gate(dst, gates, x []int8) (done int) {
	if done = len(dst) &^ 3; done == 0 || level == generic {
		return 0
	}
	gateNEON(&dst[0], &gates[0], &x[0], done)
	return done
}

func blend(dst, gates, x []int8) (done int) {
	if done = len(dst) &^ 3; done == 0 || level == generic {
		return 0
	}
	blendNEON(&dst[0], &gates[0], &x[0], done)
	return done
}

// addNEON is the loop of Add for n elements, a multiple of 4 and at least that. 9
// instructions for 32 elements; the quads beyond the last multiple of 32 take 7 each.
//
//go:noescape
func addNEON(dst, x *int8, n int)

// maxNEON is the loop of Max for n elements, a multiple of 4 and at least that, with as many
// instructions as addNEON.
//
//go:noescape
func maxNEON(dst, x *int8, n int)

// gateNEON is the loop of Gate for n elements, a multiple of 4 and at least that. 21
// instructions for 32 elements; the quads beyond the last multiple of 32 take 13 each.
//
//go:noescape
func gateNEON(dst, gate, x *int8, n int)

// blendNEON is the loop of Blend for n elements, a multiple of 4 and at least that. 28
// instructions for 32 elements; the quads beyond the last multiple of 32 take 17 each.
//
//go:noescape
func blendNEON(dst, gate, x *int8, n int)
