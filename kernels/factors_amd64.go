//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

func weighFactors(dst []int8, a []uint8, f []int8, rank, m int) {
	terms, mp := len(f)*rank, packed.PaddedLen(m)
	if !useAVX2 || m == 0 {
		weighFactorsGeneric(dst, a, f, rank, m)
		return
	}
	for τ := 0; τ < terms; τ += 4 {
		var weights [4]int8
		there := min(terms-τ, 4)
		if rank == 1 {
			copy(weights[:], f[τ:])
		} else {
			for u := range there {
				weights[u] = f[(τ+u)/rank]
			}
		}
		if there == 4 {
			weighQuadAVX2(&dst[τ*m], &a[τ*mp], &weights, m, mp)
		} else {
			weighFactorsGeneric(dst[τ*m:], a[τ*mp:], weights[:there], 1, m)
		}
	}
}

// weighQuadAVX2 weighs four terms, which are mp codes apart:
//
//	for i := range m {
//		for u := range 4 {
//			dst[i*4+u] = f[u] * (int8(a[u*mp+i]) - 2)
//		}
//	}
//
// for m ≥ 1 and mp = packed.PaddedLen(m). Any byte is a code; products wrap around
// as in Go. WeighFactors as a whole writes 20 GB/s for m = 256, 12 for m = 64, of 32.
//
//go:noescape
func weighQuadAVX2(dst *int8, a *uint8, f *[4]int8, m, mp int)

func interleaveFactors(dst, b []uint8, terms, quads, kp int) {
	whole := terms / 4
	if !useAVX2 || whole == 0 {
		interleaveFactorsGeneric(dst, b, terms, quads, kp)
		return
	}
	interleaveFactorsAVX2(&dst[0], &b[0], whole, quads, kp)
	if terms%4 > 0 { // a last quad that is not full
		interleaveFactorsGeneric(dst[whole*4*StripCols:], b[whole*4*kp:], terms%4, quads, kp)
	}
}

// interleaveFactorsAVX2 interleaves whole quads of terms into strips of
// stripQuads quads:
//
//	for τ := range 4 * quads {
//		for j := range kp {
//			dst[((j/16*stripQuads+τ/4)*16+j%16)*4+τ%4] = b[τ*kp+j]
//		}
//	}
//
// for 1 ≤ quads ≤ stripQuads and kp a multiple of 32, at least 32.
//
//go:noescape
func interleaveFactorsAVX2(dst, b *uint8, quads, stripQuads, kp int)
