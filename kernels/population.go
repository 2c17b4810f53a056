package kernels

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/packed"
)

// Population places a population in the columns of a batch. Pair p owns 2·Columns
// consecutive columns, first the columns of its plus member, then of its minus
// member: column (p, s, b) is (2p+s)·Columns + b. Each member has factors A of
// m×Rank and B of k×Rank.
type Population struct {
	Pairs   int // antithetic pairs
	Rank    int // rank r of the perturbation A·Bᵀ
	Columns int // columns of one member
}

// TotalColumns returns the columns of the whole population, 2·Pairs·Columns.
func (pop Population) TotalColumns() int { return 2 * pop.Pairs * pop.Columns }

// MaxRankK bounds Rank·k: |Σ_ρ a·t| ≤ 2·Rank·254·k stays below 2^30, which leaves
// room for the rounding constant.
const MaxRankK = 2 << 20

func (pop Population) check(fn string, k int) {
	if pop.Pairs < 0 || pop.Rank < 1 || pop.Columns < 1 || pop.Rank > MaxRankK || k > MaxRankK/pop.Rank ||
		elements(2, pop.Pairs, pop.Columns, pop.Rank) < 0 {
		panic(fmt.Sprintf("kernels: %s: bad population %+v for k = %d (rank·k is at most %d)", fn, pop, k, MaxRankK))
	}
}

// Project computes t = Bᵀ·x for every member of a population, each with columns
// of its own. Both members of a pair share B:
//
//	t[(p*Rank+ρ)*2*Columns+c] = Σ_κ (b[(p*Rank+ρ)*kp+κ]-2) · x[κ, p*2*Columns+c]
//
// with kp = packed.PaddedLen(k). x is a batch of k×TotalColumns() in quads; the sum runs
// over whole quads.
func Project(t []int32, b []uint8, x []int8, pop Population, k int) {
	pop.check("Project", k)
	checkLen("Project", "b", len(b), elements(pop.Pairs, pop.Rank, paddedLen(k)), "%d pairs of rank %d and k = %d", pop.Pairs, pop.Rank, k)
	checkLen("Project", "x", len(x), batchLen(k, pop.TotalColumns()), "a batch of %d×%d", k, pop.TotalColumns())
	checkLen("Project", "t", len(t), elements(pop.Rank, pop.TotalColumns()), "%d pairs of rank %d and %d columns", pop.Pairs, pop.Rank, pop.Columns)
	if len(t) > 0 {
		project(t, b, x, pop, k, pop.TotalColumns())
	}
}

// ProjectPairs is Project for pairs lo to hi of a population, of which alone b holds the
// factors and t takes the projections: it lets factors be drawn and projected while they
// are in the cache.
func ProjectPairs(t []int32, b []uint8, x []int8, pop Population, k, lo, hi int) {
	pop.check("ProjectPairs", k)
	if lo < 0 || hi < lo || hi > pop.Pairs {
		panic(fmt.Sprintf("kernels: ProjectPairs: pairs %d to %d of %d", lo, hi, pop.Pairs))
	}
	own := pop
	own.Pairs = hi - lo
	checkLen("ProjectPairs", "b", len(b), elements(own.Pairs, pop.Rank, paddedLen(k)), "%d pairs of rank %d and k = %d", own.Pairs, pop.Rank, k)
	checkLen("ProjectPairs", "x", len(x), batchLen(k, pop.TotalColumns()), "a batch of %d×%d", k, pop.TotalColumns())
	checkLen("ProjectPairs", "t", len(t), elements(pop.Rank, own.TotalColumns()), "%d pairs of rank %d and %d columns", own.Pairs, pop.Rank, pop.Columns)
	if len(t) > 0 {
		project(t, b, x[min(8*lo*pop.Columns, len(x)):], own, k, pop.TotalColumns())
	}
}

// projectGeneric is Project for a population whose x begins with the columns of its first
// pair, in a batch of n columns.
func projectGeneric(t []int32, b []uint8, x []int8, pop Population, k, n int) {
	if k == 0 { // x is empty
		clear(t)
		return
	}
	own := 2 * pop.Columns
	for p := range pop.Pairs {
		at := p * pop.Rank
		projectPair(t[at*own:], b[at*packed.PaddedLen(k):], x[p*own*4:], pop.Rank, own, n, k)
	}
}

// ProjectShared computes t = Bᵀ·x where all members see the same batch of Columns
// columns:
//
//	t[(p*Rank+ρ)*Columns+c] = Σ_κ (b[(p*Rank+ρ)*kp+κ]-2) · x[κ, c]
func ProjectShared(t []int32, b []uint8, x []int8, pop Population, k int) {
	pop.check("ProjectShared", k)
	checkLen("ProjectShared", "b", len(b), elements(pop.Pairs, pop.Rank, paddedLen(k)), "%d pairs of rank %d and k = %d", pop.Pairs, pop.Rank, k)
	checkLen("ProjectShared", "x", len(x), batchLen(k, pop.Columns), "a batch of %d×%d", k, pop.Columns)
	checkLen("ProjectShared", "t", len(t), elements(pop.Pairs, pop.Rank, pop.Columns), "%d pairs of rank %d and %d columns", pop.Pairs, pop.Rank, pop.Columns)
	if len(t) > 0 {
		projectShared(t, b, x, pop, k)
	}
}

func projectSharedGeneric(t []int32, b []uint8, x []int8, pop Population, k int) {
	projectPair(t, b, x, pop.Pairs*pop.Rank, pop.Columns, pop.Columns, k)
}

// projectPair multiplies vectors of b with cols columns out of a batch of n:
//
//	t[ρ*cols+c] = Σ_κ (b[ρ*kp+κ]-2) · x[(κ/4*n+c)*4+κ%4]
func projectPair(t []int32, b []uint8, x []int8, vectors, cols, n, k int) {
	kp := packed.PaddedLen(k)
	for v := range vectors {
		out := t[v*cols : (v+1)*cols]
		clear(out)
		codes := b[v*kp : (v+1)*kp]
		for q := range Quads(k) {
			dotQuad(out, (*[4]uint8)(codes[q*4:]), x[q*n*4:][:cols*4])
		}
	}
}

// Perturb adds the low-rank perturbation of every member to the accumulators,
// with the sign of the member:
//
//	y[i*n + (2p+s)*Columns+b] += ± RoundShift(Σ_ρ (a[(p*Rank+ρ)*mp+i]-2) · t[(p*Rank+ρ)*2*Columns + s*Columns+b], shift)
//
// with n = TotalColumns(), mp = packed.PaddedLen(m), plus for s = 0 and minus for s = 1.
// The product of a pent is a shift and an add: 0, ±t, ±2t. The perturbation is
// rounded here, in the accumulator, and never quantized to five levels.
// t is the result of Project and shift ≤ 30, or t is less than twice that and shift ≤ 25.
func Perturb(y []int32, a []uint8, t []int32, pop Population, m int, shift uint) {
	pop.check("Perturb", 0)
	checkShift("Perturb", shift)
	checkLen("Perturb", "a", len(a), elements(pop.Pairs, pop.Rank, paddedLen(m)), "%d pairs of rank %d and m = %d", pop.Pairs, pop.Rank, m)
	checkLen("Perturb", "t", len(t), elements(pop.Rank, pop.TotalColumns()), "%d pairs of rank %d and %d columns", pop.Pairs, pop.Rank, pop.Columns)
	checkLen("Perturb", "y", len(y), elements(m, pop.TotalColumns()), "%d×%d", m, pop.TotalColumns())
	if len(y) > 0 {
		perturb(y, a, t, pop, m, shift)
	}
}

func perturbGeneric(y []int32, a []uint8, t []int32, pop Population, m int, shift uint) {
	n, own, mp := pop.TotalColumns(), 2*pop.Columns, packed.PaddedLen(m)
	for p := range pop.Pairs {
		ap, tp := a[p*pop.Rank*mp:], t[p*pop.Rank*own:]
		for i := range m {
			out := y[i*n+p*own:][:own]
			for c := range out {
				d := RoundShift(combine(ap[i:], tp[c:], pop.Rank, mp, own), shift)
				if c >= pop.Columns {
					d = -d
				}
				out[c] += d
			}
		}
	}
}

// MatMulPerturbed is MatMul with the columns of a population, followed by Perturb:
//
//	y = W·x ± RoundShift(A·t, shift)
//
// but the perturbation joins each panel of Y while it is in the cache.
func MatMulPerturbed(y []int32, w *packed.Matrix, x []int8, a []uint8, t []int32, pop Population, shift uint) {
	m := w.Rows()
	pop.check("MatMulPerturbed", 0)
	checkShift("MatMulPerturbed", shift)
	checkProduct("MatMulPerturbed", y, w, x, pop.TotalColumns())
	checkLen("MatMulPerturbed", "a", len(a), elements(pop.Pairs, pop.Rank, paddedLen(m)), "%d pairs of rank %d and m = %d", pop.Pairs, pop.Rank, m)
	checkLen("MatMulPerturbed", "t", len(t), elements(pop.Rank, pop.TotalColumns()), "%d pairs of rank %d and %d columns", pop.Pairs, pop.Rank, pop.Columns)
	if len(y) > 0 {
		matMulPerturbed(y, w, x, a, t, pop, shift)
	}
}

func matMulPerturbedGeneric(y []int32, w *packed.Matrix, x []int8, a []uint8, t []int32, pop Population, shift uint) {
	matMulGeneric(y, w, x, pop.TotalColumns())
	perturbGeneric(y, a, t, pop, w.Rows(), shift)
}

// MatMulDrawn is MatMulPerturbed by factors A that it draws as NoisePairs does, each vector
// PaddedLen(m) codes of the stream of its pair: s with p added to its Pair. a is scratch for
// them, of undefined content afterwards.
func MatMulDrawn(y []int32, w *packed.Matrix, x []int8, a []uint8, s Stream, dist Distribution, t []int32, pop Population, shift uint) {
	m := w.Rows()
	pop.check("MatMulDrawn", 0)
	checkShift("MatMulDrawn", shift)
	checkDistribution("MatMulDrawn", dist)
	checkProduct("MatMulDrawn", y, w, x, pop.TotalColumns())
	checkLen("MatMulDrawn", "a", len(a), elements(pop.Pairs, pop.Rank, paddedLen(m)), "%d pairs of rank %d and m = %d", pop.Pairs, pop.Rank, m)
	checkLen("MatMulDrawn", "t", len(t), elements(pop.Rank, pop.TotalColumns()), "%d pairs of rank %d and %d columns", pop.Pairs, pop.Rank, pop.Columns)
	newSource(s) // panics if the generator is unknown
	if len(y) > 0 {
		matMulDrawn(y, w, x, a, s, dist, t, pop, shift)
	}
}

// PerturbShared spreads the product that all members share and adds each
// member's perturbation, for members that see the same batch:
//
//	y[i*n + (2p+s)*Columns+b] = base[i*Columns+b] ± RoundShift(Σ_ρ (a[(p*Rank+ρ)*mp+i]-2) · t[(p*Rank+ρ)*Columns+b], shift)
//
// base is W·X of m×Columns, t is the result of ProjectShared; the rest is as in
// Perturb.
func PerturbShared(y, base []int32, a []uint8, t []int32, pop Population, m int, shift uint) {
	pop.check("PerturbShared", 0)
	checkShift("PerturbShared", shift)
	checkLen("PerturbShared", "base", len(base), elements(m, pop.Columns), "%d×%d", m, pop.Columns)
	checkLen("PerturbShared", "a", len(a), elements(pop.Pairs, pop.Rank, paddedLen(m)), "%d pairs of rank %d and m = %d", pop.Pairs, pop.Rank, m)
	checkLen("PerturbShared", "t", len(t), elements(pop.Pairs, pop.Rank, pop.Columns), "%d pairs of rank %d and %d columns", pop.Pairs, pop.Rank, pop.Columns)
	checkLen("PerturbShared", "y", len(y), elements(m, pop.TotalColumns()), "%d×%d", m, pop.TotalColumns())
	if len(y) > 0 {
		perturbShared(y, base, a, t, pop, m, shift)
	}
}

func perturbSharedGeneric(y, base []int32, a []uint8, t []int32, pop Population, m int, shift uint) {
	n, own, mp := pop.TotalColumns(), pop.Columns, packed.PaddedLen(m)
	for p := range pop.Pairs {
		ap, tp := a[p*pop.Rank*mp:], t[p*pop.Rank*own:]
		for i := range m {
			plus, minus := y[i*n+2*p*own:][:own], y[i*n+(2*p+1)*own:][:own]
			for c, v := range base[i*own : (i+1)*own] {
				d := RoundShift(combine(ap[i:], tp[c:], pop.Rank, mp, own), shift)
				plus[c], minus[c] = v+d, v-d
			}
		}
	}
}

// combine returns Σ_ρ (a[ρ*mp]-2) · t[ρ*cols] by shift and add.
func combine(a []uint8, t []int32, rank, mp, cols int) int32 {
	var sum int32
	for rho := range rank {
		sum += mulPent(a[rho*mp], t[rho*cols])
	}
	return sum
}

// mulPent returns (code-2)·t by shift and add.
func mulPent(code uint8, t int32) int32 {
	switch code {
	case 0:
		return -(t << 1)
	case 1:
		return -t
	case 3:
		return t
	case 4:
		return t << 1
	}
	return 0
}

func checkShift(fn string, shift uint) {
	if shift > 30 {
		panic(fmt.Sprintf("kernels: %s: shift %d, want at most 30", fn, shift))
	}
}
