//go:build !purego

package kernels

// tiles reports whether the tier multiplies tiles.
func tiles() bool { return level >= amx }

// gatherRows gathers the terms of a tile; see gatherRowsAVX2.
func gatherRows(t *rowTerms, fa []int8, faQuad, quads, rows int) {
	gatherRowsAVX2(t, &fa[0], faQuad, quads, rows)
}

// accumulate adds quads of terms to a tile of Z; see accumulateAVX2.
func accumulate(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int) {
	switch {
	case level >= avx512vnni:
		accumulateVNNI512(z, t, b, bQuads, quads, cols)
	case level >= avx512bw:
		accumulateAVX512(z, t, b, bQuads, quads, cols)
	case level >= avxvnni:
		accumulateAVXVNNI(z, t, b, bQuads, quads, cols)
	default:
		accumulateAVX2(z, t, b, bQuads, quads, cols)
	}
}

// gatherRowsAVX2 copies quads of terms of the first rows of a tile and sums them:
//
//	t.quads[q][r][u] = fa[q*faQuad+r*4+u]                   zero for r ≥ rows
//	t.start[r] = -2 · Σ_q Σ_u t.quads[q][r][u]              for q < quads, u < 4
//
// 1 ≤ quads ≤ blockQuads and 1 ≤ rows ≤ tileRows.
//
// 0.8 ns a quad, also where quads lie 4 KiB apart: 3 % of the fastest accumulation
// of a tile.
//
//go:noescape
func gatherRowsAVX2(t *rowTerms, fa *int8, faQuad, quads, rows int)

// accumulateAVX2 adds quads of terms to a tile of Z:
//
//	z[r][s*16+l] += t.start[r] + Σ_q Σ_u t.quads[q][r][u] · b[((s*bQuads+q)*16+l)*4+u]
//
// for r < tileRows, q < quads, u < 4, l < StripCols = 16 and s < cols/16. Codes b
// are at most 4. 1 ≤ quads ≤ blockQuads; cols is a positive multiple of 32, at
// most a block.
//
//go:noescape
func accumulateAVX2(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)

// accumulateAVXVNNI is accumulateAVX2 by VPDPBUSD. Eight accumulators of latency 5
// bound it to 80 % of two VPDPBUSD a cycle. 133 of 192 GMAC/s.
//
//go:noescape
func accumulateAVXVNNI(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)

// accumulateAVX512 is accumulateAVX2 on 512-bit registers. 176 of 192 GMAC/s.
//
//go:noescape
func accumulateAVX512(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)

// accumulateVNNI512 is accumulateAVX512 by VPDPBUSD. 345 of 383 GMAC/s.
//
//go:noescape
func accumulateVNNI512(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
