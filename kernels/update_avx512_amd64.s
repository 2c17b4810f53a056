//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Kernels of the update on 512-bit registers, of the same structure as in
// update_avx2_amd64.s.

// ROW is the bytes of a row of a tile of Z: 256 int32.
#define ROW 1024

// Accumulation of 8 rows × 32 columns a pass: two vectors of 16 columns × 4
// terms hold a quad of two strips, and the quad of each row is broadcast.
//
// Register map
//
//	Z0–Z15    accumulators: rows 0–7 × strips 0, 1
//	Z16, Z17  codes of the quad         Z18  terms of the quad and row
//	Z19       products                  Z31  word 1 in every lane
//	DI        z of the pass             R8   starts of the rows
//	SI        terms, advancing          R12  b of the strips
//	DX        b, advancing              R10  bytes from a strip to the next
//	CX        quads left                R13  quads
//	AX        quads left in this run    R9   columns left

// ARGS loads the arguments, which are the same for both kernels.
#define ARGS \
	MOVQ z+0(FP), DI        \
	MOVQ t+8(FP), R8        \
	MOVQ b+16(FP), R12      \
	MOVQ bQuads+24(FP), R10 \
	SHLQ $6, R10            \
	MOVQ quads+32(FP), R13  \
	MOVQ cols+40(FP), R9

// BEGIN begins a pass.
#define BEGIN \
	LEAQ rowTerms_quads(R8), SI \
	MOVQ R12, DX                \
	MOVQ R13, CX

// START sets the accumulators of a row to z plus what the row starts at.
#define START(row, a0, a1) \
	VPBROADCASTD (rowTerms_start+row*4)(R8), a1 \
	VPADDD       (row*ROW)(DI), a1, a0          \
	VPADDD       (row*ROW+64)(DI), a1, a1

// START8 is START for all rows.
#define START8 \
	START(0, Z0, Z1)   \
	START(1, Z2, Z3)   \
	START(2, Z4, Z5)   \
	START(3, Z6, Z7)   \
	START(4, Z8, Z9)   \
	START(5, Z10, Z11) \
	START(6, Z12, Z13) \
	START(7, Z14, Z15)

// STORE writes the accumulators of a row.
#define STORE(row, a0, a1) \
	VMOVDQU32 a0, (row*ROW)(DI)    \
	VMOVDQU32 a1, (row*ROW+64)(DI)

// STORE8 is STORE for all rows.
#define STORE8 \
	STORE(0, Z0, Z1)   \
	STORE(1, Z2, Z3)   \
	STORE(2, Z4, Z5)   \
	STORE(3, Z6, Z7)   \
	STORE(4, Z8, Z9)   \
	STORE(5, Z10, Z11) \
	STORE(6, Z12, Z13) \
	STORE(7, Z14, Z15)

// CODES loads the quad of two strips.
#define CODES \
	VMOVDQU32 (DX), Z16        \
	VMOVDQU32 (DX)(R10*1), Z17

// STRIPS goes to the next two strips; the zero flag says that there are none.
#define STRIPS \
	ADDQ $128, DI          \
	LEAQ (R12)(R10*2), R12 \
	SUBQ $32, R9

// MADD multiplies the quad of a row with both vectors and adds the pair sums, in
// words, to its accumulators.
#define MADD(fa, a0, a1) \
	VPBROADCASTD fa, Z18       \
	VPMADDUBSW   Z18, Z16, Z19 \
	VPADDW       Z19, a0, a0   \
	VPMADDUBSW   Z18, Z17, Z18 \
	VPADDW       Z18, a1, a1

// WIDEN adds the words of a row, in pairs, to its int32 in z.
#define WIDEN(row, a0, a1) \
	VPMADDWD  Z31, a0, a0              \
	VPADDD    (row*ROW)(DI), a0, a0    \
	VMOVDQU32 a0, (row*ROW)(DI)        \
	VPMADDWD  Z31, a1, a1              \
	VPADDD    (row*ROW+64)(DI), a1, a1 \
	VMOVDQU32 a1, (row*ROW+64)(DI)

// RUN is the number of quads that words hold exactly: a pair sum is at most
// 2·4·127 = 1016 and at least 2·4·-128 = -1024, and -1024·32 = -2^15.
#define RUN 32

// func accumulateAVX512(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
TEXT ·accumulateAVX512(SB), NOSPLIT, $0-48
	ARGS
	VPTERNLOGD $0xff, Z31, Z31, Z31
	VPSRLW     $15, Z31, Z31

pass:
	BEGIN
	START8
	STORE8

run:
	MOVQ    $RUN, AX
	CMPQ    CX, AX
	CMOVQLT CX, AX
	SUBQ    AX, CX
	VPXORD  Z0, Z0, Z0
	VPXORD  Z1, Z1, Z1
	VPXORD  Z2, Z2, Z2
	VPXORD  Z3, Z3, Z3
	VPXORD  Z4, Z4, Z4
	VPXORD  Z5, Z5, Z5
	VPXORD  Z6, Z6, Z6
	VPXORD  Z7, Z7, Z7
	VPXORD  Z8, Z8, Z8
	VPXORD  Z9, Z9, Z9
	VPXORD  Z10, Z10, Z10
	VPXORD  Z11, Z11, Z11
	VPXORD  Z12, Z12, Z12
	VPXORD  Z13, Z13, Z13
	VPXORD  Z14, Z14, Z14
	VPXORD  Z15, Z15, Z15

quad:
	CODES        // unsigned bytes: 32 columns × 4 terms
	MADD(0(SI), Z0, Z1)
	MADD(4(SI), Z2, Z3)
	MADD(8(SI), Z4, Z5)
	MADD(12(SI), Z6, Z7)
	MADD(16(SI), Z8, Z9)
	MADD(20(SI), Z10, Z11)
	MADD(24(SI), Z12, Z13)
	MADD(28(SI), Z14, Z15)
	ADDQ $32, SI
	ADDQ $64, DX
	DECQ AX
	JNE  quad

	WIDEN(0, Z0, Z1)
	WIDEN(1, Z2, Z3)
	WIDEN(2, Z4, Z5)
	WIDEN(3, Z6, Z7)
	WIDEN(4, Z8, Z9)
	WIDEN(5, Z10, Z11)
	WIDEN(6, Z12, Z13)
	WIDEN(7, Z14, Z15)
	TESTQ CX, CX
	JNE   run

	STRIPS
	JNE pass
	VZEROUPPER
	RET

// DOT multiplies the quad of a row with both vectors and adds the sums, in
// dwords, to its accumulators.
#define DOT(fa, a0, a1) \
	VPBROADCASTD fa, Z18      \
	VPDPBUSD     Z18, Z16, a0 \
	VPDPBUSD     Z18, Z17, a1

// func accumulateVNNI512(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
TEXT ·accumulateVNNI512(SB), NOSPLIT, $0-48
	ARGS

pass:
	BEGIN
	START8

quad:
	CODES        // unsigned bytes: 32 columns × 4 terms
	DOT(0(SI), Z0, Z1)
	DOT(4(SI), Z2, Z3)
	DOT(8(SI), Z4, Z5)
	DOT(12(SI), Z6, Z7)
	DOT(16(SI), Z8, Z9)
	DOT(20(SI), Z10, Z11)
	DOT(24(SI), Z12, Z13)
	DOT(28(SI), Z14, Z15)
	ADDQ $32, SI
	ADDQ $64, DX
	DECQ CX
	JNE  quad

	STORE8
	STRIPS
	JNE pass
	VZEROUPPER
	RET
