//go:build !purego

package kernels

func columnSums(sums []int32, x []int8, k, n int) { columnSumsGeneric(sums, x, k, n) }
func normalize(dst, x []int8, k, n, target int)   { normalizeGeneric(dst, x, k, n, target) }

func requantize(dst []int8, y, bias []int32, m, n int, shift uint, relu bool) {
	requantizeGeneric(dst, y, bias, m, n, shift, relu)
}

func scoreColumns(score []int32, logits []int8, target []uint8, m, n int) {
	scoreGeneric(score, logits, target, m, n)
}
