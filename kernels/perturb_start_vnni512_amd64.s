//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "columns_avx512_amd64.h"
#include "constants_amd64.h"

// The perturbation of any rank as what the tiles of a product start from, by VPDPWSSD:
// sixteen columns, of which each half belongs to one pair, and sixteen rows. Columns of
// the halves take turns in the lanes, so that four codes, broadcast, meet all of them:
// two ranks of either pair.

// Dwords 0 2 … 14 1 3 … 15.
DATA unzip<>+0(SB)/8, $0x0e0c0a0806040200
DATA unzip<>+8(SB)/8, $0x0f0d0b0907050301
GLOBL unzip<>(SB), RODATA|NOPTR, $16

// RANK sets v to t of a rank, minus members negated, and adds it to the sum.
#define RANK(v) \
	VMOVDQU32 (R8), Y0     \
	VMOVDQU32 (R9), Y1     \
	VPERMT2D  Z1, Z30, Z0  \
	VPXORD    Z29, Z0, v   \
	VPSUBD    Z29, v, v    \
	VPADDD    v, Z28, Z28  \
	ADDQ      R10, R8      \
	ADDQ      R10, R9

// func pairWordsVNNI512(args *pairWordsArgs)
//
//	DI  words, advancing             R8, R9  t of either half, advancing
//	DX  from a low word to its high  R10     bytes from a rank of t to the next
//	CX  ranks left
//
//	Z2, Z3  t of two ranks           Z28  Σ t         Z29  signs, 0 or -1
//	Z4–Z6   their words              Z27  Z26  all high words so far
//	Z25     dwords of 0x8000         Z30  zipQuads    K1   the upper word of each dword
TEXT ·pairWordsVNNI512(SB), NOSPLIT, $0-8
	MOVQ       args+0(FP), AX
	MOVQ       pairWordsArgs_words(AX), DI
	MOVQ       pairWordsArgs_t0(AX), R8
	MOVQ       pairWordsArgs_t1(AX), R9
	MOVQ       pairWordsArgs_tRank(AX), R10
	MOVQ       pairWordsArgs_ranks(AX), CX
	MOVQ       pairWordsArgs_signs(AX), SI
	LEAQ       1(CX), DX
	SHRQ       $1, DX
	SHLQ       $6, DX
	MOVL       $0xAAAAAAAA, BX
	KMOVD      BX, K1
	MOVL       $0x8000, BX
	VPBROADCASTD BX, Z25
	VPXORD     Z26, Z26, Z26
	VPXORD     Z28, Z28, Z28
	VPMOVZXBD  zipQuads<>(SB), Z30
	VMOVDQU32  (SI), Y29
	VMOVDQU32  32(SI), Y1
	VPERMT2D   Z1, Z30, Z29
	MOVQ       DI, R11
	ADDQ       $64, DI

ranks:
	RANK(Z2)
	VPXORD    Z3, Z3, Z3
	DECQ      CX
	JZ        odd
	RANK(Z3)
	DECQ      CX

odd:
	VPADDD    Z25, Z2, Z5          // the high word of a dword v is (v+0x8000)>>16,
	VPADDD    Z25, Z3, Z6          // which leaves a signed low word
	VPSLLD    $16, Z3, Z4
	VMOVDQU16 Z4, K1, Z2
	VMOVDQU32 Z2, (DI)
	VPSRLD    $16, Z5, Z5
	VMOVDQU16 Z6, K1, Z5
	VMOVDQU32 Z5, (DI)(DX*1)
	VPORD     Z5, Z26, Z26
	ADDQ      $64, DI
	TESTQ     CX, CX
	JNZ       ranks

	// The sums begin with the rounding constant of each column, less twice Σ t.
	MOVQ         pairWordsArgs_half(AX), BX
	VPBROADCASTD BX, Z0
	TESTQ        BX, BX
	JZ           exact
	VPADDD       Z29, Z0, Z0    // of minus members, the next smaller one

exact:
	VPADDD    Z28, Z28, Z28
	VPSUBD    Z28, Z0, Z0
	VMOVDQU32 Z0, (R11)
	VPTESTMD  Z26, Z26, K2
	KMOVW     K2, BX
	ORQ       BX, pairWordsArgs_wide(AX)
	VZEROUPPER
	RET

// SIXTEEN_ROWS applies a macro to the number of each row times 8 and its sum.
#define SIXTEEN_ROWS(OP) \
	OP(0, Z0)    \
	OP(8, Z1)    \
	OP(16, Z2)   \
	OP(24, Z3)   \
	OP(32, Z4)   \
	OP(40, Z5)   \
	OP(48, Z6)   \
	OP(56, Z7)   \
	OP(64, Z8)   \
	OP(72, Z9)   \
	OP(80, Z10)  \
	OP(88, Z11)  \
	OP(96, Z12)  \
	OP(104, Z13) \
	OP(112, Z14) \
	OP(120, Z15)

// CLEAR zeroes a sum, BEGIN sets it to what the columns begin with, WIDE to that and the
// sum of high words.
#define CLEAR(at, sum) \
	VPXORD sum, sum, sum

#define BEGIN(at, sum) \
	VMOVDQA32 Z30, sum

#define WIDE(at, sum) \
	VPSLLD $16, sum, sum \
	VPADDD Z30, sum, sum

// DOT adds the products of a row's four codes with two ranks of t, in Z16.
#define DOT(at, sum) \
	VPBROADCASTQ at(BX), Z17 \
	VPDPWSSD     Z16, Z17, sum

// FINISH rounds a sum and stores the row.
#define FINISH(at, sum) \
	VPSRAD    X29, sum, sum      \
	VPERMD    sum, Z28, sum      \
	VMOVDQU32 sum, (DI)          \
	ADDQ      rankStartArgs_ld(AX), DI

// TWO_RANKS stores the codes of sixteen rows as words: for each row two ranks of the
// first half's pair and two of the other's. The second ranks are at b0 and b1.
#define TWO_RANKS(b0, b1) \
	VMOVDQU32    (R8), X18           \
	VINSERTI32X4 $1, (R9), Y18, Y18  \
	VMOVDQU32    b0, X19             \
	VINSERTI32X4 $1, b1, Y19, Y19    \
	VPUNPCKLBW   Y19, Y18, Y20       \
	VPUNPCKHBW   Y19, Y18, Y21       \
	VPMOVZXBW    Y20, Z20            \
	VPMOVZXBW    Y21, Z21            \
	VPERMD       Z20, Z31, Z20       \
	VPERMD       Z21, Z31, Z21       \
	VMOVDQU32    Z20, (BX)           \
	VMOVDQU32    Z21, 64(BX)

// PLANE adds the products of all ranks with the words at SI.
#define PLANE(ranks, last, done) \
	MOVQ rankStartArgs_a(AX), R8       \
	MOVQ R8, R9                        \
	ADDQ (R13), R8                     \
	ADDQ 8(R13), R9                    \
	MOVQ rankStartArgs_ranks(AX), CX   \
	SUBQ $2, CX                        \
	JLT  last                          \
                                       \
ranks:                                 \
	VMOVDQU32 (SI), Z16                \
	TWO_RANKS((R8)(R10*1), (R9)(R10*1)) \
	SIXTEEN_ROWS(DOT)                  \
	ADDQ      $64, SI                  \
	LEAQ      (R8)(R10*2), R8          \
	LEAQ      (R9)(R10*2), R9          \
	SUBQ      $2, CX                   \
	JGE       ranks                    \
                                       \
last:                                  \
	ADDQ      $2, CX                   \
	JZ        done                     \
	VMOVDQU32 (SI), Z16                \
	TWO_RANKS((R8), (R9))              \
	SIXTEEN_ROWS(DOT)                  \
	ADDQ      $64, SI                  \
done:

// func rankStartVNNI512(args *rankStartArgs)
//
//	DI  dst, row by row              R8, R9  codes of either half's pair, advancing
//	SI  words, advancing             R10     bytes from a rank of codes to the next
//	CX  ranks left                   BX      codes of two ranks, a cache line and the next
//	R11 words, start of the vector   R12     vectors left
//	R13 offsets of the codes         DX      bytes of a plane of words
//	R15 dst of the vector
//
//	Z0–Z15   sums of the rows        Z16  t of two ranks    Z17  codes of a row
//	Z18–Z21  codes                   Z28  unzip
//	X29      shift                   Z30  what sums begin with
//	Z31      dwords 0 8 1 9 …
TEXT ·rankStartVNNI512(SB), NOSPLIT, $192-8
	MOVQ      args+0(FP), AX
	LEAQ      codes-192(SP), BX
	ALIGN(BX)
	MOVQ      rankStartArgs_aRank(AX), R10
	MOVQ      rankStartArgs_shift(AX), CX
	VMOVQ     CX, X29
	VPMOVZXBD zipHalves<>(SB), Z31
	VPMOVZXBD unzip<>(SB), Z28
	MOVQ      rankStartArgs_ranks(AX), DX
	INCQ      DX
	SHRQ      $1, DX
	SHLQ      $6, DX

block:
	MOVQ rankStartArgs_words(AX), R11
	MOVQ rankStartArgs_offsets(AX), R13
	MOVQ rankStartArgs_vectors(AX), R12
	MOVQ rankStartArgs_dst(AX), R15

vector:
	VMOVDQU32 (R11), Z30
	LEAQ      64(R11), SI
	CMPQ      rankStartArgs_wide(AX), $0
	JEQ       narrow

	ADDQ DX, SI                        // high words follow the low ones
	SIXTEEN_ROWS(CLEAR)
	PLANE(highRanks, highLast, highDone)
	SIXTEEN_ROWS(WIDE)
	LEAQ 64(R11), SI
	JMP  low

narrow:
	SIXTEEN_ROWS(BEGIN)

low:
	PLANE(lowRanks, lowLast, lowDone)
	MOVQ      R15, DI
	SIXTEEN_ROWS(FINISH)
	ADDQ      $64, R15
	ADDQ      $16, R13
	LEAQ      64(R11)(DX*2), R11
	DECQ      R12
	JNZ       vector

	MOVQ rankStartArgs_ld(AX), CX
	SHLQ $4, CX
	ADDQ CX, rankStartArgs_dst(AX)
	ADDQ $16, rankStartArgs_a(AX)
	DECQ rankStartArgs_blocks(AX)
	JNZ  block
	VZEROUPPER
	RET
