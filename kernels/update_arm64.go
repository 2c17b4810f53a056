//go:build !purego

package kernels

import "unsafe"

func gatherRows(t *rowTerms, fa *int8, faQuad, quads, rows int) {
	in := unsafe.Slice(fa, (quads-1)*faQuad+rows*4)
	t.start = [tileRows]int32{}
	for q := range quads {
		for r := range tileRows {
			t.quads[q][r] = [4]int8{}
			if r < rows {
				for u, v := range in[q*faQuad+r*4:][:4] {
					t.quads[q][r][u] = v
					t.start[r] -= 2 * int32(v)
				}
			}
		}
	}
}

func accumulate(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int) {
	in := unsafe.Slice(b, ((cols/16-1)*bQuads+quads)*64)
	for r := range tileRows {
		for j := range cols {
			sum := t.start[r]
			for q := range quads {
				for u := range 4 {
					sum += int32(t.quads[q][r][u]) * int32(in[((j/16*bQuads+q)*16+j%16)*4+u])
				}
			}
			z[r][j] += sum
		}
	}
}
