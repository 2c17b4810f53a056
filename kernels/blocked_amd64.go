//go:build !purego

package kernels

import (
	"sync"

	"github.com/Kaleaon/pentary-go/packed"
)

// The blocked product: Go loops around assembly micro-kernels, after Goto and van
// de Geijn, "Anatomy of high-performance matrix multiplication" (ACM TOMS 2008),
// section 4.
//
//	for columns by nc, for k by kc:
//	    pack X into strips of a tile's width, summing its columns
//	    for rows by mc:
//	        unpack W into a panel of bytes
//	        for each strip, for each tile of rows: a micro-kernel
//
// The sizes follow from the caches. A strip of kc quads stays in L1 while all
// tiles of a panel pass over it: 24 columns × 1024, or 48 × 512, are 24 KiB. A
// panel of 128·kc bytes, at most 128 KiB, stays in L2 while all strips pass over
// it. The packed X streams by once a panel; it is at most about 1 MiB.

// A tier is an instruction set that the micro-kernels are written for.
type tier uint8

const (
	tierAVX2 tier = iota
	tierAVXVNNI
	tierAVX512
	tierVNNI512
)

// productTier returns the best tier in use. The caller has checked useAVX2.
func productTier() tier {
	switch {
	case useVNNI512:
		return tierVNNI512
	case useAVX512:
		return tierAVX512
	case useAVXVNNI:
		return tierAVXVNNI
	}
	return tierAVX2
}

// A geometry is the shape of a tier's tiles: rows × 3 or 2 vectors of lanes
// columns, kc deep at most.
type geometry struct {
	rows, lanes, kc int
}

var geometries = [...]geometry{
	tierAVX2:    {rows: 4, lanes: 8, kc: 1024},
	tierAVXVNNI: {rows: 4, lanes: 8, kc: 1024},
	tierAVX512:  {rows: 8, lanes: 16, kc: 512},
	tierVNNI512: {rows: 8, lanes: 16, kc: 512},
}

const (
	panelRows  = 128         // mc
	panelBytes = 1 << 17     // mc·kc at most
	maxColumns = 2112        // nc at most, a multiple of every strip's width
	stripBytes = 1056 * 1024 // kc·nc at most
	maxTile    = 8 * 48      // elements of the largest tile
)

// scratch is the memory of one product in flight.
type scratch struct {
	codes  [panelBytes]uint8 // a panel of W
	strips [stripBytes]int8  // X in strips
	start  [maxColumns]int32 // -2·Σx of each packed column
	edge   [maxTile]int32    // a tile that hangs over the edge of Y

	// Of a perturbation that tiles start from: the table of each group of packed
	// columns, 0 or -1 as the sign of each column, and the start of a few tiles.
	levels [maxColumns * levelCount]int32
	signs  [maxColumns]int32
	origin [originRows * 48]int32
}

var scratchPool = sync.Pool{New: func() any { return new(scratch) }}

// product is one call of the blocked product.
type product struct {
	tier
	geometry
	y []int32
	w *packed.Matrix
	x []int8
	n int

	// pert joins the sums if perturbed is set. Parts then begin and end between
	// pairs.
	perturbed bool
	pert      perturbation
}

// part is a product restricted to rows i0 to i1 and columns j0 to j1 of Y, with
// the memory for it.
type part struct {
	product
	*scratch
	i0, i1, j0, j1 int
}

// compute sets the part of Y.
func (p product) compute(i0, i1, j0, j1 int) {
	s := scratchPool.Get().(*scratch)
	q := part{p, s, i0, i1, j0, j1}
	q.run()
	scratchPool.Put(s)
}

func (p *part) run() {
	cols, k := p.j1-p.j0, p.w.Cols()
	nc := evenly(cols, stripBytes/p.kc, p.unit())
	for j := p.j0; j < p.j1; j += nc {
		cols := min(nc, p.j1-j)
		for κ := 0; κ < k; κ += p.kc {
			depth := min(p.kc, k-κ)
			p.packColumns(j, cols, κ, depth)
			if κ == 0 && p.perturbsStart() {
				p.tabulate(j, cols)
			}
			for i := p.i0; i < p.i1; i += panelRows {
				rows := min(panelRows, p.i1-i)
				p.panel(i, rows, j, cols, κ, depth)
				if p.perturbed && !p.perturbsStart() && κ+depth == k {
					own := 2 * p.pert.l.Streams
					p.pert.add(p.y, i, i+rows, j/own, (j+cols)/own)
				}
			}
		}
	}
}

// unit returns the columns that a division of Y may not split: a vector, and the
// columns of a pair.
func (p *product) unit() int {
	if !p.perturbed {
		return p.lanes
	}
	own := 2 * p.pert.l.Streams
	if own%p.lanes == 0 {
		return own
	}
	for unit := p.lanes; ; unit += p.lanes {
		if unit%own == 0 {
			return unit
		}
	}
}

// evenly returns a step, a multiple of unit and at most limit, that divides n into
// pieces of about the same size. unit is at most limit.
func evenly(n, limit, unit int) int {
	limit -= limit % unit
	pieces := (n + limit - 1) / limit
	step := (n + pieces - 1) / pieces
	return (step + unit - 1) / unit * unit
}

// stripWidth returns the vectors of the next strip when left vectors remain: 3, or
// 2 where a 3 would leave a 1. A single vector is padded to 2.
func stripWidth(left int) int {
	if left == 3 || left > 4 {
		return 3
	}
	return 2
}

// packColumns packs cols columns from j on, depth deep from κ on, into strips.
func (p *part) packColumns(j, cols, κ, depth int) {
	quads := Quads(depth)
	at := 0
	for c := 0; c < cols; {
		width := stripWidth((cols - c + p.lanes - 1) / p.lanes)
		span := width * p.lanes
		src := p.x[(κ/4*p.n+j+c)*4:]
		if c+span <= cols {
			p.packStrip(width, &p.strips[at], &src[0], p.n*4, quads, &p.start[c])
		} else {
			p.packEdge(at, src, cols-c, span, quads, p.start[c:])
		}
		at += quads * span * 4
		c += span
	}
}

// packEdge packs a strip of span columns of which only cols exist.
func (p *part) packEdge(at int, src []int8, cols, span, quads int, start []int32) {
	clear(start[:span])
	for q := range quads {
		dst := p.strips[at+q*span*4:][:span*4]
		copy(dst, src[q*p.n*4:][:cols*4])
		clear(dst[cols*4:])
		for c := range cols {
			v := dst[c*4:][:4]
			start[c] -= 2 * (int32(v[0]) + int32(v[1]) + int32(v[2]) + int32(v[3]))
		}
	}
}

// panel multiplies rows i to i+rows of W, columns κ to κ+depth, with the packed
// columns, and sets Y, or adds to it if κ > 0.
func (p *part) panel(i, rows, j, cols, κ, depth int) {
	stride := packed.PaddedLen(depth)
	for r := range rows {
		row := p.w.Row(i + r).Bytes()[κ/packed.BlockPents*packed.BlockBytes:]
		unpack(p.codes[r*stride:][:stride], row[:packed.RowBytes(depth)], depth)
	}
	quads := Quads(depth)
	at := 0
	for c := 0; c < cols; {
		width := stripWidth((cols - c + p.lanes - 1) / p.lanes)
		span := width * p.lanes
		for r := 0; r < rows; r += p.rows {
			h, v := min(p.rows, rows-r), min(span, cols-c)
			codes, x, start, step := &p.codes[r*stride], &p.strips[at], &p.start[c], 0
			if κ == 0 && p.perturbsStart() {
				if r%originRows == 0 {
					p.startTiles(i+r, min(originRows, rows-r), j, c, v, span)
				}
				start, step = &p.origin[r%originRows*span], span
			}
			y := p.y[(i+r)*p.n+j+c:]
			if h == p.rows && v == span {
				p.tile(width, &y[0], p.n, codes, stride, x, quads, start, step, κ > 0)
				continue
			}
			if κ > 0 {
				for e := range h {
					copy(p.edge[e*span:][:v], y[e*p.n:])
				}
			}
			p.tile(width, &p.edge[0], span, codes, stride, x, quads, start, step, κ > 0)
			for e := range h {
				copy(y[e*p.n:][:v], p.edge[e*span:])
			}
		}
		at += quads * span * 4
		c += span
	}
}

// tile computes a tile of the tier's rows × width vectors:
//
//	y[r*ldy+c] = start[r*startStep+c] + Σ_q Σ_u codes[r*stride+4q+u] · x[(q*width*lanes+c)*4+u]
//
// added to y if add is set. quads is at least 1.
func (t tier) tile(width int, y *int32, ldy int, codes *uint8, stride int, x *int8, quads int, start *int32, startStep int, add bool) {
	switch {
	case t == tierVNNI512 && width == 3:
		tile3VNNI512(y, ldy, codes, stride, x, quads, start, startStep, add)
	case t == tierVNNI512:
		tile2VNNI512(y, ldy, codes, stride, x, quads, start, startStep, add)
	case t == tierAVX512 && width == 3:
		tile3AVX512(y, ldy, codes, stride, x, quads, start, startStep, add)
	case t == tierAVX512:
		tile2AVX512(y, ldy, codes, stride, x, quads, start, startStep, add)
	case t == tierAVXVNNI && width == 3:
		tile3AVXVNNI(y, ldy, codes, stride, x, quads, start, startStep, add)
	case t == tierAVXVNNI:
		tile2AVXVNNI(y, ldy, codes, stride, x, quads, start, startStep, add)
	case width == 3:
		tile3AVX2(y, ldy, codes, stride, x, quads, start, startStep, add)
	default:
		tile2AVX2(y, ldy, codes, stride, x, quads, start, startStep, add)
	}
}

// packStrip copies quads of a strip of width vectors out of rows of ldx bytes, and
// sets the start of each column:
//
//	dst[(q*width*lanes+c)*4+u] = x[q*ldx+c*4+u]
//	start[c] = -2 · Σ_q Σ_u x[q*ldx+c*4+u]
//
// quads is at least 1.
func (t tier) packStrip(width int, dst, x *int8, ldx, quads int, start *int32) {
	switch {
	case t >= tierAVX512 && width == 3:
		packStrip3AVX512(dst, x, ldx, quads, start)
	case t >= tierAVX512:
		packStrip2AVX512(dst, x, ldx, quads, start)
	case width == 3:
		packStrip3AVX2(dst, x, ldx, quads, start)
	default:
		packStrip2AVX2(dst, x, ldx, quads, start)
	}
}
