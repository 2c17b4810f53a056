//go:build !purego

#include "textflag.h"
#include "constants_amd64.h"

// Whole blocks of n vectors, from quads to the order in which matvec_vnni512_amd64.s reads 2
// of them, in pairs of groups, and matvec_pairs_vnni512_amd64.s 4 and 8, in chunks:
// dwords that alternate between vectors are parted, even from odd, log₂ n times.
//
//	DI, SI  dst, src   CX  blocks left   Z30, Z31  indices of even and odd dwords

// PART sets a to the even dwords of a and b, and odd to the odd ones.
#define PART(a, b, odd) \
	VMOVDQA64 a, odd       \
	VPERMT2D  b, Z31, odd  \
	VPERMT2D  b, Z30, a

// PAIR2 makes the chunks of a register, bytes on in dst, from two groups in src.
#define PAIR2(a, b, at) \
	VMOVDQU32 a(SI), Z0     \
	VMOVDQU32 b(SI), Z1     \
	PART(Z0, Z1, Z2)        \
	VMOVDQU32 Z0, at+0(DI)  \
	VMOVDQU32 Z2, at+64(DI)

// CHUNKn makes the chunks of a group of n vectors, bytes on: two vectors a register.
#define CHUNK4(at) \
	VMOVDQU32 at+0(SI), Z0  \
	VMOVDQU32 at+64(SI), Z1 \
	PART(Z0, Z1, Z2)        \
	PART(Z0, Z2, Z3)        \
	VMOVDQU32 Z0, at+0(DI)  \
	VMOVDQU32 Z3, at+64(DI)

#define CHUNK8(at) \
	VMOVDQU32 at+0(SI), Z0   \
	VMOVDQU32 at+64(SI), Z1  \
	VMOVDQU32 at+128(SI), Z2 \
	VMOVDQU32 at+192(SI), Z3 \
	PART(Z0, Z1, Z4)         \
	PART(Z2, Z3, Z5)         \
	PART(Z0, Z2, Z6)         \
	PART(Z4, Z5, Z7)         \
	PART(Z0, Z4, Z8)         \
	PART(Z6, Z7, Z9)         \
	VMOVDQU32 Z0, at+0(DI)   \
	VMOVDQU32 Z6, at+64(DI)  \
	VMOVDQU32 Z8, at+128(DI) \
	VMOVDQU32 Z9, at+192(DI)

// DWORD_INDEXES sets Z30 to the indexes 0, 2, … 30 of the even dwords of two registers and
// Z31 to the indexes of the odd ones, for VPERMT2D.
#define DWORD_INDEXES \
	VMOVDQU32 dwordIndex<>(SB), Z30 \
	VPADDD    Z30, Z30, Z30         \
	VPTERNLOGD $0xFF, Z31, Z31, Z31 \
	VPSUBD    Z31, Z30, Z31

// ARRANGE is the body of the functions, for n vectors.
#define ARRANGE(BLOCK, n) \
	MOVQ dst+0(FP), DI     \
	MOVQ src+8(FP), SI     \
	MOVQ blocks+16(FP), CX \
	DWORD_INDEXES          \
                           \
block:                     \
	BLOCK                  \
	ADDQ $(256*n), SI      \
	ADDQ $(256*n), DI      \
	DECQ CX                \
	JNZ  block             \
	VZEROUPPER

#define BLOCK2 \
	PAIR2(0, 128, 0)     \
	PAIR2(64, 192, 128)  \
	PAIR2(256, 320, 256) \
	PAIR2(384, 448, 384)

#define BLOCK4 \
	CHUNK4(0)   \
	CHUNK4(128) \
	CHUNK4(256) \
	CHUNK4(384) \
	CHUNK4(512) \
	CHUNK4(640) \
	CHUNK4(768) \
	CHUNK4(896)

#define BLOCK8 \
	CHUNK8(0)    \
	CHUNK8(256)  \
	CHUNK8(512)  \
	CHUNK8(768)  \
	CHUNK8(1024) \
	CHUNK8(1280) \
	CHUNK8(1536) \
	CHUNK8(1792)

// func chunkPairs2AVX512(dst, src *int8, blocks int)
TEXT ·chunkPairs2AVX512(SB), NOSPLIT, $0-24
	ARRANGE(BLOCK2, 2)
	RET

// func chunks4AVX512(dst, src *int8, blocks int)
TEXT ·chunks4AVX512(SB), NOSPLIT, $0-24
	ARRANGE(BLOCK4, 4)
	RET

// func chunks8AVX512(dst, src *int8, blocks int)
TEXT ·chunks8AVX512(SB), NOSPLIT, $0-24
	ARRANGE(BLOCK8, 8)
	RET
