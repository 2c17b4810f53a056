//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "amx_amd64.h"

// The blocked product on AMX tiles: 16 rows of 64 weights times 16 quads of 16 columns.

// The full shape of tiles, before rows and columns that do not exist are taken off: palette 1,
// eight tiles of 64 bytes a row and of 16 rows.
DATA fullTiles<>+0(SB)/8, $1
DATA fullTiles<>+8(SB)/8, $0
DATA fullTiles<>+16(SB)/8, $0x0040004000400040
DATA fullTiles<>+24(SB)/8, $0x0040004000400040
DATA fullTiles<>+32(SB)/8, $0
DATA fullTiles<>+40(SB)/8, $0
DATA fullTiles<>+48(SB)/8, $0x1010101010101010
DATA fullTiles<>+56(SB)/8, $0
GLOBL fullTiles<>(SB), RODATA|NOPTR, $64

// func sweepAMX(args *tileArgs)
//
// The tiles of a block of 32 × 32 sums, rows first:
//
//	tiles 0, 1, 2, 3  sums          AX   *tileArgs
//	tiles 4, 5        weights       BX   rows left
//	tiles 6, 7        x             CX   tiles left of the depth
//
//	R8   weights of the first 16 rows, advancing   DX   bytes from 16 rows of them to the next
//	R9   and of the second                         R12  64, between rows of a tile of them
//	SI   x, advancing                              R13  128, between its rows
//	DI   y of the first 16 rows                    R10  bytes from one row of y to the next
//	R14  and of the second
//	R11  start of the first 16 rows, or 0          R15  bytes from one row of it to the next
TEXT ·sweepAMX(SB), NOSPLIT, $64-8
	MOVQ args+0(FP), AX
	MOVQ tileArgs_rows(AX), BX
	MOVQ tileArgs_y(AX), DI
	MOVQ tileArgs_ldy(AX), R10
	SHLQ $2, R10
	MOVQ tileArgs_codes(AX), R8
	MOVQ tileArgs_stride(AX), DX
	MOVQ tileArgs_start(AX), R11
	MOVQ tileArgs_startStep(AX), R15
	MOVQ $64, R12
	MOVQ $128, R13

	// The columns that exist: of tiles 0, 2 and 6, or of 1, 3 and 7.
	VMOVDQU64 fullTiles<>(SB), Z0
	VMOVDQU64 Z0, 0(SP)
	VZEROUPPER
	MOVQ      tileArgs_cols(AX), CX
	SHLQ      $2, CX
	SUBQ      $64, CX
	JGT       wide
	ADDQ      $64, CX
	MOVW      CX, 16(SP)
	MOVW      CX, 20(SP)
	MOVW      CX, 28(SP)
	JMP       narrow

wide:
	MOVW CX, 18(SP)
	MOVW CX, 22(SP)
	MOVW CX, 30(SP)
	CMPQ BX, $32
	JLT  tail22
	LDTILECFG_SP(0)

block22:
	LEAQ  (R8)(DX*1), R9
	MOVQ  tileArgs_x(AX), SI
	MOVQ  tileArgs_tiles(AX), CX
	TESTQ R11, R11
	JZ    zero22
	TILELOADD_(0, 11, 15, 0)
	TILELOADD_(64, 11, 15, 1)
	MOVQ  R15, R14
	SHLQ  $4, R14
	ADDQ  R14, R11
	TILELOADD_(0, 11, 15, 2)
	TILELOADD_(64, 11, 15, 3)
	ADDQ  R14, R11
	JMP   depth22

zero22:
	TILEZERO_(0)
	TILEZERO_(1)
	TILEZERO_(2)
	TILEZERO_(3)

depth22:
	TILELOADD_(0, 6, 13, 6)
	TILELOADD_(0, 8, 12, 4)
	TDPBSSD_(6, 4, 0)
	TILELOADD_(64, 6, 13, 7)
	TDPBSSD_(7, 4, 1)
	TILELOADD_(0, 9, 12, 5)
	TDPBSSD_(6, 5, 2)
	TDPBSSD_(7, 5, 3)
	ADDQ $1024, R8
	ADDQ $1024, R9
	ADDQ $2048, SI
	DECQ CX
	JNZ  depth22

	MOVQ R10, R14
	SHLQ $4, R14
	ADDQ DI, R14
	TILESTORED_(0, 0, 7, 10)
	TILESTORED_(1, 64, 7, 10)
	TILESTORED_(2, 0, 14, 10)
	TILESTORED_(3, 64, 14, 10)
	SUBQ DI, R14
	LEAQ (DI)(R14*2), DI
	MOVQ R9, R8
	SUBQ $32, BX
	JLE  done
	CMPQ BX, $32
	JGE  block22

tail22: // fewer than 32 rows
	SUBQ $16, BX
	JLE  tail12
	MOVB BX, 50(SP)
	MOVB BX, 51(SP)
	MOVB BX, 53(SP)
	LDTILECFG_SP(0)
	JMP  block22 // after which -16 rows or fewer are left

tail12: // at most 16 rows
	ADDQ $16, BX
	MOVB BX, 48(SP)
	MOVB BX, 49(SP)
	MOVB BX, 52(SP)
	LDTILECFG_SP(0)
	MOVQ  tileArgs_x(AX), SI
	MOVQ  tileArgs_tiles(AX), CX
	TESTQ R11, R11
	JZ    zero12
	TILELOADD_(0, 11, 15, 0)
	TILELOADD_(64, 11, 15, 1)
	JMP   depth12

zero12:
	TILEZERO_(0)
	TILEZERO_(1)

depth12:
	TILELOADD_(0, 6, 13, 6)
	TILELOADD_(0, 8, 12, 4)
	TDPBSSD_(6, 4, 0)
	TILELOADD_(64, 6, 13, 7)
	TDPBSSD_(7, 4, 1)
	ADDQ $1024, R8
	ADDQ $2048, SI
	DECQ CX
	JNZ  depth12

	TILESTORED_(0, 0, 7, 10)
	TILESTORED_(1, 64, 7, 10)
	JMP done

	// At most 16 columns.
narrow:
	CMPQ BX, $32
	JLT  tail21
	LDTILECFG_SP(0)

block21:
	LEAQ  (R8)(DX*1), R9
	MOVQ  tileArgs_x(AX), SI
	MOVQ  tileArgs_tiles(AX), CX
	TESTQ R11, R11
	JZ    zero21
	TILELOADD_(0, 11, 15, 0)
	MOVQ  R15, R14
	SHLQ  $4, R14
	ADDQ  R14, R11
	TILELOADD_(0, 11, 15, 2)
	ADDQ  R14, R11
	JMP   depth21

zero21:
	TILEZERO_(0)
	TILEZERO_(2)

depth21:
	TILELOADD_(0, 6, 13, 6)
	TILELOADD_(0, 8, 12, 4)
	TDPBSSD_(6, 4, 0)
	TILELOADD_(0, 9, 12, 5)
	TDPBSSD_(6, 5, 2)
	ADDQ $1024, R8
	ADDQ $1024, R9
	ADDQ $2048, SI
	DECQ CX
	JNZ  depth21

	MOVQ R10, R14
	SHLQ $4, R14
	ADDQ DI, R14
	TILESTORED_(0, 0, 7, 10)
	TILESTORED_(2, 0, 14, 10)
	SUBQ DI, R14
	LEAQ (DI)(R14*2), DI
	MOVQ R9, R8
	SUBQ $32, BX
	JLE  done
	CMPQ BX, $32
	JGE  block21

tail21:
	SUBQ $16, BX
	JLE  tail11
	MOVB BX, 50(SP)
	MOVB BX, 53(SP)
	LDTILECFG_SP(0)
	JMP  block21

tail11:
	ADDQ $16, BX
	MOVB BX, 48(SP)
	MOVB BX, 52(SP)
	LDTILECFG_SP(0)
	MOVQ  tileArgs_x(AX), SI
	MOVQ  tileArgs_tiles(AX), CX
	TESTQ R11, R11
	JZ    zero11
	TILELOADD_(0, 11, 15, 0)
	JMP   depth11

zero11:
	TILEZERO_(0)

depth11:
	TILELOADD_(0, 6, 13, 6)
	TILELOADD_(0, 8, 12, 4)
	TDPBSSD_(6, 4, 0)
	ADDQ $1024, R8
	ADDQ $2048, SI
	DECQ CX
	JNZ  depth11

	TILESTORED_(0, 0, 7, 10)

done:
	TILERELEASE_
	RET
