//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The perturbation of any rank as what the tiles of a product start from, by VPMADDWD:
// eight columns of one pair, and rows by eights. Two codes of a row, broadcast, meet two
// ranks of t in the words of each column.

// RANK sets v to t of a rank, minus members negated, and adds it to the sum.
#define RANK(v) \
	VPXOR  (R8), Y9, v \
	VPSUBD Y9, v, v    \
	VPADDD v, Y8, Y8   \
	ADDQ   R10, R8

// func pairWordsAVX2(args *pairWordsArgs)
//
//	DI  words, advancing             R8   t, advancing
//	DX  from a low word to its high  R10  bytes from a rank of t to the next
//	CX  ranks left                   R11  words
//
//	Y2, Y3  t of two ranks           Y8   Σ t        Y9  signs, 0 or -1
//	Y4–Y6   their words              Y7   all high words so far
//	Y10     dwords of 0x8000
TEXT ·pairWordsAVX2(SB), NOSPLIT, $0-8
	MOVQ         args+0(FP), AX
	MOVQ         pairWordsArgs_words(AX), DI
	MOVQ         pairWordsArgs_t0(AX), R8
	MOVQ         pairWordsArgs_tRank(AX), R10
	MOVQ         pairWordsArgs_ranks(AX), CX
	MOVQ         pairWordsArgs_signs(AX), SI
	LEAQ         1(CX), DX
	SHRQ         $1, DX
	SHLQ         $5, DX
	MOVL         $0x8000, BX
	VMOVD        BX, X10
	VPBROADCASTD X10, Y10
	VPXOR        Y7, Y7, Y7
	VPXOR        Y8, Y8, Y8
	VMOVDQU      (SI), Y9
	MOVQ         DI, R11
	ADDQ         $32, DI

ranks:
	RANK(Y2)
	VPXOR Y3, Y3, Y3
	DECQ  CX
	JZ    odd
	RANK(Y3)
	DECQ  CX

odd:
	VPADDD   Y10, Y2, Y5         // the high word of a dword v is (v+0x8000)>>16,
	VPADDD   Y10, Y3, Y6         // which leaves a signed low word
	VPSLLD   $16, Y3, Y4
	VPBLENDW $0xAA, Y4, Y2, Y4
	VMOVDQU  Y4, (DI)
	VPSRLD   $16, Y5, Y5
	VPBLENDW $0xAA, Y6, Y5, Y5
	VMOVDQU  Y5, (DI)(DX*1)
	VPOR     Y5, Y7, Y7
	ADDQ     $32, DI
	TESTQ    CX, CX
	JNZ      ranks

	// The sums begin with the rounding constant of each column, less twice Σ t.
	MOVQ         pairWordsArgs_half(AX), BX
	VMOVQ        BX, X0
	VPBROADCASTD X0, Y0
	TESTQ        BX, BX
	JZ           exact
	VPADDD       Y9, Y0, Y0    // of minus members, the next smaller one

exact:
	VPADDD  Y8, Y8, Y8
	VPSUBD  Y8, Y0, Y0
	VMOVDQU Y0, (R11)
	VPTEST  Y7, Y7
	JZ      narrow
	MOVQ    $1, pairWordsArgs_wide(AX)

narrow:
	VZEROUPPER
	RET

// EIGHT_ROWS applies a macro to the number of each row times 4 and its sum.
#define EIGHT_ROWS(OP) \
	OP(0, Y0)  \
	OP(4, Y1)  \
	OP(8, Y2)  \
	OP(12, Y3) \
	OP(16, Y4) \
	OP(20, Y5) \
	OP(24, Y6) \
	OP(28, Y7)

// CLEAR zeroes a sum, BEGIN sets it to what the columns begin with, WIDE to that and the
// sum of high words.
#define CLEAR(at, sum) \
	VPXOR sum, sum, sum

#define BEGIN(at, sum) \
	VMOVDQA Y11, sum

#define WIDE(at, sum) \
	VPSLLD $16, sum, sum \
	VPADDD Y11, sum, sum

// DOT adds the products of a row's two codes with two ranks of t, in Y8.
#define DOT(at, sum) \
	VPBROADCASTD codes-32+at(SP), Y9 \
	VPMADDWD     Y8, Y9, Y9          \
	VPADDD       Y9, sum, sum

// FINISH rounds a sum, adds the start of the columns and stores the row.
#define FINISH(at, sum) \
	VPSRAVD Y13, sum, sum \
	VPADDD  Y12, sum, sum \
	VMOVDQU sum, (DI)     \
	ADDQ    R9, DI

// TWO_RANKS stores the codes of eight rows as words: two ranks of each, the second at b1.
#define TWO_RANKS(b1) \
	VMOVQ      (R8), X14        \
	VMOVQ      b1, X15          \
	VPUNPCKLBW X15, X14, X14    \
	VPMOVZXBW  X14, Y14         \
	VMOVDQU    Y14, codes-32(SP) \
	VMOVDQU    (SI), Y8         \
	EIGHT_ROWS(DOT)             \
	ADDQ       $32, SI

// PLANE adds the products of all ranks with the words at SI.
#define PLANE(ranks, last, done) \
	MOVQ BX, R8                      \
	MOVQ rankStartArgs_ranks(AX), CX \
	SUBQ $2, CX                      \
	JLT  last                        \
                                     \
ranks:                               \
	TWO_RANKS((R8)(R10*1))           \
	LEAQ (R8)(R10*2), R8             \
	SUBQ $2, CX                      \
	JGE  ranks                       \
                                     \
last:                                \
	ADDQ $2, CX                      \
	JZ   done                        \
	TWO_RANKS((R8))                  \
done:

// func rankStartAVX2(args *rankStartArgs)
//
//	DI  dst, row by row              R8      codes of the pair, advancing
//	SI  words, advancing             R9      bytes from one row of dst to the next
//	CX  ranks left                   R10     bytes from a rank of codes to the next
//	BX  codes of eight rows          R11     words of the vector
//	DX  bytes of a plane of words    R12     vectors left
//	R13 offsets of the codes         R14     start
//	R15 dst of the vector            codes   of eight rows and two ranks
//
//	Y0–Y7   sums of the rows         Y8   t of two ranks     Y9  products
//	Y11     what sums begin with     Y12  start              Y13  shift
TEXT ·rankStartAVX2(SB), NOSPLIT, $40-8
	MOVQ  args+0(FP), AX
	MOVQ  rankStartArgs_aRank(AX), R10
	MOVQ  rankStartArgs_ld(AX), R9
	MOVQ  rankStartArgs_shift(AX), CX
	VMOVQ CX, X13
	VPBROADCASTD X13, Y13
	MOVQ  rankStartArgs_ranks(AX), DX
	INCQ  DX
	SHRQ  $1, DX
	SHLQ  $5, DX

block:
	MOVQ rankStartArgs_words(AX), R11
	MOVQ rankStartArgs_offsets(AX), R13
	MOVQ rankStartArgs_vectors(AX), R12
	MOVQ rankStartArgs_dst(AX), R15
	MOVQ rankStartArgs_start(AX), R14

vector:
	VMOVDQU (R11), Y11
	VMOVDQU (R14), Y12
	MOVQ    rankStartArgs_a(AX), BX
	ADDQ    (R13), BX
	MOVQ    R15, DI
	MOVQ    $2, half-40(SP)

eight:
	LEAQ 32(R11), SI
	CMPQ rankStartArgs_wide(AX), $0
	JEQ  narrow

	ADDQ DX, SI                     // high words follow the low ones
	EIGHT_ROWS(CLEAR)
	PLANE(highRanks, highLast, highDone)
	EIGHT_ROWS(WIDE)
	LEAQ 32(R11), SI
	JMP  low

narrow:
	EIGHT_ROWS(BEGIN)

low:
	PLANE(lowRanks, lowLast, lowDone)
	EIGHT_ROWS(FINISH)
	ADDQ $8, BX
	DECQ half-40(SP)
	JNZ  eight

	ADDQ $32, R14
	ADDQ $32, R15
	ADDQ $16, R13
	LEAQ 32(R11)(DX*2), R11
	DECQ R12
	JNZ  vector

	MOVQ R9, CX
	SHLQ $4, CX
	ADDQ CX, rankStartArgs_dst(AX)
	ADDQ $16, rankStartArgs_a(AX)
	DECQ rankStartArgs_blocks(AX)
	JNZ  block
	VZEROUPPER
	RET
