//go:build !purego && (amd64 || arm64)

package kernels

import (
	"sync"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/packed"
)

// vectors is the memory of one MatVec in flight: the vectors in chunks of 32, the
// start values -2·Σx, and the rows of Y where the kernel is wider than n.
type vectors struct {
	x     []int8
	y     []int32
	start [MaxVecs]int32
}

var vectorsPool = sync.Pool{New: func() any { return new(vectors) }}

func matVec(y []int32, w *packed.Matrix, x []int8, n int) {
	k := w.Cols()
	// Short rows are all small blocks, which unpack at a third of the speed.
	if !useAssembly() || k < packed.BlockPents {
		matMul(y, w, x, n)
		return
	}
	v := vectorsPool.Get().(*vectors)
	clear(v.start[:])
	columnSums(v.start[:n], x, k, n)
	for c := range v.start {
		v.start[c] *= -2
	}
	v.chunk(x, k, n, chunkOrder(n))
	matVecPacked(y, w, v, n)
	vectorsPool.Put(v)
}

// chunk arranges n vectors in quads as chunks of 32 of 1, 2, 4 or 8 vectors:
//
//	x[(κ/32*width+c)*32+κ%32] = src[(κ/4*n+c)*4+κ%4]
//
// and zero where κ ≥ 4·Quads(k) or c ≥ n, or in another order that kernels ask for.
func (v *vectors) chunk(src []int8, k, n int, o order) {
	width := vectorWidth(n)
	// One chunk more, for wide kernels read so far.
	v.x = reuse.Slice(v.x, packed.PaddedLen(k)*width+32)
	if n == 1 && o != inPairs { // in quads is in chunks
		clear(v.x[copy(v.x, src):])
		return
	}
	clear(v.x)
	whole := k / packed.BlockPents * (packed.BlockPents / 4) // quads in whole blocks
	for q := 0; q < Quads(k); q += 8 {
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
	inPairs               // in whole blocks, pairs of chunks as in pairSlot: 64 bytes a vector
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

// matVecPacked runs the kernel for the width of n vectors, and takes the columns
// that exist out of its rows.
func matVecPacked(y []int32, w *packed.Matrix, v *vectors, n int) {
	m, k, width := w.Rows(), w.Cols(), vectorWidth(n)
	out := y
	if width != n {
		v.y = reuse.Slice(v.y, m*width)
		out = v.y
	}
	blocks := k / packed.BlockPents
	smalls := packed.PaddedLen(k%packed.BlockPents) / packed.SmallPents
	matVecRows(width, &out[0], &w.Bytes()[0], m, blocks, smalls, &v.x[0], &v.start[0])
	if width != n {
		for i := range m {
			copy(y[i*n:(i+1)*n], out[i*width:])
		}
	}
}
