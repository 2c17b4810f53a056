package kernels

import "fmt"

// Output says how a layer's accumulators become activations:
//
//	clamp(RoundShift(y + Bias[i], Shift), low, 127)
//
// in row i, with low = -127, or 0 with ReLU.
type Output struct {
	Bias  []int32 // one a row, or nil for none
	Shift uint    // at most 30
	ReLU  bool
}

func (o Output) check(fn string, m, n int) {
	if o.Bias != nil {
		checkLen(fn, "Bias", len(o.Bias), m, "%d×%d", m, n)
	}
	checkShift(fn, o.Shift)
}

// bias returns the bias of a row.
func (o Output) bias(i int) int32 {
	if o.Bias == nil {
		return 0
	}
	return o.Bias[i]
}

// low returns the least activation.
func (o Output) low() int32 {
	if o.ReLU {
		return 0
	}
	return -127
}

// activation returns what becomes of an accumulator and its bias.
func (o Output) activation(v int32) int8 {
	return int8(min(max(RoundShift(v, o.Shift), o.low()), 127))
}

// Requantize turns accumulators of m×n into the activations of the next layer, in
// quads:
//
//	v = RoundShift(y[i*n+c] + o.Bias[i], o.Shift)
//	dst[(i/4*n+c)*4+i%4] = clamp(v, low, 127)
//
// with low = -127, or 0 with ReLU, and zero in the lanes beyond m. dst has
// Quads(m)·n·4 elements. The sum of accumulator, bias and 2^(Shift-1) must fit an
// int32.
func Requantize(dst []int8, y []int32, m, n int, o Output) {
	checkLen("Requantize", "dst", len(dst), batchLen(m, n), "a batch of %d×%d", m, n)
	checkLen("Requantize", "y", len(y), elements(m, n), "%d×%d", m, n)
	o.check("Requantize", m, n)
	if len(dst) > 0 {
		requantize(dst, y, m, n, o)
	}
}

func requantizeGeneric(dst []int8, y []int32, m, n int, o Output) {
	for i := range Quads(m) * 4 {
		at := i/4*n*4 + i%4
		if i >= m {
			for c := range n {
				dst[at+c*4] = 0
			}
			continue
		}
		b := o.bias(i)
		for c, v := range y[i*n : (i+1)*n] {
			dst[at+c*4] = o.activation(v + b)
		}
	}
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
	checkLen("Normalize", "dst", len(dst), batchLen(k, n), "a batch of %d×%d", k, n)
	checkLen("Normalize", "x", len(x), batchLen(k, n), "a batch of %d×%d", k, n)
	if len(dst) > 0 {
		normalize(dst, x, k, n, target)
	}
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

// ColumnSums sums every column of a batch of k×n activations:
//
//	sums[c] = Σ_κ x[κ, c]
//
// It is the correction that turns a product of offset codes into a product of
// weights: Σ w·x = Σ code·x − 2·Σ x, shared by all rows.
func ColumnSums(sums []int32, x []int8, k, n int) {
	checkLen("ColumnSums", "sums", len(sums), n, "a batch of %d×%d", k, n)
	checkLen("ColumnSums", "x", len(x), batchLen(k, n), "a batch of %d×%d", k, n)
	if len(sums) > 0 {
		columnSums(sums, x, k, n)
	}
}

func columnSumsGeneric(sums []int32, x []int8, k, n int) {
	clear(sums)
	for q := range Quads(k) {
		row := x[q*n*4 : (q+1)*n*4]
		for c := range sums {
			v := row[c*4 : c*4+4]
			sums[c] += int32(v[0]) + int32(v[1]) + int32(v[2]) + int32(v[3])
		}
	}
}
