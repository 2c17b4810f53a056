//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// Throughputs below are of one core of an Emerald Rapids Xeon at 3.0 GHz, operands
// in L1 or L2. A bound is what the loop's instructions allow at three vector
// operations a cycle with AVX2 and two with AVX-512.

func unpack(dst []uint8, row []byte, n int) {
	if !useAVX2 {
		packed.UnpackCodes(dst, row, n)
		return
	}
	blocks, small := n/packed.BlockPents, smallBlocks(n)
	switch {
	case blocks == 0:
	case useAVX512:
		unpackBlocksAVX512(&dst[0], &row[0], blocks)
	default:
		unpackBlocksAVX2(&dst[0], &row[0], blocks)
	}
	if small > 0 {
		unpackSmallAVX2(&dst[blocks*packed.BlockPents], &row[blocks*packed.BlockBytes], small)
	}
}

func pack(row []byte, src []uint8, n int) {
	if !useAVX2 {
		packed.PackCodes(row, src, n)
		return
	}
	blocks, small := n/packed.BlockPents, smallBlocks(n)
	switch {
	case blocks == 0:
	case useAVX512:
		packBlocksAVX512(&row[0], &src[0], blocks)
	default:
		packBlocksAVX2(&row[0], &src[0], blocks)
	}
	if small > 0 {
		packSmallAVX2(&row[blocks*packed.BlockBytes], &src[blocks*packed.BlockPents], small)
	}
}

// smallBlocks returns how many small blocks end a row of n pents.
func smallBlocks(n int) int {
	return packed.PaddedLen(n%packed.BlockPents) / packed.SmallPents
}

// unpackBlocksAVX2 unpacks whole blocks, at least one:
//
//	packed.UnpackCodes(dst, row, 256*blocks)
//
// 88 Gpents/s of 96, one store of 32 bytes a cycle.
//
//go:noescape
func unpackBlocksAVX2(dst *uint8, row *byte, blocks int)

// unpackBlocksAVX512 does the same. 113 Gpents/s of 154.
//
//go:noescape
func unpackBlocksAVX512(dst *uint8, row *byte, blocks int)

// unpackSmallAVX2 unpacks small blocks, at least one:
//
//	for b := range small {
//		packed.UnpackCodes(dst[32*b:], row[12*b:], 32)
//	}
//
// 32 Gpents/s of 38.
//
//go:noescape
func unpackSmallAVX2(dst *uint8, row *byte, small int)

// packBlocksAVX2 packs whole blocks, at least one:
//
//	packed.PackCodes(row, src, 256*blocks)
//
// 90 Gpents/s of 128.
//
//go:noescape
func packBlocksAVX2(row *byte, src *uint8, blocks int)

// packBlocksAVX512 does the same. 111 Gpents/s of 128.
//
//go:noescape
func packBlocksAVX512(row *byte, src *uint8, blocks int)

// packSmallAVX2 packs small blocks, at least one:
//
//	for b := range small {
//		packed.PackCodes(row[12*b:], src[32*b:], 32)
//	}
//
// 16 Gpents/s of 17.
//
//go:noescape
func packSmallAVX2(row *byte, src *uint8, small int)

func interleave(dst, src []int8, k, n int) {
	quads := k / 4
	if !useAVX2 || quads < 4 || n < 8 {
		interleaveGeneric(dst, src, k, n)
		return
	}
	interleaveAVX2(&dst[0], &src[0], quads, k, n)
	if k%4 > 0 {
		interleaveLast(dst[quads*n*4:], src[quads*4:], k, n)
	}
}

// interleaveLast interleaves the last quad of n vectors of k, which have one to
// three elements of it. src starts with those of the first vector.
func interleaveLast(dst, src []int8, k, n int) {
	for c := range n {
		quad := [4]int8{}
		copy(quad[:], src[c*k:][:k%4])
		copy(dst[c*4:c*4+4], quad[:])
	}
}

// interleaveAVX2 interleaves whole quads:
//
//	for q := range quads {
//		for c := range n {
//			copy(dst[(q*n+c)*4:][:4], src[c*k+q*4:])
//		}
//	}
//
// for quads ≥ 4, k ≥ 4·quads and n ≥ 8. 54 GB/s in L1 of 96, 20 to 26
// GB/s in L2. Wider registers do not help: transposing 16×16 takes more shuffles for
// a byte, and AVX-512 has one port for them.
//
//go:noescape
func interleaveAVX2(dst, src *int8, quads, k, n int)

func columnSums(sums []int32, x []int8, k, n int) {
	switch {
	case !useAVX2 || k == 0 || n == 0:
		columnSumsGeneric(sums, x, k, n)
	case useAVX512:
		columnSumsAVX512(&sums[0], &x[0], Quads(k), n, n)
	default:
		columnSumsAVX2(&sums[0], &x[0], Quads(k), n, n)
	}
}

// columnSumsAVX2 sums cols columns of a batch of n, of which x is the first:
//
//	for c := range cols {
//		for q := range quads {
//			for u := range 4 {
//				sums[c] += int32(x[(q*n+c)*4+u])     from zero
//			}
//		}
//	}
//
// for quads ≥ 1 and 1 ≤ cols ≤ n. 86 GB/s in L1 of 96, 70 to 78 GB/s in L2.
//
//go:noescape
func columnSumsAVX2(sums *int32, x *int8, quads, n, cols int)

// columnSumsAVX512 does the same. 123 GB/s in L1 of 128, 104 to 110
// GB/s in L2.
//
//go:noescape
func columnSumsAVX512(sums *int32, x *int8, quads, n, cols int)

// normalizeCols is how many columns are summed and then scaled, while they are in
// the cache.
const normalizeCols = 64

func normalize(dst, x []int8, k, n, target int) {
	if !useAVX2 || k == 0 {
		normalizeGeneric(dst, x, k, n, target)
		return
	}
	for c := 0; c < n; c += normalizeCols {
		cols := min(n-c, normalizeCols)
		var gain [normalizeCols]int32
		absoluteSums(gain[:cols], x[c*4:], Quads(k), n)
		wide := gains(gain[:cols], k, target)
		scaleColumns(dst[c*4:], x[c*4:], &gain, Quads(k), n, cols, wide)
	}
}

// gains turns the columns' sums of absolute values into the factors of Normalize.
// If one of them is 2^15 or more, a gain of 8, wide is true. Otherwise they come as
// scaleColumnsAVX2 takes them, in both halves of an int32.
func gains(sums []int32, k, target int) (wide bool) {
	whole := uint64(target) * uint64(k) << normalizeBits
	largest := int32(0)
	for c, sum := range sums {
		sums[c] = 0 // a column of zeros stays so, whatever the factor
		if s := uint64(sum); s > 0 {
			sums[c] = int32(min((whole+s/2)/s, normalizeCap))
			largest = max(largest, sums[c])
		}
	}
	if largest >= 1<<15 {
		return true
	}
	for c, v := range sums {
		sums[c] = v<<16 | v
	}
	return false
}

func absoluteSums(sums []int32, x []int8, quads, n int) {
	if useAVX512 {
		absoluteSumsAVX512(&sums[0], &x[0], quads, n, len(sums))
	} else {
		absoluteSumsAVX2(&sums[0], &x[0], quads, n, len(sums))
	}
}

func scaleColumns(dst, x []int8, gain *[normalizeCols]int32, quads, n, cols int, wide bool) {
	switch {
	case useAVX512 && wide:
		scaleColumnsWideAVX512(&dst[0], &x[0], gain, quads, n, cols)
	case useAVX512:
		scaleColumnsAVX512(&dst[0], &x[0], gain, quads, n, cols)
	case wide:
		scaleColumnsWideAVX2(&dst[0], &x[0], gain, quads, n, cols)
	default:
		scaleColumnsAVX2(&dst[0], &x[0], gain, quads, n, cols)
	}
}

// absoluteSumsAVX2 is columnSumsAVX2 for the absolute values, that of -128 being
// 128. 68 GB/s in L1 of 72.
//
//go:noescape
func absoluteSumsAVX2(sums *int32, x *int8, quads, n, cols int)

// absoluteSumsAVX512 does the same. 92 GB/s in L1 of 96.
//
//go:noescape
func absoluteSumsAVX512(sums *int32, x *int8, quads, n, cols int)

// scaleColumnsAVX2 scales cols columns of a batch of n, of which dst and x are the
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
// int32. 24 GB/s in L1 of 26. Normalize as a whole, with its division of 4 ns a
// column: 14 GB/s.
//
//go:noescape
func scaleColumnsAVX2(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

// scaleColumnsAVX512 does the same. 29 GB/s in L1 of 32. Normalize as a whole:
// 18 GB/s.
//
//go:noescape
func scaleColumnsAVX512(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

// scaleColumnsWideAVX2 does the same for gains of up to 2^20, held once:
//
//	dst[at] = clamp(RoundShift(int32(x[at])*gain[c], 12), ±127)
//
// 9 GB/s in L1 of 10. Normalize as a whole: 7.4 GB/s.
//
//go:noescape
func scaleColumnsWideAVX2(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

// scaleColumnsWideAVX512 does the same. 11 GB/s in L1 of 13. Normalize as a whole:
// 9.4 GB/s.
//
//go:noescape
func scaleColumnsWideAVX512(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)

func requantize(dst []int8, y, bias []int32, m, n int, shift uint, relu bool) {
	if !useAVX2 || m == 0 || n == 0 {
		requantizeGeneric(dst, y, bias, m, n, shift, relu)
		return
	}
	var b *int32
	if bias != nil {
		b = &bias[0]
	}
	low := int32(-127)
	if relu {
		low = 0
	}
	if useAVX512 {
		requantizeAVX512(&dst[0], &y[0], b, m, n, shift, low)
	} else {
		requantizeAVX2(&dst[0], &y[0], b, m, n, shift, low)
	}
}

// requantizeAVX2 is the loop of Requantize for m, n ≥ 1 and shift ≤ 30; bias may be
// nil. Sums wrap around as in Go. 18.8 Gelem/s, 6.2 a cycle, of 22; 14.6 Gelem/s for
// n = 64.
//
//go:noescape
func requantizeAVX2(dst *int8, y, bias *int32, m, n int, shift uint, low int32)

// requantizeAVX512 does the same. 25 Gelem/s, 8.4 a cycle, of 29; 18 Gelem/s for
// n = 64.
//
//go:noescape
func requantizeAVX512(dst *int8, y, bias *int32, m, n int, shift uint, low int32)

func scoreColumns(score []int32, logits []int8, target []uint8, m, n int) {
	switch {
	case !useAVX2 || n == 0:
		scoreGeneric(score, logits, target, m, n)
		return
	case useAVX512:
		exp2SumsAVX512(&score[0], &logits[0], m, n)
	default:
		exp2SumsAVX2(&score[0], &logits[0], m, n)
	}
	for c, t := range target {
		at := (int(t)/4*n+c)*4 + int(t)%4
		score[c] = 16*int32(logits[at]) - log2(uint32(score[c]))
	}
}

// exp2SumsAVX2 sums the powers of Score:
//
//	for c := range n {
//		for i := range m {
//			l := logits[(i/4*n+c)*4+i%4]
//			sums[c] += int32(exp2Table[l&15]) << (l>>4 + 8)     from zero
//		}
//	}
//
// for 1 ≤ m ≤ MaxClasses and n ≥ 1; a sum is a uint32. 15.5 Gelem/s of 17.
//
//go:noescape
func exp2SumsAVX2(sums *int32, logits *int8, m, n int)

// exp2SumsAVX512 does the same. 21 Gelem/s of 23.
//
//go:noescape
func exp2SumsAVX512(sums *int32, logits *int8, m, n int)

func weighFactors(dst []int8, a []uint8, f []int8, rank, m int) {
	terms, mp := len(f)*rank, packed.PaddedLen(m)
	if !useAVX2 || m == 0 {
		weighFactorsGeneric(dst, a, f, rank, m)
		return
	}
	for τ := 0; τ < terms; τ += 4 {
		var weights [4]int8
		there := min(terms-τ, 4)
		for u := range there {
			weights[u] = f[(τ+u)/rank]
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
// as in Go. WeighFactors as a whole: 20 GB/s written for m = 256, 12 for m = 64, of
// 32.
//
//go:noescape
func weighQuadAVX2(dst *int8, a *uint8, f *[4]int8, m, mp int)

func interleaveFactors(dst, b []uint8, terms, kp int) {
	whole := terms / 4
	if !useAVX2 || whole == 0 || kp == 0 {
		interleaveFactorsGeneric(dst, b, terms, kp)
		return
	}
	quads := Quads(terms)
	interleaveFactorsAVX2(&dst[0], &b[0], whole, quads, kp)
	if whole < quads { // a last quad that is not full
		last := b[whole*4*kp:]
		for j := range kp {
			out := (*[4]uint8)(dst[((j/StripCols*quads+whole)*StripCols+j%StripCols)*4:])
			*out = [4]uint8{zero, zero, zero, zero}
			for u := range terms % 4 {
				out[u] = last[u*kp+j]
			}
		}
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
