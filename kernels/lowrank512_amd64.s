//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The two thin products of a perturbation in blocks of nine to sixteen columns:
// the structure of lowrank_amd64.s. All loads and stores of a block are masked by
// K1, which costs nothing.

DATA one512<>+0(SB)/4, $1
GLOBL one512<>(SB), RODATA|NOPTR, $4

// The bits of eight codes.
DATA seven512<>+0(SB)/8, $0x0707070707070707
GLOBL seven512<>(SB), RODATA|NOPTR, $8

// LANES sets bits 0 to n-1 of k, for n up to 16 in CX. It destroys AX.
#define LANES(k) \
	MOVL  $1, AX \
	SHLL  CX, AX \
	DECL  AX     \
	KMOVW AX, k

// ALIGN rounds a pointer to scratch up to a cache line.
#define ALIGN(r) \
	ADDQ $63, r  \
	ANDQ $-64, r

// Registers of the projection:
//
// DI   t of the group
// SI   codes of the group, first quad
// BX   columns of the group, first quad
// CX   groups left
// DX   quads of the run
// R8   steps
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
	MOVQ       t+0(FP), DI                \
	MOVQ       b+8(FP), SI                \
	MOVQ       x+16(FP), BX               \
	MOVQ       quads+32(FP), DX           \
	MOVQ       cols+40(FP), CX            \
	LANES(K1)                             \
	MOVQ       groups+24(FP), CX          \
	MOVQ       steps+48(FP), R8           \
	MOVQ       projectSteps_xRow(R8), R9  \
	MOVQ       projectSteps_bRow(R8), R10 \
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
	MOVQ DI, R12                   \
	MOVQ projectSteps_tRow(R8), AX \
	ADD_RUN(Z0)                    \
	ADDQ AX, R12                   \
	ADD_RUN(Z1)                    \
	ADDQ AX, R12                   \
	ADD_RUN(Z2)                    \
	ADDQ AX, R12                   \
	ADD_RUN(Z3)

// NEXT_GROUP steps to the next group and sets the flags for the loop.
#define NEXT_GROUP \
	ADDQ projectSteps_t(R8), DI \
	ADDQ projectSteps_b(R8), SI \
	ADDQ projectSteps_x(R8), BX \
	DECQ CX

// func project1AVX512(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)
TEXT ·project1AVX512(SB), NOSPLIT, $0-56
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

// func project4AVX512(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)
TEXT ·project4AVX512(SB), NOSPLIT, $0-56
	SETUP_PROJECT

group:
	START_RUN
	RUN_4(quad)
	ADD_RUNS(ADD_RUN)
	NEXT_GROUP
	JNZ group
	VZEROUPPER
	RET

// func project4VNNI512(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)
TEXT ·project4VNNI512(SB), NOSPLIT, $0-56
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

// Registers of the perturbation:
//
// DI   y, SI codes, BX t, of the pair
// CX   pairs left
// DX   rows
// R8   steps
// R9   multiples: eight vectors, one for each code
// R10  bytes from a row of y to the next, or base of the row
// R11  row of y, R12 codes of the row, R13 rows left, AX code
// R15  bytes from the plus member's columns to the minus member's
//
// Z8–Z11  t, 2·t, -t, -2·t
// Z12     2^(shift-1), Z13 shift, Z15 zero
// K1      the columns, K2 those of minus members

// SETUP_ROUND sets Z12 and Z13 for a shift in AX: half is 1<<shift>>1.
#define SETUP_ROUND \
	VPBROADCASTD AX, Z13           \
	VPBROADCASTD one512<>(SB), Z12 \
	VPSLLVD      Z13, Z12, Z12     \
	VPSRLD       $1, Z12, Z12

// SETUP_SIGN sets K2 where the lane is beyond the plus member's, of which there
// are CX in the block.
#define SETUP_SIGN \
	LANES(K2)            \
	KNOTW  K2, K2        \
	VPXORD Z15, Z15, Z15

// ROUND is RoundShift(v, shift).
#define ROUND(v) \
	VPADDD  Z12, v, v \
	VPSRAVD Z13, v, v

// SIGN negates the lanes of minus members.
#define SIGN(v) \
	VPSUBD v, Z15, K2, v

// CLEAR_MULTIPLES writes zero for the codes of zero weights.
#define CLEAR_MULTIPLES \
	VPXORD    Z8, Z8, Z8  \
	VMOVDQU64 Z8, 128(R9) \
	VMOVDQU64 Z8, 320(R9) \
	VMOVDQU64 Z8, 384(R9) \
	VMOVDQU64 Z8, 448(R9)

// MULTIPLES sets Z9 = 2t, Z10 = -t and Z11 = -2t from Z8 = t.
#define MULTIPLES \
	VPXORD Z11, Z11, Z11 \
	VPADDD Z8, Z8, Z9    \
	VPSUBD Z8, Z11, Z10  \
	VPSUBD Z9, Z11, Z11

// STORE_MULTIPLES writes those of the codes 0, 1, 3 and 4.
#define STORE_MULTIPLES \
	VMOVDQU64 Z11, 0(R9)  \
	VMOVDQU64 Z10, 64(R9) \
	VMOVDQU64 Z8, 192(R9) \
	VMOVDQU64 Z9, 256(R9)

// CODE sets AX to the place in the multiples of the next code at R12.
#define CODE \
	MOVBLZX (R12), AX \
	ANDL    $7, AX    \
	SHLL    $6, AX    \
	INCQ    R12

// func perturb1AVX512(y *int32, a *uint8, t *int32, pairs, rows, cols, plus int, shift uint, multiples *multiples, steps *perturbSteps)
TEXT ·perturb1AVX512(SB), NOSPLIT, $0-80
	MOVQ y+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ t+16(FP), BX
	MOVQ rows+32(FP), DX
	MOVQ cols+40(FP), CX
	LANES(K1)
	MOVQ plus+48(FP), CX
	SETUP_SIGN
	MOVQ shift+56(FP), AX
	SETUP_ROUND
	MOVQ multiples+64(FP), R9
	ALIGN(R9)
	CLEAR_MULTIPLES
	MOVQ steps+72(FP), R8
	MOVQ perturbSteps_yRow(R8), R10
	MOVQ pairs+24(FP), CX

pair:
	VMOVDQU32.Z (BX), K1, Z8
	MULTIPLES
	ROUND(Z8)
	SIGN(Z8)
	ROUND(Z9)
	SIGN(Z9)
	ROUND(Z10)
	SIGN(Z10)
	ROUND(Z11)
	SIGN(Z11)
	STORE_MULTIPLES

	MOVQ DI, R11
	MOVQ SI, R12
	MOVQ DX, R13

row:
	CODE
	VMOVDQU32.Z (R11), K1, Z0
	VPADDD      (R9)(AX*1), Z0, Z0
	VMOVDQU32   Z0, K1, (R11)
	ADDQ        R10, R11
	DECQ        R13
	JNZ         row

	ADDQ perturbSteps_y(R8), DI
	ADDQ perturbSteps_a(R8), SI
	ADDQ perturbSteps_t(R8), BX
	DECQ CX
	JNZ  pair
	VZEROUPPER
	RET

// func spread1AVX512(y, base *int32, a *uint8, t *int32, pairs, rows, cols int, shift uint, multiples *multiples, steps *perturbSteps)
TEXT ·spread1AVX512(SB), NOSPLIT, $0-80
	MOVQ y+0(FP), DI
	MOVQ a+16(FP), SI
	MOVQ t+24(FP), BX
	MOVQ rows+40(FP), DX
	MOVQ cols+48(FP), CX
	LANES(K1)
	MOVQ shift+56(FP), AX
	SETUP_ROUND
	MOVQ multiples+64(FP), R9
	ALIGN(R9)
	CLEAR_MULTIPLES
	MOVQ steps+72(FP), R8
	MOVQ perturbSteps_yMinus(R8), R15
	MOVQ pairs+32(FP), CX

pair:
	VMOVDQU32.Z (BX), K1, Z8
	MULTIPLES
	ROUND(Z8)
	ROUND(Z9)
	ROUND(Z10)
	ROUND(Z11)
	STORE_MULTIPLES

	MOVQ base+8(FP), R10
	MOVQ DI, R11
	MOVQ SI, R12
	MOVQ DX, R13

row:
	CODE
	VMOVDQU64   (R9)(AX*1), Z1
	VMOVDQU32.Z (R10), K1, Z0
	VPADDD      Z1, Z0, Z2
	VPSUBD      Z1, Z0, Z3
	VMOVDQU32   Z2, K1, (R11)
	VMOVDQU32   Z3, K1, (R11)(R15*1)
	ADDQ        perturbSteps_baseRow(R8), R10
	ADDQ        perturbSteps_yRow(R8), R11
	DECQ        R13
	JNZ         row

	ADDQ perturbSteps_y(R8), DI
	ADDQ perturbSteps_a(R8), SI
	ADDQ perturbSteps_t(R8), BX
	DECQ CX
	JNZ  pair
	VZEROUPPER
	RET

// TWO_SUMS adds the multiples of the next two codes in AX, scaled to an eighth of a
// vector, to the sums of their rows.
#define TWO_SUMS(sum0, sum1) \
	MOVBLZX AX, CX                 \
	MOVBLZX AH, DX                 \
	SHRQ    $16, AX                \
	VPADDD  (R9)(CX*8), sum0, sum0 \
	VPADDD  (R9)(DX*8), sum1, sum1

// EIGHT_SUMS does so for the eight codes at mem.
#define EIGHT_SUMS(mem, s0, s1, s2, s3, s4, s5, s6, s7) \
	MOVQ mem, AX            \
	ANDQ seven512<>(SB), AX \
	SHLQ $3, AX             \
	TWO_SUMS(s0, s1)        \
	TWO_SUMS(s2, s3)        \
	TWO_SUMS(s4, s5)        \
	TWO_SUMS(s6, s7)

// func combineAVX512(sums *sums, a *uint8, t *int32, ranks, cols int, multiples *multiples, steps *perturbSteps)
//
// DI   sums of the sixteen rows
// SI   codes of the rank
// BX   t of the rank
// R8   ranks left
// R10  bytes from a rank of codes to the next, R11 of t
// AX   codes of eight rows, CX and DX two of them
//
// Z8–Z11   t, 2·t, -t, -2·t
// Z16–Z31  Σ of the sixteen rows
TEXT ·combineAVX512(SB), NOSPLIT, $0-56
	MOVQ sums+0(FP), DI
	ALIGN(DI)
	MOVQ a+8(FP), SI
	MOVQ t+16(FP), BX
	MOVQ cols+32(FP), CX
	LANES(K1)
	MOVQ multiples+40(FP), R9
	ALIGN(R9)
	CLEAR_MULTIPLES
	MOVQ steps+48(FP), R8
	MOVQ perturbSteps_aRank(R8), R10
	MOVQ perturbSteps_tRank(R8), R11
	MOVQ ranks+24(FP), R8

	VPXORD Z16, Z16, Z16
	VPXORD Z17, Z17, Z17
	VPXORD Z18, Z18, Z18
	VPXORD Z19, Z19, Z19
	VPXORD Z20, Z20, Z20
	VPXORD Z21, Z21, Z21
	VPXORD Z22, Z22, Z22
	VPXORD Z23, Z23, Z23
	VPXORD Z24, Z24, Z24
	VPXORD Z25, Z25, Z25
	VPXORD Z26, Z26, Z26
	VPXORD Z27, Z27, Z27
	VPXORD Z28, Z28, Z28
	VPXORD Z29, Z29, Z29
	VPXORD Z30, Z30, Z30
	VPXORD Z31, Z31, Z31

rank:
	VMOVDQU32.Z (BX), K1, Z8
	MULTIPLES
	STORE_MULTIPLES
	EIGHT_SUMS((SI), Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23)
	EIGHT_SUMS(8(SI), Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31)
	ADDQ        R10, SI
	ADDQ        R11, BX
	DECQ        R8
	JNZ         rank

	VMOVDQU64 Z16, 0(DI)
	VMOVDQU64 Z17, 64(DI)
	VMOVDQU64 Z18, 128(DI)
	VMOVDQU64 Z19, 192(DI)
	VMOVDQU64 Z20, 256(DI)
	VMOVDQU64 Z21, 320(DI)
	VMOVDQU64 Z22, 384(DI)
	VMOVDQU64 Z23, 448(DI)
	VMOVDQU64 Z24, 512(DI)
	VMOVDQU64 Z25, 576(DI)
	VMOVDQU64 Z26, 640(DI)
	VMOVDQU64 Z27, 704(DI)
	VMOVDQU64 Z28, 768(DI)
	VMOVDQU64 Z29, 832(DI)
	VMOVDQU64 Z30, 896(DI)
	VMOVDQU64 Z31, 960(DI)
	VZEROUPPER
	RET

// func addRoundedAVX512(y *int32, sums *sums, rows, cols, plus int, shift uint, steps *perturbSteps)
TEXT ·addRoundedAVX512(SB), NOSPLIT, $0-56
	MOVQ y+0(FP), DI
	MOVQ sums+8(FP), SI
	ALIGN(SI)
	MOVQ rows+16(FP), DX
	MOVQ cols+24(FP), CX
	LANES(K1)
	MOVQ plus+32(FP), CX
	SETUP_SIGN
	MOVQ shift+40(FP), AX
	SETUP_ROUND
	MOVQ steps+48(FP), R8
	MOVQ perturbSteps_yRow(R8), R10

row:
	VMOVDQU64   (SI), Z0
	ROUND(Z0)
	SIGN(Z0)
	VMOVDQU32.Z (DI), K1, Z1
	VPADDD      Z1, Z0, Z0
	VMOVDQU32   Z0, K1, (DI)
	ADDQ        $64, SI
	ADDQ        R10, DI
	DECQ        DX
	JNZ         row
	VZEROUPPER
	RET

// func spreadRoundedAVX512(y, base *int32, sums *sums, rows, cols int, shift uint, steps *perturbSteps)
TEXT ·spreadRoundedAVX512(SB), NOSPLIT, $0-56
	MOVQ y+0(FP), DI
	MOVQ base+8(FP), BX
	MOVQ sums+16(FP), SI
	ALIGN(SI)
	MOVQ rows+24(FP), DX
	MOVQ cols+32(FP), CX
	LANES(K1)
	MOVQ shift+40(FP), AX
	SETUP_ROUND
	MOVQ steps+48(FP), R8
	MOVQ perturbSteps_yRow(R8), R10
	MOVQ perturbSteps_baseRow(R8), R11
	MOVQ perturbSteps_yMinus(R8), R15

row:
	VMOVDQU64   (SI), Z1
	ROUND(Z1)
	VMOVDQU32.Z (BX), K1, Z0
	VPADDD      Z1, Z0, Z2
	VPSUBD      Z1, Z0, Z3
	VMOVDQU32   Z2, K1, (DI)
	VMOVDQU32   Z3, K1, (DI)(R15*1)
	ADDQ        $64, SI
	ADDQ        R11, BX
	ADDQ        R10, DI
	DECQ        DX
	JNZ         row
	VZEROUPPER
	RET
