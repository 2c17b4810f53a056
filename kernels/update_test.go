package kernels

import (
	"sync"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// terms returns the factors of an update of an m×k matrix.
func (o *operands) terms(count, m, k int) Terms {
	kp := packed.PaddedLen(k)
	return Terms{
		Count: count, Rows: m,
		Left: input(o, Quads(count)*m*4, func(fa []int8) {
			between[int8](o, -2*MaxFitness, 2*MaxFitness)(fa)
			for at := range fa {
				if at/(m*4)*4+at%4 >= count {
					fa[at] = 0
				}
			}
		}),
		Right: input(o, Quads(count)*kp*4, func(b []uint8) {
			codes := make([]uint8, count*kp)
			between[uint8](o, 0, 4)(codes)
			pad(codes, k, kp)
			interleaveFactorsGeneric(b, codes, count, Quads(count), kp)
		}),
	}
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
					z := int64(count) * int64(fa) * (int64(code) - zero)
					terms := Terms{Count: count, Rows: m, Left: filled(Quads(count)*m*4, fa), Right: make([]uint8, Quads(count)*320*4)}
					codes := filled(count*320, code)
					pad(codes, k, 320)
					InterleaveFactors(terms.Right, codes, count, 320)
					for term := count; term < Quads(count)*4; term++ {
						for i := range m {
							terms.Left[(term/4*m+i)*4+term%4] = 0
						}
					}
					w := packed.NewMatrix(m, k)
					size := max(z, -z)
					if moved := UpdateThreshold(w, terms, (size+1)*ThresholdUnit, Stream{}, 0, m); moved != 0 {
						t.Errorf("%d terms: %d pents moved below the threshold", count, moved)
					}
					if moved := UpdateThreshold(w, terms, size*ThresholdUnit, Stream{}, 0, m); moved != m*k {
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
			UpdateThreshold(w, newTerms(a, b, f, rank, m, k), tau*ThresholdUnit, Stream{}, 0, m)
			w.Unpack(pents)
			equal(t, "pent", pents, want)
		}
	})
}

func newTerms(a, b []uint8, f []int8, rank, m, k int) Terms {
	count, kp := len(f)*rank, packed.PaddedLen(k)
	t := Terms{Count: count, Rows: m, Left: make([]int8, Quads(count)*m*4), Right: make([]uint8, Quads(count)*kp*4)}
	WeighFactors(t.Left, a, f, rank, m)
	InterleaveFactors(t.Right, b, count, kp)
	return t
}

// TestUpdateInParts splits the rows over goroutines: the parts are independent
// and make the whole.
func TestUpdateInParts(t *testing.T) {
	const m, k, count = 23, 290, 50
	forEachImpl(t, func(t *testing.T) {
		o := newOperands(t, 1, 0, 0)
		terms, scale := o.terms(count, m, k), Scale{Mul: 3, Shift: 1, Limit: 500}
		w, whole := o.trained(m, k)
		e, wholeE := inout(o, m*packed.PaddedLen(k), between[int8](o, -128, 127))
		want := UpdateResidual(whole, wholeE, terms, scale, 0, m)
		cuts := []int{0, 1, 1, 4, 12, m}
		moved := make([]int, len(cuts)-1)
		var parts sync.WaitGroup
		for i := range moved {
			parts.Go(func() { moved[i] = UpdateResidual(w, e, terms, scale, cuts[i], cuts[i+1]) })
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
