package kernels

import "fmt"

// Requantize turns accumulators of m×n into the activations of the next layer, in
// quads:
//
//	v = RoundShift(y[i*n+c] + bias[i], shift)
//	dst[(i/4*n+c)*4+i%4] = clamp(v, low, 127)
//
// with low = -127, or 0 if relu, and zero in the lanes beyond m. bias is nil or
// has m elements. dst has Quads(m)·n·4 elements. The sum of accumulator, bias and
// 2^(shift-1) must fit an int32; shift ≤ 30.
func Requantize(dst []int8, y, bias []int32, m, n int, shift uint, relu bool) {
	checkLen("Requantize", "dst", len(dst), Quads(m)*n*4, "a batch of %d×%d", m, n)
	checkLen("Requantize", "y", len(y), m*n, "%d×%d", m, n)
	if bias != nil {
		checkLen("Requantize", "bias", len(bias), m, "%d×%d", m, n)
	}
	checkShift("Requantize", shift)
	requantize(dst, y, bias, m, n, shift, relu)
}

func requantizeGeneric(dst []int8, y, bias []int32, m, n int, shift uint, relu bool) {
	low := lowest(relu)
	for i := range Quads(m) * 4 {
		at := i/4*n*4 + i%4
		if i >= m {
			for c := range n {
				dst[at+c*4] = 0
			}
			continue
		}
		var b int32
		if bias != nil {
			b = bias[i]
		}
		for c, v := range y[i*n : (i+1)*n] {
			dst[at+c*4] = activation(v+b, shift, low)
		}
	}
}

// activation returns what becomes of an accumulator.
func activation(v int32, shift uint, low int32) int8 {
	return int8(min(max(RoundShift(v, shift), low), 127))
}

// lowest returns the least activation.
func lowest(relu bool) int32 {
	if relu {
		return 0
	}
	return -127
}

// Constants of Normalize: the fraction bits of the reciprocal, and its cap, which
// keeps 127·inverse within an int32 (gains of up to 256).
const (
	normalizeBits = 12
	normalizeCap  = 1 << 20
)

// Normalize scales every column of k×n activations to a mean absolute value of
// target, the integer layer normalization of EGGROLL (arXiv 2511.16652, App. C):
//
//	s = max(1, Σ_κ |x[κ, c]|)
//	inverse = min((target·k·2^12 + s/2) / s, 2^20)
//	dst[κ, c] = clamp(RoundShift(x[κ, c]·inverse, 12), ±127)
//
// target is in [1, 127], k ≤ MaxK. dst may be x.
func Normalize(dst, x []int8, k, n, target int) {
	if target < 1 || target > 127 || k > MaxK {
		panic(fmt.Sprintf("kernels: Normalize: target %d of %d×%d, want 1 to 127 and k at most %d", target, k, n, MaxK))
	}
	checkLen("Normalize", "dst", len(dst), Quads(k)*n*4, "a batch of %d×%d", k, n)
	checkLen("Normalize", "x", len(x), Quads(k)*n*4, "a batch of %d×%d", k, n)
	normalize(dst, x, k, n, target)
}

func normalizeGeneric(dst, x []int8, k, n, target int) {
	for c := range n {
		sum := int64(0)
		for q := range Quads(k) {
			for _, v := range x[(q*n+c)*4:][:4] {
				sum += int64(max(int32(v), -int32(v)))
			}
		}
		sum = max(sum, 1)
		inverse := int32(min((int64(target)*int64(k)<<normalizeBits+sum/2)/sum, normalizeCap))
		for q := range Quads(k) {
			at := (q*n + c) * 4
			for u, v := range x[at : at+4] {
				scaled := RoundShift(int32(v)*inverse, normalizeBits)
				dst[at+u] = int8(min(max(scaled, -127), 127))
			}
		}
	}
}
