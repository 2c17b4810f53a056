package kernels

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/packed"
)

// Layout places a population in the columns of a batch. Pair p owns 2·Streams
// consecutive columns, first those of its plus member, then those of its minus
// member: column (p, s, b) is (2p+s)·Streams + b. Each member has factors A of
// m×Rank and B of k×Rank.
type Layout struct {
	Pairs   int // antithetic pairs
	Rank    int // rank r of the perturbation A·Bᵀ
	Streams int // columns of one member
}

// Cols returns the columns of the whole population, 2·Pairs·Streams.
func (l Layout) Cols() int { return 2 * l.Pairs * l.Streams }

// MaxRankK bounds Rank·k: |Σ_ρ a·t| ≤ 2·Rank·254·k stays below 2^30, which leaves
// room for the rounding constant.
const MaxRankK = 2 << 20

func (l Layout) check(fn string, k int) {
	if l.Pairs < 0 || l.Rank < 1 || l.Streams < 1 || l.Rank > MaxRankK || k > MaxRankK/l.Rank ||
		elements(2, l.Pairs, l.Streams, l.Rank) < 0 {
		panic(fmt.Sprintf("kernels: %s: bad layout %+v for k = %d (rank·k is at most %d)", fn, l, k, MaxRankK))
	}
}

// Project computes t = Bᵀ·x for every member of a population, each with columns
// of its own. Both members of a pair share B:
//
//	t[(p*Rank+ρ)*2*Streams+c] = Σ_κ (b[(p*Rank+ρ)*kp+κ]-2) · x[κ, p*2*Streams+c]
//
// with kp = packed.PaddedLen(k). x is a batch of k×Cols() in quads; the sum runs
// over whole quads.
func Project(t []int32, b []uint8, x []int8, l Layout, k int) {
	l.check("Project", k)
	checkLen("Project", "b", len(b), elements(l.Pairs, l.Rank, paddedLen(k)), "%d pairs of rank %d and k = %d", l.Pairs, l.Rank, k)
	checkLen("Project", "x", len(x), batchLen(k, l.Cols()), "a batch of %d×%d", k, l.Cols())
	checkLen("Project", "t", len(t), elements(l.Rank, l.Cols()), "%d pairs of rank %d and %d streams", l.Pairs, l.Rank, l.Streams)
	if len(t) > 0 {
		project(t, b, x, l, k)
	}
}

func projectGeneric(t []int32, b []uint8, x []int8, l Layout, k int) {
	if k == 0 { // x is empty
		clear(t)
		return
	}
	n, own := l.Cols(), 2*l.Streams
	for p := range l.Pairs {
		at := p * l.Rank
		projectPair(t[at*own:], b[at*packed.PaddedLen(k):], x[p*own*4:], l.Rank, own, n, k)
	}
}

// ProjectShared computes t = Bᵀ·x where all members see the same batch of Streams
// columns:
//
//	t[(p*Rank+ρ)*Streams+c] = Σ_κ (b[(p*Rank+ρ)*kp+κ]-2) · x[κ, c]
func ProjectShared(t []int32, b []uint8, x []int8, l Layout, k int) {
	l.check("ProjectShared", k)
	checkLen("ProjectShared", "b", len(b), elements(l.Pairs, l.Rank, paddedLen(k)), "%d pairs of rank %d and k = %d", l.Pairs, l.Rank, k)
	checkLen("ProjectShared", "x", len(x), batchLen(k, l.Streams), "a batch of %d×%d", k, l.Streams)
	checkLen("ProjectShared", "t", len(t), elements(l.Pairs, l.Rank, l.Streams), "%d pairs of rank %d and %d streams", l.Pairs, l.Rank, l.Streams)
	if len(t) > 0 {
		projectShared(t, b, x, l, k)
	}
}

func projectSharedGeneric(t []int32, b []uint8, x []int8, l Layout, k int) {
	projectPair(t, b, x, l.Pairs*l.Rank, l.Streams, l.Streams, k)
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
//	y[i*n + (2p+s)*Streams+b] += ± RoundShift(Σ_ρ (a[(p*Rank+ρ)*mp+i]-2) · t[(p*Rank+ρ)*2*Streams + s*Streams+b], shift)
//
// with n = Cols(), mp = packed.PaddedLen(m), plus for s = 0 and minus for s = 1.
// The product of a pent is a shift and an add: 0, ±t, ±2t. The perturbation is
// rounded here, in the accumulator, and never quantized to five levels.
// t is as Project yields it, or up to four times that; shift ≤ 30.
func Perturb(y []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	l.check("Perturb", 0)
	checkShift("Perturb", shift)
	checkLen("Perturb", "a", len(a), elements(l.Pairs, l.Rank, paddedLen(m)), "%d pairs of rank %d and m = %d", l.Pairs, l.Rank, m)
	checkLen("Perturb", "t", len(t), elements(l.Rank, l.Cols()), "%d pairs of rank %d and %d streams", l.Pairs, l.Rank, l.Streams)
	checkLen("Perturb", "y", len(y), elements(m, l.Cols()), "%d×%d", m, l.Cols())
	if len(y) > 0 {
		perturb(y, a, t, l, m, shift)
	}
}

func perturbGeneric(y []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	n, own, mp := l.Cols(), 2*l.Streams, packed.PaddedLen(m)
	for p := range l.Pairs {
		ap, tp := a[p*l.Rank*mp:], t[p*l.Rank*own:]
		for i := range m {
			out := y[i*n+p*own:][:own]
			for c := range out {
				d := RoundShift(combine(ap[i:], tp[c:], l.Rank, mp, own), shift)
				if c >= l.Streams {
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
func MatMulPerturbed(y []int32, w *packed.Matrix, x []int8, a []uint8, t []int32, l Layout, shift uint) {
	m := w.Rows()
	l.check("MatMulPerturbed", 0)
	checkShift("MatMulPerturbed", shift)
	checkProduct("MatMulPerturbed", y, w, x, l.Cols())
	checkLen("MatMulPerturbed", "a", len(a), elements(l.Pairs, l.Rank, paddedLen(m)), "%d pairs of rank %d and m = %d", l.Pairs, l.Rank, m)
	checkLen("MatMulPerturbed", "t", len(t), elements(l.Rank, l.Cols()), "%d pairs of rank %d and %d streams", l.Pairs, l.Rank, l.Streams)
	if len(y) > 0 {
		matMulPerturbed(y, w, x, a, t, l, shift)
	}
}

func matMulPerturbedGeneric(y []int32, w *packed.Matrix, x []int8, a []uint8, t []int32, l Layout, shift uint) {
	matMulGeneric(y, w, x, l.Cols())
	perturbGeneric(y, a, t, l, w.Rows(), shift)
}

// PerturbShared spreads the product that all members share and adds each
// member's perturbation, for members that see the same batch:
//
//	y[i*n + (2p+s)*Streams+b] = base[i*Streams+b] ± RoundShift(Σ_ρ (a[(p*Rank+ρ)*mp+i]-2) · t[(p*Rank+ρ)*Streams+b], shift)
//
// base is W·X of m×Streams, t is what ProjectShared yields; the rest is as in
// Perturb.
func PerturbShared(y, base []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	l.check("PerturbShared", 0)
	checkShift("PerturbShared", shift)
	checkLen("PerturbShared", "base", len(base), elements(m, l.Streams), "%d×%d", m, l.Streams)
	checkLen("PerturbShared", "a", len(a), elements(l.Pairs, l.Rank, paddedLen(m)), "%d pairs of rank %d and m = %d", l.Pairs, l.Rank, m)
	checkLen("PerturbShared", "t", len(t), elements(l.Pairs, l.Rank, l.Streams), "%d pairs of rank %d and %d streams", l.Pairs, l.Rank, l.Streams)
	checkLen("PerturbShared", "y", len(y), elements(m, l.Cols()), "%d×%d", m, l.Cols())
	if len(y) > 0 {
		perturbShared(y, base, a, t, l, m, shift)
	}
}

func perturbSharedGeneric(y, base []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	n, own, mp := l.Cols(), l.Streams, packed.PaddedLen(m)
	for p := range l.Pairs {
		ap, tp := a[p*l.Rank*mp:], t[p*l.Rank*own:]
		for i := range m {
			plus, minus := y[i*n+2*p*own:][:own], y[i*n+(2*p+1)*own:][:own]
			for c, v := range base[i*own : (i+1)*own] {
				d := RoundShift(combine(ap[i:], tp[c:], l.Rank, mp, own), shift)
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
