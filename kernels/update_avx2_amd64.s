//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"
#include "vpdpbusd_amd64.h"

// Kernels of the update on 256-bit registers.

// ROW is the bytes of a row of a tile of Z: 256 int32.
#define ROW 1024

// Accumulation of 4 rows × 16 columns a pass: two vectors of 8 columns × 4 terms
// hold a quad of a strip, and the quad of each row is broadcast. Rows 0–3 and 4–7
// of the tile pass over a strip one after the other.
//
// Register map
//
//	Y0–Y7    accumulators: rows 0–3 × vectors 0, 1
//	Y8, Y9   codes of the quad          Y10  terms of the quad and row
//	Y11      products                   Y15  word 1 in every lane
//	DI       z of the pass              R8   starts of the 4 rows
//	SI       terms, advancing           BX   end of the starts
//	DX       b, advancing               R12  b of the strip
//	CX       quads left                 R10  bytes from a strip to the next
//	AX       quads left in this run     R13  quads
//	R9       columns left

// ARGS loads the arguments, which are the same for both kernels.
#define ARGS \
	MOVQ z+0(FP), DI            \
	MOVQ t+8(FP), R8            \
	LEAQ rowTerms_quads(R8), BX \
	MOVQ b+16(FP), R12          \
	MOVQ bQuads+24(FP), R10     \
	SHLQ $6, R10                \
	MOVQ quads+32(FP), R13      \
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
	VPADDD       (row*ROW+32)(DI), a1, a1

// CODES loads the quad of a strip.
#define CODES \
	VMOVDQU (DX), Y8   \
	VMOVDQU 32(DX), Y9

// STORE writes the accumulators of a row.
#define STORE(row, a0, a1) \
	VMOVDQU a0, (row*ROW)(DI)    \
	VMOVDQU a1, (row*ROW+32)(DI)

// MADD multiplies the quad of a row with both vectors and adds the pair sums, in
// words, to its accumulators.
#define MADD(fa, a0, a1) \
	VPBROADCASTD fa, Y10      \
	VPMADDUBSW   Y10, Y8, Y11 \
	VPADDW       Y11, a0, a0  \
	VPMADDUBSW   Y10, Y9, Y10 \
	VPADDW       Y10, a1, a1

// WIDEN adds the words of a row, in pairs, to its int32 in z.
#define WIDEN(row, a0, a1) \
	VPMADDWD Y15, a0, a0              \
	VPADDD   (row*ROW)(DI), a0, a0    \
	VMOVDQU  a0, (row*ROW)(DI)        \
	VPMADDWD Y15, a1, a1              \
	VPADDD   (row*ROW+32)(DI), a1, a1 \
	VMOVDQU  a1, (row*ROW+32)(DI)

// LOWER goes to rows 4–7 of the tile; the zero flag says that they are done.
#define LOWER \
	ADDQ $(4*ROW), DI \
	ADDQ $16, R8      \
	CMPQ R8, BX

// STRIP goes to the next strip; the zero flag says that there is none.
#define STRIP \
	SUBQ $(8*ROW-64), DI \
	SUBQ $32, R8         \
	ADDQ R10, R12        \
	SUBQ $16, R9

// RUN is the number of quads that words hold exactly: a pair sum is at most
// 2·4·127 = 1016 and at least 2·4·-128 = -1024, and -1024·32 = -2^15.
#define RUN 32

// func accumulateAVX2(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
TEXT ·accumulateAVX2(SB), NOSPLIT, $0-48
	ARGS
	VPCMPEQW Y15, Y15, Y15
	VPSRLW   $15, Y15, Y15

pass:
	BEGIN
	START(0, Y0, Y1)
	START(1, Y2, Y3)
	START(2, Y4, Y5)
	START(3, Y6, Y7)
	STORE(0, Y0, Y1)
	STORE(1, Y2, Y3)
	STORE(2, Y4, Y5)
	STORE(3, Y6, Y7)

run:
	MOVQ    $RUN, AX
	CMPQ    CX, AX
	CMOVQLT CX, AX
	SUBQ    AX, CX
	VPXOR   Y0, Y0, Y0
	VPXOR   Y1, Y1, Y1
	VPXOR   Y2, Y2, Y2
	VPXOR   Y3, Y3, Y3
	VPXOR   Y4, Y4, Y4
	VPXOR   Y5, Y5, Y5
	VPXOR   Y6, Y6, Y6
	VPXOR   Y7, Y7, Y7

quad:
	CODES        // unsigned bytes: 16 columns × 4 terms
	MADD(0(SI), Y0, Y1)
	MADD(4(SI), Y2, Y3)
	MADD(8(SI), Y4, Y5)
	MADD(12(SI), Y6, Y7)
	ADDQ $32, SI
	ADDQ $64, DX
	DECQ AX
	JNE  quad

	WIDEN(0, Y0, Y1)
	WIDEN(1, Y2, Y3)
	WIDEN(2, Y4, Y5)
	WIDEN(3, Y6, Y7)
	TESTQ CX, CX
	JNE   run

	LOWER
	JNE pass
	STRIP
	JNE pass
	VZEROUPPER
	RET

// DOT multiplies the quad of a row with both vectors and adds the sums, in dwords,
// to its accumulators, given by number.
#define DOT(fa, a0, a1) \
	VPBROADCASTD fa, Y10    \
	VPDPBUSD_VEX(10, 8, a0) \
	VPDPBUSD_VEX(10, 9, a1)

// func accumulateAVXVNNI(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
TEXT ·accumulateAVXVNNI(SB), NOSPLIT, $0-48
	ARGS

pass:
	BEGIN
	START(0, Y0, Y1)
	START(1, Y2, Y3)
	START(2, Y4, Y5)
	START(3, Y6, Y7)

quad:
	CODES        // unsigned bytes: 16 columns × 4 terms
	DOT(0(SI), 0, 1)
	DOT(4(SI), 2, 3)
	DOT(8(SI), 4, 5)
	DOT(12(SI), 6, 7)
	ADDQ $32, SI
	ADDQ $64, DX
	DECQ CX
	JNE  quad

	STORE(0, Y0, Y1)
	STORE(1, Y2, Y3)
	STORE(2, Y4, Y5)
	STORE(3, Y6, Y7)
	LOWER
	JNE pass
	STRIP
	JNE pass
	VZEROUPPER
	RET

// func gatherRowsAVX2(t *rowTerms, fa *int8, faQuad, quads, rows int)
//
//	Y0   sums of the 8 rows, -2-fold      Y1   a quad of terms of the rows
//	Y14  byte 2 in every lane             Y15  word 1 in every lane
//	Y13  mask of the rows that there are
TEXT ·gatherRowsAVX2(SB), NOSPLIT, $0-40
	MOVQ t+0(FP), DI
	MOVQ fa+8(FP), SI
	MOVQ faQuad+16(FP), DX
	MOVQ quads+24(FP), CX
	MOVQ rows+32(FP), AX

	VMOVQ        AX, X13
	VPBROADCASTD X13, Y13
	VPCMPGTD     dwordIndex<>(SB), Y13, Y13
	VPCMPEQW     Y15, Y15, Y15
	VPABSB       Y15, Y14
	VPADDB       Y14, Y14, Y14
	VPABSW       Y15, Y15
	VPXOR        Y0, Y0, Y0
	LEAQ         rowTerms_quads(DI), BX

quad:
	VPMASKMOVD (SI), Y13, Y1
	VMOVDQU    Y1, (BX)      // dwords: a row each
	VPMADDUBSW Y1, Y14, Y1   // words: twice the pair sums
	VPMADDWD   Y15, Y1, Y1   // dwords: twice the sums of four
	VPSUBD     Y1, Y0, Y0
	ADDQ       DX, SI
	ADDQ       $32, BX
	DECQ       CX
	JNE        quad

	VMOVDQU Y0, rowTerms_start(DI)
	VZEROUPPER
	RET
