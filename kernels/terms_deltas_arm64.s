//go:build !purego

#include "go_asm.h"
#include "neon_elementwise_arm64.h"
#include "textflag.h"

// TOTAL adds up the quadwords of V16 in R9.
#define TOTAL \
	VMOV V16.D[0], R9  \
	VMOV V16.D[1], R10 \
	ADD  R10, R9

// func sumDeltasNEON(delta *int32, n int) int64
//
//	R0  delta    R1  left    V16  sums
TEXT ·sumDeltasNEON(SB), NOSPLIT, $0-24
	MOVD delta+0(FP), R0
	MOVD n+8(FP), R1
	VEOR V16.B16, V16.B16, V16.B16

loop:
	VLD1.P 32(R0), [V0.S4, V1.S4]
	SADALP_S(0, 16)
	SADALP_S(1, 16)
	SUBS   $8, R1
	BNE    loop

	TOTAL
	MOVD R9, ret+16(FP)
	RET

// CUTOFF divides what is cut off of four entries d, by their outputs y.
#define CUTOFF(d, y, vd) \
	SSHL_S(31, y, y)                      \
	SSHL_S(30, y, y)                      \
	CMGE_S(29, y, 2)                      \
	CMGE_S(28, y, 3)                      \
	SSHL_S(27, d, 4)                      \
	VUSHR $30, V4.S4, V4.S4               \
	VADD  vd.S4, V4.S4, V4.S4             \
	SSHL_S(26, 4, 4)                      \
	VBIF  V2.B16, V4.B16, vd.B16          \
	VBIT  V3.B16, V4.B16, vd.B16

// func cutOffNEON(delta *int32, y *int8, n, shift, low int) int64
//
//	R0  delta    R1  left    R2  y    V16  sums
//	V31 shift    V30 -24     V29 low+1          V28 127
//	V27 -31      V26 -2
//
// In CUTOFF, V2 says which outputs are above low, V3 which are 127, and V4 is a quarter of
// the entries: 3 is added to negative ones.
TEXT ·cutOffNEON(SB), NOSPLIT, $0-48
	MOVD delta+0(FP), R0
	MOVD y+8(FP), R2
	MOVD n+16(FP), R1
	MOVD shift+24(FP), R3
	VDUP R3, V31.S4
	MOVD $-24, R3
	VDUP R3, V30.S4
	MOVD low+32(FP), R3
	ADD  $1, R3
	VDUP R3, V29.S4
	MOVD $127, R3
	VDUP R3, V28.S4
	MOVD $-31, R3
	VDUP R3, V27.S4
	MOVD $-2, R3
	VDUP R3, V26.S4
	VEOR V16.B16, V16.B16, V16.B16

loop:
	VLD1   (R0), [V0.S4, V1.S4]
	VLD1.P 32(R2), [V5.S4, V6.S4]
	CUTOFF(0, 5, V0)
	CUTOFF(1, 6, V1)
	VST1.P [V0.S4, V1.S4], 32(R0)
	SADALP_S(0, 16)
	SADALP_S(1, 16)
	SUBS   $8, R1
	BNE    loop

	TOTAL
	MOVD R9, ret+40(FP)
	RET

// func subtractMeanNEON(delta *int32, n, mean int) uint64
//
//	R0  delta    R1  left    V16  sums of squares    V31  mean
TEXT ·subtractMeanNEON(SB), NOSPLIT, $0-32
	MOVD delta+0(FP), R0
	MOVD n+8(FP), R1
	MOVD mean+16(FP), R2
	VDUP R2, V31.S4
	VEOR V16.B16, V16.B16, V16.B16

loop:
	VLD1   (R0), [V0.S4, V1.S4]
	VSUB   V31.S4, V0.S4, V0.S4
	VSUB   V31.S4, V1.S4, V1.S4
	VST1.P [V0.S4, V1.S4], 32(R0)
	SMLAL_S(0, 0, 16)
	SMLAL2_S(0, 0, 16)
	SMLAL_S(1, 1, 16)
	SMLAL2_S(1, 1, 16)
	SUBS   $8, R1
	BNE    loop

	TOTAL
	MOVD R9, ret+24(FP)
	RET

// TERMS sets v to the two terms of four samples, as dwords: v in bits 8 to 15, 5·v below.
#define TERMS(row, n, v) \
	FMOVQ (row), F4            \
	SMIN_S(31, 4, 4)           \
	SMAX_S(30, 4, 4)           \
	MUL_S(29, 4, 4)            \
	SRSHL_S(28, 4, 4)          \
	SMIN_S(27, 4, 4)           \
	SMAX_S(26, 4, 4)           \
	MUL_S(4, 4, 5)             \
	VADD  V5.S4, V16.S4, V16.S4 \
	MUL_S(25, 4, v)            \
	VSLI  $8, V4.S4, n.S4      \
	ADD   $16, row

// func termsOfDeltasNEON(args *termsOfDeltasArgs) uint64
//
// Four rows, and then the next four.
//
//	R1  delta, R2–R5 four of its rows   R0  bytes to the next row
//	R6  left, R7 advancing              R8  step
//	R11 samples left                    R12 whether these are the second four
//
//	V0–V3  terms of a row each          V16  sums of squares, V17 in quadwords
//	V25  5     V26 -25    V27  25       V28  -20
//	V29  mul   V30 -limit V31  limit
TEXT ·termsOfDeltasNEON(SB), NOSPLIT, $0-16
	MOVD args+0(FP), R13
	MOVD termsOfDeltasArgs_left(R13), R6
	MOVD termsOfDeltasArgs_step(R13), R8
	MOVD termsOfDeltasArgs_delta(R13), R1
	MOVD termsOfDeltasArgs_row(R13), R0
	MOVD termsOfDeltasArgs_mul(R13), R9
	VDUP R9, V29.S4
	MOVD termsOfDeltasArgs_limit(R13), R9
	VDUP R9, V31.S4
	NEG  R9, R9
	VDUP R9, V30.S4
	MOVD $-20, R9
	VDUP R9, V28.S4
	MOVD $25, R9
	VDUP R9, V27.S4
	MOVD $-25, R9
	VDUP R9, V26.S4
	MOVD $5, R9
	VDUP R9, V25.S4
	MOVD $1, R12
	VEOR V17.B16, V17.B16, V17.B16

four:
	MOVD R1, R2
	ADD  R0, R2, R3
	ADD  R0, R3, R4
	ADD  R0, R4, R5
	MOVD R6, R7
	MOVD termsOfDeltasArgs_cols(R13), R11
	VEOR V16.B16, V16.B16, V16.B16

samples:
	TERMS(R2, V0, 0)
	TERMS(R3, V1, 1)
	TERMS(R4, V2, 2)
	TERMS(R5, V3, 3)
	VUZP1  V1.H8, V0.H8, V0.H8   // samples 0 and 1, 2 and 3 of two rows
	VUZP1  V3.H8, V2.H8, V2.H8
	VUZP1  V2.S4, V0.S4, V4.S4   // samples 0 and 1 of four rows
	VUZP2  V2.S4, V0.S4, V5.S4
	VST1.P [V4.B16], (R7)(R8)
	VST1.P [V5.B16], (R7)(R8)
	SUBS   $4, R11
	BNE    samples

	UADALP_S(16, 17)             // each below 2^32: 625 a sample
	ADD  R0<<2, R1
	ADD  $16, R6
	SUBS $1, R12
	BPL  four

	VMOV V17.D[0], R9
	VMOV V17.D[1], R10
	ADD  R10, R9
	MOVD R9, ret+8(FP)
	RET
