//go:build !purego && (amd64 || arm64)

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// Z is accumulated for a panel of rows and a block of columns at a time, over
// blocks of terms: Right of such a block, 256 KiB, stays in the L2 cache for all tiles
// of the panel (docs/decisions.md#tiles-of-the-update).
const (
	updateRows = 32  // rows of a panel
	tileRows   = 8   // rows of a tile, what a micro-kernel accumulates
	blockQuads = 256 // quads of a block of terms
)

// zTile is a tile of Z.
type zTile [tileRows][packed.BlockPents]int32

// updatePanel is the working memory of an update.
type updatePanel struct {
	z      [updateRows][packed.BlockPents]int32
	terms  rowTerms
	codes  [packed.BlockPents]uint8
	random [maxDraws * packed.BlockPents]uint8
}

// rowTerms are the terms f·a of the rows of a tile and a block of quads, gathered
// because they lie 4·Rows bytes apart in Terms.Left, and what a sum over codes
// instead of weights starts at, -2·Σ f·a. The assembly alone reads and writes them, as
// rowTerms_start and rowTerms_quads.
type rowTerms struct {
	start [tileRows]int32               //lint:ignore U1000 used by the assembly
	quads [blockQuads][tileRows][4]int8 //lint:ignore U1000 used by the assembly
}

// stepRows steps rows lo to hi of W by the rule and returns how many pents moved.
func stepRows(w *packed.Matrix, t Terms, r *rule, lo, hi int) (moved int) {
	switch {
	case level == generic:
		return stepRowsGeneric(w, t, r, lo, hi)
	case tiles() && t.Count > 0:
		var tiled tiledTerms
		return stepPanels(w, t, r, lo, hi, &tiled)
	}
	return stepPanels(w, t, r, lo, hi, nil)
}

// stepPanels is stepRows by assembly, with memory for tiles if the tier multiplies them.
func stepPanels(w *packed.Matrix, t Terms, r *rule, lo, hi int, tiled *tiledTerms) (moved int) {
	var p updatePanel
	var src source
	draws := r.draws()
	if draws > 0 {
		src = newSource(r.rounding)
	}
	k, kp := w.Cols(), packed.PaddedLen(w.Cols())
	for ; lo < hi; lo += updateRows {
		rows := min(hi-lo, updateRows)
		if tiled != nil {
			tiled.begin(&t, lo, rows)
		}
		for j := 0; j < k; j += packed.BlockPents {
			span := min(k-j, packed.BlockPents)
			codes := p.codes[:packed.PaddedLen(span)]
			if tiled != nil {
				tiled.sum(&p.z, &t, j, len(codes))
			} else if t.Count > 0 {
				p.sum(t, lo, rows, j, len(codes))
			}
			for i := range rows {
				block := w.Row(lo + i).Bytes()[j/packed.BlockPents*packed.BlockBytes:]
				unpack(codes, block, span)
				if draws > 0 {
					src.seek(uint32(draws*j/blockBytes), uint32(lo+i))
					src.fill(p.random[:draws*len(codes)], rawBytes)
				}
				moved += r.step(codes, (lo+i)*kp+j, &p.z[i], &p.random)
				pack(block, codes, span)
			}
		}
	}
	return moved
}

// sum sets p.z to Z of rows i to i+rows and columns j to j+cols.
func (p *updatePanel) sum(t Terms, i, rows, j, cols int) {
	clear(p.z[:rows])
	quads := Quads(t.Count)
	for q := 0; q < quads; q += blockQuads {
		n := min(quads-q, blockQuads)
		b := &t.Right[(j*quads+q*StripCols)*4]
		for r := 0; r < rows; r += tileRows {
			gatherRows(&p.terms, t.Left[(q*t.Rows+i+r)*4:], t.Rows*4, n, min(rows-r, tileRows))
			accumulate((*zTile)(p.z[r:]), &p.terms, b, quads, n, cols)
		}
	}
}

// stepFlipArgs are the operands of stepFlip.
type stepFlipArgs struct {
	codes     *uint8
	average   *int8
	z         *int32
	u         *uint8
	n         int
	scale     Scale
	decay     uint
	threshold int8
}

// Contracts of the assembly, whose names end in the instruction set.
//
// stepResidual steps n weights, given as codes 0 to 4, by the rule of
// UpdateResidual, and returns how many moved:
//
//	codes[j], e[j] = residual(codes[j], e[j], z[j])
//
// n is a positive multiple of 32, at most a block.
//
// stepResidual4 steps n weights, as stepResidual does, by the rule of
// UpdateResidual4:
//
//	codes[j], e[j] = residual4(codes[j], e[j], z[j], u[j])
//
// where e[j], the nibble, is in byte j/32*16+j%16.
//
// stepStochastic steps n weights, as stepResidual does, by the rule of
// UpdateStochastic:
//
//	codes[j] = saturate(codes[j], (scale(z[j]) + u[j]) >> 8)
//
// stepFlip steps n weights, as stepResidual does, by the rule of UpdateFlip:
//
//	codes[j], average[j] = flip(codes[j], average[j], z[j], u[j])
//
// decay is 1 to MaxDecay, threshold positive.
//
// stepThreshold steps n weights, as stepResidual does, where |z| ≥ tau:
//
//	codes[j] = saturate(codes[j], sign(z[j]) if |z[j]| ≥ tau, else 0)
//
// tau is positive.
//
// stepDithered is stepThreshold with a threshold of tau + fraction/256:
//
//	codes[j] = saturate(codes[j], sign(z[j]) if |z[j]| + u[j]/256 ≥ tau + fraction/256, else 0)
//
// tau is 1 to 2^30.
//
// shrink moves n pents by the rule of Shrink, and returns how many moved:
//
//	codes[j] = shrunk(codes[j]) if u[2*j] + 256*u[2*j+1] < chance
//
// n is as for stepResidual, chance 1 to AlwaysShrink.
