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

// weighQuadNEON has the contract of weighQuad in terms_asm.go. 17 instructions for 64
// bytes.
//
//go:noescape
func weighQuadNEON(dst *int8, a *uint8, f *[4]int8, m, mp int)

// interleaveFactorsNEON has the contract of interleaveFactors in terms_asm.go. 8
// instructions for 64 bytes.
//
//go:noescape
func interleaveFactorsNEON(dst, b *uint8, quads, stripQuads, kp int)

// updateTermsOfInputsNEON is UpdateTermsOfInputs for the columns of quads ≥ 1 quads of x, and
// for the first count of its n samples, a multiple of 4 and at least that. 16
// instructions for a quad of 2 samples.
//
//go:noescape
func updateTermsOfInputsNEON(strip *uint8, x *int8, quads, n, count int) uint64
