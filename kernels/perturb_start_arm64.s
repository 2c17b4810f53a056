//go:build !purego

#include "neon_elementwise_arm64.h"
#include "go_asm.h"
#include "textflag.h"

// Tables of what tiles start from, eight columns to an entry, and their look-up.

// LEVEL writes the entry of the multiples in v0 and v1, n0 and n1 by number: rounded,
// negated for minus members, and added to the start.
#define LEVEL(v0, v1, n0, n1, f0, f1, at) \
	VADD  V24.S4, v0.S4, v0.S4    \
	VADD  V24.S4, v1.S4, v1.S4    \
	SSHL_S(25, n0, n0)            \
	SSHL_S(25, n1, n1)            \
	VEOR  V26.B16, v0.B16, v0.B16 \
	VEOR  V27.B16, v1.B16, v1.B16 \
	VSUB  V26.S4, v0.S4, v0.S4    \
	VSUB  V27.S4, v1.S4, v1.S4    \
	VADD  V28.S4, v0.S4, v0.S4    \
	VADD  V29.S4, v1.S4, v1.S4    \
	FSTPQ (f0, f1), at(R0)

// func levelsNEON(levels, start, t, signs *int32, groups int, shift uint)
//
//	R0  levels       V0, V1    t, V2, V3  2·t, V4, V5  -t, V6, V7  -2·t
//	R1  start        V24       2^(shift-1)
//	R2  t            V25       -shift
//	R3  signs        V26, V27  signs
//	R4  groups left  V28, V29  start
TEXT ·levelsNEON(SB), NOSPLIT, $0-48
	MOVD levels+0(FP), R0
	MOVD start+8(FP), R1
	MOVD t+16(FP), R2
	MOVD signs+24(FP), R3
	MOVD groups+32(FP), R4
	MOVD shift+40(FP), R5
	NEG  R5, R6
	VDUP R6, V25.S4
	MOVD $1, R6
	LSL  R5, R6
	LSR  $1, R6
	VDUP R6, V24.S4

group:
	FLDPQ.P 32(R1), (F28, F29)
	FLDPQ.P 32(R2), (F0, F1)
	FLDPQ.P 32(R3), (F26, F27)
	VEOR    V30.B16, V30.B16, V30.B16
	VADD    V0.S4, V0.S4, V2.S4
	VADD    V1.S4, V1.S4, V3.S4
	VSUB    V0.S4, V30.S4, V4.S4
	VSUB    V1.S4, V30.S4, V5.S4
	VSUB    V2.S4, V30.S4, V6.S4
	VSUB    V3.S4, V30.S4, V7.S4
	LEVEL(V6, V7, 6, 7, F6, F7, 0)
	LEVEL(V4, V5, 4, 5, F4, F5, 32)
	FSTPQ   (F28, F29), 64(R0)
	LEVEL(V0, V1, 0, 1, F0, F1, 96)
	LEVEL(V2, V3, 2, 3, F2, F3, 128)
	FSTPQ   (F28, F29), 160(R0) // codes 5 to 7 are zero weights
	FSTPQ   (F28, F29), 192(R0)
	FSTPQ   (F28, F29), 224(R0)
	ADD     $256, R0
	SUBS    $1, R4
	BNE     group
	RET

// func lookUpNEON(args *lookUpArgs)
//
//	R0  dst, R7 row by row   R5  bytes from the codes of a group to the next
//	R1  bytes from one row of it to the next
//	R2  rows, R9 left        R6  levels of the group
//	R3  groups left          R10 level
//	R4  codes, R8 row by row
TEXT ·lookUpNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R6
	MOVD lookUpArgs_dst(R6), R0
	MOVD lookUpArgs_ld(R6), R1
	LSL  $2, R1
	MOVD lookUpArgs_rows(R6), R2
	MOVD lookUpArgs_groups(R6), R3
	MOVD lookUpArgs_a(R6), R4
	MOVD lookUpArgs_aStep(R6), R5
	MOVD lookUpArgs_levels(R6), R6

group:
	MOVD R0, R7
	MOVD R4, R8
	MOVD R2, R9

row:
	MOVBU.P 1(R8), R10
	UBFIZ   $5, R10, $3, R10
	ADD     R6, R10
	VLD1    (R10), [V0.S4, V1.S4]
	VST1.P  [V0.S4, V1.S4], (R7)(R1)
	SUBS    $1, R9
	BNE     row

	ADD  $32, R0
	ADD  R5, R4
	ADD  $256, R6
	SUBS $1, R3
	BNE  group
	RET
