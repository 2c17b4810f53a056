//go:build !purego

package kernels

import "unsafe"

func weighQuad(dst *int8, a *uint8, f *[4]int8, m, mp int) {
	weighFactorsGeneric(unsafe.Slice(dst, m*4), unsafe.Slice(a, 3*mp+m), f[:], 1, m)
}

func interleaveQuads(dst, b *uint8, quads, stripQuads, kp int) {
	out, in := unsafe.Slice(dst, ((kp/16-1)*stripQuads+quads)*64), unsafe.Slice(b, 4*quads*kp)
	for τ := range 4 * quads {
		for j := range kp {
			out[((j/16*stripQuads+τ/4)*16+j%16)*4+τ%4] = in[τ*kp+j]
		}
	}
}
