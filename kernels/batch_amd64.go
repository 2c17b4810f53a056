//go:build !purego

package kernels

func columnSumsAssembly(sums []int32, x []int8, quads, n int) {
	if level >= avx512bw {
		columnSumsAVX512(&sums[0], &x[0], quads, n, len(sums))
	} else {
		columnSumsAVX2(&sums[0], &x[0], quads, n, len(sums))
	}
}

// columnSumsAVX2 has the contract of columnSums in batch_asm.go. 86 GB/s in L1 of 96, 70
// to 78 GB/s in L2.
//
//go:noescape
func columnSumsAVX2(sums *int32, x *int8, quads, n, cols int)

// columnSumsAVX512 does the same. 123 GB/s in L1 of 128, 104 to 110 GB/s in L2.
//
//go:noescape
func columnSumsAVX512(sums *int32, x *int8, quads, n, cols int)

func absoluteSums(sums []int32, x []int8, quads, n int) {
	if level >= avx512bw {
		absoluteSumsAVX512(&sums[0], &x[0], quads, n, len(sums))
	} else {
		absoluteSumsAVX2(&sums[0], &x[0], quads, n, len(sums))
	}
}

func scaleColumns(dst, x []int8, gain *[normalizeCols]int32, quads, n, cols int, wide bool) {
	switch {
	case level >= avx512bw && wide:
		scaleColumnsWideAVX512(&dst[0], &x[0], gain, quads, n, cols)
	case level >= avx512bw:
		scaleColumnsAVX512(&dst[0], &x[0], gain, quads, n, cols)
	case wide:
		scaleColumnsWideAVX2(&dst[0], &x[0], gain, quads, n, cols)
	default:
		scaleColumnsAVX2(&dst[0], &x[0], gain, quads, n, cols)
	}
}

// absoluteSumsAVX2 is columnSumsAVX2 for the absolute values, -128's being
// 128. 68 GB/s in L1 of 72.
//
//go:noescape
func absoluteSumsAVX2(sums *int32, x *int8, quads, n, cols int)

// absoluteSumsAVX512 does the same. 92 GB/s in L1 of 96.
//
//go:noescape
func absoluteSumsAVX512(sums *int32, x *int8, quads, n, cols int)

// scaleColumnsAVX2 has the contract of scaleColumns in batch_asm.go. 24 GB/s in L1 of
// 26. Normalize as a whole, with its division of 4 ns a column: 14 GB/s.
//
//go:noescape
func scaleColumnsAVX2(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

// scaleColumnsAVX512 does the same. 29 GB/s in L1 of 32. Normalize as a whole:
// 18 GB/s.
//
//go:noescape
func scaleColumnsAVX512(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

// scaleColumnsWideAVX2 has the contract of scaleColumnsWide in batch_asm.go. 9 GB/s in
// L1 of 10. Normalize as a whole: 7.4 GB/s.
//
//go:noescape
func scaleColumnsWideAVX2(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

// scaleColumnsWideAVX512 does the same. 11 GB/s in L1 of 13. Normalize as a whole:
// 9.4 GB/s.
//
//go:noescape
func scaleColumnsWideAVX512(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

func requantizeAssembly(args *requantizeArgs) {
	if level >= avx512bw {
		requantizeAVX512(args)
	} else {
		requantizeAVX2(args)
	}
}

// requantizeAVX2 is the loop of Requantize for m, n ≥ 1 and shift ≤ 30; bias may be
// nil. Sums wrap around as in Go. 18.8 Gelem/s, 6.2 a cycle, of 22; 14.6 Gelem/s for
// n = 64.
//
//go:noescape
func requantizeAVX2(args *requantizeArgs)

// requantizeAVX512 does the same. 25 Gelem/s, 8.4 a cycle, of 29; 18 Gelem/s for
// n = 64.
//
//go:noescape
func requantizeAVX512(args *requantizeArgs)

func exp2Sums(sums *int32, logits *int8, m, n int) {
	if level >= avx512bw {
		exp2SumsAVX512(sums, logits, m, n)
	} else {
		exp2SumsAVX2(sums, logits, m, n)
	}
}

func subtractLogs(score []int32, logits []int8, target []uint8, n int) {
	if level >= avx512bw && len(logits) < 1<<31 {
		subtractLogsAVX512(&score[0], &logits[0], &target[0], &log2Table, n)
	} else {
		subtractLogsGo(score, logits, target, n)
	}
}

// exp2SumsAVX2 has the contract of exp2Sums in batch_asm.go. 15.5 Gelem/s of 17.
//
//go:noescape
func exp2SumsAVX2(sums *int32, logits *int8, m, n int)

// exp2SumsAVX512 does the same. 21 Gelem/s of 23.
//
//go:noescape
func exp2SumsAVX512(sums *int32, logits *int8, m, n int)

// subtractLogsAVX512 has the contract of subtractLogs in batch_asm.go; table is log2Table.
//
//go:noescape
func subtractLogsAVX512(score *int32, logits *int8, target *uint8, table *[256]int32, n int)
