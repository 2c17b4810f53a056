//go:build !purego

#include "textflag.h"

// Rows of pents, AVX-512 BW. "|" separates the halves of 32 bytes of a register.

// HALVES sets the words of z, whose lower half is y, to low | high. It clobbers AX
// and Y0.
#define HALVES(low, high, y, z) \
	MOVL         $low, AX;    \
	VPBROADCASTW AX, y;       \
	MOVL         $high, AX;   \
	VPBROADCASTW AX, Y0;      \
	VINSERTI64X4 $1, Y0, z, z

// func unpackRowsAVX512(dst *uint8, stride int, w *byte, ldw, rows, blocks int)
//
//	DI  dst         R8  dst of the row   Z15  7 in every byte
//	SI  w           R9  w of the row     Z14  4 in every byte
//	BX  blocks left R10 stride           Z13  shifts 0 | 3, of whole codes
//	CX  rows left   R11 ldw              Z12  shifts 4 | 5, of the high bits of
//	DX  blocks                                groups 6 | 7
TEXT ·unpackRowsAVX512(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), R8
	MOVQ stride+8(FP), R10
	MOVQ w+16(FP), R9
	MOVQ ldw+24(FP), R11
	MOVQ rows+32(FP), CX
	MOVQ blocks+40(FP), DX

	MOVL         $7, AX
	VPBROADCASTB AX, Z15
	MOVL         $4, AX
	VPBROADCASTB AX, Z14
	HALVES(0, 3, Y13, Z13)
	HALVES(4, 5, Y12, Z12)

row:
	MOVQ R8, DI
	MOVQ R9, SI
	MOVQ DX, BX

block:
	VBROADCASTI64X4 (SI), Z0   // A | A
	VBROADCASTI64X4 32(SI), Z1 // B | B
	VBROADCASTI64X4 64(SI), Z2 // C | C
	VPSRLW          $6, (SI), Z3 // low bits of groups 6 | 7, and others
	VPSRLVW         Z12, Z2, Z4  // high bits of groups 6 | 7, and others

	// Whole codes: groups 0 | 1, 2 | 3 and 4 | 5.
	VPSRLVW   Z13, Z0, Z0
	VPSRLVW   Z13, Z1, Z1
	VPSRLVW   Z13, Z2, Z2
	VPANDD    Z15, Z0, Z0
	VPANDD    Z15, Z1, Z1
	VPANDD    Z15, Z2, Z2
	VMOVDQU64 Z0, (DI)
	VMOVDQU64 Z1, 64(DI)
	VMOVDQU64 Z2, 128(DI)

	// Groups 6 | 7: bit 2 of Z4, the others of Z3.
	VPTERNLOGD $0xE4, Z14, Z3, Z4 // Z14 ? Z4 : Z3
	VPANDD     Z15, Z4, Z4
	VMOVDQU64  Z4, 192(DI)

	ADDQ $96, SI
	ADDQ $256, DI
	DECQ BX
	JNZ  block

	ADDQ R10, R8
	ADDQ R11, R9
	DECQ CX
	JNZ  row

	VZEROUPPER
	RET

// func packBlocksAVX512(row *byte, src *uint8, blocks int)
//
//	DI  row         Z15  0xc0 in every byte
//	SI  src         Y14  0x40 in every byte
//	CX  blocks left Y13  0x80 in every byte
//	                Z12  shifts 4 | 5, of the high bits of groups 6 | 7
TEXT ·packBlocksAVX512(SB), NOSPLIT, $0-24
	MOVQ row+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ blocks+16(FP), CX

	MOVL         $0xc0, AX
	VPBROADCASTB AX, Z15
	MOVL         $0x40, AX
	VPBROADCASTB AX, Y14
	MOVL         $0x80, AX
	VPBROADCASTB AX, Y13
	HALVES(4, 5, Y12, Z12)

block:
	// A | B: two whole codes and the low bits of groups 6 | 7.
	VMOVDQU      (SI), Y0
	VMOVDQU      32(SI), Y1
	VMOVDQU64    192(SI), Z2
	VINSERTI64X4 $1, 64(SI), Z0, Z0 // groups 0 | 2
	VINSERTI64X4 $1, 96(SI), Z1, Z1 // groups 1 | 3
	VPSLLW       $3, Z1, Z1
	VPSLLW       $6, Z2, Z3
	VPORD        Z1, Z0, Z0
	VPTERNLOGD   $0xF8, Z15, Z3, Z0 // Z0 | Z3 & Z15
	VMOVDQU64    Z0, (DI)

	// C: two whole codes and the high bits.
	VPSLLW        $3, 160(SI), Y0
	VPSLLVW       Z12, Z2, Z2
	VEXTRACTI64X4 $1, Z2, Y3
	VPOR          128(SI), Y0, Y0
	VPTERNLOGD    $0xF8, Y14, Y2, Y0
	VPTERNLOGD    $0xF8, Y13, Y3, Y0
	VMOVDQU       Y0, 64(DI)

	ADDQ $256, SI
	ADDQ $96, DI
	DECQ CX
	JNZ  block

	VZEROUPPER
	RET
