//go:build !purego

#include "neon_elementwise_arm64.h"
#include "go_asm.h"
#include "textflag.h"

// Steps of the update rules, 16 columns at a time.
//
// Register map, except where a step has its own
//
//	R0  codes          V31, V30  Limit and -Limit
//	R1  state          V29       Mul
//	R2  z              V28       -Shift
//	R3  columns left   V27       equal codes, by byte
//	R4  all columns    V26, V25  words 255 and -255, or other bounds of a step
//	R6  random bytes   V24, V23  bytes 4, the largest code, and zero

// SCALE_ARGS loads a scale and the bounds of a step, by way of R5.
#define SCALE_ARGS(mul, shift, limit, most) \
	MOVW limit, R5    \
	VDUP R5, V31.S4   \
	NEG  R5, R5       \
	VDUP R5, V30.S4   \
	MOVW mul, R5      \
	VDUP R5, V29.S4   \
	MOVD shift, R5    \
	NEG  R5, R5       \
	VDUP R5, V28.S4   \
	MOVD $(most), R5  \
	VDUP R5, V26.H8   \
	MOVD $-(most), R5 \
	VDUP R5, V25.H8

// CODES_ARGS sets R4 to the columns in R3, and what ENDS and COUNT need.
#define CODES_ARGS \
	MOVD  R3, R4                    \
	VMOVI $4, V24.B16               \
	VEOR  V23.B16, V23.B16, V23.B16 \
	VEOR  V27.B16, V27.B16, V27.B16

// SCALE computes RoundShift(clamp(z, ±Limit)·Mul, Shift) of four columns.
#define SCALE(z) \
	SMIN_S(31, z, z)  \
	SMAX_S(30, z, z)  \
	MUL_S(29, z, z)   \
	SRSHL_S(28, z, z)

// STEPS computes the steps d of 16 columns as words within the bounds: V0 of columns
// 0–7, V1 of columns 8–15. It uses V2 and V3.
#define STEPS \
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4] \
	SCALE(0)                                    \
	SCALE(1)                                    \
	SCALE(2)                                    \
	SCALE(3)                                    \
	SQXTN_S(0, 0)                               \
	SQXTN2_S(1, 0)                              \
	SQXTN_S(2, 1)                               \
	SQXTN2_S(3, 1)                              \
	SMIN_H(26, 0, 0)                            \
	SMIN_H(26, 1, 1)                            \
	SMAX_H(25, 0, 0)                            \
	SMAX_H(25, 1, 1)

// ENDS keeps the codes in register n within 0 to 4.
#define ENDS(n) \
	SMIN_B(24, n, n) \
	SMAX_B(23, n, n)

// COUNT adds to the bytes of V27 one for every equal byte of codes old and new; at
// most 255 steps fit.
#define COUNT(old, new) \
	VCMEQ old.B16, new.B16, V7.B16 \
	VSUB  V7.B16, V27.B16, V27.B16

// MOVED sets R4 to the columns in R4 less those that V27 counted as equal.
#define MOVED \
	VUADDLV V27.B16, V0 \
	VMOV    V0.H[0], R5 \
	SUB     R5, R4

// func stepResidualNEON(codes *uint8, e *int8, z *int32, n int, scale Scale) (moved int)
//
// Code and residual are one number 256·code + e + 128, 0 to 1279.
//
//	V22  words 1279   V21  bytes -128
TEXT ·stepResidualNEON(SB), NOSPLIT, $0-64
	MOVD  codes+0(FP), R0
	MOVD  e+8(FP), R1
	MOVD  z+16(FP), R2
	MOVD  n+24(FP), R3
	SCALE_ARGS(scale_Mul+32(FP), scale_Shift+40(FP), scale_Limit+48(FP), 255)
	CODES_ARGS
	MOVD  $1279, R5
	VDUP  R5, V22.H8
	VMOVI $128, V21.B16

loop:
	STEPS
	FMOVQ (R0), F4
	FMOVQ (R1), F5
	VEOR  V21.B16, V5.B16, V5.B16 // bytes e + 128
	VZIP1 V4.B16, V5.B16, V2.B16  // words 256·code + e + 128
	VZIP2 V4.B16, V5.B16, V3.B16
	VADD  V2.H8, V0.H8, V0.H8     // and d
	VADD  V3.H8, V1.H8, V1.H8
	SMAX_H(23, 0, 0)
	SMAX_H(23, 1, 1)
	SMIN_H(22, 0, 0)              // within the ends
	SMIN_H(22, 1, 1)

	VUZP2   V1.B16, V0.B16, V2.B16  // bytes codes
	VUZP1   V1.B16, V0.B16, V0.B16
	VEOR    V21.B16, V0.B16, V0.B16 // bytes e
	COUNT(V4, V2)
	FMOVQ.P F2, 16(R0)
	FMOVQ.P F0, 16(R1)
	SUBS    $16, R3
	BNE     loop

	MOVED
	MOVD R4, moved+56(FP)
	RET

// RESIDUALS_4 steps 16 columns. The residuals e are the low nibbles of v, n by number,
// and become so again; the high ones mean nothing. Code and residual are one number
// 16·code + e + 8, 0 to 79.
#define RESIDUALS_4(v, n) \
	STEPS                                                            \
	FMOVQ.P 16(R6), F2                                               \
	VAND    V21.B16, V2.B16, V2.B16                                  \
	UADDW_B(2, 0, 0)                                                 \
	UADDW2_B(2, 1, 1)                                                \
	SHRN_H(4, 0, 0)                                                  \
	SHRN2_H(4, 1, 0)                /* bytes d4 = (d + u&15) >> 4 */ \
	FMOVQ   (R0), F4                                                 \
	VEOR    V20.B16, v.B16, v.B16   /* nibbles e + 8 */              \
	VSLI    $4, V4.B16, v.B16       /* and 16·code */                \
	VADD    V0.B16, v.B16, v.B16    /* and d4 */                     \
	SMAX_B(23, n, n)                                                 \
	SMIN_B(22, n, n)                /* within the ends */            \
	VUSHR   $4, v.B16, V2.B16                                        \
	VEOR    V20.B16, v.B16, v.B16                                    \
	COUNT(V4, V2)                                                    \
	FMOVQ.P F2, 16(R0)

// func stepResidual4NEON(codes, e *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)
//
//	V22  bytes 79   V21  bytes 15   V20  bytes 8
TEXT ·stepResidual4NEON(SB), NOSPLIT, $0-72
	MOVD  codes+0(FP), R0
	MOVD  e+8(FP), R1
	MOVD  z+16(FP), R2
	MOVD  u+24(FP), R6
	MOVD  n+32(FP), R3
	SCALE_ARGS(scale_Mul+40(FP), scale_Shift+48(FP), scale_Limit+56(FP), 255)
	CODES_ARGS
	VMOVI $79, V22.B16
	VMOVI $15, V21.B16
	VMOVI $8, V20.B16

loop:
	FMOVQ   (R1), F5
	VUSHR   $4, V5.B16, V6.B16
	RESIDUALS_4(V5, 5)
	RESIDUALS_4(V6, 6)
	VSLI    $4, V6.B16, V5.B16
	FMOVQ.P F5, 16(R1)
	SUBS    $32, R3
	BNE     loop

	MOVED
	MOVD R4, moved+64(FP)
	RET

// func stepStochasticNEON(codes *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)
TEXT ·stepStochasticNEON(SB), NOSPLIT, $0-64
	MOVD codes+0(FP), R0
	MOVD z+8(FP), R2
	MOVD u+16(FP), R6
	MOVD n+24(FP), R3
	SCALE_ARGS(scale_Mul+32(FP), scale_Shift+40(FP), scale_Limit+48(FP), 255)
	CODES_ARGS

loop:
	STEPS
	FMOVQ.P 16(R6), F2
	UADDW_B(2, 0, 0)
	UADDW2_B(2, 1, 1)
	SHRN_H(8, 0, 0)
	SHRN2_H(8, 1, 0)   // bytes carry = (d + u) >> 8

	FMOVQ   (R0), F4
	VADD    V0.B16, V4.B16, V2.B16 // codes + carry
	ENDS(2)
	COUNT(V4, V2)
	FMOVQ.P F2, 16(R0)
	SUBS    $16, R3
	BNE     loop

	MOVED
	MOVD R4, moved+56(FP)
	RET

// func stepFlipNEON(args *stepFlipArgs) (moved int)
//
//	V22  words -decay   V21  bytes 2^decay-1   V20, V19  bytes threshold and -threshold
TEXT ·stepFlipNEON(SB), NOSPLIT, $0-16
	MOVD args+0(FP), R8
	MOVD stepFlipArgs_codes(R8), R0
	MOVD stepFlipArgs_average(R8), R1
	MOVD stepFlipArgs_z(R8), R2
	MOVD stepFlipArgs_u(R8), R6
	MOVD stepFlipArgs_n(R8), R3
	SCALE_ARGS((stepFlipArgs_scale+Scale_Mul)(R8), (stepFlipArgs_scale+Scale_Shift)(R8), (stepFlipArgs_scale+Scale_Limit)(R8), 127)
	CODES_ARGS
	MOVD stepFlipArgs_decay(R8), R5
	MOVD $1, R7
	LSL  R5, R7
	SUB  $1, R7
	VDUP R7, V21.B16
	NEG  R5, R5
	VDUP R5, V22.H8
	MOVB stepFlipArgs_threshold(R8), R5
	VDUP R5, V20.B16
	NEG  R5, R5
	VDUP R5, V19.B16

loop:
	STEPS
	FMOVQ   (R1), F5
	FMOVQ.P 16(R6), F2
	VAND    V21.B16, V2.B16, V2.B16
	SSUBW_B(5, 0, 0)                // d - a
	SSUBW2_B(5, 1, 1)
	UADDW_B(2, 0, 0)                // and u & (2^decay-1)
	UADDW2_B(2, 1, 1)
	SSHL_H(22, 0, 0)
	SSHL_H(22, 1, 1)
	VUZP1   V1.B16, V0.B16, V0.B16  // bytes, of which the high one does not matter
	VADD    V5.B16, V0.B16, V0.B16  // a, stepped

	CMGE_B(20, 0, 1)                // a ≥ threshold
	CMGE_B(0, 19, 2)                // a ≤ -threshold
	FMOVQ   (R0), F4
	VSUB    V1.B16, V4.B16, V3.B16
	VADD    V2.B16, V3.B16, V3.B16  // codes, moved
	VORR    V2.B16, V1.B16, V1.B16
	VBIT    V1.B16, V23.B16, V0.B16 // zero where the rule fired
	FMOVQ.P F0, 16(R1)
	ENDS(3)
	COUNT(V4, V3)
	FMOVQ.P F3, 16(R0)
	SUBS    $16, R3
	BNE     loop

	MOVED
	MOVD R4, moved+8(FP)
	RET

// DIRECTION computes the direction of the four columns in register n, v by name: 1
// for z ≥ tau, -1 for z ≤ -tau, and 0 between. It uses V4.
#define DIRECTION(n, v) \
	CMGE_S(31, n, 4)       \
	CMGE_S(n, 30, n)       \
	VSUB V4.S4, v.S4, v.S4

// BYTES narrows the dwords of 16 columns in V0 to V3, small numbers, to bytes in V0.
#define BYTES \
	VUZP1 V1.H8, V0.H8, V0.H8    \
	VUZP1 V3.H8, V2.H8, V2.H8    \
	VUZP1 V2.B16, V0.B16, V0.B16

// func stepThresholdNEON(codes *uint8, z *int32, n int, tau int32) (moved int)
//
//	V31, V30  tau and -tau
TEXT ·stepThresholdNEON(SB), NOSPLIT, $0-40
	MOVD codes+0(FP), R0
	MOVD z+8(FP), R2
	MOVD n+16(FP), R3
	MOVW tau+24(FP), R5
	VDUP R5, V31.S4
	NEG  R5, R5
	VDUP R5, V30.S4
	CODES_ARGS

loop:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	DIRECTION(0, V0)
	DIRECTION(1, V1)
	DIRECTION(2, V2)
	DIRECTION(3, V3)
	BYTES

	FMOVQ   (R0), F1
	VADD    V0.B16, V1.B16, V0.B16 // codes, moved
	ENDS(0)
	COUNT(V1, V0)
	FMOVQ.P F0, 16(R0)
	SUBS    $16, R3
	BNE     loop

	MOVED
	MOVD R4, moved+32(FP)
	RET

// LEVEL computes how far the four columns in register n, v by name, reach: 0 for
// |z| < tau, 1 for |z| = tau and 2 beyond.
#define LEVEL(n, v) \
	ABS_S(n, n)              \
	VUMIN V31.S4, v.S4, v.S4 \
	UQSUB_S(30, n, n)

// func stepDitheredNEON(codes *uint8, z *int32, u *uint8, n int, tau int32, fraction uint8) (moved int)
//
//	V31, V30  tau+1 and tau-1   V29  bytes fraction
TEXT ·stepDitheredNEON(SB), NOSPLIT, $0-48
	MOVD  codes+0(FP), R0
	MOVD  z+8(FP), R2
	MOVD  u+16(FP), R6
	MOVD  n+24(FP), R3
	MOVW  tau+32(FP), R5
	ADD   $1, R5
	VDUP  R5, V31.S4
	SUB   $2, R5
	VDUP  R5, V30.S4
	MOVBU fraction+36(FP), R5
	VDUP  R5, V29.B16
	CODES_ARGS

loop:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	VUZP2  V1.H8, V0.H8, V5.H8
	VUZP2  V3.H8, V2.H8, V6.H8
	VUZP2  V6.B16, V5.B16, V5.B16               // the highest bytes of z
	CMGT_B(5, 23, 5)                            // -1 for z < 0
	LEVEL(0, V0)
	LEVEL(1, V1)
	LEVEL(2, V2)
	LEVEL(3, V3)
	BYTES

	FMOVQ.P 16(R6), F1
	CMHI_B(1, 29, 1)               // -1 for u < fraction, where tau itself does not suffice
	VADD    V1.B16, V0.B16, V0.B16
	CMGT_B(23, 0, 0)               // -1 to move
	VEOR    V5.B16, V0.B16, V0.B16
	VSUB    V5.B16, V0.B16, V0.B16 // -1 to move up, 1 to move down

	FMOVQ   (R0), F4
	VSUB    V0.B16, V4.B16, V2.B16
	ENDS(2)
	COUNT(V4, V2)
	FMOVQ.P F2, 16(R0)
	SUBS    $16, R3
	BNE     loop

	MOVED
	MOVD R4, moved+40(FP)
	RET

// func shrinkNEON(codes, u *uint8, n int, chance uint32) (moved int)
//
//	V31  words chance-1   V30  bytes 2, the code of zero
TEXT ·shrinkNEON(SB), NOSPLIT, $0-40
	MOVD  codes+0(FP), R0
	MOVD  u+8(FP), R6
	MOVD  n+16(FP), R3
	MOVWU chance+24(FP), R5
	SUB   $1, R5
	VDUP  R5, V31.H8
	VMOVI $2, V30.B16
	CODES_ARGS

loop:
	VLD1.P 32(R6), [V0.H8, V1.H8]
	CMHS_H(0, 31, 0)
	CMHS_H(1, 31, 1)
	VUZP1  V1.B16, V0.B16, V0.B16 // -1 for u < chance

	FMOVQ   (R0), F4
	CMGT_B(30, 4, 1)               // -1 for w > 0
	CMGT_B(4, 30, 2)               // -1 for w < 0
	VSUB    V2.B16, V1.B16, V1.B16 // towards zero
	VAND    V0.B16, V1.B16, V1.B16
	VADD    V1.B16, V4.B16, V2.B16
	COUNT(V4, V2)
	FMOVQ.P F2, 16(R0)
	SUBS    $16, R3
	BNE     loop

	MOVED
	MOVD R4, moved+32(FP)
	RET
