package lowrank

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// E of full rank is drawn in panels of rows, each from its own stream, so that an
// update that walks through the rows holds only a panel of every pair. The number of
// the panel takes the high bits of the counter word that holds the pair.
const (
	pairBits  = 22
	maxPanels = 1 << (32 - pairBits)
	leastRows = 8 // fewer would leave much of a noise kernel's step unused where k is small
)

// panelRows returns the rows of a panel of m.
func panelRows(m int) int { return max(leastRows, (m+maxPanels-1)/maxPanels) }

// checkPairs panics if the counter word has no room for pairs up to hi.
func (n Noise) checkPairs(hi int) {
	if n.Rank == FullRank && hi > 1<<pairBits {
		panic(fmt.Sprintf("lowrank: pairs to %d of full rank, want at most %d", hi, 1<<pairBits))
	}
}

// panel draws a panel of E of a pair, or as many of its first rows as dst holds.
// Rows are padded to packed.PaddedLen(k) with zero weights.
func (n Noise) panel(dst []uint8, tensor uint32, pair, panel, k int) {
	n.Factor(dst, FullRankE, tensor, panel<<pairBits|pair, k)
}

// forRows draws E of a pair, panel by panel, and calls use with the codes of each row.
func (n Noise) forRows(ws *Workspace, w Parameter, pair int, use func(i int, codes []uint8)) {
	m, k := w.W.Rows(), w.W.Cols()
	rows, kp := panelRows(m), packed.PaddedLen(k)
	ws.a = reuse.Slice(ws.a, rows*kp)
	for i := range m {
		r := i % rows
		if r == 0 {
			n.panel(ws.a[:min(rows, m-i)*kp], w.Number, pair, i/rows, k)
		}
		use(i, ws.a[r*kp:(r+1)*kp])
	}
}

// fullRank sets dst to E of one pair.
func (n Noise) fullRank(ws *Workspace, dst []int32, w Parameter, pair int) {
	k := w.W.Cols()
	n.forRows(ws, w, pair, func(i int, codes []uint8) {
		for j, c := range codes[:k] {
			dst[i*k+j] = int32(c) - trit5.CodeZero
		}
	})
}

// productFullRank is Product under FullRank.
func (n Noise) productFullRank(ws *Workspace, y []int32, w Parameter, x []int8, lo int, pop kernels.Population) {
	m, k, cols, own := w.W.Rows(), w.W.Cols(), pop.TotalColumns(), 2*pop.Columns
	checkDepth("Product", w.W)
	kernels.MatMul(y, w.W, x, cols)
	ws.x = reuse.Slice(ws.x, kernels.Quads(k)*4*own)
	for p := range pop.Pairs {
		for q := range kernels.Quads(k) {
			copy(ws.x[q*4*own:(q+1)*4*own], x[4*(q*cols+p*own):])
		}
		d := n.correction(ws, w, ws.x, lo+p, own)
		for i := range m {
			out := y[i*cols+p*own:][:own]
			for c, v := range d[i*own : (i+1)*own] {
				if c < pop.Columns {
					out[c] += v
				} else {
					out[c] -= v
				}
			}
		}
	}
}

// productSharedFullRank is ProductShared under FullRank.
func (n Noise) productSharedFullRank(ws *Workspace, y, base []int32, w Parameter, x []int8, lo int, pop kernels.Population) {
	const fn = "ProductShared"
	m, k, cols, own := w.W.Rows(), w.W.Cols(), pop.TotalColumns(), pop.Columns
	checkDepth(fn, w.W)
	checkLen(fn, "x", len(x), kernels.Quads(k)*4, own)
	checkLen(fn, "base", len(base), m, own)
	checkLen(fn, "y", len(y), m, cols)
	for p := range pop.Pairs {
		d := n.correction(ws, w, x, lo+p, own)
		for i := range m {
			plus, minus := y[i*cols+2*p*own:][:own], y[i*cols+(2*p+1)*own:][:own]
			for c, v := range base[i*own : (i+1)*own] {
				plus[c], minus[c] = v+d[i*own+c], v-d[i*own+c]
			}
		}
	}
}

// correction returns RoundShift(E·x·mul, shift) of one pair, m rows of cols columns.
func (n Noise) correction(ws *Workspace, w Parameter, x []int8, pair, cols int) []int32 {
	m, k := w.W.Rows(), w.W.Cols()
	ws.e.Reset(m, k)
	n.forRows(ws, w, pair, func(i int, codes []uint8) {
		kernels.Pack(ws.e.Row(i).Bytes(), codes, k)
	})
	ws.t = reuse.Slice(ws.t, m*cols)
	if cols <= kernels.MaxVecs {
		kernels.MatVec(ws.t, &ws.e, x, cols)
	} else {
		kernels.MatMul(ws.t, &ws.e, x, cols)
	}
	mul, shift := n.scale()
	rescale(ws.t, mul)
	for i, v := range ws.t {
		ws.t[i] = kernels.RoundShift(v, shift)
	}
	return ws.t
}

func checkDepth(fn string, w *packed.Matrix) {
	if w.Cols() > kernels.MaxRankK {
		panic(fmt.Sprintf("lowrank: %s: W is %d×%d, want at most %d columns", fn, w.Rows(), w.Cols(), kernels.MaxRankK))
	}
}
