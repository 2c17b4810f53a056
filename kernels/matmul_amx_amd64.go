//go:build !purego

package kernels

import (
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/packed"
)

// The blocked product with AMX: tiles of 16 rows of 64 weights, times 16 quads of 16 columns.
// Strips are two tiles wide, and the weights of a panel are signed bytes, tile by tile, so
// that sums start from zero.

// amxRows and amxDepth are the rows and the depth of a tile of weights.
const (
	amxRows  = 16
	amxDepth = 64
)

// packTiles is packColumns for AMX, and reports whether it is the tier. Weights beyond the depth are zero, and so
// the quads of a strip may be anything.
func (p *part) packTiles(j, cols, d, depth int) bool {
	if p.tier != amx {
		return false
	}
	clear(p.start[:p.padded])
	span := p.widest * p.lanes
	for c := 0; c < cols; c += span {
		at := c * p.stripQuads(depth) * 4
		packTilesAVX512(&p.strip[at], &p.x[(d/4*p.n+j+c)*4], p.n*4, Quads(depth), min(span, cols-c))
	}
	return true
}

// unpackTiles is unpackPanel for AMX, and reports whether it is the tier: the stride is from 16 rows to the
// next.
func (p *part) unpackTiles(i, rows, kappa, depth int) (stride int, done bool) {
	if p.tier != amx {
		return 0, false
	}
	stride = (depth + amxDepth - 1) / amxDepth * amxRows * amxDepth
	p.codes = reuse.Slice(p.codes, (rows+amxRows-1)/amxRows*stride)
	ldw := p.w.Stride()
	from := p.w.Bytes()[i*ldw+kappa/packed.BlockPents*packed.BlockBytes:]
	unpackTilesGFNI512(signed(p.codes), &from[0], ldw, rows, depth/packed.BlockPents, smallBlocks(depth))
	return stride, true
}

// sweepTiles is sweep for AMX.
func sweepTiles(o *tileArgs) {
	switch {
	case o.add:
		o.start, o.startStep = o.y, 4*o.ldy
	case o.startStep == 0:
		o.start = nil
	}
	o.tiles = (o.quads + amxDepth/4 - 1) / (amxDepth / 4)
	sweepAMX(o)
}

// sweepAMX computes rows × cols of y, with weights and columns in tiles:
//
//	y[r*ldy+c] = start[r*startStep/4+c] + Σ_κ weights[(r/16*stride + κ/64*1024 + r%16*64 + κ%64] · x[(κ/4*32+c)*4+κ%4]
//
// for κ < 64·tiles, and without start if it is nil. cols is at most 32.
//
//go:noescape
func sweepAMX(args *tileArgs)

// unpackTilesGFNI512 unpacks rows of weights into tiles:
//
//	dst[r/16*16*p + κ/64*1024 + r%16*64 + κ%64] = w[r, κ]
//
// for whole blocks and small blocks of them, with p, the depth, a multiple of 64, to which
// zero weights are added. It leaves the rows of the last tiles that do not exist as they are.
//
//go:noescape
func unpackTilesGFNI512(dst *int8, w *byte, ldw, rows, blocks, smalls int)

// packTilesAVX512 copies quads of a strip of two tiles, with zeros for columns beyond cols:
//
//	dst[q*128+c*4+u] = x[q*ldx+c*4+u]
//
//go:noescape
func packTilesAVX512(dst, x *int8, ldx, quads, cols int)
