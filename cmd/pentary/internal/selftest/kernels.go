package selftest

import (
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// kernel is one function under test.
type kernel struct {
	name string
	dims []dimension
	cost []int // the dimensions whose product is the reference's work, roughly
	// prepare makes the operands of a call and returns the call, which returns
	// what the function does, or 0.
	prepare func(o *operands, shape []int) (call func() int)
}

// dimension is the range of one dimension of a shape.
type dimension struct {
	name        string
	least, most int
}

var (
	dimM       = dimension{"m", 1, 700}
	dimK       = dimension{"k", 1, 5000}
	dimN       = dimension{"n", 0, 2500}
	dimVecs    = dimension{"n", 1, kernels.MaxVecs}
	dimPairs   = dimension{"pairs", 0, 40}
	dimRank    = dimension{"rank", 1, 17}
	dimStreams = dimension{"streams", 1, 70}
	dimShift   = dimension{"shift", 0, 30}
	dimReLU    = dimension{"relu", 0, 1}
	dimTerms   = dimension{"terms", 0, 700}
)

// all lists the kernels of the package's interface.
var all = []kernel{
	{"unpack", []dimension{{"n", 0, 5000}}, []int{0}, unpack},
	{"pack", []dimension{{"n", 0, 5000}}, []int{0}, pack},
	{"interleave", []dimension{dimK, dimN}, []int{0, 1}, interleave},
	{"columnsums", []dimension{dimK, dimN}, []int{0, 1}, columnSums},
	{"matmul", []dimension{dimM, dimK, dimN}, []int{0, 1, 2}, matMul},
	{"matvec", []dimension{dimM, dimK, dimVecs}, []int{0, 1, 2}, matVec},
	{"project", []dimension{dimPairs, dimRank, dimStreams, dimK}, []int{0, 1, 2, 3}, project},
	{"project_shared", []dimension{dimPairs, dimRank, dimStreams, dimK}, []int{0, 1, 2, 3}, projectShared},
	{"perturb", []dimension{dimPairs, dimRank, dimStreams, dimM, dimShift}, []int{0, 1, 2, 3}, perturb},
	{"perturb_shared", []dimension{dimPairs, dimRank, dimStreams, dimM, dimShift}, []int{0, 1, 2, 3}, perturbShared},
	{"perturb_shared_requantize", []dimension{dimPairs, {"rank", 1, 4}, dimStreams, dimM, {"perturb_shift", 0, 30}, {"shift", 0, 12}, dimReLU}, []int{0, 1, 2, 3}, perturbSharedRequantize},
	{"matmul_perturbed", []dimension{dimPairs, dimRank, dimStreams, dimM, dimK, dimShift}, []int{0, 2, 3, 4}, matMulPerturbed},
	{"weigh_factors", []dimension{dimPairs, dimRank, dimM}, []int{0, 1, 2}, weighFactors},
	{"interleave_factors", []dimension{dimTerms, {"blocks", 0, 40}}, []int{0, 1}, interleaveFactors},
	{"interleave_inputs", []dimension{{"k", 0, kernels.StripCols}, dimN}, []int{0, 1}, updateTermsOfInputs},
	{"update_residual", []dimension{dimM, dimK, dimTerms}, []int{0, 1, 2}, updateResidual},
	{"update_residual4", []dimension{dimM, dimK, dimTerms}, []int{0, 1, 2}, updateResidual4},
	{"update_stochastic", []dimension{dimM, dimK, dimTerms}, []int{0, 1, 2}, updateStochastic},
	{"update_flip", []dimension{dimM, dimK, dimTerms}, []int{0, 1, 2}, updateFlip},
	{"update_threshold", []dimension{dimM, dimK, dimTerms}, []int{0, 1, 2}, updateThreshold},
	{"shrink", []dimension{dimM, dimK}, []int{0, 1}, shrink},
	{"saturated", []dimension{dimM, dimK}, []int{0, 1}, saturated},
	{"requantize", []dimension{dimM, dimN, dimShift, dimReLU}, []int{0, 1}, requantize},
	{"normalize", []dimension{dimK, dimN, {"target", 1, 127}}, []int{0, 1}, normalize},
	{"add", []dimension{dimM, dimN}, []int{0, 1}, add},
	{"gate", []dimension{dimM, dimN}, []int{0, 1}, gate},
	{"blend", []dimension{dimM, dimN}, []int{0, 1}, blend},
	{"score", []dimension{{"classes", 1, kernels.MaxClasses}, dimN}, []int{0, 1}, score},
	{"noise", []dimension{{"blocks", 0, 300}, {"law", 0, 1}}, []int{0}, noise},
	{"random", []dimension{{"blocks", 0, 300}}, []int{0}, random},
}

// work returns about how many operations a shape takes of the reference.
func (k kernel) work(sizes []int) int {
	work := 1
	for _, i := range k.cost {
		work *= max(sizes[i], 1)
	}
	return work
}

// shrink halves the largest of the sizes that cost work until that is within a
// limit.
func (k kernel) shrink(sizes []int, limit int) {
	for k.work(sizes) > limit {
		largest := slices.MaxFunc(k.cost, func(i, j int) int { return sizes[i] - sizes[j] })
		sizes[largest] /= 2
	}
}

// none is the result of a function that returns nothing.
func none(f func()) func() int {
	return func() int {
		f()
		return 0
	}
}

// batch returns k×n activations in quads. The lanes beyond k are as random as the
// others: what multiplies them is zero.
func (o *operands) batch(k, n int) []int8 {
	return input(o, "x", kernels.Quads(k)*n*4, between[int8](o, -128, 127))
}

func unpack(o *operands, s []int) func() int {
	n := s[0]
	row := input(o, "row", packed.RowBytes(n), between[byte](o, 0, 255))
	dst := output[uint8](o, "dst", packed.PaddedLen(n))
	return none(func() { kernels.Unpack(dst, row, n) })
}

func pack(o *operands, s []int) func() int {
	n := s[0]
	src := input(o, "src", packed.PaddedLen(n), between[uint8](o, 0, 7))
	row := output[byte](o, "row", packed.RowBytes(n))
	return none(func() { kernels.Pack(row, src, n) })
}

func interleave(o *operands, s []int) func() int {
	k, n := s[0], s[1]
	src := input(o, "src", k*n, between[int8](o, -128, 127))
	dst := output[int8](o, "dst", kernels.Quads(k)*n*4)
	return none(func() { kernels.Interleave(dst, src, k, n) })
}

func columnSums(o *operands, s []int) func() int {
	k, n := s[0], s[1]
	x, sums := o.batch(k, n), output[int32](o, "sums", n)
	return none(func() { kernels.ColumnSums(sums, x, k, n) })
}

func matMul(o *operands, s []int) func() int {
	m, k, n := s[0], s[1], s[2]
	w, x, y := o.weights(m, k), o.batch(k, n), output[int32](o, "y", m*n)
	return none(func() { kernels.MatMul(y, w, x, n) })
}

func matVec(o *operands, s []int) func() int {
	m, k, n := s[0], s[1], s[2]
	w, x, y := o.weights(m, k), o.batch(k, n), output[int32](o, "y", m*n)
	return none(func() { kernels.MatVec(y, w, x, n) })
}

func layout(s []int) kernels.Population {
	return kernels.Population{Pairs: s[0], Rank: s[1], Columns: s[2]}
}

func project(o *operands, s []int) func() int {
	l, k := layout(s), s[3]
	b, x := o.factors("b", l.Pairs*l.Rank, k), o.batch(k, l.TotalColumns())
	t := output[int32](o, "t", l.Rank*l.TotalColumns())
	return none(func() { kernels.Project(t, b, x, l, k) })
}

func projectShared(o *operands, s []int) func() int {
	l, k := layout(s), s[3]
	b, x := o.factors("b", l.Pairs*l.Rank, k), o.batch(k, l.Columns)
	t := output[int32](o, "t", l.Pairs*l.Rank*l.Columns)
	return none(func() { kernels.ProjectShared(t, b, x, l, k) })
}

// projections returns n values as Project yields them for some k: around the
// range of sixteen bits, small, or as large as they come.
func (o *operands) projections(n, rank int) []int32 {
	ks := []int64{1, 20, 128, 129, 258, 259, 1000, kernels.MaxRankK / int64(rank)}
	bound := 254 * ks[o.IntN(len(ks))]
	return input(o, "t", n, between[int32](o, -bound, bound))
}

func perturb(o *operands, s []int) func() int {
	l, m, shift := layout(s), s[3], uint(s[4])
	a, t := o.factors("a", l.Pairs*l.Rank, m), o.projections(l.Rank*l.TotalColumns(), l.Rank)
	y := inout(o, "y", m*l.TotalColumns(), between[int32](o, math.MinInt32, math.MaxInt32))
	return none(func() { kernels.Perturb(y, a, t, l, m, shift) })
}

func perturbShared(o *operands, s []int) func() int {
	l, m, shift := layout(s), s[3], uint(s[4])
	a, t := o.factors("a", l.Pairs*l.Rank, m), o.projections(l.Pairs*l.Rank*l.Columns, l.Rank)
	base := input(o, "base", m*l.Columns, between[int32](o, math.MinInt32, math.MaxInt32))
	y := output[int32](o, "y", m*l.TotalColumns())
	return none(func() { kernels.PerturbShared(y, base, a, t, l, m, shift) })
}

func perturbSharedRequantize(o *operands, s []int) func() int {
	l, m := layout(s), s[3]
	perturbShift, shift, relu := uint(s[4]), uint(s[5]), s[6] == 1
	a, t := o.factors("a", l.Pairs*l.Rank, m), o.projections(l.Pairs*l.Rank*l.Columns, l.Rank)
	// What lies between the clamps, what lies around a word, or all that there is.
	reach := []int64{200 << shift, 1<<15 + 200<<shift, math.MaxInt32}[o.IntN(3)]
	base := input(o, "base", m*l.Columns, between[int32](o, -reach-1, reach))
	var bias []int32
	if o.IntN(2) == 0 {
		bias = input(o, "bias", m, between[int32](o, -reach-1, reach))
	}
	dst := output[int8](o, "dst", kernels.Quads(m)*l.TotalColumns()*4)
	return none(func() {
		kernels.PerturbSharedRequantize(dst, base, a, t, l, m, perturbShift, kernels.Output{Bias: bias, Shift: shift, ReLU: relu})
	})
}

func matMulPerturbed(o *operands, s []int) func() int {
	l, m, k, shift := layout(s), s[3], s[4], uint(s[5])
	w, x := o.weights(m, k), o.batch(k, l.TotalColumns())
	a, t := o.factors("a", l.Pairs*l.Rank, m), o.projections(l.Rank*l.TotalColumns(), l.Rank)
	y := output[int32](o, "y", m*l.TotalColumns())
	return none(func() { kernels.MatMulPerturbed(y, w, x, a, t, l, shift) })
}

func weighFactors(o *operands, s []int) func() int {
	pairs, rank, m := s[0], s[1], s[2]
	a := o.factors("a", pairs*rank, m)
	f := input(o, "f", pairs, between[int8](o, -kernels.MaxFitness, kernels.MaxFitness))
	dst := output[int8](o, "dst", kernels.Quads(pairs*rank)*m*4)
	return none(func() { kernels.WeighFactors(dst, a, f, rank, m) })
}

func interleaveFactors(o *operands, s []int) func() int {
	terms, kp := s[0], s[1]*packed.SmallPents
	b := input(o, "b", terms*kp, between[uint8](o, 0, 4))
	dst := output[uint8](o, "dst", kernels.Quads(terms)*kp*4)
	return none(func() { kernels.InterleaveFactors(dst, b, terms, kp) })
}

func updateTermsOfInputs(o *operands, s []int) func() int {
	k, n := s[0], s[1]
	x := o.batch(k, n)
	strip := output[uint8](o, "strip", kernels.Quads(kernels.UpdateTermsPerInput*n)*kernels.StripCols*4)
	return func() int { return int(kernels.UpdateTermsOfInputs(strip, x, k, n)) }
}

// terms returns the factors of an update of an m×k matrix. The implementation
// selected when operands are made is the reference.
func (o *operands) terms(count, m, k int) kernels.Terms {
	kp := packed.PaddedLen(k)
	return kernels.Terms{
		Count: count, Rows: m,
		Left: input(o, "FA", kernels.Quads(count)*m*4, func(fa []int8) {
			between[int8](o, -2*kernels.MaxFitness, 2*kernels.MaxFitness)(fa)
			for at := range fa {
				if at/(m*4)*4+at%4 >= count {
					fa[at] = 0
				}
			}
		}),
		Right: input(o, "B", kernels.Quads(count)*kp*4, func(b []uint8) {
			vectors := make([]uint8, count*kp)
			codes(o, k)(vectors)
			kernels.InterleaveFactors(b, vectors, count, kp)
		}),
	}
}

// span returns a range of m rows, all of them half of the time.
func (o *operands) span(m int) (lo, hi int) {
	if o.IntN(2) == 0 {
		return 0, m
	}
	lo, hi = o.IntN(m+1), o.IntN(m+1)
	return min(lo, hi), max(lo, hi)
}

// scale returns a scale that lets many weights step, or one at its bounds.
func (o *operands) scale() kernels.Scale {
	bounds := []kernels.Scale{
		{Mul: 1, Shift: 0, Limit: 255},
		{Mul: 1 << 20, Shift: 19, Limit: 1 << 9},
		{Mul: 1<<30 - 1, Shift: 30, Limit: 1},
		{Mul: 1, Shift: 22, Limit: 1<<30 - 1},
		{Mul: math.MaxInt32, Shift: 0, Limit: 1},
		{Mul: 0, Shift: 3, Limit: 9},
		{Mul: 9, Shift: 3, Limit: 0},
	}
	if i := o.IntN(2 * len(bounds)); i < len(bounds) {
		return bounds[i]
	}
	return kernels.Scale{Mul: 1 + o.Int32N(100), Shift: uint(o.IntN(10)), Limit: 1 + o.Int32N(16<<o.IntN(10))}
}

func updateResidual(o *operands, s []int) func() int {
	m, k := s[0], s[1]
	terms, scale, w := o.terms(s[2], m, k), o.scale(), o.trained(m, k)
	residual := inout(o, "residual", m*packed.PaddedLen(k), between[int8](o, -128, 127))
	lo, hi := o.span(m)
	return func() int { return kernels.UpdateResidual(w, residual, terms, scale, lo, hi) }
}

func updateResidual4(o *operands, s []int) func() int {
	m, k := s[0], s[1]
	terms, scale, w, rounding := o.terms(s[2], m, k), o.scale(), o.trained(m, k), o.stream()
	residual := inout(o, "residual", m*packed.PaddedLen(k)/2, between[uint8](o, 0, 255))
	lo, hi := o.span(m)
	return func() int { return kernels.UpdateResidual4(w, residual, terms, scale, rounding, lo, hi) }
}

func updateStochastic(o *operands, s []int) func() int {
	m, k := s[0], s[1]
	terms, scale, w, rounding := o.terms(s[2], m, k), o.scale(), o.trained(m, k), o.stream()
	lo, hi := o.span(m)
	return func() int { return kernels.UpdateStochastic(w, terms, scale, rounding, lo, hi) }
}

func updateFlip(o *operands, s []int) func() int {
	m, k := s[0], s[1]
	terms, scale, w, rounding := o.terms(s[2], m, k), o.scale(), o.trained(m, k), o.stream()
	average := inout(o, "average", m*packed.PaddedLen(k), between[int8](o, -128, 127))
	decay, threshold := uint(1+o.IntN(kernels.MaxDecay)), int8(1+o.IntN(127))
	lo, hi := o.span(m)
	return func() int {
		return kernels.UpdateFlip(w, average, terms, kernels.Flip{Scale: scale, Decay: decay, Threshold: threshold}, rounding, lo, hi)
	}
}

func updateThreshold(o *operands, s []int) func() int {
	m, k, count := s[0], s[1], s[2]
	terms, w, rounding := o.terms(count, m, k), o.trained(m, k), o.stream()
	most := int64(2 * 2 * kernels.MaxFitness * count)
	tau := []int64{1, 2, 5, 1 + o.Int64N(most+1), most + 1, kernels.MaxThreshold / kernels.ThresholdUnit}[o.IntN(6)] * kernels.ThresholdUnit
	if o.IntN(4) > 0 {
		tau = min(tau+o.Int64N(kernels.ThresholdUnit), kernels.MaxThreshold)
	}
	lo, hi := o.span(m)
	return func() int { return kernels.UpdateThreshold(w, terms, tau, rounding, lo, hi) }
}

func shrink(o *operands, s []int) func() int {
	w, chance, draw := o.trained(s[0], s[1]), o.Uint32N(kernels.AlwaysShrink+1), o.stream()
	lo, hi := o.span(s[0])
	return func() int { return kernels.Shrink(w, chance, draw, lo, hi) }
}

func saturated(o *operands, s []int) func() int {
	w, count := o.weights(s[0], s[1]), output[int32](o, "count", 1)
	lo, hi := o.span(s[0])
	return none(func() { count[0] = int32(kernels.CountSaturated(w, lo, hi)) })
}

func requantize(o *operands, s []int) func() int {
	m, n, shift, relu := s[0], s[1], uint(s[2]), s[3] == 1
	// What lies between the clamps, or as far beyond them as the sum may be.
	half := int64(1) << shift >> 1
	lo, hi := max(int64(-200)<<shift, math.MinInt32), min(int64(200)<<shift, math.MaxInt32-half)
	if o.IntN(2) == 0 {
		lo, hi = math.MinInt32, math.MaxInt32-half
	}
	var bias []int32
	if o.IntN(2) == 0 {
		bound := min(int64(100)<<shift, 1<<28)
		bias = input(o, "bias", m, between[int32](o, -bound, bound))
		lo, hi = max(lo, math.MinInt32+bound), min(hi, math.MaxInt32-half-bound)
	}
	y := input(o, "y", m*n, between[int32](o, lo, hi))
	dst := output[int8](o, "dst", kernels.Quads(m)*n*4)
	return none(func() { kernels.Requantize(dst, y, m, n, kernels.Output{Bias: bias, Shift: shift, ReLU: relu}) })
}

func normalize(o *operands, s []int) func() int {
	k, n, target := s[0], s[1], s[2]
	bound := []int64{1, 3, 40, 127}[o.IntN(4)]
	fill, size := between[int8](o, -bound-1, bound), kernels.Quads(k)*n*4
	if o.IntN(3) == 0 { // in place
		x := inout(o, "x", size, fill)
		return none(func() { kernels.Normalize(x, x, k, n, target) })
	}
	x, dst := input(o, "x", size, fill), output[int8](o, "dst", size)
	return none(func() { kernels.Normalize(dst, x, k, n, target) })
}

// activations returns n of what the kernels of gates read, -128 too.
func (o *operands) activations(name string, n int) []int8 {
	return input(o, name, n, between[int8](o, -128, 127))
}

func add(o *operands, s []int) func() int {
	n := s[0] * s[1]
	dst, x := inout(o, "dst", n, between[int8](o, -128, 127)), o.activations("x", n)
	return none(func() { kernels.Add(dst, x) })
}

func gate(o *operands, s []int) func() int {
	n := s[0] * s[1]
	switch o.IntN(3) {
	case 0: // in place
		x, gate := inout(o, "x", n, between[int8](o, -128, 127)), o.activations("gate", n)
		return none(func() { kernels.Gate(x, gate, x) })
	case 1:
		gate, x := inout(o, "gate", n, between[int8](o, -128, 127)), o.activations("x", n)
		return none(func() { kernels.Gate(gate, gate, x) })
	}
	gate, x, dst := o.activations("gate", n), o.activations("x", n), output[int8](o, "dst", n)
	return none(func() { kernels.Gate(dst, gate, x) })
}

func blend(o *operands, s []int) func() int {
	n := s[0] * s[1]
	dst := inout(o, "dst", n, between[int8](o, -128, 127))
	gate, x := o.activations("gate", n), o.activations("x", n)
	return none(func() { kernels.Blend(dst, gate, x) })
}

func score(o *operands, s []int) func() int {
	m, n := s[0], s[1]
	logits := input(o, "logits", kernels.Quads(m)*n*4, between[int8](o, -128, 127))
	target := input(o, "target", n, between[uint8](o, 0, int64(m-1)))
	scores := output[int32](o, "score", n)
	return none(func() { kernels.LogProb(scores, logits, target, m, n) })
}

// stream returns any stream.
func (o *operands) stream() kernels.Stream {
	return kernels.Stream{Seed: o.Uint64(), Generation: o.Uint32(), Tensor: o.Uint32(), Pair: o.Uint32()}
}

func noise(o *operands, s []int) func() int {
	stream := o.stream()
	dst := output[uint8](o, "dst", s[0]*kernels.NoiseUnit)
	return none(func() { kernels.Noise(dst, kernels.Distribution(s[1]), stream) })
}

func random(o *operands, s []int) func() int {
	stream := o.stream()
	dst := output[uint8](o, "dst", s[0]*kernels.NoiseUnit)
	return none(func() { kernels.Random(dst, stream) })
}
