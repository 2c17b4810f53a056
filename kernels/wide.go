package kernels

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// Batches of two digits: a value is 128·high + low, low from -64 to 63, within ±16319.

// AddWide adds values of two digits to others:
//
//	v = clamp(128·(high[i]+xHigh[i]) + low[i]+xLow[i], ±16319)
//	high[i] = (v+64) >> 7
//	low[i] = v - 128·high[i]
func AddWide(high, low, xHigh, xLow []int8) {
	checkLen("AddWide", "low", len(low), len(high), "%d values", len(high))
	checkLen("AddWide", "xHigh", len(xHigh), len(high), "%d values", len(high))
	checkLen("AddWide", "xLow", len(xLow), len(high), "%d values", len(high))
	n := addWide(high, low, xHigh, xLow)
	addWideGeneric(high[n:], low[n:], xHigh[n:], xLow[n:])
}

func addWideGeneric(high, low, xHigh, xLow []int8) {
	for i := range high {
		v := (int32(high[i])+int32(xHigh[i]))<<7 + int32(low[i]) + int32(xLow[i])
		v = min(max(v, -wordTop), wordTop)
		h := (v + 64) >> 7
		high[i], low[i] = int8(h), int8(v-h<<7)
	}
}

// SwiGLU gates activations by others:
//
//	dst[i] = clamp(RoundShift(silu(max(gates[i], -127))·x[i], shift), ±127)
//
// silu(g) = round(256·g/16·1/(1 + exp(-g/16))), from a table; shift is 8 to 15. dst may be
// gates or x.
func SwiGLU(dst, gates, x []int8, shift uint) {
	if shift < 8 || shift > 15 {
		panic(fmt.Sprintf("kernels: SwiGLU: shift %d, want 8 to 15", shift))
	}
	checkLen("SwiGLU", "gates", len(gates), len(dst), "%d activations", len(dst))
	checkLen("SwiGLU", "x", len(x), len(dst), "%d activations", len(dst))
	n := swiGLU(dst, gates, x, shift)
	swiGLUGeneric(dst[n:], gates[n:], x[n:], shift)
}

func swiGLUGeneric(dst, gates, x []int8, shift uint) {
	for i, g := range gates {
		g := max(int32(g), -127)
		v := int32(silu[max(g, -g)])
		if g < 0 { // silu(g) = silu(-g) + g
			v += g << 4
		}
		dst[i] = int8(min(max(RoundShift(v*int32(x[i]), shift), -127), 127))
	}
}

// The fraction bits of a root mean square and of the factor that it makes.
const (
	rootBits   = 10
	factorBits = 20
)

// MaxRootDepth bounds the k of RootMeanSquare: a sum of squares fits a uint64 with the fraction
// bits.
const MaxRootDepth = 1 << 15

// RootMeanSquare scales every column of a batch of k×n to a root mean square of target:
//
//	r = max(1, ⌊√⌊2^20·Σ v²/k⌋⌋)
//	f = ⌊(target·2^30 + ⌊r/2⌋)/r⌋
//	dst = clamp(RoundShift(v·f, 20), ±127)
//
// A value v is high, or 128·high + low if low is not nil. target is 1 to 127, k a multiple of
// 4 and at most MaxRootDepth. dst may be high.
func RootMeanSquare(dst, high, low []int8, k, n, target int) {
	if target < 1 || target > 127 || k < 0 || k%4 != 0 || k > MaxRootDepth {
		panic(fmt.Sprintf("kernels: RootMeanSquare: target %d of %d×%d, want 1 to 127 and a multiple of 4 up to %d", target, k, n, MaxRootDepth))
	}
	checkLen("RootMeanSquare", "dst", len(dst), batchLen(k, n), "a batch of %d×%d", k, n)
	checkLen("RootMeanSquare", "high", len(high), batchLen(k, n), "a batch of %d×%d", k, n)
	if low != nil {
		checkLen("RootMeanSquare", "low", len(low), batchLen(k, n), "a batch of %d×%d", k, n)
	}
	if len(dst) > 0 {
		rootMeanSquare(dst, high, low, k, n, target)
	}
}

// rootFactor returns the f of a column whose squares add up to sum.
func rootFactor(sum uint64, k, target int) int64 {
	r := max(1, int64(fixed.Sqrt(sum<<(2*rootBits)/uint64(k))))
	return (int64(target)<<(rootBits+factorBits) + r/2) / r
}

// rootColumns computes columns from first on.
func rootColumns(dst, high, low []int8, k, n, target, first, cols int) {
	value := func(at int) int64 {
		if low == nil {
			return int64(high[at])
		}
		return int64(high[at])<<7 + int64(low[at])
	}
	for c := first; c < first+cols; c++ {
		sum := uint64(0)
		for at := 4 * c; at < k*n; at += 4 * n {
			for i := at; i < at+4; i++ {
				v := value(i)
				sum += uint64(v * v)
			}
		}
		f := rootFactor(sum, k, target)
		for at := 4 * c; at < k*n; at += 4 * n {
			for i := at; i < at+4; i++ {
				dst[i] = int8(min(max((value(i)*f+1<<(factorBits-1))>>factorBits, -127), 127))
			}
		}
	}
}

// silu[g] = round(256·g/16·1/(1 + exp(-g/16))) for g ≥ 0, with two more that assembly reads.
var silu = [130]int16{
	0, 8, 17, 26, 36, 46, 57, 68, 80, 92, 104, 117, 130, 144, 158, 172,
	187, 202, 217, 233, 249, 265, 281, 297, 314, 331, 348, 365, 382, 399, 416, 434,
	451, 468, 486, 504, 521, 539, 556, 574, 591, 609, 627, 644, 662, 679, 697, 714,
	732, 749, 766, 784, 801, 818, 835, 853, 870, 887, 904, 921, 938, 955, 972, 989,
	1006, 1022, 1039, 1056, 1073, 1089, 1106, 1123, 1139, 1156, 1173, 1189, 1206, 1222, 1239, 1255,
	1271, 1288, 1304, 1321, 1337, 1353, 1370, 1386, 1402, 1419, 1435, 1451, 1467, 1484, 1500, 1516,
	1532, 1548, 1565, 1581, 1597, 1613, 1629, 1645, 1662, 1678, 1694, 1710, 1726, 1742, 1758, 1774,
	1790, 1806, 1823, 1839, 1855, 1871, 1887, 1903, 1919, 1935, 1951, 1967, 1983, 1999, 2015, 2031,
}
