//go:build !purego && (amd64 || arm64)

package kernels

func columnSums(sums []int32, x []int8, k, n int) {
	if level == generic || k == 0 {
		columnSumsGeneric(sums, x, k, n)
		return
	}
	columnSumsAssembly(sums, x, Quads(k), n)
}

// normalizeCols is how many columns are summed and then scaled, while they are in
// the cache.
const normalizeCols = 64

func normalize(dst, x []int8, k, n, target int) {
	if level == generic || k == 0 {
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

func requantize(dst []int8, y []int32, m, n int, o Output) {
	if level == generic {
		requantizeGeneric(dst, y, m, n, o)
		return
	}
	var bias *int32
	if o.Bias != nil {
		bias = &o.Bias[0]
	}
	requantizeAssembly(&requantizeArgs{dst: &dst[0], y: &y[0], bias: bias, m: m, n: n, shift: o.Shift, low: o.low()})
}

// requantizeArgs are the operands of requantize's assembly.
type requantizeArgs struct {
	dst   *int8
	y     *int32
	bias  *int32 // or nil
	m, n  int    // at least 1
	shift uint   // at most 30
	low   int32
}

func logProb(score []int32, logits []int8, target []uint8, m, n int) {
	if level == generic {
		logProbGeneric(score, logits, target, m, n)
		return
	}
	exp2Sums(&score[0], &logits[0], m, n)
	subtractLogs(score, logits, target, n)
}

func subtractLogsGo(score []int32, logits []int8, target []uint8, n int) {
	for c, t := range target {
		at := (int(t)/4*n+c)*4 + int(t)%4
		score[c] = 16*int32(logits[at]) - log2(uint32(score[c]))
	}
}

// Contracts of the assembly, whose names end in the instruction set.
//
// columnSums sums cols columns of a batch of n, of which x is the first:
//
//	for c := range cols {
//		for q := range quads {
//			for u := range 4 {
//				sums[c] += int32(x[(q*n+c)*4+u])     from zero
//			}
//		}
//	}
//
// for quads ≥ 1 and 1 ≤ cols ≤ n.
//
// scaleColumns scales cols columns of a batch of n, of which dst and x are the
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
// int32.
//
// scaleColumnsWide does the same for gains of up to 2^20, held once:
//
//	dst[at] = clamp(RoundShift(int32(x[at])*gain[c], 12), ±127)
//
// exp2Sums sums the powers of LogProb:
//
//	for c := range n {
//		for i := range m {
//			l := logits[(i/4*n+c)*4+i%4]
//			sums[c] += int32(exp2Table[l&15]) << (l>>4 + 8)     from zero
//		}
//	}
//
// for 1 ≤ m ≤ MaxClasses and n ≥ 1; a sum is a uint32.
//
// subtractLogs turns the sums in score into the scores of LogProb:
//
//	for c := range n {
//		t := int(target[c])
//		score[c] = 16*int32(logits[(t/4*n+c)*4+t%4]) - log2(uint32(score[c]))
//	}
//
// for n ≥ 1 and fewer than 2^31 logits.
