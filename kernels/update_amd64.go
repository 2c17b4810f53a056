//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// step steps codes, whose residual is from at on, and returns how many moved.
func (s *stepRule) step(codes []uint8, at int, z *[packed.BlockPents]int32) int {
	c, n := &codes[0], len(codes)
	switch {
	case s.residual != nil && useAVX512:
		return stepResidualAVX512(c, &s.residual[at], &z[0], n, s.rule)
	case s.residual != nil:
		return stepResidualAVX2(c, &s.residual[at], &z[0], n, s.rule)
	case useAVX512:
		return stepThresholdAVX512(c, &z[0], n, s.tau)
	}
	return stepThresholdAVX2(c, &z[0], n, s.tau)
}

// gatherRows gathers the terms of a tile; see gatherRowsAVX2.
func gatherRows(t *rowTerms, fa []int8, faQuad, quads, rows int) {
	gatherRowsAVX2(t, &fa[0], faQuad, quads, rows)
}

// accumulate adds quads of terms to a tile of Z; see accumulateAVX2.
func accumulate(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int) {
	switch {
	case useVNNI512:
		accumulateVNNI512(z, t, b, bQuads, quads, cols)
	case useAVX512:
		accumulateAVX512(z, t, b, bQuads, quads, cols)
	case useAVXVNNI:
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

// stepResidualAVX2 steps n weights, given as codes of three bits, and returns how
// many moved:
//
//	codes[j], e[j] = rule.step(codes[j], e[j], z[j])
//
// n is a positive multiple of 32, at most a block. 3.7 Gpents/s in L1.
//
//go:noescape
func stepResidualAVX2(codes *uint8, e *int8, z *int32, n int, rule Residual) (moved int)

// stepResidualAVX512 is stepResidualAVX2 on 512-bit registers. 4.1 Gpents/s in L1.
//
//go:noescape
func stepResidualAVX512(codes *uint8, e *int8, z *int32, n int, rule Residual) (moved int)

// stepThresholdAVX2 steps n weights as UpdateThreshold does and returns how many
// moved. n is as for stepResidualAVX2, tau positive. 9.5 Gpents/s in L1.
//
//go:noescape
func stepThresholdAVX2(codes *uint8, z *int32, n int, tau int32) (moved int)

// stepThresholdAVX512 is stepThresholdAVX2 on 512-bit registers. 11 Gpents/s in L1.
//
//go:noescape
func stepThresholdAVX512(codes *uint8, z *int32, n int, tau int32) (moved int)
