//go:build !purego && (amd64 || arm64)

package kernels

import (
	"sync"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/packed"
)

// The blocked product: Go loops around assembly micro-kernels, after Goto and van
// de Geijn, "Anatomy of high-performance matrix multiplication" (ACM TOMS 2008),
// section 4.
//
//	for columns by nc, for k by kd:
//	    pack X into strips of a tile's width, summing its columns
//	    for rows by mc, for k by kc:
//	        unpack W into a panel of bytes
//	        for each strip, for each tile of rows: a micro-kernel
//
// The sizes follow from the caches. A strip kc deep stays in L1 while all tiles of
// a panel pass over it: 24 columns × 1024, or 48 × 512, are 24 KiB. Sweeps with AVX-512
// VNNI gain more by half the passes over Y, and stream strips of 48 KiB from L2. A panel of
// mc·kc bytes, at most 128 KiB, stays in L2 while all strips pass over it, and so
// do the mc·nc sums of Y while the panels of a row pass. The packed X, at most 4
// MiB, streams by once a panel: each byte of it meets 128 rows, so L3 is fast
// enough (docs/decisions.md#loop-order-of-the-blocked-product).

// A geometry is the shape of a tier's tiles, rows × 2 to widest vectors of lanes
// columns by quads that they take at a time, the depth kc of a panel, and of a block the columns
// nc, at most, and the bytes kd·nc, about.
type geometry struct {
	rows, lanes, quads, widest, kc, nc, bytes int
}

const (
	panelRows  = 128     // mc
	panelBytes = 1 << 17 // mc·kc at most
	spareRows  = 11      // that tiles read beyond a panel's, at most
	maxColumns = 2112    // nc at most, a multiple of every strip's width
	maxDepth   = 1 << 14 // kd
	stripBytes = 4 << 20 // kd·nc of tiers that stream packed X
	maxWidth   = 48      // columns of the widest strip
	maxTile    = 8 * 48  // elements of the largest tile
)

// scratch is the memory of one product in flight. Its slices grow to the largest
// product's, so that a small network takes little.
type scratch struct {
	codes []uint8        // a panel of W
	start []int32        // -2·Σx of each packed column
	edge  [maxTile]int32 // a tile that hangs over the edge of Y
	strip []int8         // X in strips

	// Of a perturbation that tiles start from: the table of each group of packed
	// columns, or the words of each vector of them, whether they have high ones and where
	// the codes of its pairs are; 0 or -1 as the sign of each column; and the start of a
	// few tiles.
	levels  []int32
	wide    int
	offsets []int
	signs   []int32
	origin  []int32
	order   []uint8 // codes of the pairs
	ranks   rankArgs
}

var scratchPool = sync.Pool{New: func() any { return new(scratch) }}

// noStart is the start of a tile whose panel is not the first of its columns.
var noStart [maxWidth]int32

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
	padded         int // columns of the starts of a panel
}

// compute sets the part of Y.
func (p product) compute(i0, i1, j0, j1 int) {
	s := scratchPool.Get().(*scratch)
	q := part{p, s, i0, i1, j0, j1, 0}
	if !q.runThin() {
		q.run()
	}
	scratchPool.Put(s)
}

func (p *part) run() {
	k := p.w.Cols()
	kd := min(k, maxDepth)
	nc := evenly(p.j1-p.j0, p.columnLimit(), p.unit())
	padded := nc + 2*p.lanes // the last strip is padded by less
	p.strip = reuse.Slice(p.strip, p.stripQuads(kd)*4*padded)
	p.padded = padded
	p.start = reuse.Slice(p.start, padded*((kd+p.kc-1)/p.kc))
	for j := p.j0; j < p.j1; j += nc {
		cols := min(nc, p.j1-j)
		for d := 0; d < k; d += kd {
			depth := min(kd, k-d)
			if !p.packsInSweeps() {
				p.packColumns(j, cols, d, depth)
			}
			if d == 0 && p.perturbsStart() {
				p.tabulate(j, cols)
			}
			for i := p.i0; i < p.i1; i += panelRows {
				rows := min(panelRows, p.i1-i)
				for kappa := 0; kappa < depth; kappa += p.kc {
					p.panel(i, rows, j, cols, d, depth, kappa)
				}
				if p.perturbed && !p.perturbsStart() && d+depth == k {
					own := 2 * p.pert.pop.Columns
					p.pert.add(p.y, i, i+rows, j/own, (j+cols)/own)
				}
			}
		}
	}
}

// columnLimit returns the most columns that are packed at once: nc, or as many as a pair
// has that is wider.
func (p *product) columnLimit() int {
	nc := p.nc
	if p.perturbed && p.pert.pop.Rank > 1 {
		nc = min(nc, p.rankColumns())
	}
	return min(max(nc, min(p.unit(), maxColumns)), p.bytes/min(p.w.Cols(), maxDepth))
}

// unit returns the columns that a division of Y may not split: a vector, and the
// columns of a pair.
func (p *product) unit() int {
	if !p.perturbed {
		return p.lanes
	}
	own := 2 * p.pert.pop.Columns
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
// 2 where a 3 would leave a 1 or is too wide. A single vector is padded to 2.
func (g geometry) stripWidth(left int) int {
	if g.widest == 3 && (left == 3 || left > 4) {
		return 3
	}
	return 2
}

// stripQuads returns the quads of a strip for depth k: whole tiles, and the quads beyond k are
// zero.
func (g geometry) stripQuads(depth int) int {
	return (Quads(depth) + g.quads - 1) / g.quads * g.quads
}

// packColumns packs cols columns from j on, depth deep from d on, into strips.
func (p *part) packColumns(j, cols, d, depth int) {
	if p.packTiles(j, cols, d, depth) {
		return
	}
	quads, deep := Quads(depth), p.stripQuads(depth)
	at := 0
	for c := 0; c < cols; {
		width := p.stripWidth((cols - c + p.lanes - 1) / p.lanes)
		span := width * p.lanes
		src := p.x[(d/4*p.n+j+c)*4:]
		if c+span <= cols {
			p.packStrip(width, &p.strip[at], &src[0], p.n*4, quads, &p.start[c])
		} else {
			p.packEdge(at, src, cols-c, span, quads, p.start[c:])
		}
		clear(p.strip[at+quads*span*4 : at+deep*span*4])
		p.arrange(width, &p.strip[at], deep)
		at += deep * span * 4
		c += span
	}
}

// packEdge packs a strip of span columns of which only cols exist.
func (p *part) packEdge(at int, src []int8, cols, span, quads int, start []int32) {
	clear(start[:span])
	for q := range quads {
		dst := p.strip[at+q*span*4:][:span*4]
		copy(dst, src[q*p.n*4:][:cols*4])
		clear(dst[cols*4:])
		for c := range cols {
			v := dst[c*4:][:4]
			start[c] -= 2 * (int32(v[0]) + int32(v[1]) + int32(v[2]) + int32(v[3]))
		}
	}
}

// panel multiplies rows i to i+rows of W with the columns from j on, from depth d on as
// deep as the panel from κ on, and sets Y, or adds to it after the first.
func (p *part) panel(i, rows, j, cols, d, depth, kappa int) {
	if p.panelTiles(i, rows, j, cols, d, depth, kappa) {
		return
	}
	first, perturbs := kappa == 0, d+kappa == 0 && p.perturbsStart()
	deep := min(p.kc, depth-kappa)
	stride := p.unpackPanel(i, rows, d+kappa, deep)
	at := 0
	for c := 0; c < cols; {
		width := p.stripWidth((cols - c + p.lanes - 1) / p.lanes)
		span := width * p.lanes
		v := min(span, cols-c)
		t := tileArgs{
			width: width, ldy: p.n, stride: stride, quads: p.stripQuads(deep),
			x: &p.strip[at+kappa*span], start: &noStart[0], add: d+kappa > 0, next: &p.strip[at],
		}
		switch {
		case p.packsInSweeps():
			t.start = &p.start[kappa/p.kc*p.padded+c]
			if i == p.i0 {
				t.from, t.ldx = &p.x[((d+kappa)/4*p.n+j+c)*4], p.n*4
				if c+span < cols {
					t.next, t.nextStep = &p.x[((d+kappa)/4*p.n+j+c+span)*4], p.n*4
				}
			}
		case first:
			t.start = &p.start[c]
		}
		switch {
		case !perturbs:
		case p.looksUpInSweeps():
			g := c / levelGroup
			t.levels, t.a, t.offsets = &p.levels[g*levelCount*levelGroup], &p.pert.a[i], &p.offsets[g]
		case p.packsInSweeps():
			t.ranks = p.orderRanks(i, rows, c, v, width)
		default:
			p.startTiles(i, rows, j, c, v, span)
			t.start, t.startStep = &p.origin[0], span
		}
		p.tiles(t, rows, v, span, p.y[i*p.n+j+c:])
		at += p.stripQuads(depth) * span * 4
		c += span
	}
}

// tiles computes the tiles of a strip for all rows of the panel: v columns of Y that exist of
// span. t.start is the first row's.
func (p *part) tiles(t tileArgs, rows, v, span int, y []int32) {
	swept := p.sweeps(rows, v == span)
	if swept > 0 {
		s := t
		s.codes, s.y, s.rows, s.cols = &p.codes[0], &y[0], swept, v
		s.startStep *= 4
		p.sweep(&s)
	}
	for at := swept; at < rows; at += p.rows {
		t.codes = &p.codes[at*t.stride]
		if t.startStep > 0 {
			t.start = &p.origin[at*span]
		}
		if at+p.rows <= rows && v == span {
			t.y = &y[at*p.n]
			p.tile(&t)
		} else {
			p.edgeTile(t, y[at*p.n:], min(p.rows, rows-at), v, span)
		}
	}
}

// unpackPanel unpacks rows i to i+rows of W, columns κ to κ+depth, and returns the
// stride of the panel's rows.
func (p *part) unpackPanel(i, rows, kappa, depth int) (stride int) {
	stride = packed.PaddedLen(depth)
	p.codes = reuse.Slice(p.codes, (rows+spareRows)*stride)
	ldw := p.w.Stride()
	from := i*ldw + kappa/packed.BlockPents*packed.BlockBytes
	unpackRows(p.codes, stride, p.w.Bytes()[from:], ldw, rows, depth)
	return stride
}

// edgeTile computes a tile of which only h rows and v columns exist.
func (p *part) edgeTile(t tileArgs, y []int32, h, v, span int) {
	t.y, t.ldy = &p.edge[0], span
	if t.add {
		for r := range h {
			copy(p.edge[r*span:][:v], y[r*p.n:])
		}
	}
	p.tile(&t)
	for r := range h {
		copy(y[r*p.n:][:v], p.edge[r*span:])
	}
}

// tileArgs are the operands of a tile, or of a sweep of tiles.
type tileArgs struct {
	width     int // 3 or 2 vectors
	y         *int32
	ldy       int
	codes     *uint8
	stride    int
	x         *int8
	quads     int // a positive multiple of a tile's
	start     *int32
	startStep int // elements; of a sweep, bytes
	add       bool

	// Of a sweep:
	rows, cols int    // of y
	levels     *int32 // entries of the groups, which tiles begin with, by the codes at a + offsets of each, or nil
	a          *uint8
	offsets    *int
	ranks      *rankArgs // or what the perturbation is made of, or nil
	from       *int8     // where to pack x from, nil if it is packed
	ldx        int       // bytes from one quad of from, or of x that is not packed, to the next
	next       *int8     // the quads that are packed next, or any address
	nextStep   int       // bytes from one quad of next to the next, or 0

	// Of AMX, whose stride is of strips:
	w      *byte
	ldw    int
	blocks int    // of the depth
	smalls int    // after them
	origin *int32 // room for what blocks begin with
}
