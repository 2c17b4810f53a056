package kernels

import (
	"math"
	"sync"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// Numbers of terms at the edges of quads and vectors, and beyond the sums that
// sixteen bits hold.
var edgesTerms = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 600}

func checkWeighFactors(o *operands, shape []int) {
	pairs, rank, m := shape[0], shape[1], shape[2]
	a := o.factors(pairs*rank, m)
	f := input(o, pairs, between[int8](o, -MaxFitness, MaxFitness))
	got, want := output[int8](o, Quads(pairs*rank)*m*4)
	WeighFactors(got, a, f, rank, m)
	weighFactorsGeneric(want, a, f, rank, m)
	equal(o, "dst", got, want)
}

func checkInterleaveFactors(o *operands, shape []int) {
	terms, kp := shape[0], shape[1]*packed.SmallPents
	b := input(o, terms*kp, between[uint8](o, 0, 4))
	got, want := output[uint8](o, Quads(terms)*kp*4)
	InterleaveFactors(got, b, terms, kp)
	interleaveFactorsGeneric(want, b, terms, kp)
	equal(o, "dst", got, want)
}

// terms returns the factors of an update of an m×k matrix.
func (o *operands) terms(count, m, k int) Terms {
	kp := packed.PaddedLen(k)
	return Terms{
		Count: count, Rows: m,
		FA: input(o, Quads(count)*m*4, func(fa []int8) {
			between[int8](o, -2*MaxFitness, 2*MaxFitness)(fa)
			for at := range fa {
				if at/(m*4)*4+at%4 >= count {
					fa[at] = 0
				}
			}
		}),
		B: input(o, Quads(count)*kp*4, func(b []uint8) {
			codes := make([]uint8, count*kp)
			between[uint8](o, 0, 4)(codes)
			pad(codes, k, kp)
			interleaveFactorsGeneric(b, codes, count, kp)
		}),
	}
}

// rows returns a range of m rows, all of them half of the time.
func (o *operands) rows(m int) (lo, hi int) {
	if o.IntN(2) == 0 {
		return 0, m
	}
	lo, hi = o.IntN(m+1), o.IntN(m+1)
	return min(lo, hi), max(lo, hi)
}

// rule returns a rule that lets many weights step, or one at its bounds.
func (o *operands) rule() Residual {
	bounds := []Residual{
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
	return Residual{Mul: 1 + o.Int32N(100), Shift: uint(o.IntN(10)), Limit: 1 + o.Int32N(16<<o.IntN(10))}
}

func checkUpdateResidual(o *operands, shape []int) {
	m, k, count := shape[0], shape[1], shape[2]
	terms, rule := o.terms(count, m, k), o.rule()
	w, wantW := o.trained(m, k)
	e, wantE := inout(o, m*packed.PaddedLen(k), between[int8](o, -128, 127))
	lo, hi := o.rows(m)
	moved := UpdateResidual(w, e, terms, rule, lo, hi)
	wantMoved := updateResidualGeneric(wantW, wantE, terms, rule, lo, hi)
	equal(o, "W", w.Bytes(), wantW.Bytes())
	equal(o, "residual", e, wantE)
	if moved != wantMoved {
		o.Errorf("%d pents moved, want %d (%+v)", moved, wantMoved, rule)
	}
}

func checkUpdateThreshold(o *operands, shape []int) {
	m, k, count := shape[0], shape[1], shape[2]
	terms := o.terms(count, m, k)
	tau := []int32{1, 2, 5, 1 + o.Int32N(int32(28*count+1)), int32(28*count + 1), math.MaxInt32}[o.IntN(6)]
	w, wantW := o.trained(m, k)
	lo, hi := o.rows(m)
	moved := UpdateThreshold(w, terms, tau, lo, hi)
	wantMoved := updateThresholdGeneric(wantW, terms, tau, lo, hi)
	equal(o, "W", w.Bytes(), wantW.Bytes())
	if moved != wantMoved {
		o.Errorf("%d pents moved, want %d (threshold %d)", moved, wantMoved, tau)
	}
}

func TestWeighFactors(t *testing.T) { conform(t, checkWeighFactors, upTo(9), ranks, edgesM) }

func TestInterleaveFactors(t *testing.T) {
	conform(t, checkInterleaveFactors, edgesTerms, []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17})
}

func TestUpdateResidual(t *testing.T) {
	conform(t, checkUpdateResidual, []int{1, 2, 3, 4, 5, 8, 9}, edgesK, edgesTerms)
}

func TestUpdateThreshold(t *testing.T) {
	conform(t, checkUpdateThreshold, []int{1, 2, 3, 4, 5, 8, 9}, edgesK, edgesTerms)
}

// TestResidualRule steps every pent with every residual by every z up to beyond
// what moves it, and compares with the rule read as arithmetic: w + e/256 is one
// number, which takes the step, saturates, and is rounded into its two parts.
func TestResidualRule(t *testing.T) {
	const (
		maxZ  = 308               // 22 terms of 14
		m     = 2*maxZ + 1        // row i has z = i - maxZ
		k     = 5 * 256           // column j has the weight j/256 - 2 and the residual j%256 - 128
		count = maxZ / 14         // terms
		top   = 2*256 + 127       // the largest number, in 1/256
		one   = uint8(zero + 1)   // the code of the weight 1
		block = packed.BlockPents // columns of one pent
	)
	terms := Terms{Count: count, Rows: m, FA: make([]int8, Quads(count)*m*4), B: filled(Quads(count)*k*4, one)}
	for i := range m {
		for τ, z := 0, i-maxZ; z != 0; τ++ {
			part := min(max(z, -14), 14)
			terms.FA[(τ/4*m+i)*4+τ%4] = int8(part)
			z -= part
		}
	}
	forEachImpl(t, func(t *testing.T) {
		w, e := packed.NewMatrix(m, k), make([]int8, m*k)
		pents := make([]int8, m*k)
		for at := range pents {
			pents[at], e[at] = int8(at%k/block)-zero, int8(at%block-128)
		}
		w.Pack(pents)
		wantPents, wantE, wantMoved := make([]int8, m*k), make([]int8, m*k), 0
		for at := range pents {
			step := min(max(at/k-maxZ, -255), 255)
			number := min(max(256*int(pents[at])+int(e[at])+step, -top-1), top)
			pent := (number+128+1024)/256 - 4
			wantPents[at], wantE[at] = int8(pent), int8(number-256*pent)
			if wantPents[at] != pents[at] {
				wantMoved++
			}
		}
		moved := UpdateResidual(w, e, terms, Residual{Mul: 1, Shift: 0, Limit: maxZ}, 0, m)
		w.Unpack(pents)
		equal(t, "pent", pents, wantPents)
		equal(t, "residual", e, wantE)
		if moved != wantMoved {
			t.Errorf("%d pents moved, want %d", moved, wantMoved)
		}
	})
}

// TestUpdateLong sums extremes over a number of terms that overflows any
// sixteen-bit stage: a threshold of the exact sum moves everything, one above it
// nothing.
func TestUpdateLong(t *testing.T) {
	const m, k = 3, 300
	forEachImpl(t, func(t *testing.T) {
		for _, count := range []int{585, 4096, 4099} {
			for _, code := range []uint8{0, 4} {
				for _, fa := range []int8{-14, 14} {
					z := int32(count) * int32(fa) * (int32(code) - zero)
					terms := Terms{Count: count, Rows: m, FA: filled(Quads(count)*m*4, fa), B: make([]uint8, Quads(count)*320*4)}
					codes := filled(count*320, code)
					pad(codes, k, 320)
					InterleaveFactors(terms.B, codes, count, 320)
					for τ := count; τ < Quads(count)*4; τ++ {
						for i := range m {
							terms.FA[(τ/4*m+i)*4+τ%4] = 0
						}
					}
					w := packed.NewMatrix(m, k)
					size := max(z, -z)
					if moved := UpdateThreshold(w, terms, size+1, 0, m); moved != 0 {
						t.Errorf("%d terms: %d pents moved below the threshold", count, moved)
					}
					if moved := UpdateThreshold(w, terms, size, 0, m); moved != m*k {
						t.Errorf("%d terms: %d pents moved at the threshold, want %d", count, moved, m*k)
					}
					want := packed.NewMatrix(m, k)
					want.Pack(filled(m*k, int8(z/size)))
					equal(t, "W", w.Bytes(), want.Bytes())
				}
			}
		}
	})
}

// TestUpdateByDefinition forms Z = Σ f·a·bᵀ from the factors as they are drawn and
// applies the threshold rule to it.
func TestUpdateByDefinition(t *testing.T) {
	const tau = 9
	forEachImpl(t, func(t *testing.T) {
		for i, shape := range [][4]int{{1, 1, 1, 1}, {5, 33, 3, 3}, {4, 100, 8, 4}, {7, 300, 20, 1}, {2, 513, 9, 16}} {
			m, k, pairs, rank := shape[0], shape[1], shape[2], shape[3]
			o := newOperands(t, uint64(i), 0, 0)
			a, b := o.factors(pairs*rank, m), o.factors(pairs*rank, k)
			f := input(o, pairs, between[int8](o, -MaxFitness, MaxFitness))
			w, _ := o.trained(m, k)
			mp, kp := packed.PaddedLen(m), packed.PaddedLen(k)
			want, pents := make([]int8, 0, m*k), make([]int8, m*k)
			for i := range m {
				for j := range k {
					z := 0
					for v := range pairs * rank {
						z += int(f[v/rank]) * (int(a[v*mp+i]) - zero) * (int(b[v*kp+j]) - zero)
					}
					p := int8(w.At(i, j))
					switch {
					case z >= tau:
						p = min(p+1, 2)
					case z <= -tau:
						p = max(p-1, -2)
					}
					want = append(want, p)
				}
			}
			UpdateThreshold(w, newTerms(a, b, f, rank, m, k), tau, 0, m)
			w.Unpack(pents)
			equal(t, "pent", pents, want)
		}
	})
}

func newTerms(a, b []uint8, f []int8, rank, m, k int) Terms {
	count, kp := len(f)*rank, packed.PaddedLen(k)
	t := Terms{Count: count, Rows: m, FA: make([]int8, Quads(count)*m*4), B: make([]uint8, Quads(count)*kp*4)}
	WeighFactors(t.FA, a, f, rank, m)
	InterleaveFactors(t.B, b, count, kp)
	return t
}

// TestUpdateInParts splits the rows over goroutines: the parts are independent
// and make the whole.
func TestUpdateInParts(t *testing.T) {
	const m, k, count = 23, 290, 50
	forEachImpl(t, func(t *testing.T) {
		o := newOperands(t, 1, 0, 0)
		terms, rule := o.terms(count, m, k), Residual{Mul: 3, Shift: 1, Limit: 500}
		w, whole := o.trained(m, k)
		e, wholeE := inout(o, m*packed.PaddedLen(k), between[int8](o, -128, 127))
		want := UpdateResidual(whole, wholeE, terms, rule, 0, m)
		cuts := []int{0, 1, 1, 4, 12, m}
		moved := make([]int, len(cuts)-1)
		var parts sync.WaitGroup
		for i := range moved {
			parts.Go(func() { moved[i] = UpdateResidual(w, e, terms, rule, cuts[i], cuts[i+1]) })
		}
		parts.Wait()
		equal(t, "W", w.Bytes(), whole.Bytes())
		equal(t, "residual", e, wholeE)
		sum := 0
		for _, n := range moved {
			sum += n
		}
		if sum != want {
			t.Errorf("%d pents moved in parts, %d at once", sum, want)
		}
	})
}
