//go:build !purego

package kernels

func columnSumsAssembly(sums []int32, x []int8, quads, n int) {
	columnSumsNEON(&sums[0], &x[0], quads, n, len(sums))
}

// columnSumsNEON has the contract of columnSums in batch_asm.go. 7 instructions for a
// quad of 16 columns.
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

// absoluteSumsNEON is columnSumsNEON for the absolute values, -128's being
// 128. 11 instructions for a quad of 16 columns.
//
//go:noescape
func absoluteSumsNEON(sums *int32, x *int8, quads, n, cols int)

// scaleColumnsNEON has the contract of scaleColumns in batch_asm.go. 22 instructions for
// a quad of 8 columns.
//
//go:noescape
func scaleColumnsNEON(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

// scaleColumnsWideNEON has the contract of scaleColumnsWide in batch_asm.go. 41
// instructions for a quad of 8 columns.
//
//go:noescape
func scaleColumnsWideNEON(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

func requantizeAssembly(args *requantizeArgs) { requantizeNEON(args) }

// requantizeNEON is the loop of Requantize for m, n ≥ 1 and shift ≤ 30; bias may be
// nil. Sums wrap around as in Go. 39 instructions for four rows of 8 columns. The
// columns beyond the last multiple of 8, and one to three last rows, take 13 for
// four elements.
//
//go:noescape
func requantizeNEON(args *requantizeArgs)

func exp2Sums(sums *int32, logits *int8, m, n int) { exp2SumsNEON(sums, logits, m, n) }

func subtractLogs(score []int32, logits []int8, target []uint8, n int) {
	subtractLogsGo(score, logits, target, n)
}

// exp2SumsNEON has the contract of exp2Sums in batch_asm.go. 18 instructions for 16
// powers.
//
//go:noescape
func exp2SumsNEON(sums *int32, logits *int8, m, n int)
