package kernels

import (
	"runtime"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// TestPerturbAllPents takes every pent times values at the edges of what t may
// be, at every shift, in every column of several.
func TestPerturbAllPents(t *testing.T) {
	const m = 15 // three rows for each pent: no thin product
	a := filled(packed.PaddedLen(m), uint8(zero))
	for i := range m {
		a[i] = uint8(i % 5)
	}
	var values []int32
	for _, v := range []int32{0, 1, 127, 1 << 14, 1<<15 - 1, 1 << 15, 1<<15 + 1, 1 << 16, 254 * MaxRankK} {
		values = append(values, v, -v, v-1, 1-v)
	}
	values = values[:len(values)-2] // below -254·MaxRankK
	nothing, still := packed.NewMatrix(m, 1), make([]int8, 8*len(values))
	forEachImpl(t, func(t *testing.T) {
		for _, streams := range []int{1, 3, 8, len(values)} {
			pop := Population{Pairs: 1, Rank: 1, Columns: streams}
			for shift := range uint(31) {
				for from := 0; from+streams <= len(values); from += streams {
					v := values[from : from+streams]
					y, want := make([]int32, m*pop.TotalColumns()), make([]int32, 0, m*pop.TotalColumns())
					for i := range m {
						for _, sign := range []int32{1, -1} {
							for _, v := range v {
								exact := int64(i%5-2) * int64(v)
								rounded := (2*exact + 1<<shift) >> (shift + 1)
								want = append(want, sign*int32(rounded))
							}
						}
					}
					Perturb(y, a, append(v[:streams:streams], v...), pop, m, shift)
					equal(t, "Perturb", y, want)
					MatMulPerturbed(y, nothing, still[:4*pop.TotalColumns()], a, append(v[:streams:streams], v...), pop, shift)
					equal(t, "MatMulPerturbed", y, want)
					two := pop // the second rank adds nothing
					two.Rank = 2
					low := append(append(v[:streams:streams], v...), make([]int32, 2*streams)...)
					MatMulPerturbed(y, nothing, still[:4*pop.TotalColumns()], append(a[:len(a):len(a)], a...), low, two, shift)
					equal(t, "MatMulPerturbed", y, want)
					PerturbShared(y, make([]int32, m*streams), a, v, pop, m, shift)
					equal(t, "PerturbShared", y, want)
				}
			}
		}
	})
}

// TestPerturbPowers takes projections that are a power of two, of which all but one bit of the
// words and bytes that starts are made of are zero.
func TestPerturbPowers(t *testing.T) {
	const m = 15
	pop := Population{Pairs: 1, Rank: 2, Columns: 4}
	nothing, still := packed.NewMatrix(m, 1), make([]int8, 4*pop.TotalColumns())
	a := filled(pop.Rank*packed.PaddedLen(m), uint8(zero))
	want := make([]int32, m*pop.TotalColumns())
	forEachImpl(t, func(t *testing.T) {
		for bit := range 29 {
			for _, v := range []int32{1 << bit, -1 << bit} {
				for i := range m {
					a[i] = uint8(i % 5)
					for c := range pop.TotalColumns() {
						want[i*pop.TotalColumns()+c] = (int32(i%5) - zero) * v * int32(1-c/pop.Columns*2)
					}
				}
				y := make([]int32, len(want))
				low := append(filled(pop.TotalColumns(), v), make([]int32, pop.TotalColumns())...)
				MatMulPerturbed(y, nothing, still, a, low, pop, 0)
				equal(t, "MatMulPerturbed", y, want)
			}
		}
	})
}

// TestPerturbLargest takes the largest sums that Perturb allows, with the largest rounding
// constant that they leave room for.
func TestPerturbLargest(t *testing.T) {
	const m, shift = 33, 25
	nothing := packed.NewMatrix(m, 1)
	forEachImpl(t, func(t *testing.T) {
		for _, pop := range []Population{{1, 1, 8}, {1, 64, 8}, {1, 64, 3}} {
			most := int32(2*254*(MaxRankK/pop.Rank) - 1)
			sum := 2 * int64(pop.Rank) * int64(most)
			a := filled(pop.Rank*packed.PaddedLen(m), uint8(4))
			for _, low := range []int32{most, -most} {
				d := int32((int64(low/most)*sum + 1<<(shift-1)) >> shift)
				columns := append(filled(pop.Columns, d), filled(pop.Columns, -d)...)
				want := slices.Repeat(columns, m)
				low := filled(pop.Rank*2*pop.Columns, low)
				y := make([]int32, len(want))
				Perturb(y, a, low, pop, m, shift)
				equal(t, "Perturb", y, want)
				MatMulPerturbed(y, nothing, make([]int8, 4*pop.TotalColumns()), a, low, pop, shift)
				equal(t, "MatMulPerturbed", y, want)
				PerturbShared(y, make([]int32, m*pop.Columns), a, low[:len(low)/2], pop, m, shift)
				equal(t, "PerturbShared", y, want)
			}
		}
	})
}

// TestProjectLong sums extremes over a k that overflows any sixteen-bit stage, and
// over the largest.
func TestProjectLong(t *testing.T) {
	ks := []int{4096, 4099, 8195, MaxRankK}
	if testing.Short() {
		ks = ks[:3]
	}
	forEachImpl(t, func(t *testing.T) {
		for _, k := range ks {
			pop := Population{Pairs: 1, Rank: min(3, MaxRankK/k), Columns: 2}
			for _, code := range []uint8{0, 4} {
				b := filled(pop.Rank*packed.PaddedLen(k), code)
				pad(b, k, packed.PaddedLen(k))
				for _, v := range []int8{-128, -127, 127} {
					each := (int32(code) - zero) * int32(v) * int32(k)
					got := make([]int32, pop.Rank*pop.TotalColumns())
					Project(got, b, interleaved(k, pop.TotalColumns(), v), pop, k)
					equal(t, "Project", got, filled(len(got), each))
					got = make([]int32, pop.Rank*pop.Columns)
					ProjectShared(got, b, interleaved(k, pop.Columns, v), pop, k)
					equal(t, "ProjectShared", got, filled(len(got), each))
				}
			}
		}
	})
}

// TestProjectPadding has codes of other than zero weights where vectors are padded:
// quads beyond k are not read.
func TestProjectPadding(t *testing.T) {
	const k = 20
	forEachImpl(t, func(t *testing.T) {
		for _, pop := range []Population{{2, 1, 4}, {2, 4, 4}, {2, 8, 4}, {2, 16, 3}, {1, 27, 9}} {
			b := filled(pop.Pairs*pop.Rank*packed.PaddedLen(k), uint8(4))
			x, got := interleaved(k, pop.TotalColumns(), 100), make([]int32, pop.Rank*pop.TotalColumns())
			Project(got, b, x, pop, k)
			equal(t, "Project", got, filled(len(got), int32(2*100*k)))
		}
	})
}

// population is one population in both forms: every member with columns of its
// own, and all members with the same columns.
type population struct {
	Population
	m, k    int
	a, b    []uint8
	x, same []int8 // TotalColumns() and Columns vectors of k, not in quads
}

func newPopulation(o *operands, pop Population, m, k int) population {
	return population{
		Population: pop, m: m, k: k, a: o.factors(pop.Pairs*pop.Rank, m), b: o.factors(pop.Pairs*pop.Rank, k),
		x:    input(o, pop.TotalColumns()*k, between[int8](o, -127, 127)),
		same: input(o, pop.Columns*k, between[int8](o, -127, 127)),
	}
}

// dense returns W + s·A·Bᵀ of pair p times a vector.
func (p *population) dense(w *packed.Matrix, pair int, sign int32, x []int8) []int32 {
	y := make([]int32, p.m)
	mp, kp := packed.PaddedLen(p.m), packed.PaddedLen(p.k)
	for i := range y {
		for j := range p.k {
			var e int32
			for v := pair * p.Rank; v < (pair+1)*p.Rank; v++ {
				e += (int32(p.a[v*mp+i]) - zero) * (int32(p.b[v*kp+j]) - zero)
			}
			y[i] += (int32(w.At(i, j)) + sign*e) * int32(x[j])
		}
	}
	return y
}

// TestPerturbIsDenseProduct builds W + s·A·Bᵀ of every member and multiplies by
// it: the low-rank kernels return the same at shift 0, in both forms.
func TestPerturbIsDenseProduct(t *testing.T) {
	forEachImpl(t, func(t *testing.T) {
		for i, pop := range []Population{{1, 1, 1}, {2, 1, 4}, {3, 3, 2}, {2, 4, 5}, {1, 16, 3}, {3, 3, 4}, {2, 16, 8}} {
			const m, k = 11, 70
			o := newOperands(t, uint64(i), 0, 0)
			w, p, n := o.weights(m, k), newPopulation(o, pop, m, k), pop.TotalColumns()

			x, y, low := make([]int8, Quads(k)*n*4), make([]int32, m*n), make([]int32, pop.Rank*n)
			Interleave(x, p.x, k, n)
			MatMul(y, w, x, n)
			Project(low, p.b, x, pop, k)
			for lo := range pop.Pairs {
				own, size := 2*pop.Columns*pop.Rank, pop.Rank*packed.PaddedLen(k)
				got := make([]int32, (pop.Pairs-lo)*own)
				ProjectPairs(got, p.b[lo*size:], x, pop, k, lo, pop.Pairs)
				equal(t, "ProjectPairs", got, low[lo*own:])
			}
			Perturb(y, p.a, low, pop, m, 0)
			fused := make([]int32, m*n)
			MatMulPerturbed(fused, w, x, p.a, low, pop, 0)
			equal(t, "MatMulPerturbed", fused, y)

			shared, base := make([]int32, m*n), make([]int32, m*pop.Columns)
			x, low = make([]int8, Quads(k)*pop.Columns*4), make([]int32, pop.Pairs*pop.Rank*pop.Columns)
			Interleave(x, p.same, k, pop.Columns)
			MatMul(base, w, x, pop.Columns)
			ProjectShared(low, p.b, x, pop, k)
			PerturbShared(shared, base, p.a, low, pop, m, 0)

			for c := range n {
				pair, sign, stream := c/(2*pop.Columns), int32(1), c%pop.Columns
				if c/pop.Columns%2 == 1 {
					sign = -1
				}
				equal(t, "own column", column(y, n, c), p.dense(w, pair, sign, p.x[c*k:][:k]))
				equal(t, "shared column", column(shared, n, c), p.dense(w, pair, sign, p.same[stream*k:][:k]))
			}
		}
	})
}

// TestMatMulDrawnSplit splits the rows of a product over processors: parts draw from their own
// rows on, and the last has few of them.
func TestMatMulDrawnSplit(t *testing.T) {
	const m, k = 106, 2000
	pop, stream := Population{Pairs: 10, Rank: 2, Columns: 4}, Stream{Seed: 1, Pair: 2}
	o := newOperands(t, 1, 0, 0)
	w, n := o.weights(m, k), pop.TotalColumns()
	x, low, a := interleaved(k, n, 3), filled(pop.Rank*n, int32(-777)), make([]uint8, pop.Pairs*pop.Rank*packed.PaddedLen(m))
	for i := range low {
		low[i] += int32(i)
	}
	NoisePairs(a, Binomial, stream, pop.Pairs)
	want := make([]int32, m*n)
	matMulPerturbedGeneric(want, w, x, a, low, pop, 3)
	for _, workers := range []int{1, 3, 4} {
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
			forEachImpl(t, func(t *testing.T) {
				y := make([]int32, m*n)
				MatMulDrawn(y, w, x, a, stream, Binomial, low, pop, 3)
				equal(t, "MatMulDrawn", y, want)
			})
		}()
	}
}

// TestMatMulPerturbedFar has sums whose start, shifted left, does not fit beside them, and sums
// where it just does.
func TestMatMulPerturbedFar(t *testing.T) {
	const m, k, shift = 16, 7, 20
	x, w := interleaved(k, 8, -128), newOperands(t, 1, 0, 0).weights(m, k)
	forEachImpl(t, func(t *testing.T) {
		for _, rank := range []int{4000, 5000} {
			pop := Population{Pairs: 1, Rank: rank, Columns: 4}
			a, low := filled(rank*packed.PaddedLen(m), uint8(4)), filled(rank*8, int32(127<<8+127)) // the most of two digits
			y, want := make([]int32, m*8), make([]int32, m*8)
			MatMulPerturbed(y, w, x, a, low, pop, shift)
			matMulPerturbedGeneric(want, w, x, a, low, pop, shift)
			equal(t, "MatMulPerturbed", y, want)
		}
	})
}

// column returns column c of a row-major matrix of n columns.
func column(y []int32, n, c int) (out []int32) {
	for ; len(y) > 0; y = y[n:] {
		out = append(out, y[c])
	}
	return out
}
