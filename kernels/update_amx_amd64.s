//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "amx_amd64.h"

// ZROW is the bytes of a row of Z: 256 int32.
#define ZROW 1024

// func accumulateAMX(args *accumulateArgs)
//
// A pass computes 32 rows × 32 columns:
//
//	tiles 0, 1  sums of rows 0–15, strips 0 and 1    AX   *accumulateArgs
//	tiles 2, 3  and of rows 16–31                    BX   right of the pass
//	tiles 4, 5  terms of rows 0–15 and 16–31         CX   groups left
//	tiles 6, 7  codes of strips 0 and 1
//
//	DI   z of the pass                   R10  ZROW
//	R14  and of its rows 16–31           R12  64, between rows of the other tiles
//	SI   terms, advancing                R9   bytes from a strip to the next
//	DX   codes of strip 0, advancing     R8   and of strip 1
//	R11  start, or 0                     R15  columns left
//	R13  bytes of a group of a strip
TEXT ·accumulateAMX(SB), NOSPLIT, $64-8
	MOVQ args+0(FP), AX
	MOVQ accumulateArgs_z(AX), DI
	MOVQ accumulateArgs_start(AX), R11
	MOVQ accumulateArgs_right(AX), BX
	MOVQ accumulateArgs_strip(AX), R9
	MOVQ $ZROW, R10
	MOVQ $64, R12

	// Tiles 4 and 5 have quads dwords a row, tiles 6 and 7 quads rows.
	VMOVDQU64 ·fullTiles(SB), Z0
	VMOVDQU64 Z0, 0(SP)
	VZEROUPPER
	MOVQ      accumulateArgs_quads(AX), R13
	MOVB      R13, 54(SP)
	MOVB      R13, 55(SP)
	LEAQ      (R13*4), CX
	MOVW      CX, 24(SP)
	MOVW      CX, 26(SP)
	LDTILECFG_SP(0)
	SHLQ      $6, R13
	MOVQ      accumulateArgs_cols(AX), R15 // after fullTiles, which takes R15 in shared libraries

pass:
	LEAQ  16*ZROW(DI), R14
	MOVQ  accumulateArgs_left(AX), SI
	MOVQ  accumulateArgs_groups(AX), CX
	MOVQ  BX, DX
	LEAQ  (BX)(R9*1), R8
	TESTQ R11, R11
	JZ    add
	TILELOADD_(0, 11, 12, 0)    // each column of a tile is the same
	TILELOADD_(0, 11, 12, 1)
	TILELOADD_(1024, 11, 12, 2)
	TILELOADD_(1024, 11, 12, 3)
	JMP   group

add:
	TILELOADD_(0, 7, 10, 0)
	TILELOADD_(64, 7, 10, 1)
	TILELOADD_(0, 14, 10, 2)
	TILELOADD_(64, 14, 10, 3)

group:
	TILELOADD_(0, 2, 12, 6)
	TILELOADD_(0, 6, 12, 4)
	TDPBSSD_(6, 4, 0)
	TILELOADD_(0, 8, 12, 7)
	TDPBSSD_(7, 4, 1)
	TILELOADD_(1024, 6, 12, 5)
	TDPBSSD_(6, 5, 2)
	TDPBSSD_(7, 5, 3)
	ADDQ $2048, SI
	ADDQ R13, DX
	ADDQ R13, R8
	DECQ CX
	JNZ  group

	TILESTORED_(0, 0, 7, 10)
	TILESTORED_(1, 64, 7, 10)
	TILESTORED_(2, 0, 14, 10)
	TILESTORED_(3, 64, 14, 10)
	ADDQ $128, DI
	LEAQ (BX)(R9*2), BX
	SUBQ $32, R15
	JNZ  pass
	TILERELEASE_
	RET

// Gathering transposes 16 quads of 16 rows at a time, dwords of four terms.
//
//	Z0–Z15   a quad of terms in each, its rows in the dwords; then a row in each
//	Z16–Z19  in between                 Z30  sums of the rows, 2-fold
//	Z31      byte 2 in every lane       K1   rows that exist, K2 rows of the second half that do
//	DI       left, advancing            SI   start of the half
//	R8       quad, advancing            DX   bytes from a quad to the next
//	CX       quads left                 R13  zeros, which are read beyond the last quad
//	R9       groups left                R12  0

// LOAD loads a quad of terms, with zeros for rows that do not exist, and adds it to the rows'
// sums.
#define LOAD(q) \
	VMOVDQU32.Z (R8), K1, q \
	VPDPBUSD    q, Z31, Z30 \
	ADDQ        DX, R8      \
	DECQ        CX          \
	CMOVQEQ     R13, R8     \
	CMOVQEQ     R12, DX

// FOURS transposes dwords within the lanes of four quads: of rows 4l to 4l+3 in lane l, each
// register gets one.
#define FOURS(q0, q1, q2, q3) \
	VPUNPCKLDQ  q1, q0, Z16  \
	VPUNPCKHDQ  q1, q0, Z17  \
	VPUNPCKLDQ  q3, q2, Z18  \
	VPUNPCKHDQ  q3, q2, Z19  \
	VPUNPCKLQDQ Z18, Z16, q0 \
	VPUNPCKHQDQ Z18, Z16, q1 \
	VPUNPCKLQDQ Z19, Z17, q2 \
	VPUNPCKHQDQ Z19, Z17, q3

// LANES transposes the lanes of four registers, of quads 0–3, 4–7, 8–11 and 12–15, and stores
// rows row, row+4, row+8 and row+12.
#define LANES(row, q0, q1, q2, q3) \
	VSHUFI32X4 $0x88, q1, q0, Z16     \
	VSHUFI32X4 $0xDD, q1, q0, Z17     \
	VSHUFI32X4 $0x88, q3, q2, Z18     \
	VSHUFI32X4 $0xDD, q3, q2, Z19     \
	VSHUFI32X4 $0x88, Z18, Z16, q0    \
	VSHUFI32X4 $0x88, Z19, Z17, q1    \
	VSHUFI32X4 $0xDD, Z18, Z16, q2    \
	VSHUFI32X4 $0xDD, Z19, Z17, q3    \
	VMOVDQU32  q0, (row*64)(DI)       \
	VMOVDQU32  q1, ((row+4)*64)(DI)   \
	VMOVDQU32  q2, ((row+8)*64)(DI)   \
	VMOVDQU32  q3, ((row+12)*64)(DI)

// SPREAD adds the dword of row of the stack to 16 columns of start.
#define SPREAD(row) \
	VPBROADCASTD (row*4)(SP), Z0      \
	VPADDD       (row*64)(SI), Z0, Z0 \
	VMOVDQU32    Z0, (row*64)(SI)

DATA noTerms<>+0(SB)/8, $0
DATA noTerms<>+8(SB)/8, $0
DATA noTerms<>+16(SB)/8, $0
DATA noTerms<>+24(SB)/8, $0
DATA noTerms<>+32(SB)/8, $0
DATA noTerms<>+40(SB)/8, $0
DATA noTerms<>+48(SB)/8, $0
DATA noTerms<>+56(SB)/8, $0
GLOBL noTerms<>(SB), RODATA|NOPTR, $64

// func gatherTilesVNNI512(left *int8, start *int32, fa *int8, faQuad, quads, rows int)
TEXT ·gatherTilesVNNI512(SB), NOSPLIT, $64-48
	MOVQ  left+0(FP), DI
	MOVQ  start+8(FP), SI
	MOVQ  rows+40(FP), CX
	MOVQ  $1, R8
	SHLQ  CX, R8
	DECQ  R8
	KMOVW R8, K1
	SHRQ  $16, R8
	KMOVW R8, K2
	LEAQ  noTerms<>(SB), R13
	XORL  R12, R12
	MOVQ  $0x02020202, AX
	VPBROADCASTD AX, Z31
	XORL  R10, R10 // bytes of a quad before the half

half:
	MOVQ   fa+16(FP), R8
	ADDQ   R10, R8
	MOVQ   faQuad+24(FP), DX
	MOVQ   quads+32(FP), CX
	LEAQ   15(CX), R9
	SHRQ   $4, R9
	VPXORD Z30, Z30, Z30

group:
	LOAD(Z0)
	LOAD(Z1)
	LOAD(Z2)
	LOAD(Z3)
	FOURS(Z0, Z1, Z2, Z3)
	LOAD(Z4)
	LOAD(Z5)
	LOAD(Z6)
	LOAD(Z7)
	FOURS(Z4, Z5, Z6, Z7)
	LOAD(Z8)
	LOAD(Z9)
	LOAD(Z10)
	LOAD(Z11)
	FOURS(Z8, Z9, Z10, Z11)
	LOAD(Z12)
	LOAD(Z13)
	LOAD(Z14)
	LOAD(Z15)
	FOURS(Z12, Z13, Z14, Z15)
	LANES(0, Z0, Z4, Z8, Z12)
	LANES(1, Z1, Z5, Z9, Z13)
	LANES(2, Z2, Z6, Z10, Z14)
	LANES(3, Z3, Z7, Z11, Z15)
	ADDQ $2048, DI
	DECQ R9
	JNZ  group

	TESTQ     SI, SI
	JZ        next
	VPXORD    Z0, Z0, Z0
	VPSUBD    Z30, Z0, Z30
	VMOVDQU32 Z30, 0(SP)
	SPREAD(0)
	SPREAD(1)
	SPREAD(2)
	SPREAD(3)
	SPREAD(4)
	SPREAD(5)
	SPREAD(6)
	SPREAD(7)
	SPREAD(8)
	SPREAD(9)
	SPREAD(10)
	SPREAD(11)
	SPREAD(12)
	SPREAD(13)
	SPREAD(14)
	SPREAD(15)
	ADDQ $1024, SI

next:
	ADDQ  $64, R10
	CMPQ  R10, $64
	JNE   done
	MOVQ  left+0(FP), DI
	ADDQ  $1024, DI
	KMOVW K2, K1
	JMP   half

done:
	VZEROUPPER
	RET
