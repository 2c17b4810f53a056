//go:build !purego

package kernels

// weighQuad weighs four terms; see weighQuadAVX2.
func weighQuad(dst *int8, a *uint8, f *[4]int8, m, mp int) {
	weighQuadAVX2(dst, a, f, m, mp)
}

// interleaveQuads interleaves whole quads of terms; see interleaveFactorsAVX2.
func interleaveQuads(dst, b *uint8, quads, stripQuads, kp int) {
	interleaveFactorsAVX2(dst, b, quads, stripQuads, kp)
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
