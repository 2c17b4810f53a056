package lowrank

import (
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// A Draw is the noise of some pairs for one matrix, drawn once for many products, for
// example for the steps of a sequence, in which members keep their perturbation. It
// grows to the size of its largest use and is then reused.
// Short products spend most of their time on drawing noise
// (docs/decisions.md#noise-of-a-sequence).
//
// FullRank noise is too large to keep and is drawn again for each product.
type Draw struct {
	noise   Noise
	w       Parameter
	lo, hi  int
	samples int

	a []uint8 // factor A of all pairs
	b []uint8 // factor B, or of PerturbActivations the random bytes whose bit 0 is a sign
}

// Draw draws the noise of pairs lo to hi for W into d. samples is the number of samples
// of each member in all products together; only PerturbActivations uses it.
func (n Noise) Draw(d *Draw, w Parameter, lo, hi, samples int) {
	n = n.of(&w)
	m, k := w.matrix("Draw").Rows(), w.W.Cols()
	n.population(lo, hi, samples)
	n.checkFactors(m, k, lo, hi)
	if n.Estimator == PerturbActivations && !w.Frozen {
		checkUnit(w)
	}
	d.noise, d.w, d.lo, d.hi, d.samples = n, w, lo, hi, samples
	if w.Frozen || n.Rank == FullRank {
		return
	}
	d.a = reuse.Slice(d.a, (hi-lo)*n.Rank*packed.PaddedLen(m))
	n.factors(d.a, FactorA, w.Number, lo, hi, m)
	if n.Estimator == PerturbActivations {
		size := packed.PaddedLen(n.Rank * samples)
		d.b = reuse.Slice(d.b, (hi-lo)*size)
		for p := range hi - lo {
			n.signBytes(d.b[p*size:(p+1)*size], w.Number, lo+p)
		}
		return
	}
	d.b = reuse.Slice(d.b, (hi-lo)*n.Rank*packed.PaddedLen(k))
	n.factors(d.b, FactorB, w.Number, lo, hi, k)
}

// checkFactors panics if the codes of the factors of an m×k matrix do not fit an int.
func (n Noise) checkFactors(m, k, lo, hi int) {
	if size := (hi - lo) * max(n.Rank, 1); size > math.MaxInt/max(packed.PaddedLen(m), packed.PaddedLen(k)) {
		panic(fmt.Sprintf("lowrank: pairs %d to %d of rank %d for W of %d×%d are too many", lo, hi, n.Rank, m, k))
	}
}

// Part returns the draw of pairs lo to hi alone. It shares d's memory.
func (d *Draw) Part(lo, hi int) Draw {
	if lo < d.lo || hi > d.hi || lo > hi {
		panic(fmt.Sprintf("lowrank: Part: pairs %d to %d of a draw of %d to %d", lo, hi, d.lo, d.hi))
	}
	part := *d
	part.lo, part.hi = lo, hi
	if n := d.hi - d.lo; n > 0 {
		part.a = d.a[len(d.a)/n*(lo-d.lo) : len(d.a)/n*(hi-d.lo)]
		part.b = d.b[len(d.b)/n*(lo-d.lo) : len(d.b)/n*(hi-d.lo)]
	}
	return part
}

// Bytes returns the memory that the draw holds.
func (d *Draw) Bytes() int { return cap(d.a) + cap(d.b) }

// Product is Noise.Product of the pairs drawn, for the samples that begin at from.
func (d *Draw) Product(ws *Workspace, y []int32, x []int8, streams, from int) {
	pop := d.population("Product", streams, from)
	n := d.noise
	switch {
	case d.w.Frozen:
		kernels.MatMul(y, d.w.W, x, pop.TotalColumns())
		return
	case n.Rank == FullRank:
		n.productFullRank(ws, y, d.w, x, d.lo, pop)
		return
	case n.Estimator == PerturbActivations:
		d.signs(ws, 2*streams, streams, from)
	default:
		ws.t = reuse.Slice(ws.t, pop.Rank*pop.TotalColumns())
		kernels.Project(ws.t, d.b, x, pop, d.w.W.Cols())
	}
	mul, shift := n.scale()
	rescale(ws.t, mul)
	kernels.MatMulPerturbed(y, d.w.W, x, d.a, ws.t, pop, shift)
}

// ProductShared is Noise.ProductShared of the pairs drawn, for the samples that begin
// at from.
func (d *Draw) ProductShared(ws *Workspace, y, base []int32, x []int8, streams, from int) {
	pop := d.population("ProductShared", streams, from)
	m := d.w.W.Rows()
	switch {
	case d.w.Frozen:
		spread(y, base, m, pop)
	case d.noise.Rank == FullRank:
		d.noise.productSharedFullRank(ws, y, base, d.w, x, d.lo, pop)
	default:
		shift := d.projectShared(ws, x, pop, from)
		kernels.PerturbShared(y, base, d.a, ws.t, pop, m, shift)
	}
}

// ActivationsShared is ProductShared followed by kernels.Requantize. It stores the product
// only if W is frozen or perturbed at full rank. dst is a batch of m × 2·(hi-lo)·streams in
// quads.
func (d *Draw) ActivationsShared(ws *Workspace, dst []int8, base []int32, x []int8, streams, from int, o kernels.Output) {
	pop := d.population("ActivationsShared", streams, from)
	m := d.w.W.Rows()
	if d.w.Frozen || d.noise.Rank == FullRank {
		checkLen("ActivationsShared", "dst", len(dst), kernels.Quads(m)*4, pop.TotalColumns())
		ws.y = reuse.Slice(ws.y, m*pop.TotalColumns())
		d.ProductShared(ws, ws.y, base, x, streams, from)
		kernels.Requantize(dst, ws.y, m, pop.TotalColumns(), o)
		return
	}
	perturbShift := d.projectShared(ws, x, pop, from)
	kernels.PerturbSharedRequantize(dst, base, d.a, ws.t, pop, m, perturbShift, o)
}

// projectShared leaves the projections of ProductShared in the workspace, and returns
// the shift of its perturbation.
func (d *Draw) projectShared(ws *Workspace, x []int8, pop kernels.Population, from int) (shift uint) {
	if d.noise.Estimator == PerturbActivations {
		d.signs(ws, pop.Columns, pop.Columns, from)
	} else {
		ws.t = reuse.Slice(ws.t, pop.Pairs*pop.Rank*pop.Columns)
		kernels.ProjectShared(ws.t, d.b, x, pop, d.w.W.Cols())
	}
	mul, shift := d.noise.scale()
	rescale(ws.t, mul)
	return shift
}

// signs writes ±2^Log2Scale for streams samples to the workspace instead of the projections
// Bᵀx: own of them for each pair and rank, the same for both of its members.
func (d *Draw) signs(ws *Workspace, own, streams, from int) {
	rank := d.noise.Rank
	ws.t = reuse.Slice(ws.t, (d.hi-d.lo)*rank*own)
	size, unit := packed.PaddedLen(rank*d.samples), int32(1)<<d.w.Log2Scale
	for v := range (d.hi - d.lo) * rank {
		raw := d.b[v/rank*size+v%rank*d.samples+from:][:streams]
		t := ws.t[v*own:][:own]
		for i, u := range raw {
			t[i] = unit - int32(u&1)*2*unit
		}
		copy(t[streams:], t[:own-streams])
	}
}

// population returns the layout of the pairs drawn. It panics if samples from from on
// were not drawn.
func (d *Draw) population(fn string, streams, from int) kernels.Population {
	d.w.matrix(fn) // panics if nothing has been drawn
	if from < 0 || d.noise.Estimator == PerturbActivations && (streams > d.samples || from > d.samples-streams) {
		panic(fmt.Sprintf("lowrank: %s: %d samples from %d of a draw of %d", fn, streams, from, d.samples))
	}
	return d.noise.population(d.lo, d.hi, streams)
}
