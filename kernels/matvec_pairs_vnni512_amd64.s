//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"
#include "matvec_vnni512_amd64.h"

// Products of a packed matrix with 4 or 8 vectors, AVX-512 VNNI: y as in
// matvec_amd64.s, with the start of sixteen elements of y, start[c%n].
//
// The halves of a register are two rows, so that each of its sums is of eight lanes, which
// a transposition adds up. A pass computes 8 or 4 rows, two pairs at a time; the last pass
// goes back over rows that are done if fewer are left. x comes in chunks, 32 bytes a vector,
// which both rows take.
//
// Register map, beside the registers of matvec_vnni512_amd64.h
//
//	Z0–Z15   sums, pairs × vectors      Z16–Z18  A, B and C of the first pair
//	Z22      its codes                  Z19–Z21  A, B and C of the second
//	Z23      the codes of the second    Z24      a chunk of x
//	Z27–Z31  constants of the unpacking

// Unpacking a group from A, B and C sets codes. Groups come in order: the last ones destroy
// A, B and C. Without GFNI,
//
//	Z27  7 in bytes    Z28  3 in bytes
//
// and the select (0xE4) takes low bits by the mask, the high bit else.
#define SHIFTMASK \
	VPBROADCASTQ wideMasks<>+0(SB), Z27 \
	VPBROADCASTQ wideMasks<>+8(SB), Z28

#define SHIFTMASKLOWER(a, codes) \
	VPANDD Z27, a, codes

#define SHIFTMASKUPPER(a, codes) \
	VPSRLW $3, a, codes      \
	VPANDD Z27, codes, codes

#define SHIFTMASK6(a, c, codes) \
	VPSRLW     $6, a, a             \
	VPSRLW     $4, c, codes         \
	VPTERNLOGD $0xE4, Z28, codes, a \
	VPANDD     Z27, a, codes

#define SHIFTMASK7(b, c, codes) \
	VPSRLW     $6, b, b         \
	VPSRLW     $5, c, c         \
	VPTERNLOGD $0xE4, Z28, c, b \
	VPANDD     Z27, b, codes

// With GFNI, each byte is multiplied with a matrix of bits: byte 7 of a qword is the
// mask of the bits that sum to bit 0 of the result, byte 5 the mask of bit 2.
//
//	Z27  7 in bytes    Z29  bits 3 to 5    Z30  bits 6, 7 and 4    Z31  bits 6, 7 and 5
//	Z28  192 in bytes
//
// The high bits of groups 6 and 7 move to bits 4 and 5, beside the low ones, first.
DATA pairMatrices<>+0(SB)/8, $0xc0c0c0c0c0c0c0c0
DATA pairMatrices<>+8(SB)/8, $0x0810200000000000
DATA pairMatrices<>+16(SB)/8, $0x4080100000000000
DATA pairMatrices<>+24(SB)/8, $0x4080200000000000
GLOBL pairMatrices<>(SB), RODATA|NOPTR, $32

#define AFFINE \
	VPBROADCASTQ wideMasks<>+0(SB), Z27     \
	VPBROADCASTQ pairMatrices<>+0(SB), Z28  \
	VPBROADCASTQ pairMatrices<>+8(SB), Z29  \
	VPBROADCASTQ pairMatrices<>+16(SB), Z30 \
	VPBROADCASTQ pairMatrices<>+24(SB), Z31

#define AFFINELOWER(a, codes) \
	VPANDD Z27, a, codes

#define AFFINEUPPER(a, codes) \
	VGF2P8AFFINEQB $0, Z29, a, codes

#define AFFINE6(a, c, codes) \
	VPSRLW         $2, c, c         \
	VPTERNLOGD     $0xE4, Z28, c, a \
	VGF2P8AFFINEQB $0, Z30, a, codes

#define AFFINE7(b, c, codes) \
	VPTERNLOGD     $0xE4, Z28, c, b \
	VGF2P8AFFINEQB $0, Z31, b, codes

// PAIR loads a block of two rows.
#define PAIR(row0, row1, a, ya, b, yb, c, yc) \
	VMOVDQU32    row0, ya          \
	VMOVDQU32    32 row0, yb         \
	VMOVDQU32    64 row0, yc         \
	VINSERTI64X4 $1, row1, a, a      \
	VINSERTI64X4 $1, 32 row1, b, b   \
	VINSERTI64X4 $1, 64 row1, c, c

// DOT multiplies the codes of two pairs with a chunk of a vector, bytes on in x.
#define DOT(at, a0, b0) \
	VBROADCASTI64X4 at(BX), Z24  \
	VPDPBUSD        Z24, Z22, a0 \
	VPDPBUSD        Z24, Z23, b0

#define DOT4(at, a0, a1, a2, a3, b0, b1, b2, b3) \
	DOT(at+0, a0, b0)  \
	DOT(at+32, a1, b1) \
	DOT(at+64, a2, b2) \
	DOT(at+96, a3, b3)

// DOTS adds the products of a chunk of each vector, bytes on in x: with FIRST4 and
// SECOND4 of 4 vectors, for the first two pairs of a pass and the others.
#define FIRST4(at) \
	DOT4(at, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)

#define SECOND4(at) \
	DOT4(at, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15)

#define ALL8(at) \
	DOT4(at+0, Z0, Z1, Z2, Z3, Z8, Z9, Z10, Z11)    \
	DOT4(at+128, Z4, Z5, Z6, Z7, Z12, Z13, Z14, Z15)

// PAIRS multiplies a block of four rows with n vectors.
#define PAIRS(row0, row1, row2, row3, DOTS, n) \
	PAIR(row0, row1, Z16, Y16, Z17, Y17, Z18, Y18) \
	PAIR(row2, row3, Z19, Y19, Z20, Y20, Z21, Y21) \
	LOWER(Z16, Z22)                                \
	LOWER(Z19, Z23)                                \
	DOTS(0)                                        \
	UPPER(Z16, Z22)                                \
	UPPER(Z19, Z23)                                \
	DOTS(32*n)                                     \
	LOWER(Z17, Z22)                                \
	LOWER(Z20, Z23)                                \
	DOTS(64*n)                                     \
	UPPER(Z17, Z22)                                \
	UPPER(Z20, Z23)                                \
	DOTS(96*n)                                     \
	LOWER(Z18, Z22)                                \
	LOWER(Z21, Z23)                                \
	DOTS(128*n)                                    \
	UPPER(Z18, Z22)                                \
	UPPER(Z21, Z23)                                \
	DOTS(160*n)                                    \
	SPLIT6(Z16, Z18, Z22)                          \
	SPLIT6(Z19, Z21, Z23)                          \
	DOTS(192*n)                                    \
	SPLIT7(Z17, Z18, Z22)                          \
	SPLIT7(Z20, Z21, Z23)                          \
	DOTS(224*n)

#define BLOCK4 \
	AHEAD(LINES8, ROWS8, 32768)                                         \
	PAIRS((R8), (R8)(DX*1), (R8)(DX*2), (R8)(R12*1), FIRST4, 4)         \
	PAIRS((R9), (R9)(DX*1), (R9)(DX*2), (R9)(R12*1), SECOND4, 4)

// BLOCK4LONG is for passes of four rows, where x and two passes of eight long rows do not fit
// L1.
#define BLOCK4LONG \
	AHEAD(LINES4, ROWS4, 10240)                                 \
	PAIRS((R8), (R8)(DX*1), (R8)(DX*2), (R8)(R12*1), FIRST4, 4)

#define BLOCK8 \
	AHEAD(LINES4, ROWS4, 16384)                               \
	PAIRS((R8), (R8)(DX*1), (R8)(DX*2), (R8)(R12*1), ALL8, 8)

// SMALLPAIRS multiplies a small block of four rows.
#define SMALLPAIRS(row0, row1, row2, row3, DOTS) \
	SMALLCODES(row0, Y22, X22)     \
	SMALLCODES(row1, Y24, X24)     \
	VINSERTI64X4 $1, Y24, Z22, Z22 \
	SMALLCODES(row2, Y23, X23)     \
	SMALLCODES(row3, Y24, X24)     \
	VINSERTI64X4 $1, Y24, Z23, Z23 \
	DOTS(0)

#define SMALL4 \
	SMALLPAIRS((R8), (R8)(DX*1), (R8)(DX*2), (R8)(R12*1), FIRST4)  \
	SMALLPAIRS((R9), (R9)(DX*1), (R9)(DX*2), (R9)(R12*1), SECOND4)

#define SMALL4LONG \
	SMALLPAIRS((R8), (R8)(DX*1), (R8)(DX*2), (R8)(R12*1), FIRST4)

#define SMALL8 \
	SMALLPAIRS((R8), (R8)(DX*1), (R8)(DX*2), (R8)(R12*1), ALL8)

// ENDn stores the sums of n vectors, rows in order.
#define STORE(a, b) \
	VPADDD    (BX), a, a \
	VPADDD    (BX), b, b \
	VMOVDQU32 a, (DI)    \
	VMOVDQU32 b, 64(DI)

#define SUMS \
	FOURS(Z0, Z1, Z2, Z3)     \
	FOURS(Z4, Z5, Z6, Z7)     \
	FOURS(Z8, Z9, Z10, Z11)   \
	FOURS(Z12, Z13, Z14, Z15) \
	LANES(Z0, Z4)             \
	LANES(Z8, Z12)

#define END4 \
	SUMS          \
	STORE(Z0, Z8)

#define END4LONG \
	FOURS(Z0, Z1, Z2, Z3)  \
	FOURS(Z4, Z5, Z6, Z7)  \
	LANES(Z0, Z4)          \
	VPADDD    (BX), Z0, Z0 \
	VMOVDQU32 Z0, (DI)

#define END8 \
	SUMS                        \
	VSHUFI32X4 $0xD8, Z0, Z0, Z0 \
	VSHUFI32X4 $0xD8, Z8, Z8, Z8 \
	STORE(Z0, Z8)

#define LOWER SHIFTMASKLOWER
#define UPPER SHIFTMASKUPPER
#define SPLIT6 SHIFTMASK6
#define SPLIT7 SHIFTMASK7

// func matVec4VNNI512(args *matVecArgs)
TEXT ·matVec4VNNI512(SB), NOSPLIT, $0-8
	MATVEC(SHIFTMASK, BLOCK4, SMALL4, NEXT8, END4, 8, 4)
	RET

// func matVec4LongVNNI512(args *matVecArgs)
TEXT ·matVec4LongVNNI512(SB), NOSPLIT, $0-8
	MATVEC(SHIFTMASK, BLOCK4LONG, SMALL4LONG, NEXT4, END4LONG, 4, 4)
	RET

// func matVec8VNNI512(args *matVecArgs)
TEXT ·matVec8VNNI512(SB), NOSPLIT, $0-8
	MATVEC(SHIFTMASK, BLOCK8, SMALL8, NEXT4, END8, 4, 8)
	RET

#undef LOWER
#define LOWER AFFINELOWER
#undef UPPER
#define UPPER AFFINEUPPER
#undef SPLIT6
#define SPLIT6 AFFINE6
#undef SPLIT7
#define SPLIT7 AFFINE7

// func matVec4GFNI512(args *matVecArgs)
TEXT ·matVec4GFNI512(SB), NOSPLIT, $0-8
	MATVEC(AFFINE, BLOCK4, SMALL4, NEXT8, END4, 8, 4)
	RET

// func matVec4LongGFNI512(args *matVecArgs)
TEXT ·matVec4LongGFNI512(SB), NOSPLIT, $0-8
	MATVEC(AFFINE, BLOCK4LONG, SMALL4LONG, NEXT4, END4LONG, 4, 4)
	RET

// func matVec8GFNI512(args *matVecArgs)
TEXT ·matVec8GFNI512(SB), NOSPLIT, $0-8
	MATVEC(AFFINE, BLOCK8, SMALL8, NEXT4, END8, 4, 8)
	RET
