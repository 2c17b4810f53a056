//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "columns_avx512_amd64.h"

// The structure of perturb_avx2_amd64.s, in blocks of nine to sixteen columns.

DATA one512<>+0(SB)/4, $1
GLOBL one512<>(SB), RODATA|NOPTR, $4

// The bits of eight codes.
DATA seven512<>+0(SB)/8, $0x0707070707070707
GLOBL seven512<>(SB), RODATA|NOPTR, $8

// Registers of the perturbation:
//
// DI   y, SI codes, BX t, of the pair
// CX   pairs left
// DX   rows
// R8   args
// R9   multiples: eight vectors, one for each code
// R10  bytes from a row of y to the next, or base of the row
// R11  row of y, R12 codes of the row, R13 rows left, AX code
// R15  bytes from the plus member's columns to the minus member's
//
// Z8–Z11  t, 2·t, -t, -2·t
// Z12     2^(shift-1), Z13 shift, Z15 zero
// K1      the columns, K2 the minus members'

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

// STORE_MULTIPLES writes the multiples of the codes 0, 1, 3 and 4.
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

// func perturb1AVX512(args *perturbArgs)
TEXT ·perturb1AVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R8
	MOVQ perturbArgs_y(R8), DI
	MOVQ perturbArgs_a(R8), SI
	MOVQ perturbArgs_t(R8), BX
	MOVQ perturbArgs_rows(R8), DX
	MOVQ perturbArgs_cols(R8), CX
	LANES(K1)
	MOVQ perturbArgs_plus(R8), CX
	SETUP_SIGN
	MOVQ perturbArgs_shift(R8), AX
	SETUP_ROUND
	MOVQ perturbArgs_multiples(R8), R9
	ALIGN(R9)
	CLEAR_MULTIPLES
	MOVQ perturbArgs_yRow(R8), R10
	MOVQ perturbArgs_pairs(R8), CX

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

	ADDQ perturbArgs_yPair(R8), DI
	ADDQ perturbArgs_aPair(R8), SI
	ADDQ perturbArgs_tPair(R8), BX
	DECQ CX
	JNZ  pair
	VZEROUPPER
	RET

// func spread1AVX512(args *perturbArgs)
TEXT ·spread1AVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R8
	MOVQ perturbArgs_y(R8), DI
	MOVQ perturbArgs_a(R8), SI
	MOVQ perturbArgs_t(R8), BX
	MOVQ perturbArgs_rows(R8), DX
	MOVQ perturbArgs_cols(R8), CX
	LANES(K1)
	MOVQ perturbArgs_shift(R8), AX
	SETUP_ROUND
	MOVQ perturbArgs_multiples(R8), R9
	ALIGN(R9)
	CLEAR_MULTIPLES
	MOVQ perturbArgs_yMinus(R8), R15
	MOVQ perturbArgs_pairs(R8), CX

pair:
	VMOVDQU32.Z (BX), K1, Z8
	MULTIPLES
	ROUND(Z8)
	ROUND(Z9)
	ROUND(Z10)
	ROUND(Z11)
	STORE_MULTIPLES

	MOVQ perturbArgs_base(R8), R10
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
	ADDQ        perturbArgs_baseRow(R8), R10
	ADDQ        perturbArgs_yRow(R8), R11
	DECQ        R13
	JNZ         row

	ADDQ perturbArgs_yPair(R8), DI
	ADDQ perturbArgs_aPair(R8), SI
	ADDQ perturbArgs_tPair(R8), BX
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

// func combineAVX512(args *perturbArgs)
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
TEXT ·combineAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R8
	MOVQ perturbArgs_sums(R8), DI
	ALIGN(DI)
	MOVQ perturbArgs_a(R8), SI
	MOVQ perturbArgs_t(R8), BX
	MOVQ perturbArgs_cols(R8), CX
	LANES(K1)
	MOVQ perturbArgs_multiples(R8), R9
	ALIGN(R9)
	CLEAR_MULTIPLES
	MOVQ perturbArgs_aRank(R8), R10
	MOVQ perturbArgs_tRank(R8), R11
	MOVQ perturbArgs_ranks(R8), R8

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

// func addRoundedAVX512(args *perturbArgs)
TEXT ·addRoundedAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R8
	MOVQ perturbArgs_y(R8), DI
	MOVQ perturbArgs_sums(R8), SI
	ALIGN(SI)
	MOVQ perturbArgs_rows(R8), DX
	MOVQ perturbArgs_cols(R8), CX
	LANES(K1)
	MOVQ perturbArgs_plus(R8), CX
	SETUP_SIGN
	MOVQ perturbArgs_shift(R8), AX
	SETUP_ROUND
	MOVQ perturbArgs_yRow(R8), R10

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

// func spreadRoundedAVX512(args *perturbArgs)
TEXT ·spreadRoundedAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R8
	MOVQ perturbArgs_y(R8), DI
	MOVQ perturbArgs_base(R8), BX
	MOVQ perturbArgs_sums(R8), SI
	ALIGN(SI)
	MOVQ perturbArgs_rows(R8), DX
	MOVQ perturbArgs_cols(R8), CX
	LANES(K1)
	MOVQ perturbArgs_shift(R8), AX
	SETUP_ROUND
	MOVQ perturbArgs_yRow(R8), R10
	MOVQ perturbArgs_baseRow(R8), R11
	MOVQ perturbArgs_yMinus(R8), R15

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
