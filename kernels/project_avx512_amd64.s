//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "columns_avx512_amd64.h"

// The structure of project_avx2_amd64.s, in blocks of nine to sixteen columns.

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
// Z0–Z3   Σ c·x of each vector: two int16 lanes to a column, or with VNNI one int32
// Z4      Σ 2·x, the same for all vectors
// Z5      columns, Z6 products, Z7 codes
// Z12     bytes of 2, Z13 words of 1
// Z16–Z20 with VNNI the sums of every other quad

// SETUP_PROJECT loads the arguments and the constants.
#define SETUP_PROJECT \
	MOVQ       args+0(FP), R8             \
	MOVQ       projectArgs_t(R8), DI      \
	MOVQ       projectArgs_b(R8), SI      \
	MOVQ       projectArgs_x(R8), BX      \
	MOVQ       projectArgs_quads(R8), DX  \
	MOVQ       projectArgs_cols(R8), CX   \
	LANES(K1)                             \
	MOVQ       projectArgs_groups(R8), CX \
	MOVQ       projectArgs_xRow(R8), R9   \
	MOVQ       projectArgs_bRow(R8), R10  \
	LEAQ       (R10)(R10*2), R11          \
	VPTERNLOGD $0xFF, Z0, Z0, Z0          \
	VPABSB     Z0, Z12                    \
	VPADDB     Z12, Z12, Z12              \
	VPABSW     Z0, Z13

// DOT adds the products of the codes at mem with the quad of columns in Z5. A pair
// of products is within ±1024, so VPMADDUBSW does not saturate.
#define DOT(mem, sum) \
	VPBROADCASTD mem, Z7      \
	VPMADDUBSW   Z5, Z7, Z6   \
	VPADDW       Z6, sum, sum

// TWICE adds twice the columns in Z5.
#define TWICE \
	VPMADDUBSW Z5, Z12, Z6 \
	VPADDW     Z6, Z4, Z4

// NEXT_QUAD steps to the next quad and sets the flags for the loop.
#define NEXT_QUAD \
	ADDQ $4, R12 \
	ADDQ R9, R13 \
	DECQ AX

// START_RUN goes to the first quad of a group.
#define START_RUN \
	VPXORD Z0, Z0, Z0 \
	VPXORD Z1, Z1, Z1 \
	VPXORD Z2, Z2, Z2 \
	VPXORD Z3, Z3, Z3 \
	VPXORD Z4, Z4, Z4 \
	MOVQ   SI, R12    \
	MOVQ   BX, R13    \
	MOVQ   DX, AX

// RUN_1 multiplies the quads of a run with one vector, RUN_4 with four.
#define RUN_1(loop) \
loop:                         \
	VMOVDQU32.Z (R13), K1, Z5 \
	DOT((R12), Z0)            \
	TWICE                     \
	NEXT_QUAD                 \
	JNZ         loop

#define RUN_4(loop) \
loop:                         \
	VMOVDQU32.Z (R13), K1, Z5 \
	DOT((R12), Z0)            \
	DOT((R12)(R10*1), Z1)     \
	DOT((R12)(R10*2), Z2)     \
	DOT((R12)(R11*1), Z3)     \
	TWICE                     \
	NEXT_QUAD                 \
	JNZ         loop

// DOT_VNNI adds the products of the codes at mem with the quad of columns in Z5.
#define DOT_VNNI(mem, sum) \
	VPBROADCASTD mem, Z7     \
	VPDPBUSD     Z5, Z7, sum

// QUAD_VNNI multiplies a quad with four vectors. A sum waits five cycles for the
// one before it, so neighbouring quads have sums of their own.
#define QUAD_VNNI(sum0, sum1, sum2, sum3, twice) \
	VMOVDQU32.Z (R13), K1, Z5    \
	DOT_VNNI((R12), sum0)        \
	DOT_VNNI((R12)(R10*1), sum1) \
	DOT_VNNI((R12)(R10*2), sum2) \
	DOT_VNNI((R12)(R11*1), sum3) \
	VPDPBUSD    Z5, Z12, twice   \
	ADDQ        $4, R12          \
	ADDQ        R9, R13

// ADD_RUN adds Σ c·x - Σ 2·x to t at R12. The difference is within ±512 for each
// quad of the run, so that it fits its int16 lane whether or not the two sums did.
#define ADD_RUN(sum) \
	VPSUBW      Z4, sum, sum   \
	VPMADDWD    Z13, sum, sum  \
	VMOVDQU32.Z (R12), K1, Z5  \
	VPADDD      Z5, sum, sum   \
	VMOVDQU32   sum, K1, (R12)

// ADD_RUN_VNNI does so for int32 lanes.
#define ADD_RUN_VNNI(sum) \
	VPSUBD      Z4, sum, sum   \
	VMOVDQU32.Z (R12), K1, Z5  \
	VPADDD      Z5, sum, sum   \
	VMOVDQU32   sum, K1, (R12)

// ADD_RUNS does so for the four vectors of a group.
#define ADD_RUNS(ADD_RUN) \
	MOVQ DI, R12                  \
	MOVQ projectArgs_tRow(R8), AX \
	ADD_RUN(Z0)                   \
	ADDQ AX, R12                  \
	ADD_RUN(Z1)                   \
	ADDQ AX, R12                  \
	ADD_RUN(Z2)                   \
	ADDQ AX, R12                  \
	ADD_RUN(Z3)

// NEXT_GROUP steps to the next group and sets the flags for the loop.
#define NEXT_GROUP \
	ADDQ projectArgs_tGroup(R8), DI \
	ADDQ projectArgs_bGroup(R8), SI \
	ADDQ projectArgs_xGroup(R8), BX \
	DECQ CX

// func project1AVX512(args *projectArgs)
TEXT ·project1AVX512(SB), NOSPLIT, $0-8
	SETUP_PROJECT

group:
	START_RUN
	RUN_1(quad)
	MOVQ DI, R12
	ADD_RUN(Z0)
	NEXT_GROUP
	JNZ  group
	VZEROUPPER
	RET

// func project4AVX512(args *projectArgs)
TEXT ·project4AVX512(SB), NOSPLIT, $0-8
	SETUP_PROJECT

group:
	START_RUN
	RUN_4(quad)
	ADD_RUNS(ADD_RUN)
	NEXT_GROUP
	JNZ group
	VZEROUPPER
	RET

// func project4VNNI512(args *projectArgs)
TEXT ·project4VNNI512(SB), NOSPLIT, $0-8
	SETUP_PROJECT

group:
	START_RUN
	VPXORD Z16, Z16, Z16
	VPXORD Z17, Z17, Z17
	VPXORD Z18, Z18, Z18
	VPXORD Z19, Z19, Z19
	VPXORD Z20, Z20, Z20
	SHRQ   $1, AX
	JEQ    last

twoQuads:
	QUAD_VNNI(Z0, Z1, Z2, Z3, Z4)
	QUAD_VNNI(Z16, Z17, Z18, Z19, Z20)
	DECQ AX
	JNZ  twoQuads

last:
	TESTQ $1, DX
	JEQ   done
	QUAD_VNNI(Z0, Z1, Z2, Z3, Z4)

done:
	VPADDD Z16, Z0, Z0
	VPADDD Z17, Z1, Z1
	VPADDD Z18, Z2, Z2
	VPADDD Z19, Z3, Z3
	VPADDD Z20, Z4, Z4
	ADD_RUNS(ADD_RUN_VNNI)
	NEXT_GROUP
	JNZ    group
	VZEROUPPER
	RET

// func projectWideVNNI512(t *int32, b *uint8, x *int8, n, quads, cols int)
//
// DI  t                Z0–Z3  Σ c·x of sixteen columns each
// SI  codes            Z4–Z7  Σ 2·x
// BX  columns          Z8     the quad of codes, Z9 bytes of 2
// R9  bytes from a quad of columns to the next
// CX  quads left       K1–K4  the columns, Z10–Z13 their quads
TEXT ·projectWideVNNI512(SB), NOSPLIT, $0-48
	MOVQ t+0(FP), DI
	MOVQ b+8(FP), SI
	MOVQ x+16(FP), BX
	MOVQ n+24(FP), R9
	SHLQ $2, R9

	// The first cols bits of 64.
	MOVQ  $64, CX
	SUBQ  cols+40(FP), CX
	MOVQ  $-1, AX
	SHRQ  CX, AX
	KMOVW AX, K1
	SHRQ  $16, AX
	KMOVW AX, K2
	SHRQ  $16, AX
	KMOVW AX, K3
	SHRQ  $16, AX
	KMOVW AX, K4

	MOVL         $2, AX
	VPBROADCASTB AX, Z9
	VPXORD       Z0, Z0, Z0
	VPXORD       Z1, Z1, Z1
	VPXORD       Z2, Z2, Z2
	VPXORD       Z3, Z3, Z3
	VPXORD       Z4, Z4, Z4
	VPXORD       Z5, Z5, Z5
	VPXORD       Z6, Z6, Z6
	VPXORD       Z7, Z7, Z7
	MOVQ         quads+32(FP), CX

quad:
	VPBROADCASTD (SI), Z8
	VMOVDQU32.Z  (BX), K1, Z10
	VMOVDQU32.Z  64(BX), K2, Z11
	VMOVDQU32.Z  128(BX), K3, Z12
	VMOVDQU32.Z  192(BX), K4, Z13
	VPDPBUSD     Z10, Z8, Z0
	VPDPBUSD     Z11, Z8, Z1
	VPDPBUSD     Z12, Z8, Z2
	VPDPBUSD     Z13, Z8, Z3
	VPDPBUSD     Z10, Z9, Z4
	VPDPBUSD     Z11, Z9, Z5
	VPDPBUSD     Z12, Z9, Z6
	VPDPBUSD     Z13, Z9, Z7
	ADDQ         $4, SI
	ADDQ         R9, BX
	DECQ         CX
	JNZ          quad

	VPSUBD    Z4, Z0, Z0
	VPSUBD    Z5, Z1, Z1
	VPSUBD    Z6, Z2, Z2
	VPSUBD    Z7, Z3, Z3
	VMOVDQU32 Z0, K1, (DI)
	VMOVDQU32 Z1, K2, 64(DI)
	VMOVDQU32 Z2, K3, 128(DI)
	VMOVDQU32 Z3, K4, 192(DI)
	VZEROUPPER
	RET
