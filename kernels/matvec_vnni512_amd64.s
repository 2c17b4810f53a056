//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"
#include "matvec_vnni512_amd64.h"

// Products of a packed matrix with 1 or 2 vectors, AVX-512 VNNI: y as in
// matvec_amd64.s, with the start of sixteen elements of y, start[c%n].
//
// A pass computes sixteen elements of y: 16 or 8 rows. Each has a register of
// sums, which one transposition adds up. The last pass goes back over rows that are done
// if fewer are left.
//
// A block of a row is unpacked in four registers of two groups each: groups 0 and 2, 1
// and 3, 4 and 5, 6 and 7. The chunks of a block of x come in the order of these
// registers, 64 bytes a vector.
//
// Register map, beside the registers of matvec_vnni512_amd64.h
//
//	Z0–Z15  sums, rows × vectors        Z16–Z23  x of a block
//	Z24     codes                       Z25      A and B of the row
//	Z26     C of the row, twice         Z27–Z31  constants of the unpacking

// FORn applies a macro to the rows of a pass of n: the group of four that a row belongs
// to, its place there, and its sums.
#define FOR16(ROW) \
	ROW((R8), Z0)          \
	ROW((R8)(DX*1), Z1)    \
	ROW((R8)(DX*2), Z2)    \
	ROW((R8)(R12*1), Z3)   \
	ROW((R9), Z4)          \
	ROW((R9)(DX*1), Z5)    \
	ROW((R9)(DX*2), Z6)    \
	ROW((R9)(R12*1), Z7)   \
	ROW((R10), Z8)         \
	ROW((R10)(DX*1), Z9)   \
	ROW((R10)(DX*2), Z10)  \
	ROW((R10)(R12*1), Z11) \
	ROW((R11), Z12)        \
	ROW((R11)(DX*1), Z13)  \
	ROW((R11)(DX*2), Z14)  \
	ROW((R11)(R12*1), Z15)

#define FOR8(ROW) \
	ROW((R8), Z0, Z1)          \
	ROW((R8)(DX*1), Z2, Z3)    \
	ROW((R8)(DX*2), Z4, Z5)    \
	ROW((R8)(R12*1), Z6, Z7)   \
	ROW((R9), Z8, Z9)          \
	ROW((R9)(DX*1), Z10, Z11)  \
	ROW((R9)(DX*2), Z12, Z13)  \
	ROW((R9)(R12*1), Z14, Z15)

// The codes of a register, unpacked into Z24 from A and B in Z25 and C in Z26. Without
// GFNI,
//
//	Z27  7 in bytes    Z29  shifts 0 and 3, to groups 4 and 5
//	Z28  3 in bytes    Z30  shifts 4 and 5, to the high bits of groups 6 and 7
//
// and the last select (0xE4) takes low bits by the mask, the high bit else.

DATA wideShifts<>+0(SB)/8, $0x0003000300030003
DATA wideShifts<>+8(SB)/8, $0x0004000400040004
DATA wideShifts<>+16(SB)/8, $0x0005000500050005
GLOBL wideShifts<>(SB), RODATA|NOPTR, $24

#define SHIFTMASK \
	VPBROADCASTQ wideMasks<>+0(SB), Z27   \
	VPBROADCASTQ wideMasks<>+8(SB), Z28   \
	VPXORD       Z29, Z29, Z29            \
	VPBROADCASTQ wideShifts<>+0(SB), Y0   \
	VINSERTI64X4 $1, Y0, Z29, Z29         \
	VPBROADCASTQ wideShifts<>+8(SB), Z30  \
	VPBROADCASTQ wideShifts<>+16(SB), Y0  \
	VINSERTI64X4 $1, Y0, Z30, Z30

#define SHIFTMASK02 \
	VPANDD Z27, Z25, Z24

#define SHIFTMASK13 \
	VPSRLW $3, Z25, Z24  \
	VPANDD Z27, Z24, Z24

#define SHIFTMASK45 \
	VPSRLVW Z29, Z26, Z24 \
	VPANDD  Z27, Z24, Z24

#define SHIFTMASK67 \
	VPSRLW     $6, Z25, Z24         \
	VPSRLVW    Z30, Z26, Z26        \
	VPTERNLOGD $0xE4, Z28, Z26, Z24 \
	VPANDD     Z27, Z24, Z24

// With GFNI, each byte is multiplied with a matrix of bits: byte 7 of a qword is the
// mask of the bits that sum to bit 0 of the result, byte 5 the mask of bit 2.
//
//	Z28  bits 3 to 5    Z29  of C: the codes of groups 4 and 5
//	Z31  bits 6 and 7   Z30  of C: the high bits of groups 6 and 7, to bit 2
//
// Bits 0 to 2 are masked, by 7 in the bytes of Z27: the products have one port for
// registers of this width, masks two.

DATA matrices<>+0(SB)/8, $0x0102040000000000
DATA matrices<>+8(SB)/8, $0x0810200000000000
DATA matrices<>+16(SB)/8, $0x0000400000000000
DATA matrices<>+24(SB)/8, $0x0000800000000000
DATA matrices<>+32(SB)/8, $0x4080000000000000
GLOBL matrices<>(SB), RODATA|NOPTR, $40

#define AFFINE \
	VPBROADCASTQ matrices<>+0(SB), Z29  \
	VPBROADCASTQ matrices<>+8(SB), Z28  \
	VINSERTI64X4 $1, Y28, Z29, Z29      \
	VPBROADCASTQ matrices<>+16(SB), Z30 \
	VPBROADCASTQ matrices<>+24(SB), Z31 \
	VINSERTI64X4 $1, Y31, Z30, Z30      \
	VPBROADCASTQ matrices<>+32(SB), Z31 \
	VPBROADCASTQ wideMasks<>+0(SB), Z27

#define AFFINE02 \
	VPANDD Z27, Z25, Z24

#define AFFINE13 \
	VGF2P8AFFINEQB $0, Z28, Z25, Z24

#define AFFINE45 \
	VGF2P8AFFINEQB $0, Z29, Z26, Z24

#define AFFINE67 \
	VGF2P8AFFINEQB $0, Z31, Z25, Z24 \
	VGF2P8AFFINEQB $0, Z30, Z26, Z26 \
	VPORD          Z26, Z24, Z24

// DOTn adds the products of the codes and n vectors of x.
#define DOT1(x0, a0) \
	VPDPBUSD x0, Z24, a0

#define DOT2(x0, x1, a0, a1) \
	DOT1(x0, a0) \
	DOT1(x1, a1)

// A pass of one or two vectors unpacks a block of each row and multiplies it with all of
// the block's x.
#define ROW1(row, a0) \
	VMOVDQU32       row, Z25    \
	VBROADCASTI64X4 64 row, Z26 \
	UNPACK02                    \
	DOT1(Z16, a0)               \
	UNPACK13                    \
	DOT1(Z17, a0)               \
	UNPACK45                    \
	DOT1(Z18, a0)               \
	UNPACK67                    \
	DOT1(Z19, a0)

#define ROW2(row, a0, a1) \
	VMOVDQU32       row, Z25    \
	VBROADCASTI64X4 64 row, Z26 \
	UNPACK02                    \
	DOT2(Z16, Z17, a0, a1)      \
	UNPACK13                    \
	DOT2(Z18, Z19, a0, a1)      \
	UNPACK45                    \
	DOT2(Z20, Z21, a0, a1)      \
	UNPACK67                    \
	DOT2(Z22, Z23, a0, a1)

#define BLOCK1 \
	VMOVDQU32 (BX), Z16           \
	VMOVDQU32 64(BX), Z17         \
	VMOVDQU32 128(BX), Z18        \
	VMOVDQU32 192(BX), Z19        \
	AHEAD(LINES16, ROWS16, 16384) \
	FOR16(ROW1)

#define BLOCK2 \
	VMOVDQU32 (BX), Z16         \
	VMOVDQU32 64(BX), Z17       \
	VMOVDQU32 128(BX), Z18      \
	VMOVDQU32 192(BX), Z19      \
	VMOVDQU32 256(BX), Z20      \
	VMOVDQU32 320(BX), Z21      \
	VMOVDQU32 384(BX), Z22      \
	VMOVDQU32 448(BX), Z23      \
	AHEAD(LINES8, ROWS8, 16384) \
	FOR8(ROW2)

// SMALLROWn multiplies a small block of a row.
#define SMALLROW1(row, a0) \
	SMALLCODES(row, Y24, X24) \
	DOT1(Z16, a0)

#define SMALLROW2(row, a0, a1) \
	SMALLCODES(row, Y24, X24) \
	DOT2(Z16, Z17, a0, a1)

// SMALLn loads a chunk of n vectors of x and multiplies it with a small block of each
// row.
#define SMALL1 \
	VMOVDQU32 (BX), Y16 \
	FOR16(SMALLROW1)

#define SMALL2 \
	VMOVDQU32 (BX), Y16   \
	VMOVDQU32 32(BX), Y17 \
	FOR8(SMALLROW2)

// END adds the dwords of each of Z0 to Z15, and stores their sums in this order.
#define END \
	FOURS(Z0, Z1, Z2, Z3)     \
	FOURS(Z4, Z5, Z6, Z7)     \
	FOURS(Z8, Z9, Z10, Z11)   \
	FOURS(Z12, Z13, Z14, Z15) \
	LANES(Z0, Z4)             \
	LANES(Z8, Z12)            \
	LANES(Z0, Z8)             \
	VPADDD    (BX), Z0, Z0    \
	VMOVDQU32 Z0, (DI)

#define UNPACK02 SHIFTMASK02
#define UNPACK13 SHIFTMASK13
#define UNPACK45 SHIFTMASK45
#define UNPACK67 SHIFTMASK67

// func matVec1VNNI512(args *matVecArgs)
TEXT ·matVec1VNNI512(SB), NOSPLIT, $0-8
	MATVEC(SHIFTMASK, BLOCK1, SMALL1, NEXT16, END, 16, 1)
	RET

// func matVec2VNNI512(args *matVecArgs)
TEXT ·matVec2VNNI512(SB), NOSPLIT, $0-8
	MATVEC(SHIFTMASK, BLOCK2, SMALL2, NEXT8, END, 8, 2)
	RET

#undef UNPACK02
#define UNPACK02 AFFINE02
#undef UNPACK13
#define UNPACK13 AFFINE13
#undef UNPACK45
#define UNPACK45 AFFINE45
#undef UNPACK67
#define UNPACK67 AFFINE67

// func matVec1GFNI512(args *matVecArgs)
TEXT ·matVec1GFNI512(SB), NOSPLIT, $0-8
	MATVEC(AFFINE, BLOCK1, SMALL1, NEXT16, END, 16, 1)
	RET

// func matVec2GFNI512(args *matVecArgs)
TEXT ·matVec2GFNI512(SB), NOSPLIT, $0-8
	MATVEC(AFFINE, BLOCK2, SMALL2, NEXT8, END, 8, 2)
	RET
