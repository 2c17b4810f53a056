//go:build !purego && (amd64 || arm64)

package kernels

import "github.com/Kaleaon/pentary-go/packed"

func weighFactors(dst []int8, a []uint8, f []int8, rank, m int) {
	terms, mp := len(f)*rank, packed.PaddedLen(m)
	if level == generic {
		weighFactorsGeneric(dst, a, f, rank, m)
		return
	}
	for term := 0; term < terms; term += 4 {
		var weights [4]int8
		there := min(terms-term, 4)
		if rank == 1 {
			copy(weights[:], f[term:])
		} else {
			for u := range there {
				weights[u] = f[(term+u)/rank]
			}
		}
		if there == 4 {
			weighQuad(&dst[term*m], &a[term*mp], &weights, m, mp)
		} else {
			weighFactorsGeneric(dst[term*m:], a[term*mp:], weights[:there], 1, m)
		}
	}
}

func interleaveFactors(dst, b []uint8, terms, quads, kp int) {
	whole := terms / 4
	if level == generic || whole == 0 {
		interleaveFactorsGeneric(dst, b, terms, quads, kp)
		return
	}
	interleaveFactorsAssembly(&dst[0], &b[0], whole, quads, kp)
	if terms%4 > 0 { // a last quad that is not full
		interleaveFactorsGeneric(dst[whole*4*StripCols:], b[whole*4*kp:], terms%4, quads, kp)
	}
}

func updateTermsOfInputs(strip []uint8, x []int8, quads, n int) (squares uint64) {
	whole := n &^ 3
	if level == generic || whole == 0 || quads == 0 {
		return updateTermsOfInputsGeneric(strip, x, quads, n, 0)
	}
	squares = updateTermsOfInputsAssembly(&strip[0], &x[0], quads, n, whole)
	return squares + updateTermsOfInputsGeneric(strip, x, quads, n, whole)
}

// Contracts of the assembly, whose names end in the instruction set.
//
// weighQuad weighs four terms, which are mp codes apart:
//
//	for i := range m {
//		for u := range 4 {
//			dst[i*4+u] = f[u] * (int8(a[u*mp+i]) - 2)
//		}
//	}
//
// for m ≥ 1 and mp = packed.PaddedLen(m). Any byte is a code; products wrap around as in
// Go.
//
// interleaveFactors interleaves whole quads of terms into strips of
// stripQuads quads:
//
//	for τ := range 4 * quads {
//		for j := range kp {
//			dst[((j/16*stripQuads+τ/4)*16+j%16)*4+τ%4] = b[τ*kp+j]
//		}
//	}
//
// for 1 ≤ quads ≤ stripQuads and kp a multiple of 32, at least 32.
