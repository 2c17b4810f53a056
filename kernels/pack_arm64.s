//go:build !purego

#include "neon_arm64.h"
#include "textflag.h"

// Rows of pents and the transposition into quads, NEON. "|" separates the dwords of
// a register below.

// UNPACK unpacks sixteen lanes of a block, A, B and C in a, b and c, into groups 0 to 7.
// V31 = 7 in every byte.
#define UNPACK(a, b, c, g0, g1, g2, g3, g4, g5, g6, g7) \
	/* Groups 0, 2 and 4 are the low three bits. */         \
	VAND  V31.B16, a.B16, g0.B16;                           \
	VAND  V31.B16, b.B16, g2.B16;                           \
	VAND  V31.B16, c.B16, g4.B16;                           \
	/* Groups 1, 3 and 5 are the next three. */             \
	VUSHR $3, a.B16, g1.B16;                                \
	VUSHR $3, b.B16, g3.B16;                                \
	VUSHR $3, c.B16, g5.B16;                                \
	VAND  V31.B16, g1.B16, g1.B16;                          \
	VAND  V31.B16, g3.B16, g3.B16;                          \
	VAND  V31.B16, g5.B16, g5.B16;                          \
	/* Groups 6 and 7: one bit of C above two of A or B. */ \
	VUSHR $4, c.B16, g6.B16;                                \
	VUSHR $5, c.B16, g7.B16;                                \
	VSRI  $6, a.B16, g6.B16;                                \
	VSRI  $6, b.B16, g7.B16;                                \
	VAND  V31.B16, g6.B16, g6.B16

// func unpackBlocksNEON(dst *uint8, row *byte, blocks int)
//
//	R0  dst          V0, V2, V4 and V1, V3, V5    A, B, C: lanes 0 to 15, 16 to 31
//	R1  row          V16 … V23 and V24 … V30, V6  groups 0 to 7 of these lanes
//	R2  blocks left  V31                          7 in every byte
TEXT ·unpackBlocksNEON(SB), NOSPLIT, $0-24
	MOVD  dst+0(FP), R0
	MOVD  row+8(FP), R1
	MOVD  blocks+16(FP), R2
	VMOVI $7, V31.B16

block:
	FLDPQ 0(R1), (F0, F1)
	FLDPQ 32(R1), (F2, F3)
	FLDPQ 64(R1), (F4, F5)
	UNPACK(V0, V2, V4, V16, V17, V18, V19, V20, V21, V22, V23)
	UNPACK(V1, V3, V5, V24, V25, V26, V27, V28, V29, V30, V6)
	FSTPQ (F16, F24), 0(R0)
	FSTPQ (F17, F25), 32(R0)
	FSTPQ (F18, F26), 64(R0)
	FSTPQ (F19, F27), 96(R0)
	FSTPQ (F20, F28), 128(R0)
	FSTPQ (F21, F29), 160(R0)
	FSTPQ (F22, F30), 192(R0)
	FSTPQ (F23, F6), 224(R0)

	ADD  $96, R1
	ADD  $256, R0
	SUBS $1, R2
	BNE  block
	RET

// Where in A | B | C each group of a small block comes from: A A B B | C C A B. The
// high bits of groups 6 and 7 come from C, the others', from beyond, are zero.
DATA smallFrom<>+0(SB)/8, $0x0302010003020100
DATA smallFrom<>+8(SB)/8, $0x0706050407060504
DATA smallFrom<>+16(SB)/8, $0x0b0a09080b0a0908
DATA smallFrom<>+24(SB)/8, $0x0706050403020100
DATA smallFrom<>+32(SB)/8, $0xffffffffffffffff
DATA smallFrom<>+40(SB)/8, $0x0b0a09080b0a0908
GLOBL smallFrom<>(SB), RODATA|NOPTR, $48

// The left shift that brings them to their place.
DATA smallShift<>+0(SB)/8, $0xfdfdfdfd00000000  // 0, -3
DATA smallShift<>+8(SB)/8, $0xfdfdfdfd00000000  // 0, -3
DATA smallShift<>+16(SB)/8, $0xfdfdfdfd00000000 // 0, -3
DATA smallShift<>+24(SB)/8, $0xfafafafafafafafa // -6, -6
DATA smallShift<>+32(SB)/8, $0x0000000000000000
DATA smallShift<>+40(SB)/8, $0xfbfbfbfbfcfcfcfc // -4, -5
GLOBL smallShift<>(SB), RODATA|NOPTR, $48

// func unpackSmallNEON(dst *uint8, row *byte, small int)
//
//	R0  dst               V16, V17, V18  smallFrom
//	R1  row               V20, V21, V22  smallShift
//	R2  small blocks left V30  4 in every byte, V31  7
TEXT ·unpackSmallNEON(SB), NOSPLIT, $0-24
	MOVD  dst+0(FP), R0
	MOVD  row+8(FP), R1
	MOVD  small+16(FP), R2
	MOVD  $smallFrom<>(SB), R3
	MOVD  $smallShift<>(SB), R4
	VLD1  (R3), [V16.B16, V17.B16, V18.B16]
	VLD1  (R4), [V20.B16, V21.B16, V22.B16]
	VMOVI $4, V30.B16
	VMOVI $7, V31.B16

small:
	VLD1.P 8(R1), [V0.B8]
	VLD1.P 4(R1), V0.S[2]
	VTBL   V16.B16, [V0.B16], V1.B16
	VTBL   V17.B16, [V0.B16], V2.B16
	VTBL   V18.B16, [V0.B16], V3.B16
	USHL_B(20, 1, 1)
	USHL_B(21, 2, 2)
	USHL_B(22, 3, 3)
	VAND   V31.B16, V1.B16, V1.B16   // groups 0 1 2 3
	VAND   V31.B16, V2.B16, V2.B16   // groups 4 5, low bits of 6 7
	VAND   V30.B16, V3.B16, V3.B16   // high bits of 6 and 7 in the upper half
	VORR   V3.B16, V2.B16, V2.B16
	FSTPQ.P (F1, F2), 32(R0)

	SUBS $1, R2
	BNE  small
	RET

// PACK packs sixteen lanes of a block, groups 0 to 7, into A in g0, B in g2 and C in
// g4. It destroys g6 and g7.
#define PACK(g0, g1, g2, g3, g4, g5, g6, g7) \
	/* Two whole codes each. */                   \
	VSLI  $3, g1.B16, g0.B16;                     \
	VSLI  $3, g3.B16, g2.B16;                     \
	VSLI  $3, g5.B16, g4.B16;                     \
	/* A and B end in the low bits of 6 and 7. */ \
	VSLI  $6, g6.B16, g0.B16;                     \
	VSLI  $6, g7.B16, g2.B16;                     \
	/* C ends in their high bits. */              \
	VUSHR $2, g6.B16, g6.B16;                     \
	VUSHR $2, g7.B16, g7.B16;                     \
	VSLI  $6, g6.B16, g4.B16;                     \
	VSLI  $7, g7.B16, g4.B16

// func packBlocksNEON(row *byte, src *uint8, blocks int)
//
//	R0  row          V0, V2 … V14   groups 0 to 7, lanes 0 to 15
//	R1  src          V1, V3 … V15   lanes 16 to 31
//	R2  blocks left
TEXT ·packBlocksNEON(SB), NOSPLIT, $0-24
	MOVD row+0(FP), R0
	MOVD src+8(FP), R1
	MOVD blocks+16(FP), R2

block:
	FLDPQ 0(R1), (F0, F1)
	FLDPQ 32(R1), (F2, F3)
	FLDPQ 64(R1), (F4, F5)
	FLDPQ 96(R1), (F6, F7)
	FLDPQ 128(R1), (F8, F9)
	FLDPQ 160(R1), (F10, F11)
	FLDPQ 192(R1), (F12, F13)
	FLDPQ 224(R1), (F14, F15)
	PACK(V0, V2, V4, V6, V8, V10, V12, V14)
	PACK(V1, V3, V5, V7, V9, V11, V13, V15)
	FSTPQ (F0, F1), 0(R0)
	FSTPQ (F4, F5), 32(R0)
	FSTPQ (F8, F9), 64(R0)

	ADD  $256, R1
	ADD  $96, R0
	SUBS $1, R2
	BNE  block
	RET

// func packSmallNEON(row *byte, src *uint8, small int)
//
//	R0  row   R1  src   R2  small blocks left
TEXT ·packSmallNEON(SB), NOSPLIT, $0-24
	MOVD row+0(FP), R0
	MOVD src+8(FP), R1
	MOVD small+16(FP), R2

small:
	FLDPQ.P 32(R1), (F0, F1) // groups 0 1 2 3 and 4 5 6 7

	// Their high bits: 6 and 7 together above C.
	VUSHR  $2, V1.B16, V4.B16 // _ _ 6 7
	VREV64 V4.S4, V5.S4       // _ _ 7 6
	VSLI   $1, V5.B16, V4.B16 // bit 0 of dword 2: 6, bit 1: 7

	// Two bits above each of A | B | C.
	VEXT $8, V1.B16, V1.B16, V5.B16 // 6 7 4 5
	VMOV V4.S[2], V5.S[2]           // 6 7 high

	// Bring groups 1, 3 and 5 next to 0, 2 and 4, and those bits above them.
	VUZP1 V1.S4, V0.S4, V2.S4 // 0 2 4 6
	VUZP2 V1.S4, V0.S4, V3.S4 // 1 3 5 7
	VSLI  $3, V3.B16, V2.B16
	VSLI  $6, V5.B16, V2.B16
	VST1.P [V2.B8], 8(R0)
	VST1.P V2.S[2], 4(R0)

	SUBS $1, R2
	BNE  small
	RET

// func interleaveNEON(dst, src *int8, quads, k, n int)
//
// The matrix of n columns by quads dwords is transposed in strips of at most 16
// quads, one cache line of each column, and a strip in tiles of 4 quads by 4
// columns. The last strip and the last columns reach back over what is done.
//
//	R0   dst of the strip        R9, R10, R11, R12  src of the tile, by column
//	R1   src of the strip        R13, R14, R15, R17 dst of the tile, by quad
//	R2   quads left              R19  column of the tile
//	R3   k                       R20  tiles left of these 4 columns
//	R4   n                       R21  quads in the height of the strip
//	R5   bytes of a quad of n    R22  4·R5
//	R23  16
TEXT ·interleaveNEON(SB), NOSPLIT, $0-40
	MOVD dst+0(FP), R0
	MOVD src+8(FP), R1
	MOVD quads+16(FP), R2
	MOVD k+24(FP), R3
	MOVD n+32(FP), R4
	LSL  $2, R4, R5
	LSL  $4, R4, R22
	MOVD $16, R23

strip:
	CMP $4, R2
	BGE height

	// Fewer than 4 quads are left: start 4 before the end.
	SUB  $4, R2
	ADD  R2<<2, R1
	MADD R5, R0, R2, R0
	MOVD $4, R2

height:
	CMP  R23, R2
	CSEL LT, R2, R23, R21
	AND  $~3, R21
	MOVD $0, R19

columns:
	MADD R19, R1, R3, R9
	ADD  R3, R9, R10
	ADD  R3, R10, R11
	ADD  R3, R11, R12
	ADD  R19<<2, R0, R13
	ADD  R5, R13, R14
	ADD  R5, R14, R15
	ADD  R5, R15, R17
	MOVD R21, R20

tile:
	// Vc: four quads of column c.
	FMOVQ.P 16(R9), F0
	FMOVQ.P 16(R10), F1
	FMOVQ.P 16(R11), F2
	FMOVQ.P 16(R12), F3

	// Columns 0 1 or 2 3 of two quads.
	VZIP1 V1.S4, V0.S4, V4.S4
	VZIP1 V3.S4, V2.S4, V5.S4
	VZIP2 V1.S4, V0.S4, V6.S4
	VZIP2 V3.S4, V2.S4, V7.S4

	// Columns 0 to 3 of one quad.
	VZIP1  V5.D2, V4.D2, V0.D2
	VZIP2  V5.D2, V4.D2, V1.D2
	VZIP1  V7.D2, V6.D2, V2.D2
	VZIP2  V7.D2, V6.D2, V3.D2
	VST1.P [V0.S4], (R13)(R22)
	VST1.P [V1.S4], (R14)(R22)
	VST1.P [V2.S4], (R15)(R22)
	VST1.P [V3.S4], (R17)(R22)
	SUBS   $4, R20
	BNE    tile

	ADD $4, R19
	CMP R4, R19
	BEQ next

	// If fewer than 4 columns are left, start 4 before the end.
	SUB  $4, R4, R20
	CMP  R20, R19
	CSEL GT, R20, R19, R19
	B    columns

next:
	SUB  R21, R2
	ADD  R21<<2, R1
	MADD R5, R0, R21, R0
	CBNZ R2, strip
	RET
