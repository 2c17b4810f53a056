//go:build !purego && (amd64 || arm64)

package kernels

import (
	"unsafe"

	"github.com/klauspost/cpuid/v2"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/packed"
)

// mostCodes returns the codes from which packed weights are the faster ones, or -1. At 1.6 of
// 2 MiB of L2 one vector takes 1.3 times as long by codes, with AVX-512.
func mostCodes() int {
	if level == generic {
		return -1
	}
	return halfL2
}

var halfL2 = max(cpuid.CPU.Cache.L2, leastL2) / 2 // Cache.L2 is -1 where it is unknown

func interleaveCodes(dst []uint8, w *packed.Matrix) {
	k := w.Cols()
	padded := packed.PaddedLen(k)
	if level == generic || k == 0 {
		interleaveCodesGeneric(dst, w)
		return
	}
	s := scratchPool.Get().(*scratch)
	s.codes = reuse.Slice(s.codes, CodesTile*padded)
	for i := 0; i < w.Rows(); i += CodesTile {
		rows := min(CodesTile, w.Rows()-i)
		unpackRows(s.codes, padded, w.Bytes()[i*w.Stride():], w.Stride(), rows, k)
		for at := rows * padded; at < len(s.codes); at++ {
			s.codes[at] = zero
		}
		interleaveTile(signed(dst[i*padded:]), signed(s.codes), padded/4, padded, CodesTile)
	}
	scratchPool.Put(s)
}

func signed(codes []uint8) *int8 { return (*int8)(unsafe.Pointer(unsafe.SliceData(codes))) }

func matVecCodes(y []int32, codes []uint8, x []int8, m, k, n int) {
	if level == generic {
		matVecCodesGeneric(y, codes, x, k, n)
		return
	}
	v := vectorsPool.Get().(*vectors)
	v.begin(x, k, n)
	whole := m / CodesTile * CodesTile // rows that the kernel writes to y itself
	if v.width != n {
		whole = 0
		v.widen(x, k, n)
		x = v.x
	}
	stride := CodesTile * packed.PaddedLen(k)
	if whole > 0 {
		v.multiplyCodes(y, codes, x, whole, k)
	}
	if rest := m - whole; rest > 0 {
		v.wide = reuse.Slice(v.wide, (rest+CodesTile-1)/CodesTile*CodesTile*v.width)
		v.multiplyCodes(v.wide, codes[whole/CodesTile*stride:], x, rest, k)
		for i := range rest {
			copy(y[(whole+i)*n:][:n], v.wide[i*v.width:])
		}
	}
	vectorsPool.Put(v)
}

// widen copies a batch of k×n to one of as many columns as the kernel takes.
func (v *vectors) widen(x []int8, k, n int) {
	v.x = reuse.Slice(v.x, Quads(k)*4*v.width)
	clear(v.x)
	for q := range Quads(k) {
		copy(v.x[q*4*v.width:], x[q*4*n:(q+1)*4*n])
	}
}

// multiplyCodes runs the kernel for the tiles of m rows.
func (v *vectors) multiplyCodes(y []int32, codes []uint8, x []int8, m, k int) {
	stride := CodesTile * packed.PaddedLen(k)
	multiplyTiles(v.width, &matVecCodesArgs{
		y: &y[0], codes: &codes[0], tiles: (m + CodesTile - 1) / CodesTile, quads: Quads(k), stride: stride, x: &x[0], start: &v.start[0],
	})
}

// matVecCodesArgs are the operands of the kernels for 1, 2, 4 and 8 vectors:
//
//	y[i*width+c] = start[c%width] + Σ_q Σ_u codes[i/16*stride+(q*16+i%16)*4+u] · x[(q*width+c)*4+u]
type matVecCodesArgs struct {
	y      *int32
	codes  *uint8
	tiles  int // at least 1
	quads  int // at least 1
	stride int // bytes of a tile
	x      *int8
	start  *int32 // vectorRows of them
}
