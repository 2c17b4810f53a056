package lowrank

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Workspace holds the factors and projections of the pairs in flight. It grows to
// what its largest use needs and is then reused; one goroutine uses it at a time.
type Workspace struct {
	a, b []uint8
	t    []int32

	// Under FullRank: E of a pair and the pair's inputs.
	e packed.Matrix
	x []int8
	y []int32 // of ActivationsShared
}

// Product computes the perturbed product of pairs lo to hi, each member with
// Streams columns of its own in x:
//
//	y[:, (p, s, b)] = W·x[:, (p, s, b)] ± RoundShift(A_p·(B_pᵀ·x[:, (p, s, b)])/√r, Sigma)
//
// x is a batch of k × 2·(hi-lo)·streams in quads and y has m rows of as many
// columns, placed as kernels.Layout says. A frozen W is not perturbed. For
// InActivations, Bᵀx gives way to ±2^Unit, see Place; both members of a pair share
// the signs.
func (n Noise) Product(ws *Workspace, y []int32, w Tensor, x []int8, lo, hi, streams int) {
	w.matrix("Product")
	l := n.layout(lo, hi, streams)
	switch {
	case w.Frozen:
		kernels.MatMul(y, w.W, x, l.Cols())
		return
	case n.Rank == FullRank:
		n.productDense(ws, y, w, x, lo, l)
		return
	}
	a, t := n.project(ws, w, x, lo, hi, l)
	mul, shift := n.scale()
	rescale(t, mul)
	kernels.MatMulPerturbed(y, w.W, x, a, t, l, shift)
}

// ProductShared is Product for members that all see the same batch x of k ×
// streams, given the product base = W·x that they share:
//
//	y[:, (p, s, b)] = base[:, b] ± RoundShift(A_p·(B_pᵀ·x[:, b])/√r, Sigma)
func (n Noise) ProductShared(ws *Workspace, y, base []int32, w Tensor, x []int8, lo, hi, streams int) {
	m := w.matrix("ProductShared").Rows()
	l := n.layout(lo, hi, streams)
	switch {
	case w.Frozen:
		spread(y, base, m, l)
	case n.Rank == FullRank:
		n.productSharedDense(ws, y, base, w, x, lo, l)
	default:
		a, t, shift := n.projectShared(ws, w, x, lo, hi, l)
		kernels.PerturbShared(y, base, a, t, l, m, shift)
	}
}

// ActivationsShared is ProductShared followed by kernels.Requantize with a bias, a
// shift and ReLU or not, and takes no product in between but for a W that is frozen
// or perturbed at full rank. dst is a batch of m × 2·(hi-lo)·streams in quads.
func (n Noise) ActivationsShared(ws *Workspace, dst []int8, base []int32, w Tensor, x []int8, lo, hi, streams int, bias []int32, shift uint, relu bool) {
	m := w.matrix("ActivationsShared").Rows()
	l := n.layout(lo, hi, streams)
	if w.Frozen || n.Rank == FullRank {
		checkLen("ActivationsShared", "dst", len(dst), kernels.Quads(m)*4, l.Cols())
		ws.y = reuse.Slice(ws.y, m*l.Cols())
		n.ProductShared(ws, ws.y, base, w, x, lo, hi, streams)
		kernels.Requantize(dst, ws.y, bias, m, l.Cols(), shift, relu)
		return
	}
	a, t, perturbShift := n.projectShared(ws, w, x, lo, hi, l)
	kernels.PerturbSharedRequantize(dst, base, a, t, l, m, perturbShift, bias, shift, relu)
}

// projectShared returns the left factors and projections of ProductShared, and the
// shift of its perturbation.
func (n Noise) projectShared(ws *Workspace, w Tensor, x []int8, lo, hi int, l kernels.Layout) (a []uint8, t []int32, shift uint) {
	if n.Place == InActivations {
		a, t = n.drawSigned(ws, w, lo, hi, l.Streams, true)
	} else {
		var b []uint8
		a, b, t = n.draw(ws, w, lo, hi, l.Pairs*l.Rank*l.Streams)
		kernels.ProjectShared(t, b, x, l, w.W.Cols())
	}
	mul, shift := n.scale()
	rescale(t, mul)
	return a, t, shift
}

// project returns the left factors and projections of Product.
func (n Noise) project(ws *Workspace, w Tensor, x []int8, lo, hi int, l kernels.Layout) (a []uint8, t []int32) {
	if n.Place == InActivations {
		return n.drawSigned(ws, w, lo, hi, l.Streams, false)
	}
	a, b, t := n.draw(ws, w, lo, hi, l.Rank*l.Cols())
	kernels.Project(t, b, x, l, w.W.Cols())
	return a, t
}

// spread gives every member the product that all share.
func spread(y, base []int32, m int, l kernels.Layout) {
	n, own := l.Cols(), l.Streams
	checkLen("ProductShared", "base", len(base), m, own)
	checkLen("ProductShared", "y", len(y), m, n)
	for at := 0; at < len(y); at += own {
		copy(y[at:at+own], base[at/n*own:])
	}
}

// layout places pairs lo to hi. It panics if that cannot be.
func (n Noise) layout(lo, hi, streams int) kernels.Layout {
	if lo < 0 || hi < lo || streams < 1 {
		panic(fmt.Sprintf("lowrank: pairs %d to %d of %d streams", lo, hi, streams))
	}
	n.checkPairs(hi)
	if n.Rank == FullRank {
		n.wantWeights("noise of full rank")
	}
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
