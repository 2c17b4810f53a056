//go:build !purego

package kernels

func columnSumsAssembly(sums []int32, x []int8, quads, n int) {
	columnSumsNEON(&sums[0], &x[0], quads, n, len(sums))
}

// columnSumsNEON sums cols columns of a batch of n, of which x is the first:
//
//	for c := range cols {
//		for q := range quads {
//			for u := range 4 {
//				sums[c] += int32(x[(q*n+c)*4+u])     from zero
//			}
//		}
//	}
//
// for quads ≥ 1 and 1 ≤ cols ≤ n. 7 instructions for a quad of 16 columns.
//
//go:noescape
func columnSumsNEON(sums *int32, x *int8, quads, n, cols int)

func absoluteSums(sums []int32, x []int8, quads, n int) {
	absoluteSumsNEON(&sums[0], &x[0], quads, n, len(sums))
}

func scaleColumns(dst, x []int8, gain *[normalizeCols]int32, quads, n, cols int, wide bool) {
	if wide {
		scaleColumnsWideNEON(&dst[0], &x[0], gain, quads, n, cols)
	} else {
		scaleColumnsNEON(&dst[0], &x[0], gain, quads, n, cols)
	}
}

// absoluteSumsNEON is columnSumsNEON for the absolute values, that of -128 being
// 128. 11 instructions for a quad of 16 columns.
//
//go:noescape
func absoluteSumsNEON(sums *int32, x *int8, quads, n, cols int)

// scaleColumnsNEON scales cols columns of a batch of n, of which dst and x are the
// first; dst may be x:
//
//	for q := range quads {
//		for c := range cols {
//			for u := range 4 {
//				at := (q*n+c)*4 + u
//				dst[at] = clamp(RoundShift(int32(x[at])*(gain[c]&0xffff), 12), ±127)
//			}
//		}
//	}
//
// for quads ≥ 1, 1 ≤ cols ≤ n and gains below 2^15, which are in both halves of an
// int32. 22 instructions for a quad of 8 columns.
//
//go:noescape
func scaleColumnsNEON(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

// scaleColumnsWideNEON does the same for gains of up to 2^20, held once:
//
//	dst[at] = clamp(RoundShift(int32(x[at])*gain[c], 12), ±127)
//
// 41 instructions for a quad of 8 columns.
//
//go:noescape
func scaleColumnsWideNEON(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

func requantizeAssembly(dst *int8, y, bias *int32, m, n int, shift uint, low int32) {
	requantizeNEON(dst, y, bias, m, n, shift, low)
}

// requantizeNEON is the loop of Requantize for m, n ≥ 1 and shift ≤ 30; bias may be
// nil. Sums wrap around as in Go. 39 instructions for four rows of 8 columns. The
// columns beyond the last multiple of 8, and one to three last rows, take 13 for
// four elements.
//
//go:noescape
func requantizeNEON(dst *int8, y, bias *int32, m, n int, shift uint, low int32)

func exp2Sums(sums *int32, logits *int8, m, n int) { exp2SumsNEON(sums, logits, m, n) }

// exp2SumsNEON sums the powers of LogProb:
//
//	for c := range n {
//		for i := range m {
//			l := logits[(i/4*n+c)*4+i%4]
//			sums[c] += int32(exp2Table[l&15]) << (l>>4 + 8)     from zero
//		}
//	}
//
// for 1 ≤ m ≤ MaxClasses and n ≥ 1; a sum is a uint32. 18 instructions for 16
// powers.
//
//go:noescape
func exp2SumsNEON(sums *int32, logits *int8, m, n int)
