//go:build !purego

#include "textflag.h"

// What AMX tiles are loaded from: weights in signed bytes, and columns in strips.

// Matrices of VGF2P8AFFINEQB, whose constant is 0xFE, that make a weight of a code of the bits
// b2 b1 b0: bit 0 is b0, bit 1 is not b1, and bits 2 to 7 are not (b1 xor b2), since no code
// has both. One for each half of a register.
DATA wholeCodes<>+0(SB)/8, $0x0102060606060606 // bits 0 to 2
DATA wholeCodes<>+8(SB)/8, $0x0102060606060606
DATA wholeCodes<>+16(SB)/8, $0x0102060606060606
DATA wholeCodes<>+24(SB)/8, $0x0102060606060606
DATA wholeCodes<>+32(SB)/8, $0x0810303030303030 // bits 3 to 5
DATA wholeCodes<>+40(SB)/8, $0x0810303030303030
DATA wholeCodes<>+48(SB)/8, $0x0810303030303030
DATA wholeCodes<>+56(SB)/8, $0x0810303030303030
GLOBL wholeCodes<>(SB), RODATA|NOPTR, $64

// And of groups 6 and 7: the low two bits, and what the high bit adds.
#define LOWBITS 0x4080808080808080
#define HIGHBIT6 0x0000404040404040
#define HIGHBIT7 0x0000808080808080

// Of two small blocks, a group in each eight bytes: where its bytes are, and the matrices.
DATA smallBytes<>+0(SB)/8, $0x0f0e0d0c03020100
DATA smallBytes<>+8(SB)/8, $0x0f0e0d0c03020100
DATA smallBytes<>+16(SB)/8, $0x1312111007060504
DATA smallBytes<>+24(SB)/8, $0x1312111007060504
DATA smallBytes<>+32(SB)/8, $0x171615140b0a0908
DATA smallBytes<>+40(SB)/8, $0x171615140b0a0908
DATA smallBytes<>+48(SB)/8, $0x0f0e0d0c03020100
DATA smallBytes<>+56(SB)/8, $0x1312111007060504
GLOBL smallBytes<>(SB), RODATA|NOPTR, $64

DATA smallCodes<>+0(SB)/8, $0x0102060606060606
DATA smallCodes<>+8(SB)/8, $0x0810303030303030
DATA smallCodes<>+16(SB)/8, $0x0102060606060606
DATA smallCodes<>+24(SB)/8, $0x0810303030303030
DATA smallCodes<>+32(SB)/8, $0x0102060606060606
DATA smallCodes<>+40(SB)/8, $0x0810303030303030
DATA smallCodes<>+48(SB)/8, $LOWBITS
DATA smallCodes<>+56(SB)/8, $LOWBITS
GLOBL smallCodes<>(SB), RODATA|NOPTR, $64

DATA smallHigh<>+0(SB)/8, $0
DATA smallHigh<>+8(SB)/8, $0
DATA smallHigh<>+16(SB)/8, $0
DATA smallHigh<>+24(SB)/8, $0
DATA smallHigh<>+32(SB)/8, $0
DATA smallHigh<>+40(SB)/8, $0
DATA smallHigh<>+48(SB)/8, $HIGHBIT6
DATA smallHigh<>+56(SB)/8, $HIGHBIT7
GLOBL smallHigh<>(SB), RODATA|NOPTR, $64

// The order of four lanes of each group that makes one block follow the other.
DATA smallOrder<>+0(SB)/8, $0x0000000200000000
DATA smallOrder<>+8(SB)/8, $0x0000000600000004
DATA smallOrder<>+16(SB)/8, $0x0000000a00000008
DATA smallOrder<>+24(SB)/8, $0x0000000e0000000c
DATA smallOrder<>+32(SB)/8, $0x0000000300000001
DATA smallOrder<>+40(SB)/8, $0x0000000700000005
DATA smallOrder<>+48(SB)/8, $0x0000000b00000009
DATA smallOrder<>+56(SB)/8, $0x0000000f0000000d
GLOBL smallOrder<>(SB), RODATA|NOPTR, $64

// func unpackTilesGFNI512(dst *int8, w *byte, ldw, rows, blocks, smalls int)
//
//	DI  dst, advancing     R8   dst of the row          BX  blocks left, small blocks left
//	SI  w, advancing       R9   w of the row            CX  rows left
//	R11 ldw                R12  bytes from 16 rows of dst to the next, less what rows advance
//	DX  rows until then    R13  blocks                  AX  small blocks
//
//	Z16–18  matrices of blocks              Z19–22  of small ones, as named above
//	K1, K2  the bytes and lanes of two or one small blocks
TEXT ·unpackTilesGFNI512(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), R8
	MOVQ w+8(FP), R9
	MOVQ ldw+16(FP), R11
	MOVQ rows+24(FP), CX
	MOVQ blocks+32(FP), R13
	MOVQ smalls+40(FP), AX

	LEAQ 1(AX), R12
	SHRQ $1, R12
	LEAQ (R12)(R13*4), R12
	DECQ R12
	SHLQ $10, R12

	VMOVDQU64    wholeCodes<>(SB), Z16
	MOVQ         $LOWBITS, BX
	VPBROADCASTQ BX, Z17
	MOVQ         $HIGHBIT6, BX
	VPBROADCASTQ BX, Z18
	MOVQ         $HIGHBIT7, BX
	VPBROADCASTQ BX, Z19
	VSHUFI64X2   $0x44, Z19, Z18, Z18 // of group 6 | 7
	VMOVDQU64    smallBytes<>(SB), Z19
	VMOVDQU64    smallCodes<>(SB), Z20
	VMOVDQU64    smallHigh<>(SB), Z21
	VMOVDQU64    smallOrder<>(SB), Z22

	// The second source of small blocks is C in every group.
	VSHUFI64X2 $0xAA, Z19, Z19, Z23

sixteen:
	MOVQ $16, DX

row:
	MOVQ  R8, DI
	MOVQ  R9, SI
	MOVQ  R13, BX
	TESTQ BX, BX
	JZ    small

block:
	VBROADCASTI64X4 (SI), Z0   // A | A
	VBROADCASTI64X4 32(SI), Z1 // B | B
	VBROADCASTI64X4 64(SI), Z2 // C | C
	VMOVDQU64       (SI), Z3   // A | B

	VGF2P8AFFINEQB $0xFE, Z16, Z0, Z0 // groups 0 | 1
	VGF2P8AFFINEQB $0xFE, Z16, Z1, Z1 // groups 2 | 3
	VGF2P8AFFINEQB $0xFE, Z16, Z2, Z4 // groups 4 | 5
	VGF2P8AFFINEQB $0xFE, Z17, Z3, Z3
	VGF2P8AFFINEQB $0, Z18, Z2, Z2
	VPXORD         Z2, Z3, Z3         // groups 6 | 7
	VMOVDQU64      Z0, (DI)
	VMOVDQU64      Z1, 1024(DI)
	VMOVDQU64      Z4, 2048(DI)
	VMOVDQU64      Z3, 3072(DI)

	ADDQ $96, SI
	ADDQ $4096, DI
	DECQ BX
	JNZ  block

small:
	MOVQ  AX, BX
	TESTQ BX, BX
	JZ    next

pair:
	MOVL  $0xFFFFFF, R10
	MOVL  $0xFFFF, R15
	CMPQ  BX, $1
	JNE   2(PC)
	SHRL  $12, R10
	CMPQ  BX, $1
	JNE   2(PC)
	SHRL  $8, R15
	KMOVD R10, K1
	KMOVD R15, K2

	VMOVDQU8.Z     (SI), K1, Z0
	VPERMB         Z0, Z19, Z1
	VPERMB         Z0, Z23, Z2
	VGF2P8AFFINEQB $0xFE, Z20, Z1, Z1
	VGF2P8AFFINEQB $0, Z21, Z2, Z2
	VPXORD         Z2, Z1, Z1
	VPERMD.Z       Z1, Z22, K2, Z1
	VMOVDQU64      Z1, (DI)
	ADDQ           $24, SI
	ADDQ           $1024, DI
	SUBQ           $2, BX
	JGT            pair

next:
	ADDQ $64, R8
	ADDQ R11, R9
	DECQ CX
	JZ   done
	DECQ DX
	JNZ  row
	ADDQ R12, R8
	JMP  sixteen

done:
	VZEROUPPER
	RET

// func packTilesAVX512(dst, x *int8, ldx, quads, cols int)
//
//	DI  dst    SI  x    R8  ldx    CX  quads left    K1, K2  columns that exist
TEXT ·packTilesAVX512(SB), NOSPLIT, $0-40
	MOVQ  dst+0(FP), DI
	MOVQ  x+8(FP), SI
	MOVQ  ldx+16(FP), R8
	MOVQ  cols+32(FP), CX
	MOVQ  $1, AX
	SHLQ  CX, AX
	DECQ  AX
	KMOVW AX, K1
	SHRQ  $16, AX
	KMOVW AX, K2
	MOVQ  quads+24(FP), CX

quad:
	VMOVDQU32.Z (SI), K1, Z0
	VMOVDQU32.Z 64(SI), K2, Z1
	VMOVDQU64   Z0, (DI)
	VMOVDQU64   Z1, 64(DI)
	ADDQ        R8, SI
	ADDQ        $128, DI
	DECQ        CX
	JNZ         quad
	VZEROUPPER
	RET
