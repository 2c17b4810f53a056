//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "columns_avx2_amd64.h"

// The projection t = Bᵀx, in blocks of up to eight columns.

// Registers of the projection:
//
// DI   t of the group
// SI   codes of the group, first quad
// BX   columns of the group, first quad
// CX   groups left
// DX   quads of the run
// R8   args
// R9   bytes from a quad of columns to the next
// R10  bytes from a vector of codes to the next, R11 thrice that
// R12  codes, R13  columns, AX  quads left in the run
//
// Y0–Y3   Σ c·x of each vector, sixteen int16 lanes: two to a column
// Y4      Σ 2·x, the same for all vectors
// Y5      columns, Y6 products, Y7 codes
// Y12     bytes of 2, Y13 words of 1, Y15 mask of the columns

// SETUP_PROJECT loads the arguments and the constants.
#define SETUP_PROJECT \
	MOVQ     args+0(FP), R8             \
	MOVQ     projectArgs_t(R8), DI      \
	MOVQ     projectArgs_b(R8), SI      \
	MOVQ     projectArgs_x(R8), BX      \
	MOVQ     projectArgs_groups(R8), CX \
	MOVQ     projectArgs_quads(R8), DX  \
	MOVQ     projectArgs_cols(R8), AX   \
	MOVQ     projectArgs_xRow(R8), R9   \
	MOVQ     projectArgs_bRow(R8), R10  \
	LEAQ     (R10)(R10*2), R11          \
	LANES(AX, R12, MASK)                \
	VPCMPEQD Y0, Y0, Y0                 \
	VPABSB   Y0, Y12                    \
	VPADDB   Y12, Y12, Y12              \
	VPABSW   Y0, Y13

// DOT adds the products of the codes at mem with the quad of columns in Y5. A pair
// of products is within ±1024, so VPMADDUBSW does not saturate.
#define DOT(mem, sum) \
	VPBROADCASTD mem, Y7      \
	VPMADDUBSW   Y5, Y7, Y6   \
	VPADDW       Y6, sum, sum

// TWICE adds twice the columns in Y5.
#define TWICE \
	VPMADDUBSW Y5, Y12, Y6 \
	VPADDW     Y6, Y4, Y4

// NEXT_QUAD steps to the next quad and sets the flags for the loop.
#define NEXT_QUAD \
	ADDQ $4, R12 \
	ADDQ R9, R13 \
	DECQ AX

// RUN_1 multiplies the quads of a run with one vector, RUN_4 with four.
#define RUN_1(LOAD, loop) \
loop:               \
	LOAD((R13), Y5) \
	DOT((R12), Y0)  \
	TWICE           \
	NEXT_QUAD       \
	JNZ loop

#define RUN_4(LOAD, loop) \
loop:                     \
	LOAD((R13), Y5)       \
	DOT((R12), Y0)        \
	DOT((R12)(R10*1), Y1) \
	DOT((R12)(R10*2), Y2) \
	DOT((R12)(R11*1), Y3) \
	TWICE                 \
	NEXT_QUAD             \
	JNZ loop

// ADD_RUN adds Σ c·x - Σ 2·x to t at R12. The difference is within ±512 for each
// quad of the run, so that it fits its lane whether or not the two sums did.
#define ADD_RUN(LOAD, STORE, sum) \
	VPSUBW   Y4, sum, sum  \
	VPMADDWD Y13, sum, sum \
	LOAD((R12), Y5)        \
	VPADDD   Y5, sum, sum  \
	STORE(sum, (R12))

// ADD_RUNS does so for the four vectors of a group.
#define ADD_RUNS(LOAD, STORE) \
	MOVQ DI, R12                  \
	MOVQ projectArgs_tRow(R8), AX \
	ADD_RUN(LOAD, STORE, Y0)      \
	ADDQ AX, R12                  \
	ADD_RUN(LOAD, STORE, Y1)      \
	ADDQ AX, R12                  \
	ADD_RUN(LOAD, STORE, Y2)      \
	ADDQ AX, R12                  \
	ADD_RUN(LOAD, STORE, Y3)

// NEXT_GROUP steps to the next group and sets the flags for the loop.
#define NEXT_GROUP \
	ADDQ projectArgs_tGroup(R8), DI \
	ADDQ projectArgs_bGroup(R8), SI \
	ADDQ projectArgs_xGroup(R8), BX \
	DECQ CX

// func project1AVX2(args *projectArgs)
TEXT ·project1AVX2(SB), NOSPLIT, $0-8
	SETUP_PROJECT

group1:
	VPXOR Y0, Y0, Y0
	VPXOR Y4, Y4, Y4
	MOVQ  SI, R12
	MOVQ  BX, R13
	MOVQ  DX, AX
	CMPQ  projectArgs_cols(R8), $8
	JNE   part1

	RUN_1(LOAD_WHOLE, whole1Quad)
	MOVQ DI, R12
	ADD_RUN(LOAD_WHOLE, STORE_WHOLE, Y0)
	JMP  next1

part1:
	RUN_1(LOAD_PART, part1Quad)
	MOVQ DI, R12
	ADD_RUN(LOAD_PART, STORE_PART, Y0)

next1:
	NEXT_GROUP
	JNZ group1
	VZEROUPPER
	RET

// func project4AVX2(args *projectArgs)
TEXT ·project4AVX2(SB), NOSPLIT, $0-8
	SETUP_PROJECT

group4:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	MOVQ  SI, R12
	MOVQ  BX, R13
	MOVQ  DX, AX
	CMPQ  projectArgs_cols(R8), $8
	JNE   part4

	RUN_4(LOAD_WHOLE, whole4Quad)
	ADD_RUNS(LOAD_WHOLE, STORE_WHOLE)
	JMP next4

part4:
	RUN_4(LOAD_PART, part4Quad)
	ADD_RUNS(LOAD_PART, STORE_PART)

next4:
	NEXT_GROUP
	JNZ group4
	VZEROUPPER
	RET
