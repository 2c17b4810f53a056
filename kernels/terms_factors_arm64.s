//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

// Factors in quads of terms: VST4 makes quads out of four rows of bytes.

// TERMS loads the next 16 codes of four terms, from R1, R5, R6 and R7.
#define TERMS \
	VLD1.P 16(R1), [V0.B16] \
	VLD1.P 16(R5), [V1.B16] \
	VLD1.P 16(R6), [V2.B16] \
	VLD1.P 16(R7), [V3.B16]

// func weighQuadNEON(dst *int8, a *uint8, f *[4]int8, m, mp int)
//
//	R0  dst, advancing    R1, R5–R7  a: four terms, advancing
//	R3  rows left         V4–V7      weights of the terms    V16  2 in bytes
TEXT ·weighQuadNEON(SB), NOSPLIT, $64-40
	MOVD    dst+0(FP), R0
	MOVD    a+8(FP), R1
	MOVD    f+16(FP), R2
	MOVD    m+24(FP), R3
	MOVD    mp+32(FP), R4
	ADD     R4, R1, R5
	ADD     R4, R5, R6
	ADD     R4, R6, R7
	VLD1R.P 1(R2), [V4.B16]
	VLD1R.P 1(R2), [V5.B16]
	VLD1R.P 1(R2), [V6.B16]
	VLD1R   (R2), [V7.B16]
	VMOVI   $2, V16.B16

loop:
	TERMS
	VSUB   V16.B16, V0.B16, V0.B16
	VSUB   V16.B16, V1.B16, V1.B16
	VSUB   V16.B16, V2.B16, V2.B16
	VSUB   V16.B16, V3.B16, V3.B16
	MUL_B(4, 0, 0)
	MUL_B(5, 1, 1)
	MUL_B(6, 2, 2)
	MUL_B(7, 3, 3)
	CMP    $16, R3
	BLT    tail
	VST4.P [V0.B16, V1.B16, V2.B16, V3.B16], 64(R0)
	SUBS   $16, R3
	BNE    loop
	RET

tail:
	// Rows of a are padded, rows of dst are not: copy the R3 < 16 quads left.
	MOVD $quads-64(SP), R2
	VST4 [V0.B16, V1.B16, V2.B16, V3.B16], (R2)

quad:
	MOVWU.P 4(R2), R4
	MOVW.P  R4, 4(R0)
	SUBS    $1, R3
	BNE     quad
	RET

// func interleaveFactorsNEON(dst, b *uint8, quads, stripQuads, kp int)
//
//	R0  dst of the quad    R1, R5–R7  b: four terms, advancing
//	R2  quads left         R3         bytes of a strip of dst
//	R4  kp                 R8         columns left    R9  dst, advancing
TEXT ·interleaveFactorsNEON(SB), NOSPLIT, $0-40
	MOVD dst+0(FP), R0
	MOVD b+8(FP), R1
	MOVD quads+16(FP), R2
	MOVD stripQuads+24(FP), R3
	LSL  $6, R3
	MOVD kp+32(FP), R4

quad:
	ADD  R4, R1, R5
	ADD  R4, R5, R6
	ADD  R4, R6, R7
	MOVD R4, R8
	MOVD R0, R9

strip:
	TERMS
	VST4 [V0.B16, V1.B16, V2.B16, V3.B16], (R9)
	ADD  R3, R9
	SUBS $16, R8
	BNE  strip

	MOVD R7, R1 // past the fourth term: the next four
	ADD  $64, R0
	SUBS $1, R2
	BNE  quad
	RET
