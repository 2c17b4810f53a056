//go:build !purego && (amd64 || arm64)

package kernels

import (
	"sync"

	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/packed"
)

// vectors is one product of up to MaxVecs vectors in flight, with its memory: the
// vectors in chunks of 32, the start values -2·Σx, and the rows of Y where the kernel is
// wider than n.
type vectors struct {
	x     []int8
	wide  []int32
	start [vectorRows]int32 // of as many elements of Y

	y     []int32
	w     *packed.Matrix
	n     int
	task  func(worker, i int)
	step  int // rows of a piece
	width int // vectors that the kernel takes
}

var vectorsPool = sync.Pool{New: func() any {
	v := new(vectors)
	v.task = v.piece // kept, so that a call allocates nothing
	return v
}}

// prefersVectors reports whether matVec is the fastest way to few columns. Short rows
// are all small blocks, which unpack at a third of the speed.
func prefersVectors(w *packed.Matrix, n int) bool {
	return level > generic && n <= mostVectors(w) && w.Cols() >= packed.BlockPents &&
		(n == 1 || !isThin(w.Rows(), w.Cols()))
}

func matVec(y []int32, w *packed.Matrix, x []int8, n int) {
	k := w.Cols()
	v := vectorsPool.Get().(*vectors)
	v.y, v.w = y, w
	v.begin(x, k, n)
	v.chunk(x, k, n, chunkOrder(n, w.Rows()))
	if v.width != n {
		v.wide = reuse.Slice(v.wide, w.Rows()*v.width)
	}
	workers := 1
	if w.Rows()*k*n >= parallelWork {
		workers = parallel.Workers()
	}
	v.step = ((w.Rows()+workers-1)/workers + vectorRows - 1) / vectorRows * vectorRows
	parallel.For(workers, v.pieces(), v.task)
	v.y, v.w = nil, nil
	vectorsPool.Put(v)
}

// begin sets what the kernels for the n columns of x begin with.
func (v *vectors) begin(x []int8, k, n int) {
	v.n, v.width = n, vectorWidth(n)
	clear(v.start[:])
	columnSums(v.start[:n], x, k, n)
	for c := range v.start {
		if c < n {
			v.start[c] *= -2
		} else if c >= v.width {
			v.start[c] = v.start[c-v.width]
		}
	}
}

// vectorRows divides the rows of a piece, and is the fewest of them if there are as many:
// the kernels take a few at a time.
const vectorRows = 16

// pieces returns how many pieces the rows have. The last takes in fewer than vectorRows
// that remain.
func (v *vectors) pieces() int {
	return max(1, (v.w.Rows()+v.step-vectorRows)/v.step)
}

// rows returns the rows of piece i, from lo to hi.
func (v *vectors) rows(i int) (lo, hi int) {
	if i == v.pieces()-1 {
		return i * v.step, v.w.Rows()
	}
	return i * v.step, (i + 1) * v.step
}

// chunk arranges n vectors in quads as chunks of 32 of 1, 2, 4 or 8 vectors:
//
//	x[(κ/32*width+c)*32+κ%32] = src[(κ/4*n+c)*4+κ%4]
//
// and zero where κ ≥ 4·Quads(k) or c ≥ n, or in another order that kernels ask for.
func (v *vectors) chunk(src []int8, k, n int, o order) {
	width := vectorWidth(n)
	v.x = reuse.Slice(v.x, packed.PaddedLen(k)*width)
	if n == 1 && o != inPairs { // in quads is in chunks
		clear(v.x[copy(v.x, src):])
		return
	}
	done := v.chunkBlocks(src, k, n, o) * (packed.BlockPents / 4)
	clear(v.x[done*4*width:])
	whole := k / packed.BlockPents * (packed.BlockPents / 4) // quads in whole blocks
	for q := done; q < Quads(k); q += 8 {
		at, pitch, eight := q/8*width*32, 32, 8
		switch {
		case o == inEights:
			pitch, eight = 8, 8*width
		case o == inPairs && q < whole:
			slot := pairSlot[q/8%8]
			at, pitch = q/64*width*256+slot/2*width*64+slot%2*32, 64
		}
		span := min(8, Quads(k)-q)
		if n == 1 && span == 8 {
			*(*[32]int8)(v.x[at:]) = [32]int8(src[q*4:])
			continue
		}
		for u := range span {
			quad, at := src[(q+u)*n*4:][:n*4], at+u/2*eight+u%2*4
			for c := range n {
				*(*[4]int8)(v.x[at+c*pitch:]) = [4]int8(quad[c*4:])
			}
		}
	}
}

// order is how a chunk of vectors lies in memory.
type order uint8

const (
	inChunks order = iota // one vector after another
	inPairs               // 1 or 2 vectors: in whole blocks, pairs of chunks as in pairSlot, 64 bytes a vector
	inEights              // eight k of all vectors, then the next: x[(κ/8*width+c)*8+κ%8]
)

// pairSlot is where the wide kernels meet each group of a block: register slot/2,
// half slot%2.
var pairSlot = [8]int{0, 2, 1, 3, 4, 5, 6, 7}

// vectorWidth returns the vectors that the kernel for n vectors takes.
func vectorWidth(n int) int {
	switch {
	case n > 4:
		return 8
	case n > 2:
		return 4
	}
	return n
}

// piece computes some of the rows, and takes the columns that exist out of the columns of the
// kernel.
func (v *vectors) piece(_, i int) {
	k, n, width := v.w.Cols(), v.n, v.width
	lo, hi := v.rows(i)
	y := v.y
	if width != n {
		y = v.wide
	}
	blocks := k / packed.BlockPents
	smalls := packed.PaddedLen(k%packed.BlockPents) / packed.SmallPents
	matVecRows(width, &matVecArgs{
		y: &y[lo*width], w: &v.w.Row(lo).Bytes()[0], rows: hi - lo, blocks: blocks, smalls: smalls, x: &v.x[0], start: &v.start[0],
	})
	if width != n {
		for i := lo; i < hi; i++ {
			copy(v.y[i*n:(i+1)*n], y[i*width:])
		}
	}
}

// matVecArgs are the operands of the kernels for 1, 2, 4 and 8 vectors:
//
//	y[i*width+c] = start[c%width] + Σ_κ code[i, κ] · x[c, κ]
type matVecArgs struct {
	y      *int32
	w      *byte // rows of blocks·packed.BlockBytes + smalls·packed.SmallBytes bytes, one after another
	rows   int
	blocks int
	smalls int
	x      *int8  // in the order of chunk
	start  *int32 // vectorRows of them
}
