//go:build !purego

#include "columns_arm64.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_elementwise_arm64.h"
#include "textflag.h"
#include "constants_arm64.h"

// The perturbation A·t, in blocks of eight, four, two or one columns.

// Registers of the perturbation:
//
//	R0  y of the pair                  V16 … V23  t, 2·t, -t, -2·t, two vectors each
//	R1  codes of the pair              V24        2^(shift-1)
//	R2  t of the pair                  V25        -shift
//	R3  pairs left                     V26, V27   -1 where the member is the minus one
//	R4  rows
//	R5  multiples of t: eight columns for each code
//	R6  args
//	R7  bytes from a row of y to the next
//	R8  columns of the block
//	R9  row of y, R10 row of the minus members
//	R11 codes of the row, R12 code
//	R13 rows left
//	R14 row of base, R15 bytes from one to the next

DATA laneMasks<>+0(SB)/8, $-1
DATA laneMasks<>+8(SB)/8, $-1
DATA laneMasks<>+16(SB)/8, $-1
DATA laneMasks<>+24(SB)/8, $-1
DATA laneMasks<>+32(SB)/8, $0
DATA laneMasks<>+40(SB)/8, $0
DATA laneMasks<>+48(SB)/8, $0
DATA laneMasks<>+56(SB)/8, $0
GLOBL laneMasks<>(SB), RODATA|NOPTR, $64

// SETUP_ROUND sets V24 and V25 for a shift in R12: half is 1<<shift>>1.
#define SETUP_ROUND \
	NEG  R12, R13;      \
	VDUP R13, V25.S4;   \
	MOVD $1, R13;       \
	LSL  R12, R13, R13; \
	LSR  $1, R13, R13;  \
	VDUP R13, V24.S4

// SETUP_SIGN sets V26 and V27 where the lane is beyond the plus member's, of which
// there are R12 in the block.
#define SETUP_SIGN \
	MOVD $laneMasks<>+32(SB), R13;  \
	SUB  R12<<2, R13;               \
	FLDPQ (R13), (F26, F27);        \
	VMOVI $255, V24.B16;            \
	VEOR V24.B16, V26.B16, V26.B16; \
	VEOR V24.B16, V27.B16, V27.B16

// ROUND is RoundShift(v, shift) of register v, n by number.
#define ROUND(v, n) \
	VADD V24.S4, v.S4, v.S4; \
	SSHL_S(25, n, n)

// SIGN negates the lanes of minus members.
#define SIGN(v, minus) \
	VEOR minus.B16, v.B16, v.B16; \
	VSUB minus.S4, v.S4, v.S4

// CLEAR_MULTIPLES writes zero for the codes of zero weights.
#define CLEAR_MULTIPLES \
	CLEAR(V0);               \
	FSTPQ (F0, F0), 64(R5);  \
	FSTPQ (F0, F0), 160(R5); \
	FSTPQ (F0, F0), 192(R5); \
	FSTPQ (F0, F0), 224(R5)

// MULTIPLES sets 2·t, -t and -2·t from t, rounded.
#define MULTIPLES \
	CLEAR(V0);                   \
	VADD V16.S4, V16.S4, V18.S4; \
	VADD V17.S4, V17.S4, V19.S4; \
	VSUB V16.S4, V0.S4, V20.S4;  \
	VSUB V17.S4, V0.S4, V21.S4;  \
	VSUB V18.S4, V0.S4, V22.S4;  \
	VSUB V19.S4, V0.S4, V23.S4;  \
	ROUND(V16, 16);              \
	ROUND(V17, 17);              \
	ROUND(V18, 18);              \
	ROUND(V19, 19);              \
	ROUND(V20, 20);              \
	ROUND(V21, 21);              \
	ROUND(V22, 22);              \
	ROUND(V23, 23)

// SIGNS negates what the minus members add.
#define SIGNS \
	SIGN(V16, V26); \
	SIGN(V17, V27); \
	SIGN(V18, V26); \
	SIGN(V19, V27); \
	SIGN(V20, V26); \
	SIGN(V21, V27); \
	SIGN(V22, V26); \
	SIGN(V23, V27)

// STORE_MULTIPLES writes the multiples of the codes 0, 1, 3 and 4.
#define STORE_MULTIPLES \
	FSTPQ (F22, F23), 0(R5);  \
	FSTPQ (F20, F21), 32(R5); \
	FSTPQ (F16, F17), 96(R5); \
	FSTPQ (F18, F19), 128(R5)

// LOOK_UP loads the multiples of the next code at R11 to V0 and V1.
#define LOOK_UP \
	MOVBU.P 1(R11), R12;      \
	UBFIZ   $5, R12, $3, R12; \
	ADD     R5, R12;          \
	FLDPQ   (R12), (F0, F1)

// NEXT_PAIR steps to the next pair and sets the flags for the loop.
#define NEXT_PAIR \
	MOVD perturbArgs_yPair(R6), R11; \
	MOVD perturbArgs_aPair(R6), R12; \
	MOVD perturbArgs_tPair(R6), R13; \
	ADD  R11, R0;                    \
	ADD  R12, R1;                    \
	ADD  R13, R2;                    \
	SUBS $1, R3

// PERTURB_1 adds the multiples of a block, for all pairs.
#define PERTURB_1(LOAD, STORE_NEXT, pair, row) \
pair:                           \
	LOAD(R2, F16, F17);         \
	MULTIPLES;                  \
	SIGNS;                      \
	STORE_MULTIPLES;            \
	MOVD R0, R9;                \
	MOVD R1, R11;               \
	MOVD R4, R13;               \
row:                            \
	LOOK_UP;                    \
	LOAD(R9, F2, F3);           \
	VADD V0.S4, V2.S4, V2.S4;   \
	VADD V1.S4, V3.S4, V3.S4;   \
	STORE_NEXT(V2, V3, R9, R7); \
	SUBS $1, R13;               \
	BNE  row;                   \
	NEXT_PAIR;                  \
	BNE  pair

// SPREAD writes V4, V5 plus and minus V0, V1 to the rows of two members.
#define SPREAD(STORE_NEXT) \
	VADD V0.S4, V4.S4, V2.S4;   \
	VADD V1.S4, V5.S4, V3.S4;   \
	VSUB V0.S4, V4.S4, V4.S4;   \
	VSUB V1.S4, V5.S4, V5.S4;   \
	STORE_NEXT(V2, V3, R9, R7); \
	STORE_NEXT(V4, V5, R10, R7)

// SPREAD_1 writes base plus and minus the multiples of a block, for all pairs.
#define SPREAD_1(LOAD, LOAD_NEXT, STORE_NEXT, pair, row) \
pair:                                 \
	LOAD(R2, F16, F17);               \
	MULTIPLES;                        \
	STORE_MULTIPLES;                  \
	MOVD R0, R9;                      \
	MOVD perturbArgs_yMinus(R6), R10; \
	ADD  R0, R10;                     \
	MOVD R16, R14;                    \
	MOVD R1, R11;                     \
	MOVD R4, R13;                     \
row:                                  \
	LOOK_UP;                          \
	LOAD_NEXT(R14, R15, V4, V5);      \
	SPREAD(STORE_NEXT);               \
	SUBS $1, R13;                     \
	BNE  row;                         \
	NEXT_PAIR;                        \
	BNE  pair

// Registers of the sums over ranks:
//
//	R0  sums of the block of rows      V16 … V31  Σ of eight rows, two vectors each
//	R1  codes of the block, R9 of the rank   V0, V1  t
//	R2  t, R10 of the rank             V2         codes of eight rows
//	R3  ranks, R11 left                V3, V4     their weights, dwords
//	R4  rows left                      V5         codeWeights
//	R6  args
//	R7  bytes from a rank of codes to the next
//	R8  columns of the block
//	R12 bytes from a rank of t to the next

// ADD_ROW adds weight i of register w times t to the sums of a row.
#define ADD_ROW(w, i, sum0, sum1) \
	MLA_LANE(w, i, 0, sum0); \
	MLA_LANE(w, i, 1, sum1)

// COMBINE sums up blocks of eight rows.
#define COMBINE(LOAD_NEXT, block, rank) \
block:                                               \
	CLEAR(V16);                                      \
	CLEAR(V17);                                      \
	CLEAR(V18);                                      \
	CLEAR(V19);                                      \
	CLEAR(V20);                                      \
	CLEAR(V21);                                      \
	CLEAR(V22);                                      \
	CLEAR(V23);                                      \
	CLEAR(V24);                                      \
	CLEAR(V25);                                      \
	CLEAR(V26);                                      \
	CLEAR(V27);                                      \
	CLEAR(V28);                                      \
	CLEAR(V29);                                      \
	CLEAR(V30);                                      \
	CLEAR(V31);                                      \
	MOVD R1, R9;                                     \
	MOVD R2, R10;                                    \
	MOVD R3, R11;                                    \
rank:                                                \
	LOAD_NEXT(R10, R12, V0, V1);                     \
	VLD1.P (R9)(R7), [V2.B8];                        \
	VTBL   V2.B8, [V5.B16], V2.B8;                   \
	SSHLL_B(0, 2, 2);                                \
	SSHLL_H(0, 2, 3);                                \
	SSHLL2_H(0, 2, 4);                               \
	ADD_ROW(3, 0, 16, 17);                           \
	ADD_ROW(3, 1, 18, 19);                           \
	ADD_ROW(3, 2, 20, 21);                           \
	ADD_ROW(3, 3, 22, 23);                           \
	ADD_ROW(4, 0, 24, 25);                           \
	ADD_ROW(4, 1, 26, 27);                           \
	ADD_ROW(4, 2, 28, 29);                           \
	ADD_ROW(4, 3, 30, 31);                           \
	SUBS $1, R11;                                    \
	BNE  rank;                                       \
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R0); \
	VST1.P [V20.S4, V21.S4, V22.S4, V23.S4], 64(R0); \
	VST1.P [V24.S4, V25.S4, V26.S4, V27.S4], 64(R0); \
	VST1.P [V28.S4, V29.S4, V30.S4, V31.S4], 64(R0); \
	ADD  $8, R1;                                     \
	SUBS $8, R4;                                     \
	BGT  block

// ADD_ROWS adds the rounded sums at R5 to R13 rows of y at R9.
#define ADD_ROWS(LOAD, STORE_NEXT, row) \
row:                            \
	FLDPQ.P 32(R5), (F0, F1);   \
	LOAD(R9, F2, F3);           \
	ROUND(V0, 0);               \
	ROUND(V1, 1);               \
	SIGN(V0, V26);              \
	SIGN(V1, V27);              \
	VADD V0.S4, V2.S4, V2.S4;   \
	VADD V1.S4, V3.S4, V3.S4;   \
	STORE_NEXT(V2, V3, R9, R7); \
	SUBS $1, R13;               \
	BNE  row

// SPREAD_ROWS writes R13 rows of the members that share a base at R14: base plus and
// minus the rounded sums at R5.
#define SPREAD_ROWS(LOAD_NEXT, STORE_NEXT, row) \
row:                             \
	FLDPQ.P 32(R5), (F0, F1);    \
	LOAD_NEXT(R14, R15, V4, V5); \
	ROUND(V0, 0);                \
	ROUND(V1, 1);                \
	SPREAD(STORE_NEXT);          \
	SUBS $1, R13;                \
	BNE  row

// func perturb1NEON(args *perturbArgs)
TEXT ·perturb1NEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R6
	MOVD perturbArgs_y(R6), R0
	MOVD perturbArgs_a(R6), R1
	MOVD perturbArgs_t(R6), R2
	MOVD perturbArgs_pairs(R6), R3
	MOVD perturbArgs_rows(R6), R4
	MOVD perturbArgs_cols(R6), R8
	MOVD perturbArgs_plus(R6), R12
	SETUP_SIGN
	MOVD perturbArgs_shift(R6), R12
	SETUP_ROUND
	MOVD perturbArgs_multiples(R6), R5
	CLEAR_MULTIPLES
	MOVD perturbArgs_yRow(R6), R7

	BY_WIDTH(four, two, one)
	PERTURB_1(LOAD_8, STORE_NEXT_8, pair8, row8)
	RET

four:
	PERTURB_1(LOAD_4, STORE_NEXT_4, pair4, row4)
	RET

two:
	PERTURB_1(LOAD_2, STORE_NEXT_2, pair2, row2)
	RET

one:
	PERTURB_1(LOAD_1, STORE_NEXT_1, pair1, row1)
	RET

// func spread1NEON(args *perturbArgs)
//
//	R16  base
TEXT ·spread1NEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R6
	MOVD perturbArgs_y(R6), R0
	MOVD perturbArgs_base(R6), R16
	MOVD perturbArgs_a(R6), R1
	MOVD perturbArgs_t(R6), R2
	MOVD perturbArgs_pairs(R6), R3
	MOVD perturbArgs_rows(R6), R4
	MOVD perturbArgs_cols(R6), R8
	MOVD perturbArgs_shift(R6), R12
	SETUP_ROUND
	MOVD perturbArgs_multiples(R6), R5
	CLEAR_MULTIPLES
	MOVD perturbArgs_yRow(R6), R7
	MOVD perturbArgs_baseRow(R6), R15

	BY_WIDTH(four, two, one)
	SPREAD_1(LOAD_8, LOAD_NEXT_8, STORE_NEXT_8, pair8, row8)
	RET

four:
	SPREAD_1(LOAD_4, LOAD_NEXT_4, STORE_NEXT_4, pair4, row4)
	RET

two:
	SPREAD_1(LOAD_2, LOAD_NEXT_2, STORE_NEXT_2, pair2, row2)
	RET

one:
	SPREAD_1(LOAD_1, LOAD_NEXT_1, STORE_NEXT_1, pair1, row1)
	RET

// func combineNEON(args *perturbArgs)
TEXT ·combineNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R6
	MOVD  perturbArgs_sums(R6), R0
	MOVD  perturbArgs_a(R6), R1
	MOVD  perturbArgs_t(R6), R2
	MOVD  perturbArgs_ranks(R6), R3
	MOVD  perturbArgs_rows(R6), R4
	MOVD  perturbArgs_cols(R6), R8
	MOVD  perturbArgs_aRank(R6), R7
	MOVD  perturbArgs_tRank(R6), R12
	MOVD  $codeWeights<>(SB), R9
	VLD1  (R9), [V5.B16]

	BY_WIDTH(four, two, one)
	COMBINE(LOAD_NEXT_8, block8, rank8)
	RET

four:
	COMBINE(LOAD_NEXT_4, block4, rank4)
	RET

two:
	COMBINE(LOAD_NEXT_2, block2, rank2)
	RET

one:
	COMBINE(LOAD_NEXT_1, block1, rank1)
	RET

// func addRoundedNEON(args *perturbArgs)
TEXT ·addRoundedNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R6
	MOVD perturbArgs_y(R6), R9
	MOVD perturbArgs_sums(R6), R5
	MOVD perturbArgs_cols(R6), R8
	MOVD perturbArgs_plus(R6), R12
	SETUP_SIGN
	MOVD perturbArgs_shift(R6), R12
	SETUP_ROUND
	MOVD perturbArgs_rows(R6), R13
	MOVD perturbArgs_yRow(R6), R7

	BY_WIDTH(four, two, one)
	ADD_ROWS(LOAD_8, STORE_NEXT_8, row8)
	RET

four:
	ADD_ROWS(LOAD_4, STORE_NEXT_4, row4)
	RET

two:
	ADD_ROWS(LOAD_2, STORE_NEXT_2, row2)
	RET

one:
	ADD_ROWS(LOAD_1, STORE_NEXT_1, row1)
	RET

// func spreadRoundedNEON(args *perturbArgs)
TEXT ·spreadRoundedNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R6
	MOVD perturbArgs_y(R6), R9
	MOVD perturbArgs_base(R6), R14
	MOVD perturbArgs_sums(R6), R5
	MOVD perturbArgs_cols(R6), R8
	MOVD perturbArgs_shift(R6), R12
	SETUP_ROUND
	MOVD perturbArgs_rows(R6), R13
	MOVD perturbArgs_yRow(R6), R7
	MOVD perturbArgs_baseRow(R6), R15
	MOVD perturbArgs_yMinus(R6), R10
	ADD  R9, R10

	BY_WIDTH(four, two, one)
	SPREAD_ROWS(LOAD_NEXT_8, STORE_NEXT_8, row8)
	RET

four:
	SPREAD_ROWS(LOAD_NEXT_4, STORE_NEXT_4, row4)
	RET

two:
	SPREAD_ROWS(LOAD_NEXT_2, STORE_NEXT_2, row2)
	RET

one:
	SPREAD_ROWS(LOAD_NEXT_1, STORE_NEXT_1, row1)
	RET
