//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// AddOffsets, AVX2: 8 columns a register.

// ADD_ROW adds offset to the accumulators at mem, with the numbers in bytes of Y0, of which left moves
// one to the top. It clobbers Y1.
#define ADD_ROW(left, offset, mem) \
	VPSLLD  $left, Y0, Y1;   \
	VPSRAD  $24, Y1, Y1;     \
	VPSLLD  X15, Y1, Y1;     \
	VPADDD  offset, Y1, Y1;  \
	VPMAXSD Y13, Y1, Y1;     \
	VPMINSD Y14, Y1, Y1;     \
	VPADDD  mem, Y1, Y1;     \
	VMOVDQU Y1, mem

// func addOffsetsAVX2(args *offsetsArgs)
//
//	BX  args                    Y8–Y11  offsets of the rows
//	DI  y, row 0 of the quad    Y13     -MaxScale
//	SI  offsets                 Y14     MaxScale
//	DX  numbers of the quad     X15     shift
//	R9  bytes of a row          CX      offset of the columns
//	R11 quads left              R12     columns left
//	AX  row 0, R8 row 2
TEXT ·addOffsetsAVX2(SB), NOSPLIT, $0-8
	MOVQ  args+0(FP), BX
	MOVQ  offsetsArgs_y(BX), DI
	MOVQ  offsetsArgs_offsets(BX), SI
	MOVQ  offsetsArgs_numbers(BX), DX
	MOVQ  offsetsArgs_row(BX), R9
	MOVQ  offsetsArgs_quads(BX), R11
	VMOVQ offsetsArgs_shift(BX), X15

	MOVL         $const_MaxScale, AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14
	VPXOR        Y13, Y13, Y13
	VPSUBD       Y14, Y13, Y13

quad:
	VPBROADCASTD 0(SI), Y8
	VPBROADCASTD 4(SI), Y9
	VPBROADCASTD 8(SI), Y10
	VPBROADCASTD 12(SI), Y11
	XORQ         CX, CX
	MOVQ         offsetsArgs_columns(BX), R12

columns:
	VMOVDQU (DX)(CX*1), Y0
	LEAQ    (DI)(CX*1), AX
	LEAQ    (AX)(R9*2), R8
	ADD_ROW(24, Y8, (AX))
	ADD_ROW(16, Y9, (AX)(R9*1))
	ADD_ROW(8, Y10, (R8))
	ADD_ROW(0, Y11, (R8)(R9*1))
	ADDQ    $32, CX
	SUBQ    $8, R12
	JNZ     columns

	ADDQ R9, DX
	ADDQ $16, SI
	LEAQ (DI)(R9*4), DI
	DECQ R11
	JNZ  quad

	VZEROUPPER
	RET
