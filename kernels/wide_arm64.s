//go:build !purego

#include "go_asm.h"
#include "fours_arm64.h"
#include "neon_elementwise_arm64.h"
#include "textflag.h"

// Batches of two digits, and SwiGLU, NEON.

// ROOT_ARGS loads what both halves of RootMeanSquare take.
#define ROOT_ARGS \
	MOVD args+0(FP), R8;        \
	MOVD rootArgs_high(R8), R1; \
	MOVD rootArgs_low(R8), R2;  \
	MOVD rootArgs_row(R8), R9;  \
	MOVD rootArgs_quads(R8), R4; \
	MOVD rootArgs_cols(R8), R5; \
	DIGITS

// SUM sets v, number n, to values of high digits h and low ones l, as words, from the
// instructions for the lower eight bytes or the upper ones.
#define SUM(SSHLL, SADDW, h, l, n) \
	SSHLL(7, h, n);   \
	SADDW(l, n, n)

// func addWideNEON(high, low, xHigh, xLow *int8, n int)
//
//	R0  high     R1  low     V30  16319 in every word
//	R2  xHigh    R3  xLow    V31  -16319
//	R4  left
TEXT ·addWideNEON(SB), NOSPLIT, $0-40
	MOVD high+0(FP), R0
	MOVD low+8(FP), R1
	MOVD xHigh+16(FP), R2
	MOVD xLow+24(FP), R3
	MOVD n+32(FP), R4
	MOVD $16319, R5
	VDUP R5, V30.H8
	NEG  R5, R5
	VDUP R5, V31.H8

loop:
	VLD1   (R0), [V0.B16]
	VLD1   (R1), [V1.B16]
	VLD1.P 16(R2), [V2.B16]
	VLD1.P 16(R3), [V3.B16]
	SUM(SSHLL_B, SADDW_B, 0, 1, 4)
	SUM(SSHLL2_B, SADDW2_B, 0, 1, 5)
	SUM(SSHLL_B, SADDW_B, 2, 3, 6)
	SUM(SSHLL2_B, SADDW2_B, 2, 3, 7)
	SQADD_H(6, 4, 4)
	SQADD_H(7, 5, 5)
	SMIN_H(30, 4, 4)
	SMIN_H(30, 5, 5)
	SMAX_H(31, 4, 4)
	SMAX_H(31, 5, 5)
	RSHRN_H(7, 4, 0)             // high digits
	RSHRN2_H(7, 5, 0)
	VUZP1  V5.B16, V4.B16, V1.B16
	VSHL   $7, V0.B16, V2.B16
	VSUB   V2.B16, V1.B16, V1.B16 // low ones, modulo 2^8
	VST1.P [V0.B16], 16(R0)
	VST1.P [V1.B16], 16(R1)
	SUBS   $16, R4
	BNE    loop
	RET

// GATED multiplies eight values of silu in v, number n, with words number x, and sets these to
// the shifted products as words. It clobbers V4 and V5.
#define GATED(n, x) \
	SMULL_H(n, x, 4);    \
	SMULL2_H(n, x, 5);   \
	SRSHL_S(15, 4, 4);   \
	SRSHL_S(15, 5, 5);   \
	SQXTN_S(4, x);       \
	SQXTN2_S(5, x)

// func swiGLUNEON(dst, gates, x *int8, silu *int16, n, shift int)
//
//	R0  dst      V16–V23  low bytes of the table
//	R1  gates    V24–V31  high bytes
//	R2  x        V15      shift in every dword
//	R3  left     V14      -127 in every byte
//	             V13      64
//	             V12      0
//
// Of an index beyond the 64 bytes of four registers, VTBL makes 0.
TEXT ·swiGLUNEON(SB), NOSPLIT, $0-48
	MOVD dst+0(FP), R0
	MOVD gates+8(FP), R1
	MOVD x+16(FP), R2
	MOVD silu+24(FP), R4
	MOVD n+32(FP), R3
	MOVD shift+40(FP), R5
	NEG  R5, R5
	VDUP R5, V15.S4
	VMOVI $0x81, V14.B16
	VMOVI $64, V13.B16
	VEOR V12.B16, V12.B16, V12.B16

#define TABLE(low, high) \
	VLD2.P 32(R4), [V0.B16, V1.B16]; \
	VMOV   V0.B16, low.B16;          \
	VMOV   V1.B16, high.B16

	TABLE(V16, V24)
	TABLE(V17, V25)
	TABLE(V18, V26)
	TABLE(V19, V27)
	TABLE(V20, V28)
	TABLE(V21, V29)
	TABLE(V22, V30)
	TABLE(V23, V31)

loop:
	VLD1.P 16(R1), [V0.B16]
	VLD1.P 16(R2), [V6.B16]
	SMAX_B(14, 0, 0)
	ABS_B(0, 1)
	VSUB   V13.B16, V1.B16, V2.B16
	VTBL   V1.B16, [V16.B16, V17.B16, V18.B16, V19.B16], V3.B16
	VTBL   V2.B16, [V20.B16, V21.B16, V22.B16, V23.B16], V4.B16
	VTBL   V1.B16, [V24.B16, V25.B16, V26.B16, V27.B16], V5.B16
	VTBL   V2.B16, [V28.B16, V29.B16, V30.B16, V31.B16], V1.B16
	VORR   V4.B16, V3.B16, V3.B16
	VORR   V1.B16, V5.B16, V5.B16
	VZIP1  V5.B16, V3.B16, V1.B16
	VZIP2  V5.B16, V3.B16, V2.B16
	SMIN_B(12, 0, 0)                  // negative gates
	SSHLL_B(4, 0, 4)
	SSHLL2_B(4, 0, 5)
	VADD   V4.H8, V1.H8, V1.H8
	VADD   V5.H8, V2.H8, V2.H8
	SSHLL_B(0, 6, 0)
	SSHLL2_B(0, 6, 3)
	GATED(1, 0)
	GATED(2, 3)
	SQXTN_H(0, 0)
	SQXTN2_H(3, 0)
	SMAX_B(14, 0, 0)
	VST1.P [V0.B16], 16(R0)
	SUBS   $16, R3
	BNE    loop
	RET

// SQUARES adds the squares of a quad of each column to its sums, in qwords. It clobbers V4 to
// V7.
#define SQUARES \
	SMULL_H(0, 0, 4);  \
	SMULL2_H(0, 0, 5); \
	SMULL_H(1, 1, 6);  \
	SMULL2_H(1, 1, 7); \
	UADALP_S(4, 16);   \
	UADALP_S(5, 17);   \
	UADALP_S(6, 18);   \
	UADALP_S(7, 19)

#define QUADS(LOAD, quad) \
quad:                  \
	JOIN(LOAD, R1, R2); \
	SQUARES;           \
	SUBS $1, R4;       \
	BNE  quad

// func squareSumsNEON(args *rootArgs)
//
//	R1  high               V16–V19   sums of columns 0 to 3
//	R2  low, or high       V29, V30  of JOIN
//	R4  quads left
//	R5  columns, 4 or 1
//	R8  args
//	R9  bytes of a quad
TEXT ·squareSumsNEON(SB), NOSPLIT, $0-8
	ROOT_ARGS
	VEOR V16.B16, V16.B16, V16.B16
	VEOR V17.B16, V17.B16, V17.B16
	VEOR V18.B16, V18.B16, V18.B16
	VEOR V19.B16, V19.B16, V19.B16
	CMP  $4, R5
	BLT  last
	QUADS(LOAD_FOUR, quad)
	B    done

last:
	QUADS(LOAD_LAST, lastQuad)

done:
	VADDP V17.D2, V16.D2, V16.D2
	VADDP V19.D2, V18.D2, V17.D2
	ADD   $rootArgs_sums, R8
	VST1  [V16.D2, V17.D2], (R8)
	RET

// TIMES multiplies the words number n, of two columns, with the low 15 bits of their factors
// and with the high ones, rounds and shifts. It clobbers V4 and V5.
#define TIMES(n, low, high) \
	VMOV V28.B16, V4.B16;  \
	VMOV V28.B16, V5.B16;  \
	SMLAL_H(low, n, 4);    \
	SMLAL2_H(low, n, 5);   \
	SSHL_S(27, 4, 4);      \
	SSHL_S(27, 5, 5);      \
	SMLAL_H(high, n, 4);   \
	SMLAL2_H(high, n, 5);  \
	SQSHRN_S(5, 4, n);     \
	SQSHRN2_S(5, 5, n)

#define SCALED(LOAD, STORE, quad) \
quad:                   \
	JOIN(LOAD, R1, R2); \
	TIMES(0, 16, 18);   \
	TIMES(1, 17, 19);   \
	SQXTN_H(0, 0);      \
	SQXTN2_H(1, 0);     \
	SMAX_B(31, 0, 0);   \
	STORE(V0, R0);      \
	SUBS $1, R4;        \
	BNE  quad

// func scaleRootsNEON(args *rootArgs)
//
//	R0  dst                V16, V17  low bits of the factors of columns 0 and 1, 2 and 3
//	R1  high               V18, V19  high bits
//	R2  low, or high       V27       -15
//	R4  quads left         V28       2^19
//	R5  columns, 4 or 1    V29, V30  of JOIN
//	R9  bytes of a quad    V31       -127 in every byte
TEXT ·scaleRootsNEON(SB), NOSPLIT, $0-8
	ROOT_ARGS
	MOVD  rootArgs_dst(R8), R0
	ADD   $rootArgs_factors, R8
	VLD4R (R8), [V16.S4, V17.S4, V18.S4, V19.S4]
	VUZP1 V17.H8, V16.H8, V20.H8  // low words of the factors of columns 0 and 1
	VUZP1 V19.H8, V18.H8, V21.H8
	VSHL  $1, V16.S4, V16.S4
	VSHL  $1, V17.S4, V17.S4
	VSHL  $1, V18.S4, V18.S4
	VSHL  $1, V19.S4, V19.S4
	VUZP2 V19.H8, V18.H8, V19.H8  // from bit 15 on
	VUZP2 V17.H8, V16.H8, V18.H8
	MOVD  $0x7fff, R6
	VDUP  R6, V0.H8
	VAND  V0.B16, V20.B16, V16.B16
	VAND  V0.B16, V21.B16, V17.B16
	MOVD  $-15, R6
	VDUP  R6, V27.S4
	MOVD  $0x80000, R6
	VDUP  R6, V28.S4
	VMOVI $0x81, V31.B16
	CMP   $4, R5
	BLT   last
	SCALED(LOAD_FOUR, STORE_FOUR, quad)
	RET

last:
	SCALED(LOAD_LAST, STORE_LAST, lastQuad)
	RET
