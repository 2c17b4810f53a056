//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

// Accumulation of the update: a pass adds up 2 or 4 rows × 16 columns of a tile of
// Z, or 8 rows × 8 columns, over all quads of a block. Passes go over the rows of a
// strip of 16 columns, then over the strips.
//
// Register map
//
//	R0   z of the pass                R1   starts of its rows
//	R2   b of the strip               R3   bytes from a strip to the next
//	R4   quads                        R5   columns left
//	R6   terms, advancing             R7   b, advancing
//	R8   quads left                   R9   quads left in this run
//	R10  bytes of a quad of terms     R11  terms of the second row, advancing
//	R12  end of the starts            R13  scratch
//
// A kernel's own registers are with it.

// ROW is the bytes of a row of a tile of Z: 256 int32.
#define ROW 1024

// ARGS loads the arguments, which are the same for all kernels.
#define ARGS \
	MOVD z+0(FP), R0              \
	MOVD t+8(FP), R1              \
	ADD  $rowTerms_quads, R1, R12 \
	MOVD b+16(FP), R2             \
	MOVD bQuads+24(FP), R3        \
	LSL  $6, R3                   \
	MOVD quads+32(FP), R4         \
	MOVD cols+40(FP), R5          \
	MOVD $(4*const_tileRows), R10

// BEGIN begins a pass.
#define BEGIN \
	ADD  $rowTerms_quads, R1, R6 \
	MOVD R2, R7                  \
	MOVD R4, R8

// START sets four registers to a row of z at R13 plus what the row starts at, at
// (R11), and goes to the next row. It clobbers V20.
#define START(a0, a1, a2, a3) \
	VLD1R.P 4(R11), [V20.S4]                    \
	VLD1    (R13), [a0.S4, a1.S4, a2.S4, a3.S4] \
	VADD    V20.S4, a0.S4, a0.S4                \
	VADD    V20.S4, a1.S4, a1.S4                \
	VADD    V20.S4, a2.S4, a2.S4                \
	VADD    V20.S4, a3.S4, a3.S4                \
	ADD     $ROW, R13

// STORE writes four registers to a row of z at R13 and goes to the next row.
#define STORE(a0, a1, a2, a3) \
	VST1 [a0.S4, a1.S4, a2.S4, a3.S4], (R13) \
	ADD  $ROW, R13

// CLEAR4 zeroes four registers.
#define CLEAR4(a0, a1, a2, a3) \
	VEOR a0.B16, a0.B16, a0.B16 \
	VEOR a1.B16, a1.B16, a1.B16 \
	VEOR a2.B16, a2.B16, a2.B16 \
	VEOR a3.B16, a3.B16, a3.B16

// The NEON kernel, of 2 rows a pass, adds products in 16-bit lanes: a register of
// sums has 2 columns × 4 terms. A product is at most 4·127 = 508 and at least 4·-128
// = -512, so RUN quads fit exactly; after such a run the lanes widen and join z.
//
//	V0–V7   sums of row 0    V16–V19   codes of the quad: 4 columns × 4 terms each
//	V8–V15  sums of row 1    V20, V21  the quad of rows 0 and 1, in each dword
#define RUN 64

// MADD multiplies 4 columns with the quads of both rows.
#define MADD(b, r0, r1) \
	SMLAL(b, 20, r0)      \
	SMLAL2(b, 20, r0 + 1) \
	SMLAL(b, 21, r1)      \
	SMLAL2(b, 21, r1 + 1)

#define QUAD \
	VLD1R.P (R6)(R10), [V20.S4]                          \
	VLD1R.P (R11)(R10), [V21.S4]                         \
	VLD1.P  64(R7), [V16.B16, V17.B16, V18.B16, V19.B16] \
	MADD(16, 0, 8)                                       \
	MADD(17, 2, 10)                                      \
	MADD(18, 4, 12)                                      \
	MADD(19, 6, 14)

// WIDEN sums the 4 terms of 4 columns, in two registers from number n on, and adds
// them to z at R13.
#define WIDEN(n, a0, a1) \
	SADDLP_H(n, n)              \
	SADDLP_H(n + 1, n + 1)      \
	VADDP  a1.S4, a0.S4, a0.S4  \
	VLD1   (R13), [V16.S4]      \
	VADD   V16.S4, a0.S4, a0.S4 \
	VST1.P [a0.S4], 16(R13)

// func accumulateNEON(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
TEXT ·accumulateNEON(SB), NOSPLIT, $0-48
	ARGS

pass:
	BEGIN
	MOVD R1, R11
	MOVD R0, R13
	START(V0, V1, V2, V3)
	START(V4, V5, V6, V7)
	MOVD R0, R13
	STORE(V0, V1, V2, V3)
	STORE(V4, V5, V6, V7)
	ADD  $4, R6, R11

run:
	MOVD $RUN, R9
	CMP  R9, R8
	CSEL LT, R8, R9, R9
	SUB  R9, R8
	CLEAR4(V0, V1, V2, V3)
	CLEAR4(V4, V5, V6, V7)
	CLEAR4(V8, V9, V10, V11)
	CLEAR4(V12, V13, V14, V15)
	SUBS $2, R9
	BLT  odd

pair:
	QUAD
	QUAD
	SUBS $2, R9
	BGE  pair

odd:
	CMN $1, R9 // one quad left
	BNE widen
	QUAD

widen:
	MOVD R0, R13
	WIDEN(0, V0, V1)
	WIDEN(2, V2, V3)
	WIDEN(4, V4, V5)
	WIDEN(6, V6, V7)
	ADD  $ROW, R0, R13
	WIDEN(8, V8, V9)
	WIDEN(10, V10, V11)
	WIDEN(12, V12, V13)
	WIDEN(14, V14, V15)
	CBNZ R8, run

	ADD  $(2*ROW), R0
	ADD  $8, R1
	CMP  R1, R12
	BNE  pass
	SUB  $(8*ROW-64), R0 // the next strip
	SUB  $32, R1
	ADD  R3, R2
	SUBS $16, R5
	BNE  pass
	RET

// The dot-product kernel, of 4 rows a pass, adds products in 32-bit lanes. The quads
// of its rows are one register, of which SDOT takes one.
//
//	V0–V3    sums of row 0    V16–V19  codes of the quad: 4 columns × 4 terms each
//	V4–V7    sums of row 1    V20      the quad of rows 0–3
//	V8–V11   sums of row 2    V24–V27, V21  the same of the next quad
//	V12–V15  sums of row 3

// LOAD loads a quad: codes, and the terms of the pass.
#define LOAD(b0, b1, b2, b3, terms) \
	VLD1.P (R6)(R10), [terms.B16] \
	VLD1.P 64(R7), [b0.B16, b1.B16, b2.B16, b3.B16]

// DOT multiplies a quad of row i: codes are in four registers from number b on, sums
// from number a on.
#define DOT(terms, i, b, a) \
	SDOT_LANE(terms, i, b, a)         \
	SDOT_LANE(terms, i, b + 1, a + 1) \
	SDOT_LANE(terms, i, b + 2, a + 2) \
	SDOT_LANE(terms, i, b + 3, a + 3)

// DOTS multiplies a quad of all rows.
#define DOTS(terms, b) \
	DOT(terms, 0, b, 0) \
	DOT(terms, 1, b, 4) \
	DOT(terms, 2, b, 8) \
	DOT(terms, 3, b, 12)

// func accumulateDotProd(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
TEXT ·accumulateDotProd(SB), NOSPLIT, $0-48
	ARGS

pass:
	BEGIN
	MOVD R1, R11
	MOVD R0, R13
	START(V0, V1, V2, V3)
	START(V4, V5, V6, V7)
	START(V8, V9, V10, V11)
	START(V12, V13, V14, V15)
	SUBS $2, R8
	BLT  odd

pair:
	LOAD(V16, V17, V18, V19, V20)
	LOAD(V24, V25, V26, V27, V21)
	DOTS(20, 16)
	DOTS(21, 24)
	SUBS $2, R8
	BGE  pair

odd:
	CMN $1, R8 // one quad left
	BNE store
	LOAD(V16, V17, V18, V19, V20)
	DOTS(20, 16)

store:
	MOVD R0, R13
	STORE(V0, V1, V2, V3)
	STORE(V4, V5, V6, V7)
	STORE(V8, V9, V10, V11)
	STORE(V12, V13, V14, V15)

	ADD  $(4*ROW), R0
	ADD  $16, R1
	CMP  R1, R12
	BNE  pass
	SUB  $(8*ROW-64), R0 // the next strip
	SUB  $32, R1
	ADD  R3, R2
	SUBS $16, R5
	BNE  pass
	RET

// The i8mm kernel multiplies blocks of 2 rows × 8 terms, as gatherPairsNEON makes
// them, and 8 terms × 2 columns. A pass is 8 rows × 8 columns, half a strip; a
// register of sums holds two columns of a row, then of the next.
//
//	V0–V3    sums of rows 0, 1    V16, V17  codes of the quad: 4 columns × 4 terms
//	V4–V7    sums of rows 2, 3    V18, V19  the same of the next quad
//	V8–V11   sums of rows 4, 5    V20–V23   both: 2 columns × 8 terms each
//	V12–V15  sums of rows 6, 7    V24–V27   terms: 2 rows × 8 terms each
//	V28, V29 starts of rows 0 to 7
//	R9       64, the bytes of a quad of codes

// PAIRS makes blocks of the codes of two quads.
#define PAIRS \
	VZIP1 V18.S4, V16.S4, V20.S4 \
	VZIP2 V18.S4, V16.S4, V21.S4 \
	VZIP1 V19.S4, V17.S4, V22.S4 \
	VZIP2 V19.S4, V17.S4, V23.S4

// BLOCK multiplies two rows with 8 columns.
#define BLOCK(terms, a) \
	SMMLA(20, terms, a)     \
	SMMLA(21, terms, a + 1) \
	SMMLA(22, terms, a + 2) \
	SMMLA(23, terms, a + 3)

// BLOCKS multiplies all rows.
#define BLOCKS \
	VLD1.P 64(R6), [V24.B16, V25.B16, V26.B16, V27.B16] \
	PAIRS                                               \
	BLOCK(24, 0)                                        \
	BLOCK(25, 4)                                        \
	BLOCK(26, 8)                                        \
	BLOCK(27, 12)

// JOIN adds 8 columns of two rows to z at R13 and goes to the rows after them.
#define JOIN(a0, a1, a2, a3) \
	ADD   $ROW, R13, R14          \
	VLD1  (R13), [V16.S4, V17.S4] \
	VLD1  (R14), [V18.S4, V19.S4] \
	VZIP1 a1.D2, a0.D2, V20.D2    \
	VZIP1 a3.D2, a2.D2, V21.D2    \
	VZIP2 a1.D2, a0.D2, V22.D2    \
	VZIP2 a3.D2, a2.D2, V23.D2    \
	VADD  V20.S4, V16.S4, V16.S4  \
	VADD  V21.S4, V17.S4, V17.S4  \
	VADD  V22.S4, V18.S4, V18.S4  \
	VADD  V23.S4, V19.S4, V19.S4  \
	VST1  [V16.S4, V17.S4], (R13) \
	VST1  [V18.S4, V19.S4], (R14) \
	ADD   $(2*ROW), R13

// STARTS sets the sums of two rows to what they start at, in dwords 0 and 1 or 2
// and 3 of a register.
#define STARTS(ZIP, v, a0, a1, a2, a3) \
	ZIP  v.S4, v.S4, a0.S4      \
	VORR a0.B16, a0.B16, a1.B16 \
	VORR a0.B16, a0.B16, a2.B16 \
	VORR a0.B16, a0.B16, a3.B16

// func accumulateI8MM(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
TEXT ·accumulateI8MM(SB), NOSPLIT, $0-48
	ARGS
	VLD1 (R1), [V28.S4, V29.S4]
	MOVD $64, R9

pass:
	BEGIN
	STARTS(VZIP1, V28, V0, V1, V2, V3)
	STARTS(VZIP2, V28, V4, V5, V6, V7)
	STARTS(VZIP1, V29, V8, V9, V10, V11)
	STARTS(VZIP2, V29, V12, V13, V14, V15)
	SUBS $2, R8
	BLT  odd

pair:
	VLD1.P (R7)(R9), [V16.B16, V17.B16]
	VLD1.P (R7)(R9), [V18.B16, V19.B16]
	BLOCKS
	SUBS   $2, R8
	BGE    pair

odd:
	CMN  $1, R8 // one quad left
	BNE  join
	VLD1 (R7), [V16.B16, V17.B16]
	VEOR V18.B16, V18.B16, V18.B16
	VEOR V19.B16, V19.B16, V19.B16
	BLOCKS

join:
	MOVD R0, R13
	JOIN(V0, V1, V2, V3)
	JOIN(V4, V5, V6, V7)
	JOIN(V8, V9, V10, V11)
	JOIN(V12, V13, V14, V15)

	ADD  $32, R0
	ADD  $32, R2
	SUBS $8, R5
	TST  $8, R5 // the second half of the strip is left
	BNE  pass
	SUB  $64, R2
	ADD  R3, R2
	CBNZ R5, pass
	RET

// Gathering of terms:
//
//	R0  terms of the rows, advancing   R1  fa, advancing
//	R2  bytes from a quad to the next  R3  quads left
//	R4  starts
//	V0, V1   a quad of terms of the 8 rows: 4 rows × 4 terms each
//	V2, V3   the next quad             V16, V17  int32 sums of the rows
//	V18      pair sums                 V19       zero

// SUM adds the terms of each row in two registers from number q on.
#define SUM(q) \
	SADDLP_B(q, 18)     \
	SADALP_H(18, 16)    \
	SADDLP_B(q + 1, 18) \
	SADALP_H(18, 17)

// STARTFROM stores -2 times the sums.
#define STARTFROM \
	VADD V16.S4, V16.S4, V16.S4 \
	VADD V17.S4, V17.S4, V17.S4 \
	VSUB V16.S4, V19.S4, V16.S4 \
	VSUB V17.S4, V19.S4, V17.S4 \
	VST1 [V16.S4, V17.S4], (R4)

// func gatherRowsNEON(t *rowTerms, fa *int8, faQuad, quads int)
TEXT ·gatherRowsNEON(SB), NOSPLIT, $0-32
	MOVD t+0(FP), R4
	MOVD fa+8(FP), R1
	MOVD faQuad+16(FP), R2
	MOVD quads+24(FP), R3
	ADD  $rowTerms_quads, R4, R0
	CLEAR4(V16, V17, V18, V19)

quad:
	VLD1.P (R1)(R2), [V0.B16, V1.B16]
	VST1.P [V0.B16, V1.B16], 32(R0)
	SUM(0)
	SUBS   $1, R3
	BNE    quad

	STARTFROM
	RET

// func gatherPairsNEON(t *rowTerms, fa *int8, faQuad, quads int)
TEXT ·gatherPairsNEON(SB), NOSPLIT, $0-32
	MOVD t+0(FP), R4
	MOVD fa+8(FP), R1
	MOVD faQuad+16(FP), R2
	MOVD quads+24(FP), R3
	ADD  $rowTerms_quads, R4, R0
	CLEAR4(V16, V17, V18, V19)

pair:
	VLD1.P (R1)(R2), [V0.B16, V1.B16]
	VEOR   V2.B16, V2.B16, V2.B16
	VEOR   V3.B16, V3.B16, V3.B16
	SUBS   $2, R3
	BLT    zip // one quad left
	VLD1.P (R1)(R2), [V2.B16, V3.B16]

zip:
	VZIP1  V2.S4, V0.S4, V20.S4 // 2 rows × 8 terms each
	VZIP2  V2.S4, V0.S4, V21.S4
	VZIP1  V3.S4, V1.S4, V22.S4
	VZIP2  V3.S4, V1.S4, V23.S4
	VST1.P [V20.B16, V21.B16, V22.B16, V23.B16], 64(R0)
	SUM(0)
	SUM(2)
	CMP    $0, R3
	BGT    pair

	STARTFROM
	RET
