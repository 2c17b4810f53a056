//go:build !purego && (amd64 || arm64)

package kernels

import "github.com/Kaleaon/pentary-go/packed"

func weighFactors(dst []int8, a []uint8, f []int8, rank, m int) {
	terms, mp := len(f)*rank, packed.PaddedLen(m)
	if !useAssembly() || m == 0 {
		weighFactorsGeneric(dst, a, f, rank, m)
		return
	}
	for τ := 0; τ < terms; τ += 4 {
		var weights [4]int8
		there := min(terms-τ, 4)
		for u := range there {
			weights[u] = f[(τ+u)/rank]
		}
		if there == 4 {
			weighQuad(&dst[τ*m], &a[τ*mp], &weights, m, mp)
		} else {
			weighFactorsGeneric(dst[τ*m:], a[τ*mp:], weights[:there], 1, m)
		}
	}
}

func interleaveFactors(dst, b []uint8, terms, kp int) {
	whole := terms / 4
	if !useAssembly() || whole == 0 || kp == 0 {
		interleaveFactorsGeneric(dst, b, terms, kp)
		return
	}
	quads := Quads(terms)
	interleaveQuads(&dst[0], &b[0], whole, quads, kp)
	if whole < quads { // a last quad that is not full
		last := b[whole*4*kp:]
		for j := range kp {
			out := (*[4]uint8)(dst[((j/StripCols*quads+whole)*StripCols+j%StripCols)*4:])
			*out = [4]uint8{zero, zero, zero, zero}
			for u := range terms % 4 {
				out[u] = last[u*kp+j]
			}
		}
	}
}
