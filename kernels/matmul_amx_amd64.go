//go:build !purego

package kernels

import (
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/packed"
)

// The blocked product with AMX: tiles of 16 rows of 64 weights, times 16 quads of 16 columns.
// Strips are two tiles wide, and weights are signed bytes, so that sums start from zero
// (docs/decisions.md#tiles-of-amx).

const (
	amxPanel = 32 // rows, or columns, of two tiles
	amxPass  = 2  // blocks of the depth whose weights are unpacked at a time
)

// packTiles is packColumns for AMX, and reports whether it is the tier. Weights beyond the
// depth are zero, and so the quads of a strip there may be anything.
func (p *part) packTiles(j, cols, d, depth int) bool {
	if p.tier != amx {
		return false
	}
	clear(p.start)
	for c := 0; c < cols; c += amxPanel {
		packTilesAVX512(&p.strip[c*p.stripQuads(depth)*4], &p.x[(d/4*p.n+j+c)*4], p.n*4, Quads(depth), min(amxPanel, cols-c))
	}
	return true
}

// panelTiles is panel for AMX, and reports whether it is the tier.
func (p *part) panelTiles(i, rows, j, cols, d, depth, kappa int) bool {
	if p.tier != amx {
		return false
	}
	deep := min(p.kc, depth-kappa)
	p.codes = reuse.Slice(p.codes, amxPanel*min(amxPass*packed.BlockPents, (deep+63)/64*64)) // whole tiles
	t := tileArgs{
		y: &p.y[i*p.n+j], ldy: p.n, rows: rows, cols: cols, codes: &p.codes[0],
		w: &p.w.Row(i).Bytes()[(d+kappa)/packed.BlockPents*packed.BlockBytes], ldw: p.w.Stride(),
		blocks: deep / packed.BlockPents, smalls: smallBlocks(deep),
		x: &p.strip[kappa*amxPanel], stride: p.stripQuads(depth) * 4 * amxPanel,
	}
	switch {
	case d+kappa > 0:
		t.start, t.startStep = t.y, 4*p.n
	case !p.perturbsStart():
	case p.looksUpInSweeps():
		p.origin = reuse.Slice(p.origin, 2*amxPanel*amxPanel)
		t.levels, t.a, t.offsets, t.origin = &p.levels[0], &p.pert.a[i], &p.offsets[0], &p.origin[0]
	default:
		p.origin = reuse.Slice(p.origin, panelRows*p.padded)
		p.startTiles(i, rows, j, 0, cols, p.padded)
		t.start, t.startStep = &p.origin[0], 4*p.padded
	}
	multiplyAMX(&t)
	return true
}

// multiplyAMX computes rows × cols of y:
//
//	y[r*ldy+c] = start[r*startStep/4+c] + Σ_κ w[r, κ] · x[c/32*stride + κ/64*2048 + c%32/16*1024 + κ%64/4*64 + c%16*4 + κ%4]
//
// without start if it is nil; if levels is set, it has what each group of eight columns starts
// from, as levels of perturb_start_asm.go does, for the codes at a+offsets[c/8]+r, of which eight are
// read at a time. origin has room for two blocks of 32 × 32 of them. A row of w has whole blocks and small blocks; the next is ldw bytes
// on. codes has room for the weights of a pass, amxPass blocks of 32 rows. x may be anything
// beyond the columns that exist, and beyond the weights up to a multiple of 64.
//
//go:noescape
func multiplyAMX(args *tileArgs)

// packTilesAVX512 copies quads of a strip of two tiles, with zeros for columns beyond cols:
//
//	dst[q/16*2048 + c/16*1024 + q%16*64 + c%16*4 + u] = x[q*ldx+c*4+u]
//
//go:noescape
func packTilesAVX512(dst, x *int8, ldx, quads, cols int)
