//go:build !purego

#include "neon_arm64.h"
#include "neon_elementwise_arm64.h"
#include "textflag.h"

// Of two registers, the high and the low digits of two samples of four inputs: by
// input, the two digits of one sample and then the digits of the other.
DATA zipDigits<>+0(SB)/8, $0x1505110114041000
DATA zipDigits<>+8(SB)/8, $0x1707130316061202
GLOBL zipDigits<>(SB), RODATA|NOPTR, $16

// func updateTermsOfInputsNEON(strip *uint8, x *int8, quads, n, count int) uint64
//
// SQRDMULH multiplies by the numerator over 2^15, and rounds to nearest: exactly, for
// the numbers that there are.
//
//	R0  strip at the quad, R6 at the samples  V31  12/127 in every word
//	R1  x of the quad, R5 of the samples      V30  1/5 in every word
//	R2  quads left                            V29  5 in every byte
//	R3  bytes of a quad of x                  V28  code 2 in every byte
//	R4  samples to take, R7 left              V27  zipDigits
//	R9  bytes of a strip                      V16  sums of squares of the quad
//	R8  sum of squares
TEXT ·updateTermsOfInputsNEON(SB), NOSPLIT, $0-48
	MOVD strip+0(FP), R0
	MOVD x+8(FP), R1
	MOVD quads+16(FP), R2
	MOVD n+24(FP), R3
	MOVD count+32(FP), R4
	LSL  $2, R3
	MOVD $64, R9
	MOVD ZR, R8

	MOVD  $3096, R10
	VDUP  R10, V31.H8
	MOVD  $6554, R10
	VDUP  R10, V30.H8
	VMOVI $5, V29.B16
	VMOVI $2, V28.B16
	MOVD  $zipDigits<>(SB), R10
	VLD1  (R10), [V27.B16]

quad:
	MOVD R0, R6
	MOVD R1, R5
	MOVD R4, R7
	VEOR V16.B16, V16.B16, V16.B16

samples:
	VLD1.P 8(R5), [V0.B8]               // four inputs of two samples
	SSHLL_B(0, 0, 0)
	SQRDMULH_H(31, 0, 1)                // x̂
	SQRDMULH_H(30, 1, 0)                // high
	SQXTN_H(1, 1)
	SQXTN_H(0, 0)
	MUL_B(1, 1, 2)
	UADDLP_B(2, 2)
	UADALP_H(2, 16)
	MUL_B(29, 0, 2)
	VSUB   V2.B16, V1.B16, V1.B16       // low
	VTBL   V27.B16, [V0.B16, V1.B16], V2.B16
	VADD   V28.B16, V2.B16, V2.B16
	VST1.P [V2.B16], (R6)(R9)
	SUBS   $2, R7
	BNE    samples

	VADDV V16.S4, V16
	VMOV  V16.S[0], R10                 // below 2^32: 576 a sample
	ADD   R10, R8
	ADD   R3, R1
	ADD   $16, R0
	SUBS  $1, R2
	BNE   quad

	MOVD R8, ret+40(FP)
	RET
