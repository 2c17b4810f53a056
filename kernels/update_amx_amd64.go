//go:build !purego

package kernels

import (
	"unsafe"

	"github.com/Kaleaon/pentary-go/packed"
)

// The accumulation with AMX. Terms of a panel of rows are one side of a product of tiles, 16
// rows of 16 quads, and the codes of a strip of Right are the other as they are.

const (
	tileQuads  = 16                         // quads of terms of a tile
	groupBytes = updateRows * 4 * tileQuads // of the terms of a panel's rows, tileQuads deep
	sumGroups  = 16                         // groups of a chunk of terms, which stays in L1
)

// tiledTerms are a chunk of the terms of a panel in tiles, and the sums that its columns start
// from.
type tiledTerms struct {
	memory  [sumGroups*groupBytes + 64]int8
	left    int                   // where the chunk begins in memory: at a cache line, which makes loads a third faster
	start   [updateRows][16]int32 // -2·Σ of a row's terms, in each of 16 columns
	i, rows int                   // of the panel
	chunk   int                   // that is in memory
}

// gather gathers a chunk of the terms, and unless start is nil adds to it.
func (p *tiledTerms) gather(t *Terms, chunk int, start *int32) {
	q := chunk * sumGroups * tileQuads
	gatherTilesVNNI512(&p.memory[p.left], start, &t.Left[(q*t.Rows+p.i)*4], t.Rows*4, min(Quads(t.Count)-q, sumGroups*tileQuads), p.rows)
	p.chunk = chunk
}

// begin begins the panel of rows i to i+rows. Terms of one chunk are gathered once for all
// columns, others again for each block of them.
func (p *tiledTerms) begin(t *Terms, i, rows int) {
	p.i, p.rows = i, rows
	// p is on the stack, which may move: the terms move with it, and loads get slower at worst.
	p.left = int(-uintptr(unsafe.Pointer(&p.memory)) % 64)
	clear(p.start[:])
	for chunk := range chunks(t) {
		p.gather(t, chunk, &p.start[0][0])
	}
}

// chunks returns the number of chunks of the terms.
func chunks(t *Terms) int {
	return (Quads(t.Count) + sumGroups*tileQuads - 1) / (sumGroups * tileQuads)
}

// sum sets z to Z of the panel and columns j to j+cols, beginning with the chunk in memory.
func (p *tiledTerms) sum(z *[updateRows][packed.BlockPents]int32, t *Terms, j, cols int) {
	quads, all, first := Quads(t.Count), chunks(t), p.chunk
	o := accumulateArgs{z: &z[0][0], start: &p.start[0][0], strip: quads * StripCols * 4, cols: cols}
	for n := range all {
		chunk := (first + n) % all
		if chunk != p.chunk {
			p.gather(t, chunk, nil)
		}
		q := chunk * sumGroups * tileQuads
		left := min(quads-q, sumGroups*tileQuads)
		for at := 0; at < left; at += o.groups * o.quads {
			o.left, o.right = &p.memory[p.left+at/tileQuads*groupBytes], &t.Right[(j*quads+(q+at)*StripCols)*4]
			o.groups, o.quads = (left-at)/tileQuads, tileQuads
			if o.groups == 0 {
				o.groups, o.quads = 1, left-at
			}
			accumulateAMX(&o)
			o.start = nil
		}
	}
}

// accumulateArgs are the operands of accumulateAMX.
type accumulateArgs struct {
	z      *int32 // updateRows rows, a block apart
	start  *int32 // tiles of 16 columns that all columns of z start from; nil: z itself
	left   *int8  // groups of terms
	right  *uint8 // codes of the first strip and quad
	strip  int    // bytes from a strip to the next
	groups int
	quads  int // of a group, at most tileQuads
	cols   int // a positive multiple of 32
}

// accumulateAMX adds groups of terms to updateRows rows of Z. The whole update reaches 660 to 890
// GMAC/s at 256² and 1024 terms, 250 by accumulateVNNI512:
//
//	z[r][s*16+l] = start[r][l] + Σ_g Σ_q Σ_u left[g][r][q*4+u] · right[s*strip + ((g*quads+q)*16+l)*4 + u]
//
// for s < cols/16, l < 16, g < groups, q < quads and u < 4.
//
//go:noescape
func accumulateAMX(args *accumulateArgs)

// gatherTilesVNNI512 gathers quads of terms of the first rows of a panel into groups of tiles:
//
//	left[q/16*2048 + r/16*1024 + r%16*64 + q%16*4 + u] = fa[q*faQuad+r*4+u]     zero for r ≥ rows and beyond quads
//	start[r*16+l] -= 2 · Σ_q Σ_u fa[q*faQuad+r*4+u]
//
// for whole groups of quads, r < 32, u < 4 and l < 16. start may be nil.
//
//go:noescape
func gatherTilesVNNI512(left *int8, start *int32, fa *int8, faQuad, quads, rows int)
