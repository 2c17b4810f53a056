//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The perturbation of rank 1 as what the tiles of a product start from. In a group
// of eight columns, which belong to one pair, the start takes one value for each
// code of a row: a table of eight vectors. A tile looks its rows up.

// LOOKUP loads the arguments of a look-up.
#define LOOKUP \
	MOVQ args+0(FP), AX           \
	MOVQ lookUpArgs_dst(AX), R8   \
	MOVQ lookUpArgs_ld(AX), R10   \
	SHLQ $2, R10                  \
	MOVQ lookUpArgs_rows(AX), R13 \
	MOVQ lookUpArgs_groups(AX), DX \
	MOVQ lookUpArgs_a(AX), R11    \
	MOVQ lookUpArgs_aStep(AX), R12 \
	MOVQ lookUpArgs_levels(AX), R9

// LEVEL stores start ± RoundShift(v, shift) as an entry: Y11 holds the start, Y12
// the rounding constant, X13 the shift, Y14 the signs as 0 or -1.
#define LEVEL(v, at) \
	VPADDD  Y12, v, v \
	VPSRAD  X13, v, v \
	VPXOR   Y14, v, v \
	VPSUBD  Y14, v, v \
	VPADDD  Y11, v, v \
	VMOVDQU v, at(DI)

// func levelsAVX2(levels, start, t, signs *int32, groups int, shift uint)
//
//	DI  levels, a group of 256 bytes    SI  t    R8  signs    R9  start
//	CX  groups left                     Y0–Y4  (code-2)·t     Y15  zero
TEXT ·levelsAVX2(SB), NOSPLIT, $0-48
	MOVQ         levels+0(FP), DI
	MOVQ         start+8(FP), R9
	MOVQ         t+16(FP), SI
	MOVQ         signs+24(FP), R8
	MOVQ         groups+32(FP), CX
	MOVQ         shift+40(FP), BX
	VMOVQ        BX, X13
	VPXOR        Y15, Y15, Y15
	VPCMPEQD     Y12, Y12, Y12
	VPABSD       Y12, Y12       // 1
	VPSLLD       X13, Y12, Y12
	VPSRAD       $1, Y12, Y12   // 2^(shift-1), 0 for no shift

group:
	VMOVDQU (SI), Y3           // t
	VMOVDQU (R8), Y14
	VMOVDQU (R9), Y11
	VPADDD  Y3, Y3, Y4         // 2t
	VPSUBD  Y3, Y15, Y1        // -t
	VPSUBD  Y4, Y15, Y0        // -2t
	LEVEL(Y0, 0)
	LEVEL(Y1, 32)
	VMOVDQU Y11, 64(DI)
	LEVEL(Y3, 96)
	LEVEL(Y4, 128)
	VMOVDQU Y11, 160(DI)       // codes 5 to 7 are zero weights
	VMOVDQU Y11, 192(DI)
	VMOVDQU Y11, 224(DI)
	ADDQ    $256, DI
	ADDQ    $32, SI
	ADDQ    $32, R8
	ADDQ    $32, R9
	DECQ    CX
	JNZ     group
	VZEROUPPER
	RET

// ROW looks up the row whose code, times four, is the low byte of AX, and steps to
// the next.
#define ROW \
	MOVBLZX AL, BX         \
	SHRL    $8, AX         \
	VMOVDQU (R9)(BX*8), Y0 \
	VMOVDQU Y0, (DI)       \
	ADDQ    R10, DI

// func lookUpAVX2(args *lookUpArgs)
//
//	DI  dst, row by row  R10  bytes from one row of it to the next
//	SI  codes, by fours  R9   levels of the group
//	CX  rows left        DX   groups left
//	R8  dst, R11 codes of the group          R12  aStep    R13  rows
TEXT ·lookUpAVX2(SB), NOSPLIT, $0-8
	LOOKUP

group:
	MOVQ R8, DI
	MOVQ R11, SI
	MOVQ R13, CX

four:
	MOVL (SI), AX
	ANDL $0x07070707, AX
	SHLL $2, AX
	SUBQ $4, CX
	JLT  rest
	ROW
	ROW
	ROW
	ROW
	ADDQ $4, SI
	TESTQ CX, CX
	JNZ  four
	JMP  next

rest:
	ADDQ $4, CX

row:
	ROW
	DECQ CX
	JNZ  row

next:
	ADDQ $32, R8
	ADDQ R12, R11
	ADDQ $256, R9
	DECQ DX
	JNZ  group
	VZEROUPPER
	RET

// ROW2 looks up a row of two groups: their codes, times four, are the low bytes of
// AX and R14, their levels at R9 and 256 bytes on. One store of 64 bytes, because
// the tile loads as much: narrower stores would not forward to it.
#define ROW2 \
	MOVBLZX      AL, BX                     \
	MOVBLZX      R14B, R15                  \
	SHRL         $8, AX                     \
	SHRL         $8, R14                    \
	VMOVDQU      (R9)(BX*8), Y0             \
	VINSERTI64X4 $1, 256(R9)(R15*8), Z0, Z0 \
	VMOVDQU64    Z0, (DI)                   \
	ADDQ         R10, DI

// func lookUpAVX512(args *lookUpArgs)
//
// As lookUpAVX2, two groups at a time: R14 holds the codes of the second.
TEXT ·lookUpAVX512(SB), NOSPLIT, $0-8
	LOOKUP

groups:
	MOVQ R8, DI
	MOVQ R11, SI
	MOVQ R13, CX

four:
	MOVL (SI), AX
	MOVL (SI)(R12*1), R14
	ANDL $0x07070707, AX
	ANDL $0x07070707, R14
	SHLL $2, AX
	SHLL $2, R14
	SUBQ $4, CX
	JLT  rest
	ROW2
	ROW2
	ROW2
	ROW2
	ADDQ $4, SI
	TESTQ CX, CX
	JNZ  four
	JMP  next

rest:
	ADDQ $4, CX

row:
	ROW2
	DECQ CX
	JNZ  row

next:
	ADDQ $64, R8
	LEAQ (R11)(R12*2), R11
	ADDQ $512, R9
	SUBQ $2, DX
	JNZ  groups
	VZEROUPPER
	RET
