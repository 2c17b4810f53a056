package kernels

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// TestPanics makes every mistake of shape that an exported function checks. The
// panic names the function, what it got and what it wants, and comes before any
// work.
func TestPanics(t *testing.T) {
	const was = 77 // content of every operand, before and after
	i8 := func(n int) []int8 { return filled(n, int8(was)) }
	u8 := func(n int) []uint8 { return filled(n, uint8(was)) }
	i32 := func(n int) []int32 { return filled(n, int32(was)) }
	w, wide := packed.NewMatrix(3, 6), packed.NewMatrix(1, MaxK+1)
	pop := Population{Pairs: 2, Rank: 3, Columns: 4}
	terms := Terms{Count: 5, Rows: 3, Left: i8(24), Right: u8(256)}
	with := func(change func(*Terms)) Terms {
		bad := terms
		change(&bad)
		return bad
	}
	scale := Scale{Mul: 1, Shift: 1, Limit: 1}
	drawn := func(y []int32, batch int, a []uint8, dist Distribution, s Stream, t []int32) {
		MatMulDrawn(y, packed.NewMatrix(3, 8), make([]int8, batch), a, s, dist, t, pop, 1)
	}

	// Operands of the calls below, of sound size where a name says no other.
	var (
		b8    = i8(64)     // bytes of any size
		y     = i32(3 * 5) // 3×5
		x     = i8(8 * 5)  // 6×5 in quads
		t48   = i32(48)    // rank·columns of l
		y48   = i32(48)    // 3×16
		d12   = i32(12)    // 3×4
		a192  = u8(192)    // 6 vectors of up to 32
		x128  = i8(128)    // 6×16 in quads
		e96   = i8(96)     // residual of w
		codes = u8(320)
		rows  = u8(128)
	)
	for _, test := range []struct {
		call func()
		want string
	}{
		{func() { Unpack(codes[:63], rows[:24], 33) }, "Unpack: dst has 63 elements, want 64 for a row of 33 pents"},
		{func() { Unpack(codes[:64], rows[:25], 33) }, "Unpack: row has 25 elements, want 24 for a row of 33 pents"},
		{func() { Pack(rows[:23], codes[:64], 33) }, "Pack: row has 23 elements, want 24 for a row of 33 pents"},
		{func() { Pack(rows[:24], codes[:65], 33) }, "Pack: src has 65 elements, want 64 for a row of 33 pents"},

		{func() { Interleave(b8[:39], x[:30], 6, 5) }, "Interleave: dst has 39 elements, want 40 for a batch of 6×5"},
		{func() { Interleave(b8[:40], x[:31], 6, 5) }, "Interleave: src has 31 elements, want 30 for 5 vectors of 6"},
		{func() { Interleave(b8[:4], x[:8], -8, -1) }, "Interleave: dst has 4 elements, but a batch of -8×-1 is out of range"},
		{func() { ColumnSums(y[:4], x, 6, 5) }, "ColumnSums: sums has 4 elements, want 5 for a batch of 6×5"},
		{func() { ColumnSums(y[:5], x[:36], 6, 5) }, "ColumnSums: x has 36 elements, want 40 for a batch of 6×5"},

		{func() { MatMul(y[:14], w, x, 5) }, "MatMul: y has 14 elements, want 15 for W·X of 3×5"},
		{func() { MatMul(y, w, x[:39], 5) }, "MatMul: x has 39 elements, want 40 for a batch of 6×5 (W is 3×6)"},
		{func() { MatMul(y[:1], wide, nil, 1) }, "MatMul: W is 1×8388609, want at most 8388608 columns"},
		{func() { MatVec(y[:14], w, x, 5) }, "MatVec: y has 14 elements, want 15 for W·X of 3×5"},
		{func() { MatVec(y, w, x[:39], 5) }, "MatVec: x has 39 elements, want 40 for a batch of 6×5 (W is 3×6)"},
		{func() { MatVec(y[:1], wide, nil, 1) }, "MatVec: W is 1×8388609, want at most 8388608 columns"},
		{func() { MatVec(nil, w, nil, 0) }, "MatVec: 0 columns, want 1 to 8"},
		{func() { MatVec(nil, w, nil, 9) }, "MatVec: 9 columns, want 1 to 8"},

		{func() { Project(t48[:47], a192, x128, pop, 6) }, "Project: t has 47 elements, want 48 for 2 pairs of rank 3 and 4 columns"},
		{func() { Project(t48, a192[:191], x128, pop, 6) }, "Project: b has 191 elements, want 192 for 2 pairs of rank 3 and k = 6"},
		{func() { Project(t48, a192, x128[:127], pop, 6) }, "Project: x has 127 elements, want 128 for a batch of 6×16"},
		{func() { Project(nil, nil, nil, Population{-1, 1, 1}, 6) }, "Project: bad population {Pairs:-1 Rank:1 Columns:1} for k = 6"},
		{func() { Project(nil, nil, nil, Population{1, 0, 1}, 6) }, "Project: bad population {Pairs:1 Rank:0 Columns:1} for k = 6"},
		{func() { Project(nil, nil, nil, Population{1, 1, 0}, 6) }, "Project: bad population {Pairs:1 Rank:1 Columns:0} for k = 6"},
		{func() { Project(nil, nil, nil, Population{0, 4, 1}, 1<<(strconv.IntSize-2)) }, "(rank·k is at most 2097152)"},
		{func() { Project(nil, nil, nil, Population{0, 2, 1}, MaxRankK) }, "for k = 2097152 (rank·k is at most 2097152)"},
		{func() { ProjectPairs(t48[:24], a192[:96], x128, pop, 6, 1, 3) }, "ProjectPairs: pairs 1 to 3 of 2"},
		{func() { ProjectPairs(t48, a192[:96], x128, pop, 6, 1, 2) }, "ProjectPairs: t has 48 elements, want 24 for 1 pairs of rank 3 and 4 columns"},
		{func() { ProjectShared(t48[:23], a192, x[:32], pop, 6) }, "ProjectShared: t has 23 elements, want 24 for 2 pairs of rank 3 and 4 columns"},
		{func() { ProjectShared(t48[:24], a192[:191], x[:32], pop, 6) }, "ProjectShared: b has 191 elements, want 192 for 2 pairs of rank 3 and k = 6"},
		{func() { ProjectShared(t48[:24], a192, x[:33], pop, 6) }, "ProjectShared: x has 33 elements, want 32 for a batch of 6×4"},
		{func() { ProjectShared(nil, nil, nil, Population{}, 6) }, "ProjectShared: bad population {Pairs:0 Rank:0 Columns:0} for k = 6"},

		{func() { Perturb(y48[:47], a192, t48, pop, 3, 1) }, "Perturb: y has 47 elements, want 48 for 3×16"},
		{func() { Perturb(y48, a192[:191], t48, pop, 3, 1) }, "Perturb: a has 191 elements, want 192 for 2 pairs of rank 3 and m = 3"},
		{func() { Perturb(y48, a192, t48[:47], pop, 3, 1) }, "Perturb: t has 47 elements, want 48 for 2 pairs of rank 3 and 4 columns"},
		{func() { Perturb(y48, a192, t48, pop, 3, 31) }, "Perturb: shift 31, want at most 30"},
		{func() { Perturb(y48, a192, t48, Population{}, 3, 1) }, "Perturb: bad population {Pairs:0 Rank:0 Columns:0}"},
		{func() { MatMulPerturbed(y48[:47], packed.NewMatrix(3, 8), make([]int8, 128), a192, t48, pop, 1) }, "MatMulPerturbed: y has 47 elements, want 48 for W·X of 3×16"},
		{func() { MatMulPerturbed(y48, packed.NewMatrix(3, 8), make([]int8, 127), a192, t48, pop, 1) }, "MatMulPerturbed: x has 127 elements, want 128 for a batch of 8×16 (W is 3×8)"},
		{func() { MatMulPerturbed(y48, packed.NewMatrix(3, 8), make([]int8, 128), a192[:1], t48, pop, 1) }, "MatMulPerturbed: a has 1 elements, want 192 for 2 pairs of rank 3 and m = 3"},
		{func() { MatMulPerturbed(y48, packed.NewMatrix(3, 8), make([]int8, 128), a192, t48[:47], pop, 1) }, "MatMulPerturbed: t has 47 elements, want 48 for 2 pairs of rank 3 and 4 columns"},
		{func() { drawn(y48[:47], 128, a192, Binomial, Stream{}, t48) }, "MatMulDrawn: y has 47 elements, want 48 for W·X of 3×16"},
		{func() { drawn(y48, 127, a192, Binomial, Stream{}, t48) }, "MatMulDrawn: x has 127 elements, want 128 for a batch of 8×16 (W is 3×8)"},
		{func() { drawn(y48, 128, a192[:1], Binomial, Stream{}, t48) }, "MatMulDrawn: a has 1 elements, want 192 for 2 pairs of rank 3 and m = 3"},
		{func() { drawn(y48, 128, a192, 2, Stream{}, t48) }, "MatMulDrawn: unknown distribution 2"},
		{func() { drawn(y48, 128, a192, Binomial, Stream{Generator: 2}, t48) }, "stream of unknown generator 2"},
		{func() { drawn(y48, 128, a192, Binomial, Stream{}, t48[:47]) }, "MatMulDrawn: t has 47 elements, want 48 for 2 pairs of rank 3 and 4 columns"},
		{func() { PerturbShared(y48[:47], y[:12], a192, t48[:24], pop, 3, 1) }, "PerturbShared: y has 47 elements, want 48 for 3×16"},
		{func() { PerturbShared(y48, y[:13], a192, t48[:24], pop, 3, 1) }, "PerturbShared: base has 13 elements, want 12 for 3×4"},
		{func() { PerturbShared(y48, y[:12], a192[:191], t48[:24], pop, 3, 1) }, "PerturbShared: a has 191 elements, want 192 for 2 pairs of rank 3 and m = 3"},
		{func() { PerturbShared(y48, y[:12], a192, t48[:25], pop, 3, 1) }, "PerturbShared: t has 25 elements, want 24 for 2 pairs of rank 3 and 4 columns"},
		{func() { PerturbShared(y48, y[:12], a192, t48[:24], pop, 3, 31) }, "PerturbShared: shift 31, want at most 30"},
		{func() { PerturbShared(nil, nil, nil, nil, Population{}, 3, 1) }, "PerturbShared: bad population {Pairs:0 Rank:0 Columns:0}"},

		{func() { PerturbSharedRequantize(b8[:63], y[:12], a192, t48[:24], pop, 3, 1, Output{Shift: 1}) }, "PerturbSharedRequantize: dst has 63 elements, want 64 for a batch of 3×16"},
		{func() { PerturbSharedRequantize(b8, y[:13], a192, t48[:24], pop, 3, 1, Output{Shift: 1}) }, "PerturbSharedRequantize: base has 13 elements, want 12 for 3×4"},
		{func() { PerturbSharedRequantize(b8, y[:12], a192[:191], t48[:24], pop, 3, 1, Output{Shift: 1}) }, "PerturbSharedRequantize: a has 191 elements, want 192 for 2 pairs of rank 3 and m = 3"},
		{func() { PerturbSharedRequantize(b8, y[:12], a192, t48[:25], pop, 3, 1, Output{Shift: 1}) }, "PerturbSharedRequantize: t has 25 elements, want 24 for 2 pairs of rank 3 and 4 columns"},
		{func() {
			PerturbSharedRequantize(b8, y[:12], a192, t48[:24], pop, 3, 1, Output{Bias: t48[:2], Shift: 1})
		}, "PerturbSharedRequantize: Bias has 2 elements, want 3 for 3×16"},
		{func() { PerturbSharedRequantize(b8, y[:12], a192, t48[:24], pop, 3, 31, Output{Shift: 1}) }, "PerturbSharedRequantize: shift 31, want at most 30"},
		{func() { PerturbSharedRequantize(b8, y[:12], a192, t48[:24], pop, 3, 1, Output{Shift: 31}) }, "PerturbSharedRequantize: shift 31, want at most 30"},
		{func() { PerturbSharedRequantize(nil, nil, nil, nil, Population{}, 3, 1, Output{Shift: 1}) }, "PerturbSharedRequantize: bad population {Pairs:0 Rank:0 Columns:0}"},

		{func() { Requantize(b8[:19], y, 3, 5, Output{Shift: 1}) }, "Requantize: dst has 19 elements, want 20 for a batch of 3×5"},
		{func() { Requantize(b8[:20], y[:14], 3, 5, Output{Shift: 1}) }, "Requantize: y has 14 elements, want 15 for 3×5"},
		{func() { Requantize(b8[:20], y, 3, 5, Output{Bias: t48[:2], Shift: 1}) }, "Requantize: Bias has 2 elements, want 3 for 3×5"},
		{func() { Requantize(b8[:20], y, 3, 5, Output{Bias: t48[:0], Shift: 1}) }, "Requantize: Bias has 0 elements, want 3 for 3×5"},
		{func() { Requantize(b8[:20], y, 3, 5, Output{Shift: 31}) }, "Requantize: shift 31, want at most 30"},
		{func() { Normalize(b8[:39], x, 6, 5, 9) }, "Normalize: dst has 39 elements, want 40 for a batch of 6×5"},
		{func() { Normalize(b8[:40], x[:39], 6, 5, 9) }, "Normalize: x has 39 elements, want 40 for a batch of 6×5"},
		{func() { Normalize(b8[:40], x, 6, 5, 0) }, "Normalize: target 0 of 6×5, want 1 to 127"},
		{func() { Normalize(b8[:40], x, 6, 5, 128) }, "Normalize: target 128 of 6×5, want 1 to 127"},
		{func() { Normalize(nil, nil, MaxK+1, 0, 1) }, "Normalize: target 1 of 8388609×0, want 1 to 127 and k at most 8388608"},
		{func() { Add(b8[:40], x[:39]) }, "Add: x has 39 elements, want 40 for 40 activations"},
		{func() { Gate(b8[:40], x[:39], x) }, "Gate: gates has 39 elements, want 40 for 40 activations"},
		{func() { Gate(b8[:39], x[:39], x) }, "Gate: x has 40 elements, want 39 for 39 activations"},
		{func() { Blend(b8[:40], x[:39], x) }, "Blend: gates has 39 elements, want 40 for 40 activations"},
		{func() { Blend(b8[:39], x[:39], x) }, "Blend: x has 40 elements, want 39 for 39 activations"},
		{func() { LogProb(y[:4], x, u8(5), 6, 5) }, "LogProb: score has 4 elements, want 5 for a batch of 6×5"},
		{func() { LogProb(y[:5], x, make([]uint8, 6), 6, 5) }, "LogProb: target has 6 elements, want 5 for a batch of 6×5"},
		{func() { LogProb(y[:5], x[:39], make([]uint8, 5), 6, 5) }, "LogProb: logits has 39 elements, want 40 for a batch of 6×5"},
		{func() { LogProb(y[:5], x, []uint8{0, 5, 6, 0, 0}, 6, 5) }, "LogProb: target 6 of column 2, want below 6"},
		{func() { LogProb(nil, nil, nil, 0, 0) }, "LogProb: 0 classes, want 1 to 256"},
		{func() { LogProb(nil, nil, nil, 257, 0) }, "LogProb: 257 classes, want 1 to 256"},

		{func() { Noise(codes[:33], Binomial, Stream{}) }, "Noise: 33 pents, want a multiple of 32"},
		{func() { Noise(codes[:32], 2, Stream{}) }, "Noise: unknown distribution 2"},
		{func() { NoisePairs(codes[:96], Binomial, Stream{}, 2) }, "NoisePairs: 96 pents for 2 pairs, want a multiple of 32 for each"},
		{func() { NoisePairs(codes[:32], 2, Stream{}, 1) }, "NoisePairs: unknown distribution 2"},

		{func() { Noise(codes[:32], Binomial, Stream{Generator: 2}) }, "stream of unknown generator 2"},
		{func() { NoisePairs(codes[:32], Binomial, Stream{Generator: 2}, 1) }, "stream of unknown generator 2"},
		{func() { Random(codes[:32], Stream{Generator: 2}) }, "stream of unknown generator 2"},
		{func() { Stream{Generator: 2}.Block(0) }, "stream of unknown generator 2"},
		{func() { Random(codes[:16], Stream{}) }, "Random: 16 bytes, want a multiple of 32"},

		{func() { WeighFactors(b8[:23], codes[:160], make([]int8, 5), 1, 3) }, "WeighFactors: dst has 23 elements, want 24 for 5 terms of 3 rows"},
		{func() { WeighFactors(b8[:24], codes[:128], make([]int8, 5), 1, 3) }, "WeighFactors: a has 128 elements, want 160 for 5 vectors of rank 1 and m = 3"},
		{func() { WeighFactors(b8[:24], codes[:160], []int8{63, -63, -64, 0, 0}, 1, 3) }, "WeighFactors: fitness code -64 of pair 2, want at most ±63"},
		{func() { InterleaveFactors(rows[:127], codes[:32], 1, 32) }, "InterleaveFactors: dst has 127 elements, want 128 for 1 terms of 32 columns"},
		{func() { InterleaveFactors(rows, codes[:33], 1, 32) }, "InterleaveFactors: b has 33 elements, want 32 for 1 vectors of 32"},
		{func() { InterleaveFactors(rows[:124], codes[:31], 1, 31) }, "InterleaveFactors: 1 vectors of 31 codes, want a multiple of 32"},

		{func() { UpdateTermsOfInputs(codes[:127], x[:32], 8, 4) }, "UpdateTermsOfInputs: strip has 127 elements, want 128 for 4 samples"},
		{func() { UpdateTermsOfInputs(codes[:128], x[:31], 8, 4) }, "UpdateTermsOfInputs: x has 31 elements, want 32 for a batch of 8×4"},
		{func() { UpdateTermsOfInputs(nil, nil, 17, 0) }, "UpdateTermsOfInputs: 17×0 inputs, want at most 16×4194304"},
		{func() { UpdateTermsOfInputs(nil, nil, -1, 0) }, "UpdateTermsOfInputs: -1×0 inputs, want at most 16×4194304"},
		{func() { UpdateTermsOfInputs(nil, nil, 0, 1<<22+1) }, "UpdateTermsOfInputs: 0×4194305 inputs, want at most 16×4194304"},
		{func() { CenterDeltas(d12[:11], x[:16], 3, 4, 0, 3) }, "CenterDeltas: delta has 11 elements, want 12 for 3×4"},
		{func() { CenterDeltas(d12, x[:15], 3, 4, 0, 3) }, "CenterDeltas: y has 15 elements, want 16 for a batch of 3×4"},
		{func() { CenterDeltas(d12, nil, 3, 4, 0, 5) }, "CenterDeltas: 5 quarters of the mean of 4 samples, want at most 4 of 4194304"},
		{func() { CenterDeltas(d12, nil, 3, 4, 0, -1) }, "CenterDeltas: -1 quarters of the mean of 4 samples, want at most 4 of 4194304"},
		{func() { CenterDeltas(nil, nil, 0, 1<<22+1, 0, 0) }, "CenterDeltas: 0 quarters of the mean of 4194305 samples, want at most 4 of 4194304"},
		{func() { UpdateTermsOfDeltas(x[:23], d12, 3, 4, 0, 3, 1) }, "UpdateTermsOfDeltas: left has 23 elements, want 24 for 4 samples of 3 rows"},
		{func() { UpdateTermsOfDeltas(x[:24], d12[:11], 3, 4, 0, 3, 1) }, "UpdateTermsOfDeltas: delta has 11 elements, want 12 for 3×4"},
		{func() { UpdateTermsOfDeltas(x[:24], d12, 3, 4, -1, 3, 1) }, "UpdateTermsOfDeltas: rows -1 to 3 of 3"},
		{func() { UpdateTermsOfDeltas(x[:24], d12, 3, 4, 2, 1, 1) }, "UpdateTermsOfDeltas: rows 2 to 1 of 3"},
		{func() { UpdateTermsOfDeltas(x[:24], d12, 3, 4, 0, 4, 1) }, "UpdateTermsOfDeltas: rows 0 to 4 of 3"},
		{func() { UpdateTermsOfDeltas(x[:24], d12, 3, 4, 0, 3, 1<<27+1) }, "UpdateTermsOfDeltas: 4 samples, scaled by 134217729, want at most 4194304 and 0 to 134217728"},
		{func() { UpdateTermsOfDeltas(x[:24], d12, 3, 4, 0, 3, -1) }, "UpdateTermsOfDeltas: 4 samples, scaled by -1, want at most 4194304 and 0 to 134217728"},
		{func() { UpdateResidual(w, e96[:95], terms, scale, 0, 3) }, "UpdateResidual: residual has 95 elements, want 96 for W of 3×6, rows padded"},
		{func() { UpdateResidual(w, e96, terms, scale, -1, 3) }, "UpdateResidual: rows -1 to 3 of W of 3×6"},
		{func() { UpdateResidual(w, e96, terms, scale, 2, 1) }, "UpdateResidual: rows 2 to 1 of W of 3×6"},
		{func() { UpdateResidual(w, e96, terms, scale, 0, 4) }, "UpdateResidual: rows 0 to 4 of W of 3×6"},
		{func() { UpdateResidual(w, e96, with(func(t *Terms) { t.Rows = 2 }), scale, 0, 3) }, "UpdateResidual: terms of 2 rows for W of 3×6"},
		{func() { UpdateResidual(w, e96, with(func(t *Terms) { t.Count = -1 }), scale, 0, 3) }, "UpdateResidual: -1 terms, want at most 8388608"},
		{func() { UpdateResidual(w, e96, with(func(t *Terms) { t.Count = MaxTerms + 1 }), scale, 0, 3) }, "UpdateResidual: 8388609 terms, want at most 8388608"},
		{func() { UpdateResidual(w, e96, with(func(t *Terms) { t.Left = t.Left[1:] }), scale, 0, 3) }, "UpdateResidual: Left has 23 elements, want 24 for 5 terms of 3 rows"},
		{func() { UpdateResidual(w, e96, with(func(t *Terms) { t.Right = t.Right[1:] }), scale, 0, 3) }, "UpdateResidual: Right has 255 elements, want 256 for 5 terms of 6 columns"},
		{func() { UpdateResidual(w, e96, terms, Scale{Mul: -1}, 0, 3) }, "UpdateResidual: scale {Mul:-1 Shift:0 Limit:0} overflows"},
		{func() { UpdateResidual(w, e96, terms, Scale{Limit: -1}, 0, 3) }, "UpdateResidual: scale {Mul:0 Shift:0 Limit:-1} overflows"},
		{func() { UpdateResidual(w, e96, terms, Scale{Shift: 31}, 0, 3) }, "UpdateResidual: scale {Mul:0 Shift:31 Limit:0} overflows"},
		{func() { UpdateResidual(w, e96, terms, Scale{1 << 15, 0, 1 << 16}, 0, 3) }, "UpdateResidual: scale {Mul:32768 Shift:0 Limit:65536} overflows"},
		{func() { UpdateResidual(w, e96, terms, Scale{1<<31 - 1, 1, 1}, 0, 3) }, "UpdateResidual: scale {Mul:2147483647 Shift:1 Limit:1} overflows"},
		{func() { UpdateThreshold(w, terms, 255, Stream{}, 0, 3) }, "UpdateThreshold: threshold 255/256, want 1 to 1073741824"},
		{func() { UpdateThreshold(w, terms, MaxThreshold+1, Stream{}, 0, 3) }, "UpdateThreshold: threshold 274877906945/256, want 1 to 1073741824"},
		{func() { UpdateThreshold(w, terms, 256, Stream{}, 0, 4) }, "UpdateThreshold: rows 0 to 4 of W of 3×6"},
		{func() { UpdateThreshold(w, with(func(t *Terms) { t.Rows = 4 }), 256, Stream{}, 0, 3) }, "UpdateThreshold: terms of 4 rows for W of 3×6"},
		{func() { UpdateThreshold(w, with(func(t *Terms) { t.Left = t.Left[1:] }), 256, Stream{}, 0, 3) }, "UpdateThreshold: Left has 23 elements, want 24 for 5 terms of 3 rows"},

		{func() { UpdateStochastic(w, terms, scale, Stream{}, 0, 4) }, "UpdateStochastic: rows 0 to 4 of W of 3×6"},
		{func() { UpdateStochastic(w, terms, Scale{Mul: -1}, Stream{}, 0, 3) }, "UpdateStochastic: scale {Mul:-1 Shift:0 Limit:0} overflows"},
		{func() { UpdateResidual4(w, codes[:48], terms, scale, Stream{}, 0, 4) }, "UpdateResidual4: rows 0 to 4 of W of 3×6"},
		{func() { UpdateResidual4(w, codes[:47], terms, scale, Stream{}, 0, 3) }, "UpdateResidual4: residual has 47 elements, want 48 for W of 3×6, rows padded"},
		{func() { UpdateResidual4(w, codes[:48], terms, Scale{Mul: -1}, Stream{}, 0, 3) }, "UpdateResidual4: scale {Mul:-1 Shift:0 Limit:0} overflows"},
		{func() { UpdateFlip(w, e96, terms, Flip{Scale: scale, Decay: 1, Threshold: 1}, Stream{}, 0, 4) }, "UpdateFlip: rows 0 to 4 of W of 3×6"},
		{func() { UpdateFlip(w, e96[:95], terms, Flip{Scale: scale, Decay: 1, Threshold: 1}, Stream{}, 0, 3) }, "UpdateFlip: average has 95 elements, want 96 for W of 3×6, rows padded"},
		{func() { UpdateFlip(w, e96, terms, Flip{Scale: Scale{Mul: -1}, Decay: 1, Threshold: 1}, Stream{}, 0, 3) }, "UpdateFlip: scale {Mul:-1 Shift:0 Limit:0} overflows"},
		{func() { UpdateFlip(w, e96, terms, Flip{Scale: scale, Decay: 0, Threshold: 1}, Stream{}, 0, 3) }, "UpdateFlip: decay 0 and threshold 1, want 1 to 7 and 1 to 127"},
		{func() { UpdateFlip(w, e96, terms, Flip{Scale: scale, Decay: 8, Threshold: 1}, Stream{}, 0, 3) }, "UpdateFlip: decay 8 and threshold 1"},
		{func() { UpdateFlip(w, e96, terms, Flip{Scale: scale, Decay: 1, Threshold: 0}, Stream{}, 0, 3) }, "UpdateFlip: decay 1 and threshold 0"},
		{func() { Shrink(w, 1, Stream{}, 2, 1) }, "Shrink: rows 2 to 1 of W of 3×6"},
		{func() { Shrink(w, 1<<16+1, Stream{}, 0, 3) }, "Shrink: chance 65537/65536"},
		{func() { CountSaturated(w, -1, 3) }, "CountSaturated: rows -1 to 3 of W of 3×6"},
	} {
		if got := panicOf(test.call); !strings.HasPrefix(got, "kernels: ") || !strings.Contains(got, test.want) {
			t.Errorf("panic %q, want %q", got, test.want)
		}
	}

	equal(t, "W", w.Bytes(), packed.NewMatrix(3, 6).Bytes())
	for _, s := range [][]int8{b8, x, x128, e96, terms.Left} {
		equal(t, "int8s", s, i8(len(s)))
	}
	for _, s := range [][]uint8{a192, codes, rows, terms.Right} {
		equal(t, "uint8s", s, u8(len(s)))
	}
	for _, s := range [][]int32{y, t48, y48} {
		equal(t, "int32s", s, i32(len(s)))
	}
}

// panicOf returns what f panics with, as text.
func panicOf(f func()) (message string) {
	defer func() { message = fmt.Sprint(recover()) }()
	f()
	return
}
