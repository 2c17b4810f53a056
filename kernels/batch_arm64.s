//go:build !purego

#include "neon_arm64.h"
#include "neon_elementwise_arm64.h"
#include "go_asm.h"
#include "textflag.h"

// Kernels on columns, NEON. A register of activations holds the quads of four
// columns, or one row of the quads of eight columns; the columns that are left are
// taken one by one.

// SIGNED adds the sums of pairs of neighbouring activations in n to the words of d.
// A quad is two pairs.
#define SIGNED(n, d) SADALP_B(n, d)

// ABSOLUTE does so for pairs of absolute values; -128 becomes 128.
#define ABSOLUTE(n, d) ABS_B(n, n); UADALP_B(n, d)

// A pair's sum is within ±256: 127 of them fit a word.
#define RUN 127

// BEGIN_RUN sets R7 to the quads of the next run and takes them off R6.
#define BEGIN_RUN \
	MOVD $RUN, R7;       \
	CMP  R7, R6;         \
	CSEL LT, R6, R7, R7; \
	SUB  R7, R6

// The ways to move a few columns between memory and V0 or V16.
#define LOAD_4  VLD1.P (R5)(R3), [V0.B16]
#define LOAD_1  VLD1.P (R5)(R3), V0.S[0]
#define STORE_4 VST1.P [V16.S4], 16(R0)
#define STORE_1 VST1.P V16.S[0], 4(R0)

// SUM sums the columns that LOAD takes, at most four.
#define SUM(LOAD, STORE, PAIRS, run, quad) \
	MOVD R1, R5;                    \
	MOVD R2, R6;                    \
	VEOR V16.B16, V16.B16, V16.B16; \
run:                                \
	BEGIN_RUN;                      \
	VEOR V4.B16, V4.B16, V4.B16;    \
quad:                               \
	LOAD;                           \
	PAIRS(0, 4);                    \
	SUBS $1, R7;                    \
	BNE  quad;                      \
	SADALP_H(4, 16);                \
	CBNZ R6, run;                   \
	STORE

// SUM_COLUMNS is the body of the two functions below, which differ in PAIRS.
//
//	R0  sums                     V0 … V3    quads of four columns each
//	R1  x                        V4 … V7    their pairs' sums in this run
//	R2  quads                    V16 … V19  their sums
//	R3  bytes of a quad of n
//	R4  columns left
//	R5  x of the quad
//	R6  quads left
//	R7  quads left in the run
#define SUM_COLUMNS(PAIRS) \
	LSL  $2, R3;                                       \
	SUBS $16, R4;                                      \
	BLT  some;                                         \
                                                       \
sixteen:                                               \
	MOVD R1, R5;                                       \
	MOVD R2, R6;                                       \
	VEOR V16.B16, V16.B16, V16.B16;                    \
	VEOR V17.B16, V17.B16, V17.B16;                    \
	VEOR V18.B16, V18.B16, V18.B16;                    \
	VEOR V19.B16, V19.B16, V19.B16;                    \
                                                       \
run:                                                   \
	BEGIN_RUN;                                         \
	VEOR V4.B16, V4.B16, V4.B16;                       \
	VEOR V5.B16, V5.B16, V5.B16;                       \
	VEOR V6.B16, V6.B16, V6.B16;                       \
	VEOR V7.B16, V7.B16, V7.B16;                       \
                                                       \
quad:                                                  \
	VLD1.P (R5)(R3), [V0.B16, V1.B16, V2.B16, V3.B16]; \
	PAIRS(0, 4);                                       \
	PAIRS(1, 5);                                       \
	PAIRS(2, 6);                                       \
	PAIRS(3, 7);                                       \
	SUBS $1, R7;                                       \
	BNE  quad;                                         \
	SADALP_H(4, 16);                                   \
	SADALP_H(5, 17);                                   \
	SADALP_H(6, 18);                                   \
	SADALP_H(7, 19);                                   \
	CBNZ R6, run;                                      \
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R0);   \
	ADD  $64, R1;                                      \
	SUBS $16, R4;                                      \
	BGE  sixteen;                                      \
                                                       \
some:                                                  \
	ADD  $12, R4;                                      \
	TBNZ $63, R4, fewer;                               \
                                                       \
four:                                                  \
	SUM(LOAD_4, STORE_4, PAIRS, run4, quad4);          \
	ADD  $16, R1;                                      \
	SUBS $4, R4;                                       \
	BGE  four;                                         \
                                                       \
fewer:                                                 \
	ADDS $4, R4;                                       \
	BEQ  done;                                         \
                                                       \
one:                                                   \
	SUM(LOAD_1, STORE_1, PAIRS, run1, quad1);          \
	ADD  $4, R1;                                       \
	SUBS $1, R4;                                       \
	BNE  one;                                          \
                                                       \
done:

// func columnSumsNEON(sums *int32, x *int8, quads, n, cols int)
TEXT ·columnSumsNEON(SB), NOSPLIT, $0-40
	MOVD sums+0(FP), R0
	MOVD x+8(FP), R1
	MOVD quads+16(FP), R2
	MOVD n+24(FP), R3
	MOVD cols+32(FP), R4
	SUM_COLUMNS(SIGNED)
	RET

// func absoluteSumsNEON(sums *int32, x *int8, quads, n, cols int)
TEXT ·absoluteSumsNEON(SB), NOSPLIT, $0-40
	MOVD sums+0(FP), R0
	MOVD x+8(FP), R1
	MOVD quads+16(FP), R2
	MOVD n+24(FP), R3
	MOVD cols+32(FP), R4
	SUM_COLUMNS(ABSOLUTE)
	RET

// GAIN loads the gains of eight columns: words in V4, of which an int32 holds two.
#define GAIN \
	VLD1.P 32(R8), [V4.S4, V5.S4]; \
	VUZP1  V5.H8, V4.H8, V4.H8

// SCALE sets a row of eight columns to clamp((v·gain + 2^11) >> 12, ±127), for gains
// below 2^15: 2·(2^3·v)·gain + 2^15, shifted by 16.
#define SCALE(v) \
	SSHLL_B(3, v, v);    \
	SQRDMULH_H(4, v, v); \
	SQXTN_H(v, v);       \
	SMAX_B(31, v, v)

// GAIN_WIDE and SCALE_WIDE do so for any gain, int32 in V4 and V5. It clobbers V6.
#define GAIN_WIDE \
	VLD1.P 32(R8), [V4.S4, V5.S4]

#define SCALE_WIDE(v) \
	SSHLL_B(0, v, v);     \
	SSHLL2_H(0, v, 6);    \
	SSHLL_H(0, v, v);     \
	MUL_S(4, v, v);       \
	MUL_S(5, 6, 6);       \
	SQRSHRN_S(12, v, v);  \
	SQRSHRN2_S(12, 6, v); \
	SQXTN_H(v, v);        \
	SMAX_B(31, v, v)

// SCALE_COLUMNS is the loop of the two functions below.
//
//	R0  dst of the quad, R6 of the columns  V0 … V3  rows 0 to 3 of the quads
//	R1  x of the quad, R7 of the columns    V4, V5   gain
//	R2  gain, R8 of the columns             V31      -127 in every byte
//	R3  quads left
//	R4  bytes of a quad of n
//	R5  columns, R9 left
#define SCALE_COLUMNS(GAIN8, SCALE8) \
	LSL   $2, R4;                                \
	VMOVI $0x81, V31.B16;                        \
                                                 \
quad:                                            \
	MOVD R0, R6;                                 \
	MOVD R1, R7;                                 \
	MOVD R2, R8;                                 \
	SUBS $8, R5, R9;                             \
	BLT  some;                                   \
                                                 \
columns:                                         \
	VLD4.P 32(R7), [V0.B8, V1.B8, V2.B8, V3.B8]; \
	GAIN8;                                       \
	SCALE8(0);                                   \
	SCALE8(1);                                   \
	SCALE8(2);                                   \
	SCALE8(3);                                   \
	VST4.P [V0.B8, V1.B8, V2.B8, V3.B8], 32(R6); \
	SUBS   $8, R9;                               \
	BGE    columns;                              \
                                                 \
some:                                            \
	ADDS $8, R9;                                 \
	BEQ  next;                                   \
                                                 \
one:                                             \
	VLD1.P  4(R7), V0.S[0];                      \
	VLD1R.P 4(R8), [V4.S4];                      \
	SCALE8(0);                                   \
	VST1.P  V0.S[0], 4(R6);                      \
	SUBS    $1, R9;                              \
	BNE     one;                                 \
                                                 \
next:                                            \
	ADD  R4, R0;                                 \
	ADD  R4, R1;                                 \
	SUBS $1, R3;                                 \
	BNE  quad

// func scaleColumnsNEON(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)
TEXT ·scaleColumnsNEON(SB), NOSPLIT, $0-48
	MOVD dst+0(FP), R0
	MOVD x+8(FP), R1
	MOVD gain+16(FP), R2
	MOVD quads+24(FP), R3
	MOVD n+32(FP), R4
	MOVD cols+40(FP), R5
	SCALE_COLUMNS(GAIN, SCALE)
	RET

// func scaleColumnsWideNEON(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)
TEXT ·scaleColumnsWideNEON(SB), NOSPLIT, $0-48
	MOVD dst+0(FP), R0
	MOVD x+8(FP), R1
	MOVD gain+16(FP), R2
	MOVD quads+24(FP), R3
	MOVD n+32(FP), R4
	MOVD cols+40(FP), R5
	SCALE_COLUMNS(GAIN_WIDE, SCALE_WIDE)
	RET

// NARROW shifts eight columns of a row, int32 in n0 and n1, into bytes clamped to
// [V25, 127].
#define NARROW(n0, n1, d) \
	SSHL_S(26, n0, n0); \
	SSHL_S(26, n1, n1); \
	SQXTN_S(n0, d);     \
	SQXTN2_S(n1, d);    \
	SQXTN_H(d, d);      \
	SMAX_B(25, d, d)

// func requantizeNEON(args *requantizeArgs)
//
//	R0  dst of four rows, R14 of the columns  V26        -shift in every dword
//	R1  y, row 0 of four                      V25        low in every byte
//	R9 … R12  their columns                   V24        2^(shift-1)
//	R2  bias of four rows, or nil             V27        bias + 2^(shift-1), a row each
//	R3  rows left                             V28 … V31  the same, of rows 0 to 3
//	R4  n                                     V23        0 in the bytes of rows not there
//	R5  bytes of a row                        V0 … V3    bytes of rows 0 to 3
//	R13 columns left
TEXT ·requantizeNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R7
	MOVD requantizeArgs_dst(R7), R0
	MOVD requantizeArgs_y(R7), R1
	MOVD requantizeArgs_bias(R7), R2
	MOVD requantizeArgs_m(R7), R3
	MOVD requantizeArgs_n(R7), R4
	MOVD requantizeArgs_shift(R7), R6
	MOVW requantizeArgs_low(R7), R7

	VDUP R7, V25.B16
	NEG  R6, R7
	VDUP R7, V26.S4
	MOVD $1, R7
	LSL  R6, R7
	LSR  $1, R7
	VDUP R7, V24.S4
	LSL  $2, R4, R5

rows:
	// Rows that are not there read row 0 …
	MOVD R1, R9
	ADD  R5, R1, R10
	ADD  R5, R10, R11
	ADD  R5, R11, R12
	CMP  $2, R3
	CSEL LT, R1, R10, R10
	CMP  $3, R3
	CSEL LT, R1, R11, R11
	CMP  $4, R3
	CSEL LT, R1, R12, R12

	MOVD R0, R14
	MOVD R4, R13
	VEOR V27.B16, V27.B16, V27.B16
	BLT  last

	CBZ    R2, wholeOffsets
	VLD1.P 16(R2), [V27.S4]

wholeOffsets:
	VADD  V24.S4, V27.S4, V27.S4
	VDUP  V27.S[0], V28.S4
	VDUP  V27.S[1], V29.S4
	VDUP  V27.S[2], V30.S4
	VDUP  V27.S[3], V31.S4
	VMOVI $255, V23.B16
	SUBS  $8, R13
	BLT   some

columns:
	FLDPQ.P 32(R9), (F4, F5)
	FLDPQ.P 32(R10), (F6, F7)
	FLDPQ.P 32(R11), (F16, F17)
	FLDPQ.P 32(R12), (F18, F19)
	VADD    V28.S4, V4.S4, V4.S4
	VADD    V28.S4, V5.S4, V5.S4
	VADD    V29.S4, V6.S4, V6.S4
	VADD    V29.S4, V7.S4, V7.S4
	VADD    V30.S4, V16.S4, V16.S4
	VADD    V30.S4, V17.S4, V17.S4
	VADD    V31.S4, V18.S4, V18.S4
	VADD    V31.S4, V19.S4, V19.S4
	NARROW(4, 5, 0)
	NARROW(6, 7, 1)
	NARROW(16, 17, 2)
	NARROW(18, 19, 3)
	VST4.P  [V0.B8, V1.B8, V2.B8, V3.B8], 32(R14)
	SUBS    $8, R13
	BGE     columns

some:
	ADDS $8, R13
	BEQ  next

one:
	VLD1.P 4(R9), V0.S[0]
	VLD1.P 4(R10), V0.S[1]
	VLD1.P 4(R11), V0.S[2]
	VLD1.P 4(R12), V0.S[3]
	VADD   V27.S4, V0.S4, V0.S4
	SSHL_S(26, 0, 0)
	SQXTN_S(0, 0)
	SQXTN_H(0, 0)
	SMAX_B(25, 0, 0)
	VAND   V23.B16, V0.B16, V0.B16
	VST1.P V0.S[0], 4(R14)
	SUBS   $1, R13
	BNE    one

next:
	ADD  R5<<2, R1
	ADD  R5, R0
	SUBS $4, R3
	BGT  rows
	RET

last:
	// … and become zero: one to three rows, one column at a time.
	MOVD $-1, R6
	LSL  $3, R3, R7
	LSL  R7, R6
	MVN  R6, R6
	VDUP R6, V23.S4
	CBZ  R2, lastOffsets
	VLD1.P 4(R2), V27.S[0]
	CMP    $2, R3
	BLT    lastOffsets
	VLD1.P 4(R2), V27.S[1]
	BEQ    lastOffsets
	VLD1.P 4(R2), V27.S[2]

lastOffsets:
	VADD V24.S4, V27.S4, V27.S4
	B    one

// exp2Table - 256, which fits a byte.
DATA exp2Tables<>+0(SB)/8, $0x5b4c3e3024170b00
DATA exp2Tables<>+8(SB)/8, $0xead6c2af9c8b7a6a

// The power 2^(l>>4+8) of a logit l by its upper four bits, where l is negative;
// zero elsewhere.
DATA exp2Tables<>+16(SB)/8, $0x0000000000000000
DATA exp2Tables<>+24(SB)/8, $0x8040201008040201

// The power 2^(l>>4), where l is not negative; zero elsewhere.
DATA exp2Tables<>+32(SB)/8, $0x8040201008040201
DATA exp2Tables<>+40(SB)/8, $0x0000000000000000
GLOBL exp2Tables<>(SB), RODATA|NOPTR, $48

// EXP2_SPLIT splits the quads in V0 into the fraction, the low four bits, in V0 and
// the power's index, the high four bits, in V1. A byte of V1 above 15 has the power
// zero.
#define EXP2_SPLIT \
	VUSHR $4, V0.B16, V1.B16; \
	VAND  V31.B16, V0.B16, V0.B16

// EXP2_ADD adds the powers to the sums in V16 to V21. A power is (256+c)·p, with c
// and p from the tables, or 2^8 times that with p from the last. c·p fits a word. It
// clobbers V0 and V2 to V7.
#define EXP2_ADD \
	VTBL V1.B16, [V29.B16], V2.B16;   /* p, low                 */                   \
	VTBL V1.B16, [V30.B16], V3.B16;   /* p, high                */                   \
	VTBL V0.B16, [V28.B16], V0.B16;   /* c                      */                   \
	UMULL_B(2, 0, 4);                                                                \
	UMULL2_B(2, 0, 5);                                                               \
	UMULL_B(3, 0, 6);                                                                \
	UMULL2_B(3, 0, 7);                                                               \
	UADALP_H(4, 16);                  /* Σ c·p, low, of columns 0 and 1, in pairs */ \
	UADALP_H(5, 17);                  /* and 2 and 3            */                   \
	UADALP_H(6, 18);                  /* Σ c·p, high            */                   \
	UADALP_H(7, 19);                                                                 \
	UADALP_B(2, 20);                  /* Σ p, low, of all four  */                   \
	UADALP_B(3, 21)                   /* Σ p, high              */

// EXP2_SUM sums the powers of R2 classes of the columns that LOAD takes, at most
// four, in V16.
#define EXP2_SUM(LOAD, quad, tail, sum) \
	MOVD R1, R5;                                             \
	VEOR V16.B16, V16.B16, V16.B16;                          \
	VEOR V17.B16, V17.B16, V17.B16;                          \
	VEOR V18.B16, V18.B16, V18.B16;                          \
	VEOR V19.B16, V19.B16, V19.B16;                          \
	VEOR V20.B16, V20.B16, V20.B16;                          \
	VEOR V21.B16, V21.B16, V21.B16;                          \
	SUBS $4, R2, R6;                                         \
	BLT  tail;                                               \
quad:                                                        \
	LOAD;                                                    \
	EXP2_SPLIT;                                              \
	EXP2_ADD;                                                \
	SUBS $4, R6;                                             \
	BGE  quad;                                               \
tail:                                                        \
	ADDS $4, R6;                                             \
	BEQ  sum;                                                \
	/* The last 1 to 3 classes: the others have no power. */ \
	LOAD;                                                    \
	EXP2_SPLIT;                                              \
	VORR V27.B16, V1.B16, V1.B16;                            \
	EXP2_ADD;                                                \
sum:                                                         \
	/* Σ c·p + 256·Σ p of both, and the high one shifted. */ \
	VADDP V17.S4, V16.S4, V16.S4;                            \
	VADDP V19.S4, V18.S4, V18.S4;                            \
	UADDLP_H(20, 20);                                        \
	UADDLP_H(21, 21);                                        \
	VSHL  $8, V21.S4, V21.S4;                                \
	VADD  V21.S4, V18.S4, V18.S4;                            \
	VADD  V20.S4, V18.S4, V18.S4;                            \
	VSHL  $8, V18.S4, V18.S4;                                \
	VADD  V18.S4, V16.S4, V16.S4

// func exp2SumsNEON(sums *int32, logits *int8, m, n int)
//
//	R0  sums                    V28 … V30  exp2Tables
//	R1  logits                  V31        15 in every byte
//	R5  logits of the quad      V27        -1 in the bytes of classes not there
//	R2  m                       V16 … V21  sums of EXP2_ADD
//	R3  bytes of a quad of n
//	R6  classes left
//	R4  columns left
TEXT ·exp2SumsNEON(SB), NOSPLIT, $0-32
	MOVD sums+0(FP), R0
	MOVD logits+8(FP), R1
	MOVD m+16(FP), R2
	MOVD n+24(FP), R4
	LSL  $2, R4, R3

	MOVD  $exp2Tables<>(SB), R5
	VLD1  (R5), [V28.B16, V29.B16, V30.B16]
	VMOVI $15, V31.B16
	MOVD  $-1, R6
	AND   $3, R2, R7
	LSL   $3, R7
	LSL   R7, R6
	VDUP  R6, V27.S4

	SUBS $4, R4
	BLT  some

four:
	EXP2_SUM(LOAD_4, quad4, tail4, sum4)
	STORE_4
	ADD  $16, R1
	SUBS $4, R4
	BGE  four

some:
	ADDS $4, R4
	BEQ  done

one:
	EXP2_SUM(LOAD_1, quad1, tail1, sum1)
	STORE_1
	ADD  $4, R1
	SUBS $1, R4
	BNE  one

done:
	RET
