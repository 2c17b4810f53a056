//go:build !purego

#include "neon_elementwise_arm64.h"
#include "textflag.h"

// The steps work on 16 columns at a time.

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

// SCALE computes RoundShift(clamp(z, ±Limit)·Mul, Shift) of four columns.
#define SCALE(z) \
	SMIN_S(31, z, z) \
	SMAX_S(30, z, z) \
	MUL_S(29, z, z)  \
	SRSHL_S(28, z, z)

// func stepResidualNEON(codes *uint8, e *int8, z *int32, n int, rule Residual) (moved int)
//
//	R0  codes         V31, V30  Limit and -Limit   V26, V25  words 255 and -255
//	R1  e             V29       Mul                V24       4, the largest code
//	R2  z             V28       -Shift             V23       0
//	R3  columns left  V27       equal codes        V22, V21  bytes 127 and -128
//	R4  columns
TEXT ·stepResidualNEON(SB), NOSPLIT, $0-64
	MOVD codes+0(FP), R0
	MOVD e+8(FP), R1
	MOVD z+16(FP), R2
	MOVD n+24(FP), R3
	MOVD R3, R4

	MOVW  rule_Limit+48(FP), R5
	VDUP  R5, V31.S4
	NEG   R5, R5
	VDUP  R5, V30.S4
	MOVW  rule_Mul+32(FP), R5
	VDUP  R5, V29.S4
	MOVD  rule_Shift+40(FP), R5
	NEG   R5, R5
	VDUP  R5, V28.S4
	VEOR  V27.B16, V27.B16, V27.B16
	MOVD  $255, R5
	VDUP  R5, V26.H8
	NEG   R5, R5
	VDUP  R5, V25.H8
	VMOVI $4, V24.B16
	VEOR  V23.B16, V23.B16, V23.B16
	VMOVI $127, V22.B16
	VMOVI $128, V21.B16

loop:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	SCALE(0)
	SCALE(1)
	SCALE(2)
	SCALE(3)
	SQXTN_S(0, 0)    // words d of columns 0–7
	SQXTN2_S(1, 0)
	SQXTN_S(2, 1)    // of columns 8–15
	SQXTN2_S(3, 1)
	SMIN_H(26, 0, 0)
	SMIN_H(26, 1, 1)
	SMAX_H(25, 0, 0)
	SMAX_H(25, 1, 1)

	FMOVQ (R1), F2
	SADDW_B(2, 0, 0)  // v = e + d
	SADDW2_B(2, 1, 1)
	RSHRN_H(8, 0, 3)  // bytes carry = (v + 128) >> 8
	RSHRN2_H(8, 1, 3)
	VUZP1 V1.B16, V0.B16, V0.B16 // bytes v - 256·carry

	FMOVQ (R0), F4
	VADD  V3.B16, V4.B16, V3.B16  // codes + carry
	CMGT_B(24, 3, 5)              // beyond the upper end
	CMGT_B(3, 23, 6)              // beyond the lower end
	VBIT  V5.B16, V22.B16, V0.B16
	VBIT  V6.B16, V21.B16, V0.B16
	SMIN_B(24, 3, 3)
	SMAX_B(23, 3, 3)
	COUNT(V4, V3)

	FMOVQ.P F3, 16(R0)
	FMOVQ.P F0, 16(R1)
	SUBS    $16, R3
	BNE     loop

	MOVED
	MOVD R4, moved+56(FP)
	RET

// DIRECTION computes the direction of the four columns in register n, v by name: 1
// for z ≥ tau, -1 for z ≤ -tau, and 0 between. It uses V4.
#define DIRECTION(n, v) \
	CMGE_S(31, n, 4) \
	CMGE_S(n, 30, n) \
	VSUB V4.S4, v.S4, v.S4

// func stepThresholdNEON(codes *uint8, z *int32, n int, tau int32) (moved int)
//
//	R0  codes         V31, V30  tau and -tau   V24  4, the largest code
//	R2  z             V27       equal codes    V23  0
//	R3  columns left
//	R4  columns
TEXT ·stepThresholdNEON(SB), NOSPLIT, $0-40
	MOVD codes+0(FP), R0
	MOVD z+8(FP), R2
	MOVD n+16(FP), R3
	MOVD R3, R4

	MOVW  tau+24(FP), R5
	VDUP  R5, V31.S4
	NEG   R5, R5
	VDUP  R5, V30.S4
	VEOR  V27.B16, V27.B16, V27.B16
	VMOVI $4, V24.B16
	VEOR  V23.B16, V23.B16, V23.B16

loop:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	DIRECTION(0, V0)
	DIRECTION(1, V1)
	DIRECTION(2, V2)
	DIRECTION(3, V3)
	VUZP1 V1.H8, V0.H8, V0.H8
	VUZP1 V3.H8, V2.H8, V2.H8
	VUZP1 V2.B16, V0.B16, V0.B16 // bytes of 16 columns

	FMOVQ (R0), F1
	VADD  V0.B16, V1.B16, V0.B16  // codes, moved
	VUMAX V24.B16, V1.B16, V2.B16 // the upper end, which an invalid code does not leave upwards
	SMIN_B(2, 0, 0)
	SMAX_B(23, 0, 0)
	COUNT(V1, V0)
	FMOVQ.P F0, 16(R0)
	SUBS    $16, R3
	BNE     loop

	MOVED
	MOVD R4, moved+32(FP)
	RET
