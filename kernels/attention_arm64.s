//go:build !purego

#include "go_asm.h"
#include "fours_arm64.h"
#include "neon_elementwise_arm64.h"
#include "textflag.h"

// Attention, NEON.

// ROTATE turns two rows of pairs of a quad.
#define ROTATE(LOAD, STORE, a, b, c, d) \
	ADD   R3, R0, R6;              \
	ADD   R3, R1, R7;              \
	ADD   R3, R2, R8;              \
	JOIN(LOAD, R7, R8);            \
	VUZP1 V1.S4, V0.S4, V2.S4;     /* values 0 and 1 of each column */ \
	VUZP2 V1.S4, V0.S4, V3.S4;     /* values 2 and 3                */ \
	VUZP1 V3.H8, V2.H8, V0.H8;     /* x                             */ \
	VUZP2 V3.H8, V2.H8, V1.H8;     /* y                             */ \
	SMULL_H(16, 0, 2);             \
	SMLSL_H(17, 1, 2);             \
	SMULL2_H(16, 0, 3);            \
	SMLSL2_H(17, 1, 3);            \
	SMULL_H(17, 0, 6);             \
	SMLAL_H(16, 1, 6);             \
	SMULL2_H(17, 0, 7);            \
	SMLAL2_H(16, 1, 7);            \
	SQRSHRN_S(14, 2, 0);           \
	SQRSHRN2_S(14, 3, 0);          \
	SQRSHRN_S(14, 6, 1);           \
	SQRSHRN2_S(14, 7, 1);          \
	SMIN_H(31, 0, 0);              \
	SMIN_H(31, 1, 1);              \
	SMAX_H(28, 0, 0);              \
	SMAX_H(28, 1, 1);              \
	VZIP1 V1.H8, V0.H8, V2.H8;     \
	VZIP2 V1.H8, V0.H8, V3.H8;     \
	STORE(V2, R6);                 \
	STORE(V3, R6)

// func turnWordsNEON(args *turnArgs)
//
//	R0  dst of the quad          V16  cosines of row 0, then of row 1
//	R1  high                     V17  sines
//	R2  low, or high             V28, V31  limits, in words
//	R9  bytes of a row           V29, V30  of JOIN
//	R10 quads left
//	R11 turns, at the quad       R12  turns
//	R13 end of the turns
TEXT ·turnWordsNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R8
	MOVD turnArgs_dst(R8), R0
	MOVD turnArgs_high(R8), R1
	MOVD turnArgs_low(R8), R2
	MOVD turnArgs_turns(R8), R12
	MOVD turnArgs_turnsLen(R8), R13
	ADD  R12, R13
	MOVD R12, R11
	MOVD turnArgs_row(R8), R9
	MOVD turnArgs_quads(R8), R10
	MOVD turnArgs_n(R8), R5
	MOVW turnArgs_limit(R8), R6
	VDUP R6, V31.H8
	NEG  R6, R6
	VDUP R6, V28.H8
	DIGITS

quad:
	VLD1.P 8(R11), [V0.H4]     // two turns
	VUZP1  V0.H8, V0.H8, V1.H8 // cosines
	VUZP2  V0.H8, V0.H8, V2.H8
	VDUP   V1.H[0], V16.H4
	VDUP   V1.H[1], V3.H4
	VZIP1  V3.D2, V16.D2, V16.D2
	VDUP   V2.H[0], V17.H4
	VDUP   V2.H[1], V3.H4
	VZIP1  V3.D2, V17.D2, V17.D2
	EACH(ROTATE)
	ADD    R9<<1, R0
	ADD    R9, R1
	ADD    R9, R2
	CMP    R11, R13
	CSEL   EQ, R12, R11, R11
	SUBS   $1, R10
	BNE    quad
	RET

// INSERT moves the byte of V0 that shift brings to the step into a row of values.
#define INSERT(shift, LOAD, STORE) \
	MOVD R6, R8;                   \
	LOAD(R6, V2);                  \
	USHL_S(shift, 0, 1);           \
	VBIT V31.B16, V1.B16, V2.B16;  \
	STORE(V2, R8)

#define INSERTS(LOAD, STORE, a, b, c, d) \
	ADD R3, R1, R7;          \
	LOAD(R7, V0);            \
	ADD R3, R0, R6;          \
	INSERT(24, LOAD, STORE); \
	INSERT(25, LOAD, STORE); \
	INSERT(26, LOAD, STORE); \
	INSERT(27, LOAD, STORE)

// func cacheValuesNEON(values, v *int8, step, n, quads int)
//
//	R0  values of the quad    V24 … V27  shifts of lanes 0 to 3 to the step
//	R1  v of the quad         V31        the bits of the step
//	R9  bytes of a row
//	R10 quads left
TEXT ·cacheValuesNEON(SB), NOSPLIT, $0-40
	MOVD values+0(FP), R0
	MOVD v+8(FP), R1
	MOVD step+16(FP), R2
	MOVD n+24(FP), R5
	MOVD quads+32(FP), R10
	LSL  $2, R5, R9
	LSL  $3, R2
	MOVD $0xff, R6
	LSL  R2, R6
	VDUP R6, V31.S4
	VDUP R2, V24.S4
	SUB  $8, R2
	VDUP R2, V25.S4
	SUB  $8, R2
	VDUP R2, V26.S4
	SUB  $8, R2
	VDUP R2, V27.S4

quad:
	EACH(INSERTS)
	ADD  R9<<2, R0
	ADD  R9, R1
	SUBS $1, R10
	BNE  quad
	RET

// The table of exp2: round(2^(12+i/16)), of 16 words.
DATA exp2Words<>+0(SB)/8, $0x1238117310b51000
DATA exp2Words<>+8(SB)/8, $0x15ab14c013df1307
DATA exp2Words<>+16(SB)/8, $0x19c518ad17a116a1
DATA exp2Words<>+24(SB)/8, $0x1ea51d581c1a1ae9
GLOBL exp2Words<>(SB), RODATA|NOPTR, $32

// DOT adds the products of a row of words of the query and of the keys to V0, of columns 0
// and 1, and V1, of columns 2 and 3. Eight products fit 32 bits.
#define DOT(LOAD) \
	LOAD(R1, V4);      \
	LOAD(R7, V5);      \
	SMLAL_H(4, 5, 0);  \
	SMLAL2_H(4, 5, 1)

// SCORES stores the scores of all steps, and leaves the largest in V30.
#define SCORES(LOAD, step, chunk, row, several) \
step:                              \
	MOVD attendArgs_q(R8), R1;     \
	MOVD R2, R7;                   \
	MOVD R3, R5;                   \
	VEOR V16.B16, V16.B16, V16.B16; \
	VEOR V17.B16, V17.B16, V17.B16; \
                                   \
chunk:                             \
	MOVD $8, R6;                   \
	CMP  R6, R5;                   \
	CSEL LT, R5, R6, R6;           \
	SUB  R6, R5;                   \
	VEOR V0.B16, V0.B16, V0.B16;   \
	VEOR V1.B16, V1.B16, V1.B16;   \
                                   \
row:                               \
	DOT(LOAD);                     \
	DOT(LOAD);                     \
	SUBS $2, R6;                   \
	BNE  row;                      \
	SADALP_S(0, 16);               \
	SADALP_S(1, 17);               \
	CBNZ R5, chunk;                \
                                   \
	CBZ  R13, several;             \
	VADD  V17.D2, V16.D2, V16.D2;  /* four columns of one */ \
	VADDP V16.D2, V16.D2, V16.D2;  \
	VMOV  V16.B16, V17.B16;        \
                                   \
several:                           \
	SSHL_D(31, 16, 16);            \
	SSHL_D(31, 17, 17);            \
	SQXTN_D(16, 0);                \
	SQXTN2_D(17, 0);               \
	SMIN_S(29, 0, 0);              \
	SMAX_S(28, 0, 0);              \
	SMAX_S(0, 30, 30);             \
	VST1.P [V0.S4], 16(R0);        \
	ADD  R10, R2;                  \
	SUBS $1, R4;                   \
	BNE  step

// EXP2 sets the scores v, number n, to their weights, and adds these to the sums in V31. It
// clobbers V4.
#define EXP2(v, n) \
	VSUB  V30.S4, v.S4, v.S4;      \
	SMAX_S(29, n, n);              /* from 2^-16 on there is no weight */ \
	VSHL  $28, v.S4, V4.S4;        \
	VUSHR $27, V4.S4, V4.S4;       \
	VSLI  $8, V4.S4, V4.S4;        \
	VADD  V28.S4, V4.S4, V4.S4;    /* the two bytes of the table       */ \
	VTBL  V4.B16, [V26.B16, V27.B16], V4.B16; \
	SSHL_S(25, n, n);              \
	USHL_S(n, 4, n);               \
	VADD  v.S4, V31.S4, V31.S4

// func attendScoresNEON(args *attendArgs)
//
//	R8  args                       V0, V1    sums of products, V16, V17 in qwords
//	R0  scores, advancing          V28, V29  bounds of scores
//	R1  query                      V30       the largest score
//	R2  keys of the step           V31       shift of sums
//	R7  keys
//	R9  bytes of a row             R10 bytes of a step of keys
//	R3  pairs, R5 left             R4  steps left
//	R6  pairs left in the chunk    R13 whether columns are one
TEXT ·attendScoresNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R8
	MOVD attendArgs_scores(R8), R0
	MOVD attendArgs_keys(R8), R2
	MOVD attendArgs_pairs(R8), R3
	MOVD attendArgs_steps(R8), R4
	MOVD attendArgs_row(R8), R9
	MOVD attendArgs_keyStep(R8), R10
	MOVD attendArgs_one(R8), R13
	MOVD attendArgs_shift(R8), R5
	NEG  R5, R5
	VDUP R5, V31.D2
	MOVD $0x1000000, R5
	VDUP R5, V29.S4
	NEG  R5, R5
	VDUP R5, V28.S4
	VMOV V28.B16, V30.B16
	VEOR V4.B16, V4.B16, V4.B16
	VEOR V5.B16, V5.B16, V5.B16
	MOVD attendArgs_cols(R8), R5
	CMP  $4, R5
	BLT  last
	SCORES(LOAD_FOUR, step, chunk, pair, several)
	B    scored

last:
	SCORES(LOAD_LAST, lastStep, lastChunk, lastPair, lastSeveral)

scored:
	ADD  $attendArgs_most, R8
	VST1 [V30.S4], (R8)

	// No weight for the steps that fill up the last four.
	VSHL $6, V28.S4, V0.S4
	VMOV V0.B16, V1.B16
	VMOV V0.B16, V2.B16
	VST1 [V0.S4, V1.S4, V2.S4], (R0)
	RET

// func attendWeightsNEON(args *attendArgs)
//
//	R0  scores                      V0–V3     scores of four steps, and their weights
//	R1  weights                     V25       -4
//	R4  groups of four steps left   V26, V27  exp2Words
//	R8  args                        V28       what EXP2 adds to the bytes of an index
//	                                V29       -256
//	                                V30       the largest score
//	                                V31       sums of weights
TEXT ·attendWeightsNEON(SB), NOSPLIT, $0-8
	MOVD  args+0(FP), R8
	ADD   $attendArgs_most, R8, R5
	VLD1  (R5), [V30.S4]
	MOVD  $exp2Words<>(SB), R5
	VLD1  (R5), [V26.B16, V27.B16]
	MOVD  $-4, R5
	VDUP  R5, V25.S4
	MOVD  $0xffff0100, R5
	VDUP  R5, V28.S4
	MOVD  $-256, R5
	VDUP  R5, V29.S4
	VEOR  V31.B16, V31.B16, V31.B16
	MOVD  attendArgs_scores(R8), R0
	MOVD  R0, R1
	MOVD  attendArgs_steps(R8), R4
	ADD   $3, R4
	LSR   $2, R4

weights:
	VLD1.P 64(R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	EXP2(V0, 0)
	EXP2(V1, 1)
	EXP2(V2, 2)
	EXP2(V3, 3)
	VSLI   $16, V1.S4, V0.S4    // steps 0 and 1 of each column, in words
	VSLI   $16, V3.S4, V2.S4
	VZIP1  V2.S4, V0.S4, V4.S4  // four steps of columns 0 and 1
	VZIP2  V2.S4, V0.S4, V5.S4
	VST1.P [V4.H8, V5.H8], 32(R1)
	SUBS   $1, R4
	BNE    weights

	ADD  $attendArgs_sums, R8
	VST1 [V31.S4], (R8)
	RET

// STEPS adds the products of four steps of a row of values and of their weights to the sums a
// to d of columns 0 to 3. It clobbers V26 to V28.
#define STEPS(LOAD, a, b, c, d) \
	LOAD(R7, V26);        \
	SSHLL_B(0, 26, 27);   \
	SSHLL2_B(0, 26, 28);  \
	SMLAL_H(24, 27, a);   \
	SMLAL2_H(24, 27, b);  \
	SMLAL_H(25, 28, c);   \
	SMLAL2_H(25, 28, d)

#define CLEAR(a, b, c, d) \
	VEOR a.B16, a.B16, a.B16; \
	VEOR b.B16, b.B16, b.B16; \
	VEOR c.B16, c.B16, c.B16; \
	VEOR d.B16, d.B16, d.B16

// FOURS sums the products of all steps for four rows of values.
#define FOURS(LOAD, four) \
four:                               \
	VLD1.P 32(R1), [V24.H8, V25.H8]; \
	STEPS(LOAD, 0, 1, 2, 3);        \
	STEPS(LOAD, 4, 5, 6, 7);        \
	STEPS(LOAD, 8, 9, 10, 11);      \
	STEPS(LOAD, 12, 13, 14, 15);    \
	ADD  R10, R7;                   \
	SUBS $1, R4;                    \
	BNE  four

// DIVIDE adds the lanes of each of four sums and sets t, number n, to the quotients by the sum
// of weights, rounded to nearest, ties away from zero. It clobbers V20 to V22.
#define DIVIDE(a, b, c, d, t, n) \
	VADDP b.S4, a.S4, V20.S4;     \
	VADDP d.S4, c.S4, V21.S4;     \
	VADDP V21.S4, V20.S4, t.S4;   /* totals of columns 0 to 3 */ \
	ABS_S(n, 20);                 \
	VADD  V20.S4, V20.S4, V20.S4; \
	VADD  V24.S4, V20.S4, V20.S4; /* 2·|total| + sum          */ \
	UMULL_S(26, 20, 21);          \
	UMULL2_S(26, 20, 22);         \
	USHL_D(27, 21, 21);           \
	USHL_D(28, 22, 22);           \
	VUZP1 V22.S4, V21.S4, V21.S4; /* the quotient, or 1 less  */ \
	MUL_S(25, 21, 22);            \
	VSUB  V22.S4, V20.S4, V20.S4; \
	CMHS_S(25, 20, 20);           \
	VSUB  V20.S4, V21.S4, V21.S4; \
	SSHL_S(29, n, 20);            /* its sign                 */ \
	VEOR  V20.B16, V21.B16, V21.B16; \
	VSUB  V20.S4, V21.S4, t.S4

// func attendValuesNEON(args *attendArgs)
//
//	R8  args                       V0–V15    sums, four steps of a column each
//	R0  dst                        V24, V25  weights of columns 0 and 1, 2 and 3
//	R1  weights
//	R2  values of the quad
//	R3  pairs left
//	R4  groups of four steps left
//	R7  values
//	R9  bytes of a row
//	R10 bytes of a group less four rows
//	R13 whether columns are one
//
// In DIVIDE, of the sum s: V24 s, V25 2·s, V26 its inverse, V27 and V28 the shifts of products
// with that, in qwords; V29 -31.
TEXT ·attendValuesNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R8
	MOVD attendArgs_dst(R8), R0
	MOVD attendArgs_values(R8), R2
	MOVD attendArgs_pairs(R8), R3
	MOVD attendArgs_row(R8), R9
	MOVD attendArgs_group(R8), R10
	MOVD attendArgs_one(R8), R13
	SUB  R9<<2, R10
	MOVD attendArgs_cols(R8), R11
	MOVD $-31, R5
	VDUP R5, V29.S4

quad:
	MOVD R2, R7
	MOVD attendArgs_scores(R8), R1
	MOVD attendArgs_steps(R8), R4
	ADD  $3, R4
	LSR  $2, R4
	CLEAR(V0, V1, V2, V3)
	CLEAR(V4, V5, V6, V7)
	CLEAR(V8, V9, V10, V11)
	CLEAR(V12, V13, V14, V15)
	CMP  $4, R11
	BLT  last
	FOURS(LOAD_FOUR, four)
	B    divide

last:
	FOURS(LOAD_LAST, lastFour)

divide:
	ADD  $attendArgs_sums, R8, R5
	VLD1.P 16(R5), [V24.S4]
	VLD1.P 16(R5), [V26.S4]
	VLD1   (R5), [V27.D2, V28.D2]
	VADD V24.S4, V24.S4, V25.S4
	DIVIDE(V0, V1, V2, V3, V16, 16)
	DIVIDE(V4, V5, V6, V7, V17, 17)
	DIVIDE(V8, V9, V10, V11, V18, 18)
	DIVIDE(V12, V13, V14, V15, V19, 19)
	CBNZ R13, one
	VSLI $8, V17.S4, V16.S4     // quads of the columns
	VSLI $16, V18.S4, V16.S4
	VSLI $24, V19.S4, V16.S4
	CMP  $4, R11
	BLT  column
	VST1.P [V16.B16], (R0)(R9)
	B    next

column:
	VST1.P V16.S[0], (R0)(R9)
	B      next

one:
	VUZP1 V17.H8, V16.H8, V16.H8 // values in order
	VUZP1 V19.H8, V18.H8, V18.H8
	VUZP1 V18.B16, V16.B16, V16.B16
	VST1.P [V16.B16], (R0)(R9)

next:
	ADD  R9<<2, R2
	SUBS $2, R3
	BNE  quad
	RET
