//go:build !purego

#include "go_asm.h"
#include "neon_elementwise_arm64.h"
#include "textflag.h"

// The bytes of a register in the order of a transposed 4×4 matrix.
DATA transposed<>+0(SB)/8, $0x0d0905010c080400
DATA transposed<>+8(SB)/8, $0x0f0b07030e0a0602
GLOBL transposed<>(SB), RODATA|NOPTR, $16

// ADD_ROW adds the numbers in v, number n, with offset to the accumulators at R7, which it moves to the
// next row. It clobbers V4.
#define ADD_ROW(v, n, offset) \
	SSHL_S(30, n, n);            \
	VADD offset.S4, v.S4, v.S4;  \
	SMAX_S(22, n, n);            \
	SMIN_S(23, n, n);            \
	VLD1 (R7), [V4.S4];          \
	VADD V4.S4, v.S4, v.S4;      \
	VST1 [v.S4], (R7);           \
	ADD  R9, R7

// func addOffsetsNEON(args *offsetsArgs)
//
//	R1  y, row 0 of the quad    V0–V3    numbers of a row each
//	R2  numbers of the quad     V16–V19  offsets
//	R8  args                    V22      -MaxScale
//	R9  bytes of a row          V23      MaxScale
//	R11 quads left              V29      transposed
//	R12 offsets                 V30      shift
//	R3  columns, R5 numbers, R4 columns left, R7 the row
TEXT ·addOffsetsNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R8
	MOVD offsetsArgs_y(R8), R1
	MOVD offsetsArgs_numbers(R8), R2
	MOVD offsetsArgs_offsets(R8), R12
	MOVD offsetsArgs_row(R8), R9
	MOVD offsetsArgs_quads(R8), R11
	MOVD offsetsArgs_shift(R8), R6
	VDUP R6, V30.S4
	MOVD $const_MaxScale, R6
	VDUP R6, V23.S4
	NEG  R6, R6
	VDUP R6, V22.S4
	MOVD $transposed<>(SB), R6
	VLD1 (R6), [V29.B16]

quad:
	VLD4R.P 16(R12), [V16.S4, V17.S4, V18.S4, V19.S4]
	MOVD    offsetsArgs_columns(R8), R4
	MOVD    R1, R3
	MOVD    R2, R5

columns:
	VLD1.P 16(R5), [V4.B16]
	VTBL   V29.B16, [V4.B16], V4.B16
	SSHLL_B(0, 4, 5)
	SSHLL2_B(0, 4, 6)
	SSHLL_H(0, 5, 0)
	SSHLL2_H(0, 5, 1)
	SSHLL_H(0, 6, 2)
	SSHLL2_H(0, 6, 3)
	MOVD   R3, R7
	ADD_ROW(V0, 0, V16)
	ADD_ROW(V1, 1, V17)
	ADD_ROW(V2, 2, V18)
	ADD_ROW(V3, 3, V19)
	ADD    $16, R3
	SUBS   $4, R4
	BNE    columns

	ADD  R9<<2, R1
	ADD  R9, R2
	SUBS $1, R11
	BNE  quad
	RET
