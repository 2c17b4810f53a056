//go:build !purego

#include "columns_arm64.h"
#include "go_asm.h"
#include "neon_arm64.h"
#include "neon_elementwise_arm64.h"
#include "textflag.h"

// The projection t = Bᵀx, in blocks of eight, four, two or one columns.

// Registers of the projection:
//
//	R0  t of the group                V28, V29   a quad of columns
//	R1  codes of the group            V24, V25   Σ x, sixteen words: two to a column
//	R2  columns of the group          V0 … V3, V4 … V7, V16 … V19, V20 … V23
//	R3  groups left                              Σ c·x of each vector, four words to a
//	R4  quads of the run                         column; in dwords, the first two
//	R5  args                          V26, V27   t
//	R6  bytes from a quad of columns to the next
//	R7  bytes from a vector of codes to the next
//	R8  columns of the block
//	R9 … R12  codes of the vectors    V30        a quad of codes; four of each vector
//	R13 columns                                  are in V20 … V23 for SDOT
//	R14 quads left in the run         V31        2 in every byte

// SETUP_PROJECT loads the arguments and the constants.
#define SETUP_PROJECT \
	MOVD  args+0(FP), R5;             \
	MOVD  projectArgs_t(R5), R0;      \
	MOVD  projectArgs_b(R5), R1;      \
	MOVD  projectArgs_x(R5), R2;      \
	MOVD  projectArgs_groups(R5), R3; \
	MOVD  projectArgs_quads(R5), R4;  \
	MOVD  projectArgs_cols(R5), R8;   \
	MOVD  projectArgs_xRow(R5), R6;   \
	MOVD  projectArgs_bRow(R5), R7

// BEGIN_GROUP sets the pointers of a run.
#define BEGIN_GROUP \
	MOVD R1, R9;       \
	ADD  R7, R9, R10;  \
	ADD  R7, R10, R11; \
	ADD  R7, R11, R12; \
	MOVD R2, R13;      \
	MOVD R4, R14

// NEXT_GROUP steps to the next group and sets the flags for the loop.
#define NEXT_GROUP \
	MOVD projectArgs_tGroup(R5), R9;  \
	MOVD projectArgs_bGroup(R5), R10; \
	MOVD projectArgs_xGroup(R5), R11; \
	ADD  R9, R0;                      \
	ADD  R10, R1;                     \
	ADD  R11, R2;                     \
	SUBS $1, R3

// COLUMNS_8 and so on load a quad of columns and add it to Σ x.
#define COLUMNS_8 VLD1.P (R13)(R6), [V28.B16, V29.B16]; SADALP_B(28, 24); SADALP_B(29, 25)
#define COLUMNS_4 VLD1.P (R13)(R6), [V28.B16]; SADALP_B(28, 24)
#define COLUMNS_2 VLD1.P (R13)(R6), [V28.B8]; SADALP_B(28, 24)
#define COLUMNS_1 VLD1.P (R13)(R6), V28.S[0]; SADALP_B(28, 24)

// DOT_8 and so on add the products of the next quad of codes at r with the columns.
// A product is within ±512: a run of 32 fits a word.
#define DOT_8(r, a0, a1, a2, a3) \
	VLD1R.P 4(r), [V30.S4]; \
	SMLAL(30, 28, a0);      \
	SMLAL2(30, 28, a1);     \
	SMLAL(30, 29, a2);      \
	SMLAL2(30, 29, a3)

#define DOT_4(r, a0, a1, a2, a3) \
	VLD1R.P 4(r), [V30.S4]; \
	SMLAL(30, 28, a0);      \
	SMLAL2(30, 28, a1)

#define DOT_2(r, a0, a1, a2, a3) \
	VLD1R.P 4(r), [V30.S4]; \
	SMLAL(30, 28, a0)

// TWICE turns Σ x into Σ 2·x, a dword to a column.
#define TWICE \
	SADDLP_H(24, 24);        \
	SADDLP_H(25, 25);        \
	VSHL $1, V24.S4, V24.S4; \
	VSHL $1, V25.S4, V25.S4

// ADD_RUN adds Σ c·x - Σ 2·x to t at R0. n0 to n3 are the numbers of a0 to a3.
#define ADD_RUN(LOAD, STORE, n0, n1, n2, n3, a0, a1, a2, a3) \
	LOAD(R0, F26, F27);          \
	SADDLP_H(n0, n0);            \
	SADDLP_H(n1, n1);            \
	SADDLP_H(n2, n2);            \
	SADDLP_H(n3, n3);            \
	VADDP a1.S4, a0.S4, a0.S4;   \
	VADDP a3.S4, a2.S4, a2.S4;   \
	VSUB  V24.S4, a0.S4, a0.S4;  \
	VSUB  V25.S4, a2.S4, a2.S4;  \
	VADD  a0.S4, V26.S4, V26.S4; \
	VADD  a2.S4, V27.S4, V27.S4; \
	STORE(F26, F27, R0)

// GROUPS_1 multiplies the quads of a run with one vector, for all groups, and
// GROUPS_4 with four.
#define GROUPS_1(COLUMNS, DOT, LOAD, STORE, group, quad) \
group:                                                \
	BEGIN_GROUP;                                      \
	CLEAR(V0);                                        \
	CLEAR(V1);                                        \
	CLEAR(V2);                                        \
	CLEAR(V3);                                        \
	CLEAR(V24);                                       \
	CLEAR(V25);                                       \
quad:                                                 \
	COLUMNS;                                          \
	DOT(R9, 0, 1, 2, 3);                              \
	SUBS $1, R14;                                     \
	BNE  quad;                                        \
	TWICE;                                            \
	ADD_RUN(LOAD, STORE, 0, 1, 2, 3, V0, V1, V2, V3); \
	NEXT_GROUP;                                       \
	BNE group

#define GROUPS_4(COLUMNS, DOT, LOAD, STORE, group, quad) \
group:                                                        \
	BEGIN_GROUP;                                              \
	CLEAR(V0);                                                \
	CLEAR(V1);                                                \
	CLEAR(V2);                                                \
	CLEAR(V3);                                                \
	CLEAR(V4);                                                \
	CLEAR(V5);                                                \
	CLEAR(V6);                                                \
	CLEAR(V7);                                                \
	CLEAR(V16);                                               \
	CLEAR(V17);                                               \
	CLEAR(V18);                                               \
	CLEAR(V19);                                               \
	CLEAR(V20);                                               \
	CLEAR(V21);                                               \
	CLEAR(V22);                                               \
	CLEAR(V23);                                               \
	CLEAR(V24);                                               \
	CLEAR(V25);                                               \
quad:                                                         \
	COLUMNS;                                                  \
	DOT(R9, 0, 1, 2, 3);                                      \
	DOT(R10, 4, 5, 6, 7);                                     \
	DOT(R11, 16, 17, 18, 19);                                 \
	DOT(R12, 20, 21, 22, 23);                                 \
	SUBS $1, R14;                                             \
	BNE  quad;                                                \
	TWICE;                                                    \
	MOVD R0, R9;                                              \
	MOVD projectArgs_tRow(R5), R10;                           \
	ADD_RUN(LOAD, STORE, 0, 1, 2, 3, V0, V1, V2, V3);         \
	ADD  R10, R0;                                             \
	ADD_RUN(LOAD, STORE, 4, 5, 6, 7, V4, V5, V6, V7);         \
	ADD  R10, R0;                                             \
	ADD_RUN(LOAD, STORE, 16, 17, 18, 19, V16, V17, V18, V19); \
	ADD  R10, R0;                                             \
	ADD_RUN(LOAD, STORE, 20, 21, 22, 23, V20, V21, V22, V23); \
	MOVD R9, R0;                                              \
	NEXT_GROUP;                                               \
	BNE group

// DOT_LANES_8 and so on multiply quad i of codes v, weights, with a quad of columns.
#define DOT_LANES_8(v, i, a0, a1) \
	SDOT_LANE(v, i, 28, a0); \
	SDOT_LANE(v, i, 29, a1)

#define DOT_LANES_4(v, i, a0, a1) \
	SDOT_LANE(v, i, 28, a0)

// LANES_1 multiplies the next quad of columns with quad i of one vector of weights,
// LANES_4 of four.
#define LANES_1(LOAD_X, DOT, i) \
	LOAD_X(R13, R6, V28, V29); \
	DOT(20, i, 0, 1)

#define LANES_4(LOAD_X, DOT, i) \
	LOAD_X(R13, R6, V28, V29); \
	DOT(20, i, 0, 1);          \
	DOT(21, i, 2, 3);          \
	DOT(22, i, 4, 5);          \
	DOT(23, i, 6, 7)

// WEIGHTS turns codes into weights.
#define WEIGHTS(v) VSUB V31.B16, v.B16, v.B16

// GROUPS_LANES_1 and GROUPS_LANES_4 are GROUPS_1 and GROUPS_4 by SDOT.
#define GROUPS_LANES_1(LOAD_X, DOT, LOAD, STORE, group, four, some, quad, next) \
group:                       \
	BEGIN_GROUP;             \
	LOAD(R0, F0, F1);        \
	SUBS $4, R14;            \
	BLT  some;               \
four:                        \
	FMOVQ.P 16(R9), F20;     \
	WEIGHTS(V20);            \
	LANES_1(LOAD_X, DOT, 0); \
	LANES_1(LOAD_X, DOT, 1); \
	LANES_1(LOAD_X, DOT, 2); \
	LANES_1(LOAD_X, DOT, 3); \
	SUBS $4, R14;            \
	BGE  four;               \
some:                        \
	ADDS $4, R14;            \
	BEQ  next;               \
quad:                        \
	FMOVS.P 4(R9), F20;      \
	WEIGHTS(V20);            \
	LANES_1(LOAD_X, DOT, 0); \
	SUBS $1, R14;            \
	BNE  quad;               \
next:                        \
	STORE(F0, F1, R0);       \
	NEXT_GROUP;              \
	BNE group

#define GROUPS_LANES_4(LOAD_X, DOT, LOAD, STORE, group, four, some, quad, next) \
group:                              \
	MOVD projectArgs_tRow(R5), R10; \
	ADD  R0, R10, R11;              \
	ADD  R10, R11, R12;             \
	ADD  R10, R12, R15;             \
	LOAD(R0, F0, F1);               \
	LOAD(R11, F2, F3);              \
	LOAD(R12, F4, F5);              \
	LOAD(R15, F6, F7);              \
	BEGIN_GROUP;                    \
	SUBS $4, R14;                   \
	BLT  some;                      \
four:                               \
	FMOVQ.P 16(R9), F20;            \
	FMOVQ.P 16(R10), F21;           \
	FMOVQ.P 16(R11), F22;           \
	FMOVQ.P 16(R12), F23;           \
	WEIGHTS(V20);                   \
	WEIGHTS(V21);                   \
	WEIGHTS(V22);                   \
	WEIGHTS(V23);                   \
	LANES_4(LOAD_X, DOT, 0);        \
	LANES_4(LOAD_X, DOT, 1);        \
	LANES_4(LOAD_X, DOT, 2);        \
	LANES_4(LOAD_X, DOT, 3);        \
	SUBS $4, R14;                   \
	BGE  four;                      \
some:                               \
	ADDS $4, R14;                   \
	BEQ  next;                      \
quad:                               \
	FMOVS.P 4(R9), F20;             \
	FMOVS.P 4(R10), F21;            \
	FMOVS.P 4(R11), F22;            \
	FMOVS.P 4(R12), F23;            \
	WEIGHTS(V20);                   \
	WEIGHTS(V21);                   \
	WEIGHTS(V22);                   \
	WEIGHTS(V23);                   \
	LANES_4(LOAD_X, DOT, 0);        \
	SUBS $1, R14;                   \
	BNE  quad;                      \
next:                               \
	MOVD projectArgs_tRow(R5), R10; \
	ADD  R0, R10, R11;              \
	ADD  R10, R11, R12;             \
	ADD  R10, R12, R15;             \
	STORE(F0, F1, R0);              \
	STORE(F2, F3, R11);             \
	STORE(F4, F5, R12);             \
	STORE(F6, F7, R15);             \
	NEXT_GROUP;                     \
	BNE group

// func project1NEON(args *projectArgs)
TEXT ·project1NEON(SB), NOSPLIT, $0-8
	SETUP_PROJECT
	BY_WIDTH(four, two, one)
	GROUPS_1(COLUMNS_8, DOT_8, LOAD_8, STORE_8, group8, quad8)
	RET

four:
	GROUPS_1(COLUMNS_4, DOT_4, LOAD_4, STORE_4, group4, quad4)
	RET

two:
	GROUPS_1(COLUMNS_2, DOT_2, LOAD_2, STORE_2, group2, quad2)
	RET

one:
	GROUPS_1(COLUMNS_1, DOT_2, LOAD_1, STORE_1, group1, quad1)
	RET

// func project4NEON(args *projectArgs)
TEXT ·project4NEON(SB), NOSPLIT, $0-8
	SETUP_PROJECT
	BY_WIDTH(four, two, one)
	GROUPS_4(COLUMNS_8, DOT_8, LOAD_8, STORE_8, group8, quad8)
	RET

four:
	GROUPS_4(COLUMNS_4, DOT_4, LOAD_4, STORE_4, group4, quad4)
	RET

two:
	GROUPS_4(COLUMNS_2, DOT_2, LOAD_2, STORE_2, group2, quad2)
	RET

one:
	GROUPS_4(COLUMNS_1, DOT_2, LOAD_1, STORE_1, group1, quad1)
	RET

// func project1DotProd(args *projectArgs)
TEXT ·project1DotProd(SB), NOSPLIT, $0-8
	SETUP_PROJECT
	VMOVI $2, V31.B16
	BY_WIDTH(four, two, one)
	GROUPS_LANES_1(LOAD_NEXT_8, DOT_LANES_8, LOAD_8, STORE_8, group8, fours8, some8, quad8, next8)
	RET

four:
	GROUPS_LANES_1(LOAD_NEXT_4, DOT_LANES_4, LOAD_4, STORE_4, group4, fours4, some4, quad4, next4)
	RET

two:
	GROUPS_LANES_1(LOAD_NEXT_2, DOT_LANES_4, LOAD_2, STORE_2, group2, fours2, some2, quad2, next2)
	RET

one:
	GROUPS_LANES_1(LOAD_NEXT_1, DOT_LANES_4, LOAD_1, STORE_1, group1, fours1, some1, quad1, next1)
	RET

// func project4DotProd(args *projectArgs)
TEXT ·project4DotProd(SB), NOSPLIT, $0-8
	SETUP_PROJECT
	VMOVI $2, V31.B16
	BY_WIDTH(four, two, one)
	GROUPS_LANES_4(LOAD_NEXT_8, DOT_LANES_8, LOAD_8, STORE_8, group8, fours8, some8, quad8, next8)
	RET

four:
	GROUPS_LANES_4(LOAD_NEXT_4, DOT_LANES_4, LOAD_4, STORE_4, group4, fours4, some4, quad4, next4)
	RET

two:
	GROUPS_LANES_4(LOAD_NEXT_2, DOT_LANES_4, LOAD_2, STORE_2, group2, fours2, some2, quad2, next2)
	RET

one:
	GROUPS_LANES_4(LOAD_NEXT_1, DOT_LANES_4, LOAD_1, STORE_1, group1, fours1, some1, quad1, next1)
	RET
