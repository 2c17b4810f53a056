package lowrank

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// A Tensor is a weight matrix and the number that its noise is drawn under. The
// numbers of a model's tensors are distinct.
type Tensor struct {
	Number uint32
	W      *packed.Matrix
	V      []int8
	Frozen bool
}

// Workspace holds the factors and projections of the pairs in flight. It grows to
// what its largest use needs and is then reused; one goroutine uses it at a time.
type Workspace struct {
	a, b []uint8
	t    []int32
}

// Product computes the perturbed product of pairs lo to hi, each member with
// Streams columns of its own in x:
//
//	y[:, (p, s, b)] = W·x[:, (p, s, b)] ± RoundShift(A_p·(B_pᵀ·x[:, (p, s, b)])/√r, Sigma)
//
// x is a batch of k × 2·(hi-lo)·streams in quads and y has m rows of as many
// columns, placed as kernels.Layout says.
func (n Noise) Product(ws *Workspace, y []int32, w Tensor, x []int8, lo, hi, streams int) {
	l := n.layout(lo, hi, streams)
	a, b, t := n.draw(ws, w, lo, hi, l.Rank*l.Cols())
	kernels.Project(t, b, x, l, w.W.Cols())
	mul, shift := n.scale()
	rescale(t, mul)
	kernels.MatMulPerturbed(y, w.W, x, a, t, l, shift)
}

// ProductShared is Product for members that all see the same batch x of k ×
// streams, given the product base = W·x that they share:
//
//	y[:, (p, s, b)] = base[:, b] ± RoundShift(A_p·(B_pᵀ·x[:, b])/√r, Sigma)
func (n Noise) ProductShared(ws *Workspace, y, base []int32, w Tensor, x []int8, lo, hi, streams int) {
	m, k := w.W.Rows(), w.W.Cols()
	l := n.layout(lo, hi, streams)
	a, b, t := n.draw(ws, w, lo, hi, l.Pairs*l.Rank*l.Streams)
	kernels.ProjectShared(t, b, x, l, k)
	mul, shift := n.scale()
	rescale(t, mul)
	kernels.PerturbShared(y, base, a, t, l, m, shift)
}

// Perturbation writes σ·E of one pair in fixed point, row-major m×k, for fitness
// functions that look at weights: the pair's members are W + σE and W − σE.
//
//	dst[i*k+j] = (A·Bᵀ)[i, j]/√r · 2^(bits-Sigma)
//
// bits counts the fraction bits of dst, at most 20. Rank 1 under the binomial law
// is exact from bits = Sigma on; else E is rounded to nearest, ties away from
// zero. Give a few bits more than Sigma then: rounding E is coarse at Sigma bits.
func (n Noise) Perturbation(ws *Workspace, dst []int32, w Tensor, pair int, bits uint) {
	m, k := w.W.Rows(), w.W.Cols()
	if len(dst) != m*k {
		panic(fmt.Sprintf("lowrank: Perturbation: dst has %d elements for W of %d×%d", len(dst), m, k))
	}
	if bits > 20 {
		panic(fmt.Sprintf("lowrank: Perturbation: %d fraction bits, want at most 20", bits))
	}
	a, b, _ := n.draw(ws, w, pair, pair+1, 0)
	mul, shift := n.scale()
	half := int64(1) << (scaleBits + shift - 1)
	mp, kp := packed.PaddedLen(m), packed.PaddedLen(k)
	for i := range m {
		row := dst[i*k : (i+1)*k]
		clear(row)
		for ρ := range n.Rank {
			weight := int32(a[ρ*mp+i]) - trit5.CodeZero
			for j, c := range b[ρ*kp:][:k] {
				row[j] += weight * (int32(c) - trit5.CodeZero)
			}
		}
		for j, v := range row {
			scaled := int64(v) * int64(mul) << bits
			row[j] = int32((scaled + half + scaled>>63) >> (scaleBits + shift))
		}
	}
}

func (n Noise) layout(lo, hi, streams int) kernels.Layout {
	return kernels.Layout{Pairs: hi - lo, Rank: n.Rank, Streams: streams}
}

// draw returns the factors of pairs lo to hi, and room for size projections.
func (n Noise) draw(ws *Workspace, w Tensor, lo, hi, size int) (a, b []uint8, t []int32) {
	m, k := w.W.Rows(), w.W.Cols()
	vectors := (hi - lo) * n.Rank
	ws.a = reuse.Slice(ws.a, vectors*packed.PaddedLen(m))
	ws.b = reuse.Slice(ws.b, vectors*packed.PaddedLen(k))
	ws.t = reuse.Slice(ws.t, size)
	n.factors(ws.a, FactorA, w.Number, lo, hi, m)
	n.factors(ws.b, FactorB, w.Number, lo, hi, k)
	return ws.a, ws.b, ws.t
}
