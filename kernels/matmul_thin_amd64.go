//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// The product of few rows, such as the last layer of a classifier. Each byte of X
// meets them all at once and is not packed first; twice the sums of its columns come
// along as one more row.

// thinRows is the most rows of a thin product.
const thinRows = 11

// thinCols is the columns of its tiles, two vectors.
const thinCols = 32

// isThin reports whether a product of rows of depth k is a thin one.
func isThin(rows, k int) bool {
	return level >= avx512vnni && rows <= thinRows && packed.PaddedLen(k) <= panelBytes/thinRows
}

// runThin is run for a thin product, and reports whether the part is one.
func (p *part) runThin() bool {
	if !isThin(p.i1-p.i0, p.w.Cols()) || p.pert.draws {
		return false
	}
	rows, k := p.i1-p.i0, p.w.Cols()
	stride := p.unpackPanel(p.i0, rows, 0, k)
	nc := evenly(p.j1-p.j0, p.columnLimit(), p.unit())
	for j := p.j0; j < p.j1; j += nc {
		end := min(j+nc, p.j1)
		for c := j; c < end; c += thinCols {
			thinVNNI512(&tileArgs{
				y: &p.y[p.i0*p.n+c], ldy: p.n, codes: &p.codes[0], stride: stride, x: &p.x[4*c], ldx: 4 * p.n,
				quads: Quads(k), rows: rows, cols: min(thinCols, end-c),
			})
		}
		if p.perturbed {
			own := 2 * p.pert.pop.Columns
			p.pert.add(p.y, p.i0, p.i1, j/own, end/own)
		}
	}
	return true
}

// thinVNNI512 computes rows of cols columns:
//
//	y[r*ldy+c] = Σ_q Σ_u (codes[r*stride+4q+u]-2) · x[q*ldx+4c+u]
//
// for 1 to thinRows rows, 1 to thinCols columns and quads ≥ 1. It reads codes of
// thinRows rows. 94 of 107 MAC/cycle for ten rows, x in L2.
//
//go:noescape
func thinVNNI512(args *tileArgs)
