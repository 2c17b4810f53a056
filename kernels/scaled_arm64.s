//go:build !purego

#include "go_asm.h"
#include "fours_arm64.h"
#include "neon_elementwise_arm64.h"
#include "textflag.h"

// The bytes of a register in the order of a transposed 4×4 matrix.
DATA transposed<>+0(SB)/8, $0x0d0905010c080400
DATA transposed<>+8(SB)/8, $0x0f0b07030e0a0602
GLOBL transposed<>(SB), RODATA|NOPTR, $16

// NEXT_DIGIT adds a digit to five times the sum v, number n. It clobbers V4.
#define NEXT_DIGIT(LOAD, v, n) \
	LOAD(R7, V4);             \
	MUL_S(31, n, n);          \
	VADD V4.S4, v.S4, v.S4

// SCALE multiplies the sums of row n by their multipliers, and shifts. It clobbers V4 and V5.
#define SCALE(n, multipliers) \
	SMULL_S(multipliers, n, 4);  \
	SMULL2_S(multipliers, n, 5); \
	SRSHL_D(30, 4, 4);           \
	SRSHL_D(30, 5, 5);           \
	SQXTN_D(4, n);               \
	SQXTN2_D(5, n)

// GAINED bounds the multipliers n with their gains, products with 128 more than these.
#define GAINED(n) \
	SRSHL_S(22, n, n); \
	SMIN_S(23, n, n)

// REQUANTIZE computes a quad of outputs.
#define REQUANTIZE(LOAD, STORE, again, enough, plain, store) \
	ADD  R3, R1, R6;                         \
	MOVD R6, R7;                             \
	LOAD(R7, V0);                            \
	LOAD(R7, V1);                            \
	LOAD(R7, V2);                            \
	LOAD(R7, V3);                            \
	MOVD R14, R15;                           \
                                             \
again:                                       \
	SUBS $1, R15;                            \
	BEQ  enough;                             \
	SUB  R10, R6;                            \
	MOVD R6, R7;                             \
	NEXT_DIGIT(LOAD, V0, 0);                 \
	NEXT_DIGIT(LOAD, V1, 1);                 \
	NEXT_DIGIT(LOAD, V2, 2);                 \
	NEXT_DIGIT(LOAD, V3, 3);                 \
	B    again;                              \
                                             \
enough:                                      \
	CBZ  R13, plain;                         \
	ADD  R3, R13, R7;                        \
	LOAD(R7, V4);                            \
	VTBL V29.B16, [V4.B16], V4.B16;          \
	SSHLL_B(0, 4, 5);                        \
	SSHLL2_B(0, 4, 6);                       \
	VADD V28.H8, V5.H8, V5.H8;               \
	VADD V28.H8, V6.H8, V6.H8;               \
	SMULL_H(20, 5, 24);                      \
	SMULL2_H(20, 5, 25);                     \
	SMULL_H(21, 6, 26);                      \
	SMULL2_H(21, 6, 27);                     \
	GAINED(24);                              \
	GAINED(25);                              \
	GAINED(26);                              \
	GAINED(27);                              \
                                             \
plain:                                       \
	SCALE(0, 24);                            \
	SCALE(1, 25);                            \
	SCALE(2, 26);                            \
	SCALE(3, 27);                            \
	SQXTN_S(0, 0);                           \
	SQXTN2_S(1, 0);                          /* rows 0 and 1, as words */ \
	SQXTN_S(2, 1);                           \
	SQXTN2_S(3, 1);                          \
	SMIN_H(14, 0, 0);                        \
	SMIN_H(14, 1, 1);                        \
	SMAX_H(15, 0, 0);                        \
	SMAX_H(15, 1, 1);                        \
	VUZP1 V1.B16, V0.B16, V2.B16;            /* modulo 2^8             */ \
	CBZ  R2, store;                          \
	RSHRN_H(7, 0, 4);                        /* high digits            */ \
	RSHRN2_H(7, 1, 4);                       \
	VSHL $7, V4.B16, V5.B16;                 \
	VSUB V5.B16, V2.B16, V3.B16;             /* low ones               */ \
	VTBL V29.B16, [V3.B16], V3.B16;          \
	ADD  R3, R2, R7;                         \
	STORE(V3, R7);                           \
	VMOV V4.B16, V2.B16;                     \
                                             \
store:                                       \
	VTBL V29.B16, [V2.B16], V2.B16;          \
	ADD  R3, R0, R7;                         \
	STORE(V2, R7)

// func requantizeScaledNEON(args *scaledArgs)
//
//	R0  dst of the quad             V0–V3    sums of a row each
//	R1  y, row 0 of the quad        V14, V15 most and least, in words
//	R2  low digits, or nil          V16–V19  multipliers
//	R8  args                        V20, V21 these in words: of rows 0 and 1, 2 and 3
//	R9  bytes of a row              V22      -7
//	R10 bytes of a digit            V23      MaxScale
//	R11 quads left                  V24–V27  multipliers with gains
//	R12 multipliers                 V28      128 in every word
//	R13 gains, or nil               V29      transposed
//	R14 digits, R15 left            V30      shift, in qwords
//	                                V31      5
TEXT ·requantizeScaledNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R8
	MOVD scaledArgs_dst(R8), R0
	MOVD scaledArgs_low(R8), R2
	MOVD scaledArgs_y(R8), R1
	MOVD scaledArgs_scale(R8), R12
	MOVD scaledArgs_gains(R8), R13
	MOVD scaledArgs_row(R8), R9
	MOVD scaledArgs_digit(R8), R10
	MOVD scaledArgs_digits(R8), R14
	MOVD scaledArgs_quads(R8), R11
	MOVD scaledArgs_n(R8), R5

	MOVW  scaledArgs_most(R8), R6
	VDUP  R6, V14.H8
	MOVW  scaledArgs_least(R8), R6
	VDUP  R6, V15.H8
	MOVD  $-7, R6
	VDUP  R6, V22.S4
	MOVD  $const_MaxScale, R6
	VDUP  R6, V23.S4
	MOVD  $128, R6
	VDUP  R6, V28.H8
	MOVD  $transposed<>(SB), R6
	VLD1  (R6), [V29.B16]
	MOVW  scaledArgs_shift(R8), R6
	NEG   R6, R6
	VDUP  R6, V30.D2
	MOVD  $5, R6
	VDUP  R6, V31.S4

quad:
	VLD4R (R12), [V16.S4, V17.S4, V18.S4, V19.S4]
	VUZP1 V17.H8, V16.H8, V20.H8
	VUZP1 V19.H8, V18.H8, V21.H8
	VMOV  V16.B16, V24.B16
	VMOV  V17.B16, V25.B16
	VMOV  V18.B16, V26.B16
	VMOV  V19.B16, V27.B16
	EACH(REQUANTIZE)
	MOVD scaledArgs_step(R8), R6
	ADD  R6, R12
	ADD  R9<<2, R1
	ADD  R9, R0
	CBZ  R2, gains
	ADD  R9, R2

gains:
	CBZ R13, next
	ADD R9, R13

next:
	SUBS $1, R11
	BNE  quad
	RET
