// Package catalogue lists the kernels of package kernels, with their shapes, the generation of
// operands, and the work of a call. Tests of conformance, concurrency, allocations and wrong
// lengths, the fuzz target, the command's selftest and the benchmarks run over the list: every
// listed kernel is tested and measured.
//
// The reference of a call is the same call with the generic implementation, the loop in the
// documentation of package kernels. Other tests of that package compare it with definitions and
// golden values.
package catalogue

import (
	"math"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Dimensions at and next to the edges of the blocks that kernels work in.
var (
	edgesK = []int{
		1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128, 129,
		255, 256, 257, 287, 288, 289, 511, 512, 513, 1023, 1025, 2047, 2049,
	}
	edgesN     = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 49, 63, 64, 65}
	edgesM     = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 31, 32, 33, 127, 128, 129}
	edgesRows  = []int{1, 2, 3, 4, 5, 8, 9, 16, 17, 33}
	edgesUnits = append(upTo(40), 63, 64, 65, 127, 129, 257)
	edgesOwn   = []int{1, 2, 3, 4, 5, 7, 8, 9, 16, 17}
	// Numbers of terms at the edges of quads and vectors, and beyond the range of 16-bit
	// sums.
	edgesTerms = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 600}
	// Rows of every length up to two blocks, and some longer ones.
	edgesRow = append(upTo(2*packed.BlockPents+packed.SmallPents), 767, 768, 769, 1024, 1055, 4096, 4129)
)

// deepest is the largest k that the blocked product packs at once.
const deepest = 1 << 14

// upTo returns 0, 1, …, n.
func upTo(n int) []int {
	all := make([]int, n+1)
	for i := range all {
		all[i] = i
	}
	return all
}

var (
	dimM       = Dim{"m", 1, 700, edgesM, true}
	dimRows    = Dim{"m", 1, 700, edgesRows, true}
	dimK       = Dim{"k", 1, 5000, edgesK, true}
	dimDepth   = Dim{"k", 0, 5000, append(edgesK, 0), true}
	dimN       = Dim{"n", 0, 2500, edgesN, true}
	dimVectors = Dim{"n", 1, kernels.MaxVecs, upTo(kernels.MaxVecs)[1:], true}
	dimPairs   = Dim{"pairs", 0, 40, []int{0, 1, 2, 3, 5}, true}
	dimRank    = Dim{"rank", 1, 17, []int{1, 2, 3, 4, 5, 8, 16}, true}
	dimColumns = Dim{"columns", 1, 70, edgesOwn, true}
	dimShift   = Dim{"shift", 0, 30, upTo(30), false}
	dimReLU    = Dim{"relu", 0, 1, upTo(1), false}
	dimWide    = Dim{"wide", 0, 1, upTo(1), false}
	dimTerms   = Dim{"terms", 0, 700, edgesTerms, true}
	dimSamples = Dim{"n", 0, 2500, append(upTo(17), 31, 32, 33, 255, 256, 257), true}
	dimLength  = Dim{"n", 0, 9000, upTo(200), true}
	dimDist    = Dim{"distribution", 0, 1, upTo(1), false}
	dimGen     = Dim{"generator", 0, 1, upTo(1), false}
	dimsUpdate = []Dim{dimRows, dimK, dimTerms}
)

// All lists the exported kernels.
var All = []*Kernel{
	{
		Name: "Unpack", Dims: []Dim{{"n", 0, 5000, edgesRow, true}}, Large: []int{1000},
		Measured: []Measured{row(1 << 14)},
		Make: func(o *Operands, s []int) func() int {
			n := s[0]
			row := input(o, "row", packed.RowBytes(n), between[byte](o, 0, 255))
			dst := output[uint8](o, "dst", packed.PaddedLen(n))
			return none(func() { kernels.Unpack(dst, row, n) })
		},
	},
	{
		Name: "Pack", Dims: []Dim{{"n", 0, 5000, edgesRow, true}}, Large: []int{1000},
		Measured: []Measured{row(1 << 14)},
		Make: func(o *Operands, s []int) func() int {
			n := s[0]
			src := input(o, "src", packed.PaddedLen(n), between[uint8](o, 0, 7))
			row := output[byte](o, "row", packed.RowBytes(n))
			return none(func() { kernels.Pack(row, src, n) })
		},
	},
	{
		Name: "Interleave", Dims: []Dim{{"k", 0, 5000, append(edgesK, 0, 6, 10), true}, dimN}, Large: []int{290, 270},
		Measured: []Measured{batch(1024, 512, 2*1024*512)},
		Make: func(o *Operands, s []int) func() int {
			k, n := s[0], s[1]
			src := input(o, "src", k*n, o.activations())
			dst := output[int8](o, "dst", kernels.Quads(k)*n*4)
			return none(func() { kernels.Interleave(dst, src, k, n) })
		},
	},
	{
		Name: "ColumnSums", Dims: []Dim{dimDepth, dimN}, Large: []int{290, 270},
		Measured: []Measured{batch(1024, 512, 1024*512+4*512)},
		Make: func(o *Operands, s []int) func() int {
			k, n := s[0], s[1]
			x, sums := o.batch(k, n), output[int32](o, "sums", n)
			return none(func() { kernels.ColumnSums(sums, x, k, n) })
		},
	},
	{
		Name: "MatMul", Dims: []Dim{dimM, dimK, dimN}, Large: []int{260, 290, 270},
		// Narrow products of several depths, and products split over processors by rows and
		// by columns.
		Several: [][]int{{3, deepest + 4, 9}, {9, 2*deepest + 301, 10}, {1030, 2330, 7}, {1030, 300, 57}, {70, 300, 800}},
		SeveralLong: [][]int{
			{257, 1100, 130}, {129, 4133, 70}, {520, 257, 300}, {3, 300, 2000}, {1030, 70, 65}, {37, 33001, 41}, {17, 20000, 300},
		},
		Measured: []Measured{
			Product(64, 64, 64), Product(256, 256, 256), Product(1024, 1024, 1024), Product(2048, 2048, 2048),
			Product(4096, 4096, 4096), Product(256, 784, 512),
		},
		Make: func(o *Operands, s []int) func() int {
			m, k, n := s[0], s[1], s[2]
			w, x, y := o.weights(m, k), o.batch(k, n), output[int32](o, "y", m*n)
			return none(func() { kernels.MatMul(y, w, x, n) })
		},
	},
	{
		Name: "MatVec", Dims: []Dim{dimM, dimK, dimVectors}, Large: []int{260, 290, kernels.MaxVecs},
		Several: [][]int{{21, 4133, 4}, {16, 4352, 3}}, // long rows for four vectors
		Measured: []Measured{
			Product(256, 256, 1), Product(256, 256, 4), Product(256, 256, 8),
			Product(1024, 1024, 1), Product(1024, 1024, 4), Product(1024, 1024, 8),
			Product(4096, 4096, 1), Product(4096, 4096, 4), Product(4096, 4096, 8),
			Product(1<<14, 1<<14, 1), Product(1<<14, 1<<14, 4), Product(1<<14, 1<<14, 8),
		},
		Make: func(o *Operands, s []int) func() int {
			m, k, n := s[0], s[1], s[2]
			w, x, y := o.weights(m, k), o.batch(k, n), output[int32](o, "y", m*n)
			return none(func() { kernels.MatVec(y, w, x, n) })
		},
	},
	{
		Name: "InterleaveCodes", Dims: []Dim{dimM, dimK}, Large: []int{260, 290},
		Measured: []Measured{{Shape: []int{1024, 1024}, M: 1024, K: 1024, Pents: 1 << 20, Bytes: int64(1024 * (1024 + packed.RowBytes(1024)))}},
		Make: func(o *Operands, s []int) func() int {
			w, dst := o.weights(s[0], s[1]), output[uint8](o, "dst", kernels.CodesLen(s[0], s[1]))
			return none(func() { kernels.InterleaveCodes(dst, w) })
		},
	},
	{
		Name: "MatVecCodes", Dims: []Dim{dimM, dimDepth, dimVectors}, Large: []int{260, 290, kernels.MaxVecs},
		Several: [][]int{{150, 70, 1}, {150, 70, 2}, {150, 70, 4}, {150, 70, 8}}, // full passes
		Measured: []Measured{
			codesProduct(256, 1), codesProduct(256, 4), codesProduct(256, 8),
			codesProduct(1024, 1), codesProduct(1024, 4), codesProduct(1024, 8),
			codesProduct(4096, 1), codesProduct(4096, 4), codesProduct(4096, 8),
		},
		Make: func(o *Operands, s []int) func() int {
			m, k, n := s[0], s[1], s[2]
			codes, x := input(o, "codes", kernels.CodesLen(m, k), between[uint8](o, 0, 4)), o.batch(k, n)
			y := output[int32](o, "y", m*n)
			return none(func() { kernels.MatVecCodes(y, codes, x, m, k, n) })
		},
	},
	{
		Name:  "Project",
		Dims:  []Dim{dimPairs, dimRank, {"columns", 1, 70, append(edgesOwn, 24, 31, 32, 33, 65), true}, dimDepth},
		Large: []int{257, 1, 1, 290},
		Make: func(o *Operands, s []int) func() int {
			pop, k := population(s), s[3]
			b, x := o.factors("b", pop.Pairs*pop.Rank, k), o.batch(k, pop.TotalColumns())
			t := output[int32](o, "t", pop.Rank*pop.TotalColumns())
			return none(func() { kernels.Project(t, b, x, pop, k) })
		},
	},
	{
		Name:  "ProjectPairs",
		Dims:  []Dim{dimPairs, dimRank, dimColumns, dimDepth},
		Large: []int{257, 1, 1, 290},
		Make: func(o *Operands, s []int) func() int {
			pop, k := population(s), s[3]
			lo, hi := o.span(pop.Pairs)
			b, x := o.factors("b", (hi-lo)*pop.Rank, k), o.batch(k, pop.TotalColumns())
			t := output[int32](o, "t", 2*(hi-lo)*pop.Rank*pop.Columns)
			return none(func() { kernels.ProjectPairs(t, b, x, pop, k, lo, hi) })
		},
	},
	{
		Name: "ProjectShared", Dims: []Dim{dimPairs, dimRank, dimColumns, dimDepth}, Large: []int{257, 1, 1, 290},
		Make: func(o *Operands, s []int) func() int {
			pop, k := population(s), s[3]
			b, x := o.factors("b", pop.Pairs*pop.Rank, k), o.batch(k, pop.Columns)
			t := output[int32](o, "t", pop.Pairs*pop.Rank*pop.Columns)
			return none(func() { kernels.ProjectShared(t, b, x, pop, k) })
		},
	},
	{
		Name: "Perturb", Dims: []Dim{dimPairs, dimRank, dimColumns, dimM, dimShift}, Large: []int{257, 1, 1, 260, 9},
		Make: func(o *Operands, s []int) func() int {
			pop, m, shift := population(s), s[3], uint(s[4])
			a, t := o.factors("a", pop.Pairs*pop.Rank, m), o.projections(pop.Rank*pop.TotalColumns(), pop.Rank)
			y := inout(o, "y", m*pop.TotalColumns(), between[int32](o, math.MinInt32, math.MaxInt32))
			return none(func() { kernels.Perturb(y, a, t, pop, m, shift) })
		},
	},
	{
		Name:  "MatMulPerturbed",
		Dims:  []Dim{dimPairs, dimRank, dimColumns, dimM, {"k", 1, 5000, []int{1, 31, 64, 257}, true}, {"shift", 0, 30, []int{0, 1, 9, 30}, false}},
		Large: []int{65, 1, 4, 260, 290, 9},
		// Pairs whose columns do not divide a vector, and pairs wider than a block of columns.
		Several: [][]int{{2, 2, 3, 9, deepest + 1, 5}, {1, 1, 4, 9, 2*deepest + 5, 5}},
		SeveralLong: [][]int{
			{300, 1, 4, 131, 520, 6},
			{300, 1, 4, 10, 520, 6},
			{90, 2, 19, 11, 1030, 4},
			{70, 2, 19, 17, 1030, 4},
			{2, 1, 1100, 35, 40, 3},
			{1, 4, 1024, 9, 64, 5},
			{9, 2, 3, 37, 16385, 5},
			{9, 1, 4, 37, 16385, 5},
			{2, 1, 200, 21, 16500, 5},
		},
		Make: func(o *Operands, s []int) func() int {
			pop, m, k, shift := population(s), s[3], s[4], uint(s[5])
			w, x := o.weights(m, k), o.batch(k, pop.TotalColumns())
			a, t := o.factors("a", pop.Pairs*pop.Rank, m), o.projections(pop.Rank*pop.TotalColumns(), pop.Rank)
			y := output[int32](o, "y", m*pop.TotalColumns())
			return none(func() { kernels.MatMulPerturbed(y, w, x, a, t, pop, shift) })
		},
	},
	{
		Name:    "MatMulDrawn",
		Dims:    []Dim{dimPairs, {"rank", 1, 20, []int{1, 2, 3, 4, 5, 16}, true}, {"columns", 1, 9, []int{4, 4, 4, 1, 8}, true}, {"m", 1, 300, []int{10, 33, 103, 127, 128, 129, 250, 256}, true}, {"k", 1, 600, []int{1, 31, 64, 257}, true}, {"shift", 0, 30, []int{0, 1, 6, 9, 30}, false}, dimDist, dimGen},
		Large:   []int{65, 2, 4, 260, 290, 9, 0, 0},
		Several: [][]int{{300, 2, 4, 128, 37, 6, 0, 0}, {2, 65, 4, 128, 9, 7, 0, 0}, {3, 3, 4, 243, 1030, 12, 0, 0}},
		Make: func(o *Operands, s []int) func() int {
			pop, m, k, shift := population(s), s[3], s[4], uint(s[5])
			w, x := o.weights(m, k), o.batch(k, pop.TotalColumns())
			stream, t := o.stream(s[7]), o.projections(pop.Rank*pop.TotalColumns(), pop.Rank)
			if o.IntN(4) == 0 {
				stream.Pair = math.MaxUint32 - uint32(o.IntN(4)) // and around
			}
			a, y := make([]uint8, pop.Pairs*pop.Rank*packed.PaddedLen(m)), output[int32](o, "y", m*pop.TotalColumns())
			return none(func() { kernels.MatMulDrawn(y, w, x, a, stream, kernels.Distribution(s[6]), t, pop, shift) })
		},
	},
	{
		Name: "PerturbShared", Dims: []Dim{dimPairs, dimRank, dimColumns, dimM, dimShift}, Large: []int{257, 1, 1, 260, 9},
		Make: func(o *Operands, s []int) func() int {
			pop, m, shift := population(s), s[3], uint(s[4])
			a, t := o.factors("a", pop.Pairs*pop.Rank, m), o.projections(pop.Pairs*pop.Rank*pop.Columns, pop.Rank)
			base := input(o, "base", m*pop.Columns, between[int32](o, math.MinInt32, math.MaxInt32))
			y := output[int32](o, "y", m*pop.TotalColumns())
			return none(func() { kernels.PerturbShared(y, base, a, t, pop, m, shift) })
		},
	},
	{
		Name: "PerturbSharedRequantize",
		Dims: []Dim{
			dimPairs,
			{"rank", 1, 5, []int{1, 1, 1, 2, 5}, true},
			{"columns", 1, 300, append(edgesOwn, 24, 63, 64, 65, 130, 300), true},
			{"m", 1, 700, append(edgesM, 259), true},
			{"perturb_shift", 0, 30, append(upTo(16), 0, 0, 1, 4, 30), false},
			{"shift", 0, 30, append(upTo(8), 2, 4, 5, 6, 7, 15, 30), false},
			dimReLU,
		},
		Large:    []int{5, 1, 130, 260, 4, 5, 1},
		Measured: []Measured{{Shape: []int{4, 1, 128, 256, 6, 7, 1}, M: 256, N: 1024, Rank: 1, Bytes: 256*1024 + 4*256*128 + 4*(256+4*128)}},
		Make: func(o *Operands, s []int) func() int {
			pop, m := population(s), s[3]
			perturbShift, shift, relu := uint(s[4]), uint(s[5]), s[6] == 1
			a := o.factors("a", pop.Pairs*pop.Rank, m)
			// Around the range of 8 or 16 bits, or as large as t can be.
			bound := parameter[int64](o, 4096, func() int64 {
				return oneOf[int64](o, 127, 5000, 8191, 8192, 16383, 16384, 1<<15-1, 1<<15, 254*int64(kernels.MaxRankK/pop.Rank))
			})
			t := input(o, "t", pop.Pairs*pop.Rank*pop.Columns, between[int32](o, -bound, bound))
			// Between the clamps, around the range of 16 bits, as far beyond as the sum
			// may be, or any base: sums wrap around.
			room := int64(1)<<shift>>1 + (2*int64(pop.Rank)*bound)>>perturbShift + 1
			var bias []int32
			if o.Typical || o.IntN(2) == 0 {
				b := min(int64(100)<<shift, 1<<28)
				bias = input(o, "Bias", m, between[int32](o, -b, b))
				room += b
			}
			most := math.MaxInt32 - room
			reach := min(oneOf(o, 200<<shift, 1<<15+200<<shift, most), most)
			fill := between[int32](o, -reach, reach)
			if !o.Typical && o.IntN(4) == 0 {
				fill = between[int32](o, math.MinInt32, math.MaxInt32)
			}
			base := input(o, "base", m*pop.Columns, fill)
			dst := output[int8](o, "dst", kernels.Quads(m)*pop.TotalColumns()*4)
			return none(func() {
				kernels.PerturbSharedRequantize(dst, base, a, t, pop, m, perturbShift, kernels.Output{Bias: bias, Shift: shift, ReLU: relu})
			})
		},
	},
	{
		Name: "TurnWords", Large: []int{36, 270, 1},
		Dims:     []Dim{{"quads", 0, 80, upTo(9), true}, dimN, dimWide},
		Measured: []Measured{{Shape: []int{32, 512, 1}, M: 128, N: 512, Bytes: 4 * 128 * 512}},
		Make: func(o *Operands, s []int) func() int {
			k, n := 4*s[0], s[1]
			high := input(o, "high", k*n, o.activations())
			var low []int8
			if s[2] == 1 {
				low = input(o, "low", k*n, between[int8](o, -64, 63))
			}
			turns := []kernels.Turn{{Cos: 1 << 14}, {Cos: -1 << 14}, {Sin: 1 << 14}, {Sin: -1 << 14}, {Cos: 11585, Sin: 11585}, {Cos: 11585, Sin: -11585}, {Cos: 16383, Sin: -181}, {Cos: -3, Sin: 16384}}
			turns = turns[:parameter(o, 8, func() int { return 2 * (1 + o.IntN(4)) })]
			dst := output[int8](o, "dst", 2*k*n)
			return none(func() { kernels.TurnWords(dst, high, low, turns, k, n) })
		},
	},
	{
		Name: "CacheValues", Dims: []Dim{{"quads", 0, 80, upTo(9), true}, dimN, {"step", 0, 3, upTo(3), false}}, Large: []int{36, 270, 2},
		Measured: []Measured{{Shape: []int{16, 512, 1}, M: 64, N: 512, Bytes: 2 * 64 * 512}},
		Make: func(o *Operands, s []int) func() int {
			k, n := 4*s[0], s[1]
			v := input(o, "v", k*n, o.activations())
			values := inout(o, "values", 4*k*n, o.activations())
			return none(func() { kernels.CacheValues(values, v, s[2], k, n) })
		},
	},
	{
		Name: "Attend", Large: []int{3, 1, 3, 270, 20, 1}, SeveralLong: [][]int{{1, 2, 256, 17, 3, 1}, {1, 1, 1, 17, 1024, 1}, {2, 1, 2, 5, 1023, 0}},
		Dims: []Dim{
			{"kv_heads", 1, 5, upTo(3)[1:], true},
			{"group", 1, 4, upTo(3)[1:], true},
			{"quads", 1, 40, []int{1, 2, 3, 4, 5, 8, 16}, true},
			dimN,
			{"steps", 1, 300, append(upTo(17)[1:], 32, 33, 127, 255), true},
			dimWide,
		},
		Measured: []Measured{attention(4, 2, 2, 512, 32), attention(8, 1, 8, 512, 32), attention(4, 2, 2, 1, 256), attention(4, 1, 16, 512, 256)},
		Make: func(o *Operands, s []int) func() int {
			a := kernels.Attention{KVHeads: s[0], Heads: s[0] * s[1], Width: 4 * s[2], Steps: s[4]}
			n, top := s[3], 127
			if s[5] == 1 {
				top = 16319
			}
			a.Shift = parameter(o, uint(6+14*s[5]), func() uint { return uint(o.IntN(31)) })
			words := func(name string, k int) []int8 {
				fill, values := between[int32](o, -int64(top), int64(top)), make([]int32, k*n)
				return input(o, name, 2*k*n, func(w []int8) {
					fill(values[:len(w)/2])
					for i, v := range values[:len(w)/2] {
						w[2*i], w[2*i+1] = int8(v), int8(v>>8)
					}
				})
			}
			q, keys := words("q", a.Heads*a.Width), words("keys", a.Steps*a.KVHeads*a.Width)
			values := input(o, "values", 4*kernels.Quads(a.Steps)*a.KVHeads*a.Width*n, o.activations())
			dst := output[int8](o, "dst", a.Heads*a.Width*n)
			return none(func() { kernels.Attend(dst, q, keys, values, a, n) })
		},
	},
	{
		Name: "RequantizeScaled", Large: []int{260, 270, 4, 13, 1, 0, 1},
		Dims: []Dim{
			dimM, dimN,
			{"digits", 1, kernels.MaxDigits, upTo(kernels.MaxDigits)[1:], true},
			dimShift, dimWide, dimReLU,
			{"scaled", 0, 2, upTo(2), false}, // by multipliers, with gains
		},
		Measured: []Measured{
			{Shape: []int{128, 512, 1, 13, 1, 0, 1}, M: 128, N: 512, Bytes: (4 + 2) * 128 * 512},
			{Shape: []int{128, 256, 4, 20, 1, 0, 1}, M: 128, N: 256, Bytes: (4*4 + 2) * 128 * 256},
		},
		Make: func(o *Operands, s []int) func() int {
			m, n, shift := s[0], s[1], uint(s[3])
			out := kernels.Scaled{Digits: s[2], Shift: shift, Wide: s[4] == 1, ReLU: s[5] == 1}
			batches := 1 + s[4]
			if out.Wide {
				m = kernels.Quads(m) * 4
			}
			if s[6] > 0 {
				out.Scale = input(o, "Scale", m, between[int32](o, 0, kernels.MaxScale))
			}
			if s[6] == 2 {
				out.Gains = input(o, "Gains", kernels.Quads(m)*4*n, o.activations())
			}
			bound := parameter[int64](o, 1<<15, func() int64 { return oneOf[int64](o, 200, 1<<15, 1<<24, math.MaxInt32) })
			y := input(o, "y", out.Digits*m*n, between[int32](o, -bound-1, bound))
			dst := output[int8](o, "dst", batches*kernels.Quads(m)*4*n)
			return none(func() { kernels.RequantizeScaled(dst, y, m, n, out) })
		},
	},
	{
		Name: "AddOffsets", Large: []int{260, 270, 3},
		Dims:     []Dim{dimM, dimN, dimShift},
		Measured: []Measured{{Shape: []int{128, 512, 0}, M: 128, N: 512, Bytes: (4 + 4 + 1) * 128 * 512}},
		Make: func(o *Operands, s []int) func() int {
			m, n := s[0], s[1]
			offsets := input(o, "offsets", m, between[int32](o, -kernels.MaxScale, kernels.MaxScale))
			numbers := input(o, "numbers", kernels.Quads(m)*4*n, o.activations())
			y := inout(o, "y", m*n, between[int32](o, math.MinInt32, math.MaxInt32))
			return none(func() { kernels.AddOffsets(y, offsets, numbers, m, n, uint(s[2])) })
		},
	},
	{
		Name: "AddWide", Dims: []Dim{dimLength}, Large: []int{270}, Measured: []Measured{elements(64, 512, 6)},
		Make: func(o *Operands, s []int) func() int {
			high, low := inout(o, "high", s[0], o.activations()), inout(o, "low", s[0], between[int8](o, -64, 63))
			xHigh, xLow := input(o, "xHigh", s[0], o.activations()), input(o, "xLow", s[0], between[int8](o, -64, 63))
			return none(func() { kernels.AddWide(high, low, xHigh, xLow) })
		},
	},
	{
		Name: "SwiGLU", Dims: []Dim{dimLength, {"shift", 8, 15, upTo(15)[8:], false}}, Large: []int{270, 8},
		Measured: []Measured{{Shape: []int{172 * 512, 9}, M: 172, N: 512, Bytes: 3 * 172 * 512}},
		Make: func(o *Operands, s []int) func() int {
			gates, x := input(o, "gates", s[0], o.activations()), input(o, "x", s[0], o.activations())
			dst := output[int8](o, "dst", s[0])
			return none(func() { kernels.SwiGLU(dst, gates, x, uint(s[1])) })
		},
	},
	{
		Name: "RootMeanSquare", Dims: []Dim{{"quads", 0, 300, append(upTo(9), 16, 33), true}, dimN, dimWide}, Large: []int{65, 270, 1},
		Measured: []Measured{{Shape: []int{16, 512, 1}, M: 64, N: 512, Bytes: 3 * 64 * 512}},
		Make: func(o *Operands, s []int) func() int {
			k, n := 4*s[0], s[1]
			top := parameter[int64](o, 127, func() int64 { return oneOf[int64](o, 0, 1, 9, 127) })
			high := input(o, "high", k*n, between[int8](o, -top, top))
			var low []int8
			if s[2] == 1 {
				low = input(o, "low", k*n, between[int8](o, -min(top, 64), min(top, 63)))
			}
			target := parameter(o, 16, func() int { return 1 + o.IntN(127) })
			dst := output[int8](o, "dst", k*n)
			return none(func() { kernels.RootMeanSquare(dst, high, low, k, n, target) })
		},
	},
	{
		Name: "WeighFactors", Dims: []Dim{{"pairs", 0, 40, upTo(9), true}, dimRank, dimM}, Large: []int{257, 1, 260},
		Make: func(o *Operands, s []int) func() int {
			pairs, rank, m := s[0], s[1], s[2]
			a := o.factors("a", pairs*rank, m)
			f := input(o, "f", pairs, between[int8](o, -kernels.MaxFitness, kernels.MaxFitness))
			dst := output[int8](o, "dst", kernels.Quads(pairs*rank)*m*4)
			return none(func() { kernels.WeighFactors(dst, a, f, rank, m) })
		},
	},
	{
		Name: "InterleaveFactors", Dims: []Dim{dimTerms, {"blocks", 0, 40, []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17}, true}}, Large: []int{257, 10},
		Make: func(o *Operands, s []int) func() int {
			terms, kp := s[0], s[1]*packed.SmallPents
			b := input(o, "b", terms*kp, between[uint8](o, 0, 4))
			dst := output[uint8](o, "dst", kernels.Quads(terms)*kp*4)
			if o.wrong > 0 || o.IntN(2) == 0 {
				return none(func() { kernels.InterleaveFactors(dst, b, terms, kp) })
			}
			part := 4 * o.IntN(terms/4+1) // in two parts; the first may be empty
			return none(func() {
				kernels.InterleaveFactorsAt(dst, b[part*kp:], part, terms-part, terms, kp)
				kernels.InterleaveFactorsAt(dst, b[:part*kp], 0, part, terms, kp)
			})
		},
	},
	{
		Name: "UpdateTermsOfInputs", Large: []int{16, 270},
		Dims:     []Dim{{"k", 0, kernels.StripCols, upTo(kernels.StripCols), true}, {"n", 0, 2500, append(upTo(40), 127, 128, 129, 256), true}},
		Measured: []Measured{batch(kernels.StripCols, 256, (1+kernels.UpdateTermsPerInput)*kernels.StripCols*256)},
		Make: func(o *Operands, s []int) func() int {
			k, n := s[0], s[1]
			x := o.batch(k, n)
			strip := output[uint8](o, "strip", kernels.Quads(kernels.UpdateTermsPerInput*n)*kernels.StripCols*4)
			return func() int { return int(kernels.UpdateTermsOfInputs(strip, x, k, n)) }
		},
	},
	{
		Name: "CenterDeltas", Large: []int{260, 270, 3, 1},
		Dims:     []Dim{dimM, dimSamples, {"quarters", 0, 4, upTo(4), false}, {"cut_off", 0, 1, upTo(1), false}},
		Measured: []Measured{{Shape: []int{128, 256, 3, 1}, M: 128, N: 256, Bytes: (4 + 4 + 1) * 128 * 256}},
		Make: func(o *Operands, s []int) func() int {
			m, n := s[0], s[1]
			low := parameter(o, 0, func() int8 { return oneOf[int8](o, 0, -127, -128, 126) })
			var y []int8
			if s[3] == 1 {
				y = o.batch(m, n)
			}
			delta := o.deltas(m, n)
			return func() int { return int(kernels.CenterDeltas(delta, y, m, n, low, s[2])) }
		},
	},
	{
		Name: "UpdateTermsOfDeltas", Dims: []Dim{dimM, dimSamples}, Large: []int{260, 270},
		Measured: []Measured{{Shape: []int{128, 256}, M: 128, N: 256, Bytes: (4 + kernels.UpdateTermsPerInput) * 128 * 256}},
		Make: func(o *Operands, s []int) func() int {
			m, n := s[0], s[1]
			mul := parameter[int64](o, 1<<13, func() int64 {
				return oneOf(o, 0, 1, 2, 1<<10, 52429, o.Int64N(kernels.MaxDeltaScale), kernels.MaxDeltaScale)
			})
			lo, hi := o.span(m)
			delta := o.deltas(m, n)
			left := output[int8](o, "left", kernels.Quads(kernels.UpdateTermsPerInput*n)*4*m)
			return func() int { return int(kernels.UpdateTermsOfDeltas(left, delta, m, n, lo, hi, mul)) }
		},
	},
	{
		Name: "UpdateResidual", Dims: dimsUpdate, Large: []int{260, 290, 257}, Several: [][]int{{49, 300, 1091}},
		Measured: []Measured{update(256, 1024, 1), update(1024, 1024, 1)},
		Make: func(o *Operands, s []int) func() int {
			m, k := s[0], s[1]
			terms, scale, w := o.terms(s[2], m, k), o.scale(), o.trained(m, k)
			residual := inout(o, "residual", m*packed.PaddedLen(k), between[int8](o, -128, 127))
			lo, hi := o.span(m)
			return func() int { return kernels.UpdateResidual(w, residual, terms, scale, lo, hi) }
		},
	},
	{
		Name: "UpdateResidual4", Dims: dimsUpdate, Large: []int{260, 290, 257},
		Measured: []Measured{update(1024, 1024, .5)},
		Make: func(o *Operands, s []int) func() int {
			m, k := s[0], s[1]
			terms, scale, w, rounding := o.terms(s[2], m, k), o.scale(), o.trained(m, k), o.rounding()
			residual := inout(o, "residual", m*packed.PaddedLen(k)/2, between[uint8](o, 0, 255))
			lo, hi := o.span(m)
			return func() int { return kernels.UpdateResidual4(w, residual, terms, scale, rounding, lo, hi) }
		},
	},
	{
		Name: "UpdateStochastic", Dims: dimsUpdate, Large: []int{260, 290, 257},
		Measured: []Measured{update(1024, 1024, 0)},
		Make: func(o *Operands, s []int) func() int {
			m, k := s[0], s[1]
			terms, scale, w, rounding := o.terms(s[2], m, k), o.scale(), o.trained(m, k), o.rounding()
			lo, hi := o.span(m)
			return func() int { return kernels.UpdateStochastic(w, terms, scale, rounding, lo, hi) }
		},
	},
	{
		Name: "UpdateFlip", Dims: dimsUpdate, Large: []int{260, 290, 257},
		Measured: []Measured{update(1024, 1024, 1)},
		Make: func(o *Operands, s []int) func() int {
			m, k, kp := s[0], s[1], packed.PaddedLen(s[1])
			terms, scale, w, rounding := o.terms(s[2], m, k), o.scale(), o.trained(m, k), o.rounding()
			average := inout(o, "average", m*kp, func(a []int8) {
				between[int8](o, -128, 127)(a)
				for i := range m {
					clear(a[i*kp+k : (i+1)*kp])
				}
			})
			flip := kernels.Flip{
				Scale:     scale,
				Decay:     parameter[uint](o, 4, func() uint { return uint(1 + o.IntN(kernels.MaxDecay)) }),
				Threshold: parameter[int8](o, 8, func() int8 { return oneOf[int8](o, 1, 2, 60, 126, 127, 1+int8(o.IntN(127))) }),
			}
			lo, hi := o.span(m)
			return func() int { return kernels.UpdateFlip(w, average, terms, flip, rounding, lo, hi) }
		},
	},
	{
		Name: "UpdateThreshold", Dims: dimsUpdate, Large: []int{260, 290, 257},
		Measured: []Measured{update(1024, 1024, 0)},
		Make: func(o *Operands, s []int) func() int {
			m, k, count := s[0], s[1], s[2]
			terms, w, rounding := o.terms(count, m, k), o.trained(m, k), o.rounding()
			threshold := parameter[int64](o, 400*kernels.ThresholdUnit+1, func() int64 {
				few, most := int64(28*count), int64(4*kernels.MaxFitness*count)
				whole := oneOf(o, 1, 2, 5, 1+o.Int64N(few+1), 1+o.Int64N(most+1), few+1, most+1, kernels.MaxThreshold/kernels.ThresholdUnit)
				if o.IntN(4) == 0 {
					return whole * kernels.ThresholdUnit
				}
				return min(whole*kernels.ThresholdUnit+o.Int64N(kernels.ThresholdUnit), kernels.MaxThreshold)
			})
			lo, hi := o.span(m)
			return func() int { return kernels.UpdateThreshold(w, terms, threshold, rounding, lo, hi) }
		},
	},
	{
		Name: "Shrink", Dims: []Dim{{"m", 1, 700, edgesRows, true}, dimK}, Large: []int{260, 290},
		Measured: []Measured{matrix(256, 1024, 2)},
		Make: func(o *Operands, s []int) func() int {
			w, draw := o.trained(s[0], s[1]), o.rounding()
			chance := parameter[uint32](o, 1<<8, func() uint32 {
				return oneOf(o, 0, 1, 2, 1<<15, kernels.AlwaysShrink-1, kernels.AlwaysShrink, o.Uint32N(kernels.AlwaysShrink+1))
			})
			lo, hi := o.span(s[0])
			return func() int { return kernels.Shrink(w, chance, draw, lo, hi) }
		},
	},
	{
		Name: "CountSaturated", Dims: []Dim{dimRows, dimK}, Large: []int{260, 290},
		Measured: []Measured{matrix(256, 1024, 1)},
		Make: func(o *Operands, s []int) func() int {
			w := o.weights(s[0], s[1])
			lo, hi := o.span(s[0])
			return func() int { return kernels.CountSaturated(w, lo, hi) }
		},
	},
	{
		Name: "Requantize", Large: []int{260, 270, 9, 1},
		Dims:     []Dim{{"m", 0, 700, append(edgesM, 0, 63, 65), true}, dimN, dimShift, dimReLU},
		Measured: []Measured{{Shape: []int{1024, 512, 8, 1}, M: 1024, N: 512, Bytes: 5 * 1024 * 512}},
		Make: func(o *Operands, s []int) func() int {
			m, n, shift, relu := s[0], s[1], uint(s[2]), s[3] == 1
			// Between the clamps, or as far beyond them as the sum may be.
			half := int64(1) << shift >> 1
			lo, hi := max(int64(-200)<<shift, math.MinInt32), min(int64(200)<<shift, math.MaxInt32-half)
			if !o.Typical && o.IntN(2) == 0 {
				lo, hi = math.MinInt32, math.MaxInt32-half
			}
			var bias []int32
			if o.Typical || o.IntN(2) == 0 {
				bound := min(int64(100)<<shift, 1<<28)
				bias = input(o, "Bias", m, between[int32](o, -bound, bound))
				lo, hi = max(lo, math.MinInt32+bound), min(hi, math.MaxInt32-half-bound)
			}
			y := input(o, "y", m*n, between[int32](o, lo, hi))
			dst := output[int8](o, "dst", kernels.Quads(m)*n*4)
			return none(func() { kernels.Requantize(dst, y, m, n, kernels.Output{Bias: bias, Shift: shift, ReLU: relu}) })
		},
	},
	{
		Name: "Normalize", Large: []int{290, 270, 64},
		Dims:     []Dim{dimDepth, dimN, {"target", 1, 127, []int{1, 2, 3, 16, 31, 32, 64, 100, 126, 127}, false}},
		Measured: []Measured{{Shape: []int{1024, 512, 32}, K: 1024, N: 512, Bytes: 2 * 1024 * 512}},
		Make: func(o *Operands, s []int) func() int {
			k, n, target := s[0], s[1], s[2]
			bound := parameter[int64](o, 126, func() int64 { return oneOf[int64](o, 1, 3, 40, 127) })
			fill, size := between[int8](o, -bound-1, bound), kernels.Quads(k)*n*4
			if !o.Typical && o.IntN(3) == 0 && o.wrong == 0 { // in place
				x := inout(o, "x", size, fill)
				return none(func() { kernels.Normalize(x, x, k, n, target) })
			}
			x, dst := input(o, "x", size, fill), output[int8](o, "dst", size)
			return none(func() { kernels.Normalize(dst, x, k, n, target) })
		},
	},
	{
		Name: "Add", Dims: []Dim{dimLength}, Large: []int{270}, Measured: []Measured{elements(256, 64, 3)},
		Make: func(o *Operands, s []int) func() int {
			dst, x := o.gates(s[0], 1)
			return none(func() { kernels.Add(dst, x[0]) })
		},
	},
	{
		Name: "Max", Dims: []Dim{dimLength}, Large: []int{270}, Measured: []Measured{elements(256, 64, 3)},
		Make: func(o *Operands, s []int) func() int {
			dst, x := o.gates(s[0], 1)
			return none(func() { kernels.Max(dst, x[0]) })
		},
	},
	{
		Name: "Gate", Dims: []Dim{dimLength}, Large: []int{270}, Measured: []Measured{elements(256, 64, 3)},
		Make: func(o *Operands, s []int) func() int {
			dst, x := o.gates(s[0], 2)
			return none(func() { kernels.Gate(dst, x[0], x[1]) })
		},
	},
	{
		Name: "Blend", Dims: []Dim{dimLength}, Large: []int{270}, Measured: []Measured{elements(256, 64, 4)},
		Make: func(o *Operands, s []int) func() int {
			dst, x := o.gates(s[0], 2)
			return none(func() { kernels.Blend(dst, x[0], x[1]) })
		},
	},
	{
		Name: "LogProb", Large: []int{256, 270},
		Dims: []Dim{{
			"classes", 1, kernels.MaxClasses,
			append(upTo(40)[1:], 63, 64, 65, 100, 127, 128, 129, 200, 251, 252, 253, 254, 255, 256), true,
		}, dimN},
		Measured: []Measured{{Shape: []int{256, 512}, M: 256, N: 512, Bytes: 256*512 + 5*512}},
		Make: func(o *Operands, s []int) func() int {
			m, n := s[0], s[1]
			logits := input(o, "logits", kernels.Quads(m)*n*4, o.activations())
			target := input(o, "target", n, between[uint8](o, 0, int64(m-1)))
			score := output[int32](o, "score", n)
			return none(func() { kernels.LogProb(score, logits, target, m, n) })
		},
	},
	{
		Name: "Noise", Dims: []Dim{{"units", 0, 300, edgesUnits, true}, dimDist, dimGen}, Large: []int{300, 0, 0},
		Measured: []Measured{
			{Shape: []int{1 << 11, 0, 0}, N: 1 << 16, Pents: 1 << 16, Bytes: 1 << 16},
			{Name: "NoiseUniform", Shape: []int{1 << 11, 1, 0}, N: 1 << 16, Pents: 1 << 16, Bytes: 1 << 16},
			{Name: "NoisePhilox", Shape: []int{1 << 11, 0, 1}, N: 1 << 16, Pents: 1 << 16, Bytes: 1 << 16},
		},
		Make: func(o *Operands, s []int) func() int {
			stream, dst := o.stream(s[2]), output[uint8](o, "dst", s[0]*kernels.NoiseUnit)
			return none(func() { kernels.Noise(dst, kernels.Distribution(s[1]), stream) })
		},
	},
	{
		Name: "NoisePairs", Large: []int{16, 33, 0, 0},
		Dims: []Dim{{"pairs", 1, 40, []int{1, 2, 3, 4, 7, 16, 33}, true}, {"units", 0, 300, append(upTo(20), 31, 32, 33), true}, dimDist, dimGen},
		Make: func(o *Operands, s []int) func() int {
			stream, dst := o.stream(s[3]), output[uint8](o, "dst", s[0]*s[1]*kernels.NoiseUnit)
			if o.IntN(4) == 0 {
				stream.Pair = math.MaxUint32 - uint32(o.IntN(4)) // and around
			}
			return none(func() { kernels.NoisePairs(dst, kernels.Distribution(s[2]), stream, s[0]) })
		},
	},
	{
		Name: "Random", Dims: []Dim{{"units", 0, 300, edgesUnits, true}, dimGen}, Large: []int{300, 0},
		Measured: []Measured{{Shape: []int{1 << 11, 0}, N: 1 << 16, Bytes: 1 << 16}},
		Make: func(o *Operands, s []int) func() int {
			stream, dst := o.stream(s[1]), output[uint8](o, "dst", s[0]*kernels.NoiseUnit)
			return none(func() { kernels.Random(dst, stream) })
		},
	},
}

// none returns a call of a function without a result.
func none(f func()) func() int {
	return func() int {
		f()
		return 0
	}
}

func population(s []int) kernels.Population {
	return kernels.Population{Pairs: s[0], Rank: s[1], Columns: s[2]}
}

// scale returns a scale by which many weights step, or a scale at its bounds.
func (o *Operands) scale() kernels.Scale {
	return parameter(o, kernels.Scale{Mul: 1 << 12, Shift: 16, Limit: 1 << 12}, func() kernels.Scale {
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
	})
}

// gates returns the operands of an elementwise kernel, one of which may be dst.
func (o *Operands) gates(n, count int) (dst []int8, xs [][]int8) {
	dst = inout(o, "dst", n, o.activations())
	alias := count // no alias
	if !o.Typical && o.wrong == 0 {
		alias = o.IntN(count + 1)
	}
	for i := range count {
		x := dst
		if i != alias {
			x = input(o, "x", n, o.activations())
		}
		xs = append(xs, x)
	}
	return dst, xs
}

func row(n int) Measured {
	return Measured{Shape: []int{n}, K: n, Pents: int64(n), Bytes: int64(n + packed.RowBytes(n))}
}

func batch(k, n int, bytes int64) Measured {
	return Measured{Shape: []int{k, n}, K: k, N: n, Bytes: bytes}
}

// Product returns the measurement of an m×k by k×n product.
func Product(m, k, n int) Measured {
	return Measured{
		Shape: []int{m, k, n}, M: m, K: k, N: n,
		MACs: int64(m) * int64(k) * int64(n), Bytes: int64(m*packed.RowBytes(k) + k*n + 4*m*n),
	}
}

// codesProduct is Product for an m×m matrix stored as one byte per code.
func codesProduct(m, n int) Measured {
	p := Product(m, m, n)
	p.Bytes += int64(kernels.CodesLen(m, m) - m*packed.RowBytes(m))
	return p
}

// update returns the measurement of an update of an n×n matrix by a rule that stores the given
// bytes per weight.
func update(n, terms int, bytes float64) Measured {
	return Measured{
		Shape: []int{n, n, terms}, M: n, K: n, N: terms, Rank: 1, MACs: int64(n) * int64(n) * int64(terms),
		Bytes: int64(2*n*packed.RowBytes(n)+terms*(n+n)) + 2*int64(bytes*float64(n*n)),
	}
}

func matrix(m, k int, passes int64) Measured {
	return Measured{Shape: []int{m, k}, M: m, K: k, Pents: int64(m * k), Bytes: passes * int64(m*packed.RowBytes(k))}
}

func elements(m, n int, operands int64) Measured {
	return Measured{Shape: []int{m * n}, M: m, N: n, Bytes: operands * int64(m*n)}
}

// attention returns the measurement of a step of attention with heads of 4·quads, where group
// heads share keys.
func attention(kvHeads, group, quads, n, steps int) Measured {
	width := int64(4 * quads)
	return Measured{
		Shape: []int{kvHeads, group, quads, n, steps, 1}, M: kvHeads * group * 4 * quads, K: steps, N: n,
		MACs:  2 * int64(kvHeads*group*n*steps) * width,
		Bytes: int64(kvHeads*n*(3*steps+3*group)) * width,
	}
}
