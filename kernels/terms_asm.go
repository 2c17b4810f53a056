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
