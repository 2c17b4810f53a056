//go:build !purego

#include "textflag.h"
#include "constants_amd64.h"

// chunkPairs arranges whole blocks of n vectors, from quads to the order in which
// matvec_vnni512_amd64.s reads them:
// dwords that alternate between vectors are parted, even from odd, log₂ n times.
//
//	DI, SI  dst, src   CX  blocks left   Z30, Z31  indices of even and odd dwords

// PART sets a to the even dwords of a and b, and odd to the odd ones.
#define PART(a, b, odd) \
	VMOVDQA64 a, odd       \
	VPERMT2D  b, Z31, odd  \
	VPERMT2D  b, Z30, a

// CHUNKn makes the chunks of a register, bytes on in dst, from two groups in src.
#define CHUNK2(a, b, at) \
	VMOVDQU32 a(SI), Z0     \
	VMOVDQU32 b(SI), Z1     \
	PART(Z0, Z1, Z2)        \
	VMOVDQU32 Z0, at+0(DI)  \
	VMOVDQU32 Z2, at+64(DI)

#define CHUNK4(a, b, at) \
	VMOVDQU32 a+0(SI), Z0    \
	VMOVDQU32 a+64(SI), Z1   \
	VMOVDQU32 b+0(SI), Z2    \
	VMOVDQU32 b+64(SI), Z3   \
	PART(Z0, Z1, Z4)         \
	PART(Z2, Z3, Z5)         \
	PART(Z0, Z2, Z6)         \
	PART(Z4, Z5, Z7)         \
	VMOVDQU32 Z0, at+0(DI)   \
	VMOVDQU32 Z4, at+64(DI)  \
	VMOVDQU32 Z6, at+128(DI) \
	VMOVDQU32 Z7, at+192(DI)

#define CHUNK8(a, b, at) \
	VMOVDQU32 a+0(SI), Z0      \
	VMOVDQU32 a+64(SI), Z1     \
	VMOVDQU32 a+128(SI), Z2    \
	VMOVDQU32 a+192(SI), Z3    \
	VMOVDQU32 b+0(SI), Z4      \
	VMOVDQU32 b+64(SI), Z5     \
	VMOVDQU32 b+128(SI), Z6    \
	VMOVDQU32 b+192(SI), Z7    \
	PART(Z0, Z1, Z8)           \
	PART(Z2, Z3, Z9)           \
	PART(Z4, Z5, Z10)          \
	PART(Z6, Z7, Z11)          \
	PART(Z0, Z2, Z12)          \
	PART(Z4, Z6, Z13)          \
	PART(Z8, Z9, Z14)          \
	PART(Z10, Z11, Z15)        \
	PART(Z0, Z4, Z16)          \
	PART(Z8, Z10, Z17)         \
	PART(Z12, Z13, Z18)        \
	PART(Z14, Z15, Z19)        \
	VMOVDQU32 Z0, at+0(DI)     \
	VMOVDQU32 Z8, at+64(DI)    \
	VMOVDQU32 Z12, at+128(DI)  \
	VMOVDQU32 Z14, at+192(DI)  \
	VMOVDQU32 Z16, at+256(DI)  \
	VMOVDQU32 Z17, at+320(DI)  \
	VMOVDQU32 Z18, at+384(DI)  \
	VMOVDQU32 Z19, at+448(DI)

// DWORD_INDEXES sets Z30 to the indexes 0, 2, … 30 of the even dwords of two registers and
// Z31 to the indexes of the odd ones, for VPERMT2D.
#define DWORD_INDEXES \
	VMOVDQU32 dwordIndex<>(SB), Z30 \
	VPADDD    Z30, Z30, Z30         \
	VPTERNLOGD $0xFF, Z31, Z31, Z31 \
	VPSUBD    Z31, Z30, Z31

// func chunkPairs2AVX512(dst, src *int8, blocks int)
TEXT ·chunkPairs2AVX512(SB), NOSPLIT, $0-24
	MOVQ      dst+0(FP), DI
	MOVQ      src+8(FP), SI
	MOVQ      blocks+16(FP), CX
	DWORD_INDEXES

block:
	CHUNK2(0, 128, 0)
	CHUNK2(64, 192, 128)
	CHUNK2(256, 320, 256)
	CHUNK2(384, 448, 384)
	ADDQ $(256*2), SI
	ADDQ $(256*2), DI
	DECQ CX
	JNZ  block
	VZEROUPPER
	RET

// func chunkPairs4AVX512(dst, src *int8, blocks int)
TEXT ·chunkPairs4AVX512(SB), NOSPLIT, $0-24
	MOVQ      dst+0(FP), DI
	MOVQ      src+8(FP), SI
	MOVQ      blocks+16(FP), CX
	DWORD_INDEXES

block:
	CHUNK4(0, 256, 0)
	CHUNK4(128, 384, 256)
	CHUNK4(512, 640, 512)
	CHUNK4(768, 896, 768)
	ADDQ $(256*4), SI
	ADDQ $(256*4), DI
	DECQ CX
	JNZ  block
	VZEROUPPER
	RET

// func chunkPairs8AVX512(dst, src *int8, blocks int)
TEXT ·chunkPairs8AVX512(SB), NOSPLIT, $0-24
	MOVQ      dst+0(FP), DI
	MOVQ      src+8(FP), SI
	MOVQ      blocks+16(FP), CX
	DWORD_INDEXES

block:
	CHUNK8(0, 512, 0)
	CHUNK8(256, 768, 512)
	CHUNK8(1024, 1280, 1024)
	CHUNK8(1536, 1792, 1536)
	ADDQ $(256*8), SI
	ADDQ $(256*8), DI
	DECQ CX
	JNZ  block
	VZEROUPPER
	RET
