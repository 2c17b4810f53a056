//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

func unpack(dst []uint8, row []byte, n int) { packed.UnpackCodes(dst, row, n) }
func pack(row []byte, src []uint8, n int)   { packed.PackCodes(row, src, n) }

func interleave(dst, src []int8, k, n int)        { interleaveGeneric(dst, src, k, n) }
func columnSums(sums []int32, x []int8, k, n int) { columnSumsGeneric(sums, x, k, n) }
func normalize(dst, x []int8, k, n, target int)   { normalizeGeneric(dst, x, k, n, target) }

func requantize(dst []int8, y, bias []int32, m, n int, shift uint, relu bool) {
	requantizeGeneric(dst, y, bias, m, n, shift, relu)
}

func scoreColumns(score []int32, logits []int8, target []uint8, m, n int) {
	scoreGeneric(score, logits, target, m, n)
}

func weighFactors(dst []int8, a []uint8, f []int8, rank, m int) {
	weighFactorsGeneric(dst, a, f, rank, m)
}

func interleaveFactors(dst, b []uint8, terms, kp int) {
	interleaveFactorsGeneric(dst, b, terms, kp)
}
