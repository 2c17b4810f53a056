//go:build !purego

package kernels

// weighQuad weighs four terms; see weighQuadAVX2.
func weighQuad(dst *int8, a *uint8, f *[4]int8, m, mp int) {
	weighQuadAVX2(dst, a, f, m, mp)
}

// interleaveFactorsAssembly interleaves whole quads of terms; see interleaveFactorsAVX2.
func interleaveFactorsAssembly(dst, b *uint8, quads, stripQuads, kp int) {
	interleaveFactorsAVX2(dst, b, quads, stripQuads, kp)
}

// updateTermsOfInputsAssembly interleaves inputs; see updateTermsOfInputsAVX2.
func updateTermsOfInputsAssembly(strip *uint8, x *int8, quads, n, count int) (squares uint64) {
	return updateTermsOfInputsAVX2(strip, x, quads, n, count)
}

// weighQuadAVX2 has the contract of weighQuad in terms_asm.go. WeighFactors as a whole
// writes 20 GB/s for m = 256, 12 for m = 64, of 32.
//
//go:noescape
func weighQuadAVX2(dst *int8, a *uint8, f *[4]int8, m, mp int)

// interleaveFactorsAVX2 has the contract of interleaveFactors in terms_asm.go.
//
//go:noescape
func interleaveFactorsAVX2(dst, b *uint8, quads, stripQuads, kp int)

// updateTermsOfInputsAVX2 is UpdateTermsOfInputs for the columns of quads ≥ 1 quads of x, and
// for the first count of its n samples, a multiple of 4 and at least that. 11
// vector operations for 16 inputs: 12.5 Ginputs/s in L1 of 19, on a 3.2 GHz core with
// four vector pipes (Zen 3 class). Every AVX-512 implementation takes it, too.
//
//go:noescape
func updateTermsOfInputsAVX2(strip *uint8, x *int8, quads, n, count int) uint64
