//go:build !purego

package clangref

import (
	"slices"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Dot returns Σ codes[i]·x[i] for slices of the same length, at most kernels.MaxK. It is a plain
// loop, vectorized by the compiler.
func Dot(codes []uint8, x []int8) int32 {
	if len(codes) == 0 {
		return 0
	}
	x = x[:len(codes)]
	return int32(_dot(&codes[0], &x[0], len(codes)))
}

// Block sizes of MatMul, as in package kernels.
const (
	tileRows    = 4
	tileColumns = 24
	depth       = 1024             // kc
	panelRows   = 128              // mc
	columns     = 43 * tileColumns // nc
)

// Workspace holds the buffers of a product. The zero value is ready for use.
type Workspace struct {
	codes  [panelRows * depth]uint8
	strips [depth * columns]int8
	start  []int32 // -2·Σx for each column
	edge   [tileRows * tileColumns]int32
	vector []int8
}

// MatVec is kernels.MatVec for one vector.
func (ws *Workspace) MatVec(y []int32, w *packed.Matrix, x []int8) {
	m, k := w.Rows(), w.Cols()
	if m == 0 {
		return
	}
	ws.setStart(x, k, 1)
	ws.vector = slices.Grow(ws.vector[:0], packed.PaddedLen(k))[:packed.PaddedLen(k)]
	clear(ws.vector[copy(ws.vector, x):])
	_matvec(&matvecArgs{
		y:      &y[:m][0],
		w:      &w.Bytes()[0],
		rows:   m,
		blocks: k / packed.BlockPents,
		smalls: packed.PaddedLen(k%packed.BlockPents) / packed.SmallPents,
		x:      &ws.vector[0],
		start:  int(ws.start[0]),
	})
}

// MatMul is kernels.MatMul with the compiler's micro-kernel. Go loops pack X, and unpack W with
// package kernels.
func (ws *Workspace) MatMul(y []int32, w *packed.Matrix, x []int8, n int) {
	m, k := w.Rows(), w.Cols()
	ws.setStart(x, k, n)
	for j := 0; j < n; j += columns {
		for κ := 0; κ < k; κ += depth {
			cols, quads := min(columns, n-j), kernels.Quads(min(depth, k-κ))
			ws.packColumns(x[κ*n:], j, cols, quads, n)
			for i := 0; i < m; i += panelRows {
				ws.panel(y, w, i, min(panelRows, m-i), j, cols, κ, quads, n)
			}
		}
	}
}

// setStart sets the start values of n columns, padded to whole tiles.
func (ws *Workspace) setStart(x []int8, k, n int) {
	ws.start = slices.Grow(ws.start[:0], n+tileColumns)[:n+tileColumns]
	clear(ws.start[n:])
	kernels.ColumnSums(ws.start[:n], x, k, n)
	for c := range ws.start {
		ws.start[c] *= -2
	}
}

// packColumns packs columns j to j+cols into strips of 24.
func (ws *Workspace) packColumns(x []int8, j, cols, quads, n int) {
	at := 0
	for c := 0; c < cols; c += tileColumns {
		span := min(tileColumns, cols-c)
		for q := range quads {
			dst := ws.strips[at:][:tileColumns*4]
			at += tileColumns * 4
			clear(dst[copy(dst, x[(q*n+j+c)*4:][:span*4]):])
		}
	}
}

// panel multiplies rows i to i+rows of W, beginning at column κ, with the strips of columns j to
// j+cols.
func (ws *Workspace) panel(y []int32, w *packed.Matrix, i, rows, j, cols, κ, quads, n int) {
	span := min(depth, w.Cols()-κ)
	stride := packed.PaddedLen(span)
	for r := range rows {
		row := w.Row(i + r).Bytes()[κ/packed.BlockPents*packed.BlockBytes:]
		kernels.Unpack(ws.codes[r*stride:][:stride], row[:packed.RowBytes(span)], span)
	}
	t := tileArgs{stride: stride, quads: quads}
	for c := 0; c < cols; c += tileColumns {
		t.x = &ws.strips[c*quads*4]
		for r := 0; r < rows; r += tileRows {
			t.codes = &ws.codes[r*stride]
			ws.tile(&t, y[(i+r)*n+j+c:], n, min(tileRows, rows-r), min(tileColumns, cols-c), j+c, κ > 0)
		}
	}
}

// tile computes the h×v part of a tile that lies in y. With add, it adds to y; the first step
// along k sets the start values instead.
func (ws *Workspace) tile(t *tileArgs, y []int32, n, h, v, column int, add bool) {
	t.start, t.add = &ws.start[column], 0
	if add {
		t.start, t.add = &zeros[0], 1
	}
	t.y, t.ldy = &y[0], n
	if h == tileRows && v == tileColumns {
		_tile(t)
		return
	}
	t.y, t.ldy = &ws.edge[0], tileColumns
	for e := range h {
		copy(ws.edge[e*tileColumns:][:v], y[e*n:])
	}
	_tile(t)
	for e := range h {
		copy(y[e*n:][:v], ws.edge[e*tileColumns:])
	}
}

var zeros [tileColumns]int32
