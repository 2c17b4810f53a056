//go:build !purego

package kernels

// Figures at the assembly of this package were measured on one core of a 3.0 GHz
// Xeon with AVX-512 (Sapphire Rapids class), operands in L1 or L2 unless they say
// otherwise. "x of y" gives the bound: what the instructions of the loop allow at
// three vector operations a cycle, or two on 512-bit registers.

// The micro-kernels of tier.tile and tier.packStrip, 3 and 2 vectors wide.

//go:noescape
func tile3AVX2(y *int32, ldy int, codes *uint8, stride int, x *int8, quads int, start *int32, startStep int, add bool)

//go:noescape
func tile2AVX2(y *int32, ldy int, codes *uint8, stride int, x *int8, quads int, start *int32, startStep int, add bool)

//go:noescape
func tile3AVXVNNI(y *int32, ldy int, codes *uint8, stride int, x *int8, quads int, start *int32, startStep int, add bool)

//go:noescape
func tile2AVXVNNI(y *int32, ldy int, codes *uint8, stride int, x *int8, quads int, start *int32, startStep int, add bool)

//go:noescape
func tile3AVX512(y *int32, ldy int, codes *uint8, stride int, x *int8, quads int, start *int32, startStep int, add bool)

//go:noescape
func tile2AVX512(y *int32, ldy int, codes *uint8, stride int, x *int8, quads int, start *int32, startStep int, add bool)

//go:noescape
func tile3VNNI512(y *int32, ldy int, codes *uint8, stride int, x *int8, quads int, start *int32, startStep int, add bool)

//go:noescape
func tile2VNNI512(y *int32, ldy int, codes *uint8, stride int, x *int8, quads int, start *int32, startStep int, add bool)

//go:noescape
func packStrip3AVX2(dst, x *int8, ldx, quads int, start *int32)

//go:noescape
func packStrip2AVX2(dst, x *int8, ldx, quads int, start *int32)

//go:noescape
func packStrip3AVX512(dst, x *int8, ldx, quads int, start *int32)

//go:noescape
func packStrip2AVX512(dst, x *int8, ldx, quads int, start *int32)
