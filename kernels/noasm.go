//go:build purego || !(amd64 || arm64)

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// On platforms without assembly, and under the tag purego, every kernel is the
// generic one.

func platform() []implementation { return nil }

func unpack(dst []uint8, row []byte, n int) { packed.UnpackCodes(dst, row, n) }
func pack(row []byte, src []uint8, n int)   { packed.PackCodes(row, src, n) }

func interleave(dst, src []int8, k, n int) { interleaveGeneric(dst, src, k, n) }

func (s *source) fill(dst []uint8, dist Distribution)                 { s.fillGeneric(dst, dist) }
func (s *source) fillPairs(dst []uint8, dist Distribution, pairs int) { s.fillEach(dst, dist, pairs) }

func columnSums(sums []int32, x []int8, k, n int) { columnSumsGeneric(sums, x, k, n) }
func normalize(dst, x []int8, k, n, target int)   { normalizeGeneric(dst, x, k, n, target) }

func requantize(dst []int8, y []int32, m, n int, o Output) {
	requantizeGeneric(dst, y, m, n, o)
}

func logProb(score []int32, logits []int8, target []uint8, m, n int) {
	logProbGeneric(score, logits, target, m, n)
}

func add(_, _ []int8) (done int)      { return 0 }
func larger(_, _ []int8) (done int)   { return 0 }
func gate(_, _, _ []int8) (done int)  { return 0 }
func blend(_, _, _ []int8) (done int) { return 0 }

func turnWords(dst, high, low []int8, turns []Turn, k, n int) {
	turnWordsGeneric(dst, high, low, turns, k, n)
}

func cacheValues(values, v []int8, step, n int) { cacheValuesGeneric(values, v, step, n) }

func attend(dst, q, keys, values []int8, a Attention, n int) {
	attendGeneric(dst, q, keys, values, a, n)
}

func requantizeScaled(_ []int8, _ []int32, _, _ int, _ Scaled) (done int) { return 0 }

func addOffsets(_, _ []int32, _ []int8, _, _ int, _ uint) (rows, columns int) { return 0, 0 }

func addWide(_, _, _, _ []int8) (done int)     { return 0 }
func swiGLU(_, _, _ []int8, _ uint) (done int) { return 0 }

func rootMeanSquare(dst, high, low []int8, k, n, target int) {
	rootColumns(dst, high, low, k, n, target, 0, n)
}

func weighFactors(dst []int8, a []uint8, f []int8, rank, m int) {
	weighFactorsGeneric(dst, a, f, rank, m)
}

func interleaveFactors(dst, b []uint8, terms, quads, kp int) {
	interleaveFactorsGeneric(dst, b, terms, quads, kp)
}

func updateTermsOfInputs(strip []uint8, x []int8, quads, n int) (squares uint64) {
	return updateTermsOfInputsGeneric(strip, x, quads, n, 0)
}

func sumDeltas(delta []int32, y []int8, lane int, low int8) int64 {
	return sumDeltasGeneric(delta, y, lane, low)
}

func subtractMean(delta []int32, mean int32) uint64 { return subtractMeanGeneric(delta, mean) }

func updateTermsOfDeltas(left []int8, delta []int32, m, n, lo, hi int, mul int64) (squares uint64) {
	return updateTermsOfDeltasGeneric(left, delta, m, n, lo, hi, 0, mul)
}

func matMul(y []int32, w *packed.Matrix, x []int8, n int) { matMulGeneric(y, w, x, n) }

func mostCodes() int { return -1 }

func interleaveCodes(dst []uint8, w *packed.Matrix) { interleaveCodesGeneric(dst, w) }
func matVecCodes(y []int32, codes []uint8, x []int8, _, k, n int) {
	matVecCodesGeneric(y, codes, x, k, n)
}

func project(t []int32, b []uint8, x []int8, pop Population, k, n int) {
	projectGeneric(t, b, x, pop, k, n)
}

func projectShared(t []int32, b []uint8, x []int8, pop Population, k int) {
	projectSharedGeneric(t, b, x, pop, k)
}

func matMulDrawn(y []int32, w *packed.Matrix, x []int8, a []uint8, s Stream, dist Distribution, t []int32, pop Population, shift uint) {
	NoisePairs(a, dist, s, pop.Pairs)
	matMulPerturbedGeneric(y, w, x, a, t, pop, shift)
}

func matMulPerturbed(y []int32, w *packed.Matrix, x []int8, a []uint8, t []int32, pop Population, shift uint) {
	matMulPerturbedGeneric(y, w, x, a, t, pop, shift)
}

func perturb(y []int32, a []uint8, t []int32, pop Population, m int, shift uint) {
	perturbGeneric(y, a, t, pop, m, shift)
}

func perturbShared(y, base []int32, a []uint8, t []int32, pop Population, m int, shift uint) {
	perturbSharedGeneric(y, base, a, t, pop, m, shift)
}

func perturbSharedRequantize(dst []int8, base []int32, a []uint8, t []int32, pop Population, m int, perturbShift uint, o Output) {
	perturbSharedRequantizeGeneric(dst, base, a, t, pop, m, perturbShift, o)
}

func stepRows(w *packed.Matrix, t Terms, r *rule, lo, hi int) int {
	return stepRowsGeneric(w, t, r, lo, hi)
}
