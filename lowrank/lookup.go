package lowrank

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Lookup takes rows of an embedding, W of vocabulary × d, for pairs lo to hi: column
// (p, s, b), which is column c of all, gets row i = rows[c] of its member's matrix.
//
//	y[j, c] = W[i, j]·2^bits ± RoundShift(Σ_ρ A_p[i, ρ]·B_p[j, ρ]·2^bits/√r, Sigma)
//
// It is what Product yields for the transpose of the embedding and inputs that are
// 2^bits at i and zero elsewhere. y has d rows of 2·(hi-lo)·streams columns, placed as
// kernels.Layout says, and rows one element a column, each in 0 to vocabulary-1. bits
// counts the fraction bits of y, at most MaxBits. A frozen W is not perturbed.
func (n Noise) Lookup(ws *Workspace, y []int32, w Tensor, rows []int32, lo, hi, streams int, bits uint) {
	n.wantWeights("Lookup")
	vocabulary, d := w.matrix("Lookup").Rows(), w.W.Cols()
	l := n.layout(lo, hi, streams)
	cols, own := l.Cols(), 2*l.Streams
	checkLen("Lookup", "rows", len(rows), 1, cols)
	checkLen("Lookup", "y", len(y), d, cols)
	checkBits("Lookup", bits)
	for c, i := range rows {
		if i < 0 || int(i) >= vocabulary {
			panic(fmt.Sprintf("lowrank: Lookup: row %d for column %d, W is %d×%d", i, c, vocabulary, d))
		}
	}
	gather(ws, y, w.W, rows, bits)
	switch {
	case w.Frozen:
		return
	case n.Rank == FullRank:
		n.lookupDense(ws, y, w, rows, lo, l, bits)
		return
	}
	// Each column's row of A takes the place of the projection, and B that of A.
	n.Draw(&ws.draw, w, lo, hi, streams)
	a, b := ws.draw.a, ws.draw.b
	ws.t = reuse.Slice(ws.t, l.Rank*cols)
	t := ws.t
	size := packed.PaddedLen(vocabulary)
	levels := levelsOf(bits)
	for v := range l.Pairs * l.Rank {
		factor := a[v*size : (v+1)*size]
		for c, i := range rows[v/l.Rank*own:][:own] {
			t[v*own+c] = levels[factor[i]]
		}
	}
	mul, shift := n.scale()
	rescale(t, mul)
	kernels.Perturb(y, b, t, l, d, shift)
}

// gatherCols is how many rows are unpacked before they are written as columns, a
// cache line of each.
const gatherCols = 16

// gather sets column c of y to row rows[c] of W, times 2^bits.
func gather(ws *Workspace, y []int32, w *packed.Matrix, rows []int32, bits uint) {
	d, kp, cols := w.Cols(), packed.PaddedLen(w.Cols()), len(rows)
	ws.b = reuse.Slice(ws.b, gatherCols*kp)
	levels := levelsOf(bits)
	for from := 0; from < cols; from += gatherCols {
		block := rows[from:min(from+gatherCols, cols)]
		for c, i := range block {
			kernels.Unpack(ws.b[c*kp:(c+1)*kp], w.Row(int(i)).Bytes(), d)
		}
		for j := range d {
			out, at := y[j*cols+from:][:len(block)], j
			for c := range out {
				out[c] = levels[ws.b[at]]
				at += kp
			}
		}
	}
}

// levelsOf returns the five levels in fixed point, by code.
func levelsOf(bits uint) (levels [trit5.Levels]int32) {
	for c := range levels {
		levels[c] = (int32(c) - trit5.CodeZero) << bits
	}
	return levels
}

// lookupDense perturbs what gather has written by rows of E, of which it draws the
// panel anew for every column.
func (n Noise) lookupDense(ws *Workspace, y []int32, w Tensor, rows []int32, lo int, l kernels.Layout, bits uint) {
	d, kp, cols, own := w.W.Cols(), packed.PaddedLen(w.W.Cols()), l.Cols(), 2*l.Streams
	inPanel := panelRows(w.W.Rows())
	mul, shift := n.scale()
	steps := levelsOf(bits) // of the perturbation
	rescale(steps[:], mul)
	for c := range steps {
		steps[c] = kernels.RoundShift(steps[c], shift)
	}
	for c, i := range rows {
		r := int(i) % inPanel
		ws.a = reuse.Slice(ws.a, (r+1)*kp)
		n.panel(ws.a, w.Number, lo+c/own, int(i)/inPanel, d)
		sign := int32(1 - c/l.Streams%2*2)
		for j, code := range ws.a[r*kp:][:d] {
			y[j*cols+c] += sign * steps[code]
		}
	}
}
