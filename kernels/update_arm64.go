//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// gatherRows gathers the terms of the first rows of a tile, the others being zero, as
// the accumulation of the tier takes them; see gatherRowsNEON.
func gatherRows(t *rowTerms, fa []int8, faQuad, quads, rows int) {
	switch {
	case rows < tileRows:
		gatherFew(t, fa, faQuad, quads, rows)
	case level >= i8mm:
		gatherPairsNEON(t, &fa[0], faQuad, quads)
	default:
		gatherRowsNEON(t, &fa[0], faQuad, quads)
	}
}

// gatherFew gathers the rows of a tile that has few, from a copy that is whole: the
// assembly reads all rows.
func gatherFew(t *rowTerms, fa []int8, faQuad, quads, rows int) {
	var whole [blockQuads * tileRows * 4]int8
	for q := range quads {
		copy(whole[q*tileRows*4:][:rows*4], fa[q*faQuad:])
	}
	gatherRows(t, whole[:], tileRows*4, quads, tileRows)
}

// accumulate adds quads of terms to a tile of Z; see accumulateNEON.
func accumulate(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int) {
	switch {
	case level >= i8mm:
		accumulateI8MM(z, t, b, bQuads, quads, cols)
	case level >= dotprod:
		accumulateDotProd(z, t, b, bQuads, quads, cols)
	default:
		accumulateNEON(z, t, b, bQuads, quads, cols)
	}
}

// gatherRowsNEON copies quads of terms of the rows of a tile and sums them:
//
//	t.quads[q][r][u] = fa[q*faQuad+r*4+u]
//	t.start[r] = -2 · Σ_q Σ_u t.quads[q][r][u]     for q < quads, u < 4
//
// for r < tileRows and 1 ≤ quads ≤ blockQuads. 8 instructions a quad.
//
//go:noescape
func gatherRowsNEON(t *rowTerms, fa *int8, faQuad, quads int)

// gatherPairsNEON is gatherRowsNEON for accumulateI8MM: quads come in pairs, the two
// of a row one after the other, and the last is paired with zeros if it is odd. 10
// instructions a quad.
//
//go:noescape
func gatherPairsNEON(t *rowTerms, fa *int8, faQuad, quads int)

// accumulateNEON adds quads of terms to a tile of Z:
//
//	z[r][s*16+l] += t.start[r] + Σ_q Σ_u t.quads[q][r][u] · b[((s*bQuads+q)*16+l)*4+u]
//
// for r < tileRows, q < quads, u < 4, l < StripCols = 16 and s < cols/16. Codes b
// are at most 4. 1 ≤ quads ≤ blockQuads; cols is a positive multiple of 32, at
// most a block. 5 instructions for 32 multiply-adds, of 4.
//
//go:noescape
func accumulateNEON(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)

// accumulateDotProd is accumulateNEON by SDOT: 2.38 instructions, of 2.
//
//go:noescape
func accumulateDotProd(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)

// accumulateI8MM is accumulateNEON by SMMLA, of terms from gatherPairsNEON: 1.56
// instructions, of 1.
//
//go:noescape
func accumulateI8MM(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)

// tiledTerms are for AMX alone.
type tiledTerms struct{}

func (*tiledTerms) begin(*Terms, int, int) {}

func (*tiledTerms) sum(*[updateRows][packed.BlockPents]int32, *Terms, int, int) {}

// tiles reports whether the tier multiplies tiles.
func tiles() bool { return false }
