//go:build !purego

package kernels

// weighQuad weighs four terms; see weighQuadNEON.
func weighQuad(dst *int8, a *uint8, f *[4]int8, m, mp int) {
	weighQuadNEON(dst, a, f, m, mp)
}

// interleaveFactorsAssembly interleaves whole quads of terms; see interleaveFactorsNEON.
func interleaveFactorsAssembly(dst, b *uint8, quads, stripQuads, kp int) {
	interleaveFactorsNEON(dst, b, quads, stripQuads, kp)
}

// updateTermsOfInputsAssembly interleaves inputs; see updateTermsOfInputsNEON.
func updateTermsOfInputsAssembly(strip *uint8, x *int8, quads, n, count int) (squares uint64) {
	return updateTermsOfInputsNEON(strip, x, quads, n, count)
}

// weighQuadNEON weighs four terms, which are mp codes apart:
//
//	for i := range m {
//		for u := range 4 {
//			dst[i*4+u] = f[u] * (int8(a[u*mp+i]) - 2)
//		}
//	}
//
// for m ≥ 1 and mp = packed.PaddedLen(m). Any byte is a code; products wrap around
// as in Go. 17 instructions for 64 bytes.
//
//go:noescape
func weighQuadNEON(dst *int8, a *uint8, f *[4]int8, m, mp int)

// interleaveFactorsNEON interleaves whole quads of terms into strips of
// stripQuads quads:
//
//	for τ := range 4 * quads {
//		for j := range kp {
//			dst[((j/16*stripQuads+τ/4)*16+j%16)*4+τ%4] = b[τ*kp+j]
//		}
//	}
//
// for 1 ≤ quads ≤ stripQuads and kp a multiple of 32, at least 32. 8 instructions
// for 64 bytes.
//
//go:noescape
func interleaveFactorsNEON(dst, b *uint8, quads, stripQuads, kp int)

// updateTermsOfInputsNEON is UpdateTermsOfInputs for the columns of quads ≥ 1 quads of x, and
// for the first count of its n samples, a multiple of 4 and at least that. 16
// instructions for a quad of 2 samples.
//
//go:noescape
func updateTermsOfInputsNEON(strip *uint8, x *int8, quads, n, count int) uint64
