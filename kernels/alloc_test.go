package kernels

import (
	"testing"

	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/packed"
)

// TestAllocations calls every entry point, in shapes whose numbers do not fit the
// runtime's table of small integers: none allocates once it is warm.
func TestAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	const m, k, n, shift = 260, 290, 270, 9
	var (
		pop    = Population{Pairs: 257, Rank: 1, Columns: 1}
		all    = pop.Pairs * pop.Rank
		w      = packed.NewMatrix(m, k)
		rows   = make([]byte, packed.RowBytes(k))
		codes  = make([]uint8, packed.PaddedLen(k))
		x      = make([]int8, Quads(k)*n*4)
		again  = make([]int8, len(x))
		y      = make([]int32, m*n)
		out    = make([]int8, Quads(m)*n*4)
		own    = make([]int8, Quads(k)*pop.TotalColumns()*4)
		yOwn   = make([]int32, m*pop.TotalColumns())
		act    = make([]int8, Quads(m)*pop.TotalColumns()*4)
		t32    = make([]int32, pop.Rank*pop.TotalColumns())
		a      = filled(all*packed.PaddedLen(m), uint8(zero))
		b      = filled(all*packed.PaddedLen(k), uint8(zero))
		f      = make([]int8, pop.Pairs)
		terms  = newTerms(a, b, f, pop.Rank, m, k)
		e      = make([]int8, m*packed.PaddedLen(k))
		e4     = make([]uint8, len(e)/2)
		scale  = Scale{Mul: 300, Shift: 9, Limit: 300}
		s      = Stream{Seed: 1 << 40}
		target = make([]uint8, n)
	)
	calls := map[string]func(){
		"Unpack":          func() { Unpack(codes, rows, k) },
		"Pack":            func() { Pack(rows, codes, k) },
		"Interleave":      func() { Interleave(x, again[:k*n], k, n) },
		"ColumnSums":      func() { ColumnSums(y[:n], x, k, n) },
		"MatMul":          func() { MatMul(y, w, x, n) },
		"MatVec":          func() { MatVec(y[:m*MaxVecs], w, x[:Quads(k)*MaxVecs*4], MaxVecs) },
		"Project":         func() { Project(t32, b, own, pop, k) },
		"ProjectShared":   func() { ProjectShared(t32[:all], b, x[:Quads(k)*4], pop, k) },
		"Perturb":         func() { Perturb(yOwn, a, t32, pop, m, shift) },
		"MatMulPerturbed": func() { MatMulPerturbed(yOwn, w, own, a, t32, pop, shift) },
		"PerturbShared":   func() { PerturbShared(yOwn, y[:m], a, t32[:all], pop, m, shift) },
		"PerturbSharedRequantize": func() {
			PerturbSharedRequantize(act, y[:m], a, t32[:all], pop, m, 4, Output{Bias: y[:m], Shift: 5, ReLU: true})
			PerturbSharedRequantize(act, y[:m], a, t32[:all], pop, m, shift, Output{Shift: shift, ReLU: true})
		},
		"Requantize":          func() { Requantize(out, y, m, n, Output{Bias: y[:m], Shift: shift, ReLU: true}) },
		"Normalize":           func() { Normalize(x, x, k, n, 64) },
		"Add":                 func() { Add(x, again) },
		"Gate":                func() { Gate(x, again, x) },
		"Blend":               func() { Blend(x, again, again) },
		"LogProb":             func() { LogProb(y[:n], x[:64*n*4], target, 256, n) },
		"Noise binomial":      func() { Noise(codes, Binomial, Stream{Seed: 1 << 40}) },
		"Noise uniform":       func() { Noise(codes, Uniform, Stream{Seed: 1 << 40}) },
		"NoisePairs":          func() { NoisePairs(codes[:len(codes)/64*64], Binomial, Stream{Seed: 1 << 40}, 2) },
		"Random":              func() { Random(codes, Stream{Seed: 1 << 40}) },
		"WeighFactors":        func() { WeighFactors(terms.Left, a, f, pop.Rank, m) },
		"InterleaveFactors":   func() { InterleaveFactors(terms.Right, b, all, packed.PaddedLen(k)) },
		"UpdateTermsOfInputs": func() { UpdateTermsOfInputs(terms.Right[:n/2*64], x[:16*n], 16, n) },
		"UpdateResidual":      func() { UpdateResidual(w, e, terms, scale, 0, m) },
		"UpdateResidual4":     func() { UpdateResidual4(w, e4, terms, scale, s, 0, m) },
		"UpdateStochastic":    func() { UpdateStochastic(w, terms, scale, s, 0, m) },
		"UpdateFlip":          func() { UpdateFlip(w, e, terms, Flip{Scale: scale, Decay: 3, Threshold: 100}, s, 0, m) },
		"UpdateThreshold":     func() { UpdateThreshold(w, terms, 300*ThresholdUnit+77, s, 0, m) },
		"Shrink":              func() { Shrink(w, 300, s, 0, m) },
		"CountSaturated":      func() { CountSaturated(w, 0, m) },
	}
	forEachImpl(t, func(t *testing.T) {
		for name, call := range calls {
			if got := testing.AllocsPerRun(2, call); got != 0 {
				t.Errorf("%s allocates %g times a call", name, got)
			}
		}
	})
}
