//go:build !purego

package kernels

import "unsafe"

// wideChunks reports whether the kernels take pairs of chunks: none does.
func wideChunks() bool { return false }

// matVecRows runs the kernel for width vectors.
func matVecRows(width int, y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32) {
	k := blocks*256 + smalls*32
	codes := make([]uint8, k)
	out, in, starts := unsafe.Slice(y, rows*width), unsafe.Slice(x, k*width), unsafe.Slice(start, width)
	for i := range rows {
		stride := blocks*96 + smalls*12
		unpack(codes, unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(w), i*stride)), stride), k)
		for c := range width {
			sum := starts[c]
			for κ, code := range codes {
				sum += int32(code) * int32(in[(κ/32*width+c)*32+κ%32])
			}
			out[i*width+c] = sum
		}
	}
}
