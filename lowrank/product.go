package lowrank

import (
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Workspace holds the factors and projections of a product. It grows to the size of its
// largest use (docs/decisions.md#scratch-of-a-product) and is then reused, by one goroutine
// at a time.
type Workspace struct {
	draw Draw
	a    []uint8 // a panel of E
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
// columns, in the order of kernels.Population. A frozen W is not perturbed. For
// PerturbActivations, ±2^Log2Scale replaces Bᵀx, see Estimator; both members of a pair share the
// signs.
func (n Noise) Product(ws *Workspace, y []int32, w Parameter, x []int8, lo, hi, streams int) {
	n = n.of(&w)
	m, k := w.matrix("Product").Rows(), w.W.Cols()
	cols := n.population(lo, hi, streams).TotalColumns()
	checkLen("Product", "x", len(x), kernels.Quads(k)*4, cols)
	checkLen("Product", "y", len(y), m, cols)
	if !w.Frozen && n.Rank != FullRank && n.Estimator == PerturbWeights {
		n.product(ws, y, w, x, lo, hi, streams)
		return
	}
	n.Draw(&ws.draw, w, lo, hi, streams)
	ws.draw.Product(ws, y, x, streams, 0)
}

// drawnBytes is how much of factor B product draws before it projects: a part of L2.
const drawnBytes = 32 << 10

// product is Product by factors. It projects factor B as it draws it.
func (n Noise) product(ws *Workspace, y []int32, w Parameter, x []int8, lo, hi, streams int) {
	m, k, pop := w.W.Rows(), w.W.Cols(), n.population(lo, hi, streams)
	n.checkFactors(m, k, lo, hi)
	ws.t = reuse.Slice(ws.t, pop.Rank*pop.TotalColumns())
	size := pop.Rank * packed.PaddedLen(k)
	step := min(max(drawnBytes/max(size, 1), 1), pop.Pairs)
	b := reuse.Slice(ws.draw.b, step*size)
	ws.draw.b = b
	for p := 0; p < pop.Pairs; p += step {
		end, own := min(p+step, pop.Pairs), 2*pop.Rank*streams
		b := b[:(end-p)*size]
		n.factors(b, FactorB, w.Number, lo+p, lo+end, k)
		kernels.ProjectPairs(ws.t[p*own:end*own], b, x, pop, k, p, end)
	}
	ws.draw.a = reuse.Slice(ws.draw.a, pop.Pairs*pop.Rank*packed.PaddedLen(m))
	mul, shift := n.scale()
	rescale(ws.t, mul)
	kernels.MatMulDrawn(y, w.W, x, ws.draw.a, n.Stream(FactorA, w.Number, lo), n.Distribution, ws.t, pop, shift)
}

// ProductShared is Product for members that all see the same batch x of k ×
// streams, given the product base = W·x that they share:
//
//	y[:, (p, s, b)] = base[:, b] ± RoundShift(A_p·(B_pᵀ·x[:, b])/√r, Sigma)
func (n Noise) ProductShared(ws *Workspace, y, base []int32, w Parameter, x []int8, lo, hi, streams int) {
	n = n.of(&w)
	m, k := w.matrix("ProductShared").Rows(), w.W.Cols()
	cols := n.population(lo, hi, streams).TotalColumns()
	checkLen("ProductShared", "x", len(x), kernels.Quads(k)*4, streams)
	checkLen("ProductShared", "base", len(base), m, streams)
	checkLen("ProductShared", "y", len(y), m, cols)
	n.Draw(&ws.draw, w, lo, hi, streams)
	ws.draw.ProductShared(ws, y, base, x, streams, 0)
}

// spread copies the shared product to every member.
func spread(y, base []int32, m int, pop kernels.Population) {
	n, own := pop.TotalColumns(), pop.Columns
	checkLen("ProductShared", "base", len(base), m, own)
	checkLen("ProductShared", "y", len(y), m, n)
	for at := 0; at < len(y); at += own {
		copy(y[at:at+own], base[at/n*own:])
	}
}

// population returns the layout of pairs lo to hi. It panics if the range is invalid or the
// number of columns times the rank does not fit an int.
func (n Noise) population(lo, hi, streams int) kernels.Population {
	if lo < 0 || hi < lo || streams < 1 || streams > math.MaxInt/2/max(hi-lo, 1)/max(n.Rank, 1) {
		panic(fmt.Sprintf("lowrank: pairs %d to %d of %d streams", lo, hi, streams))
	}
	n.checkPairs(hi)
	if n.Rank == FullRank {
		n.wantWeights("noise of full rank")
	}
	return kernels.Population{Pairs: hi - lo, Rank: n.Rank, Columns: streams}
}
