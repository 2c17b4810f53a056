//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "columns_avx512_amd64.h"

// The operands of the perturbation of any rank that sweeps start from (matmul_vnni512_amd64.s),
// for vectors of sixteen columns, of which each half belongs to one pair. Columns of the
// halves take turns in the lanes, so that eight bytes of codes, broadcast, meet all of them:
// four ranks of either pair. t comes in bytes, its digits to the base 256.

// RANK sets v to the digits of t of a rank, minus members negated, which it adds to the sum:
// -128 to 127 in each byte but the highest. It goes to planes after the last rank.
#define RANK(v, planes) \
	VMOVDQU32 (R8), Y0     \
	VMOVDQU32 (R9), Y1     \
	VPERMT2D  Z1, Z30, Z0  \
	VPXORD    Z29, Z0, v   \
	VPSUBD    Z29, v, v    \
	VPADDD    v, Z28, Z28  \
	VPADDD    Z25, v, v    \
	VPXORD    Z25, v, v    \
	ADDQ      R10, R8      \
	ADDQ      R10, R9      \
	DECQ      CX           \
	JZ        planes

// func pairWordsVNNI512(args *pairWordsArgs)
//
//	DI  words, advancing             R8, R9  t of either half, advancing
//	DX  from low digits to high ones R10     bytes from a rank of t to the next
//	CX  ranks left
//
//	Z2–Z5   four ranks, then their digits 0 to 3     Z28  Σ t    Z29  signs, 0 or -1
//	Z6–Z9   pairs of ranks           Z25  bytes of 0x80 below the highest
//	Z26     all high digits so far   Z30  zipQuads
//	K1      the odd bytes            K2   the odd words
TEXT ·pairWordsVNNI512(SB), NOSPLIT, $0-8
	MOVQ         args+0(FP), AX
	MOVQ         pairWordsArgs_words(AX), DI
	MOVQ         pairWordsArgs_t0(AX), R8
	MOVQ         pairWordsArgs_t1(AX), R9
	MOVQ         pairWordsArgs_tRank(AX), R10
	MOVQ         pairWordsArgs_ranks(AX), CX
	MOVQ         pairWordsArgs_signs(AX), SI
	LEAQ         3(CX), DX
	SHRQ         $2, DX
	SHLQ         $7, DX
	MOVQ         $0xAAAAAAAAAAAAAAAA, BX
	KMOVQ        BX, K1
	KMOVD        BX, K2
	MOVL         $0x808080, BX
	VPBROADCASTD BX, Z25
	VPXORD       Z26, Z26, Z26
	VPXORD       Z28, Z28, Z28
	VPMOVZXBD    zipQuads<>(SB), Z30
	VMOVDQU32    (SI), Y29
	VMOVDQU32    32(SI), Y1
	VPERMT2D     Z1, Z30, Z29
	MOVQ         DI, R11
	ADDQ         $64, DI

ranks:
	VPXORD Z3, Z3, Z3
	VPXORD Z4, Z4, Z4
	VPXORD Z5, Z5, Z5
	RANK(Z2, planes)
	RANK(Z3, planes)
	RANK(Z4, planes)
	RANK(Z5, planes)

planes:
	// Digits 0 and 2, and 1 and 3, of two ranks; then each digit of four.
	VPSLLD    $8, Z3, Z6
	VPSRLD    $8, Z2, Z7
	VPSLLD    $8, Z5, Z8
	VPSRLD    $8, Z4, Z9
	VMOVDQU8  Z6, K1, Z2
	VMOVDQU8  Z3, K1, Z7
	VMOVDQU8  Z8, K1, Z4
	VMOVDQU8  Z5, K1, Z9
	VPSRLD    $16, Z2, Z6
	VPSRLD    $16, Z7, Z8
	VMOVDQU16 Z4, K2, Z6
	VMOVDQU16 Z9, K2, Z8
	VPSLLD    $16, Z4, Z4
	VPSLLD    $16, Z9, Z9
	VMOVDQU16 Z4, K2, Z2
	VMOVDQU16 Z9, K2, Z7
	VMOVDQU32 Z2, (DI)
	VMOVDQU32 Z7, 64(DI)
	VMOVDQU32 Z6, (DI)(DX*1)
	VMOVDQU32 Z8, 64(DI)(DX*1)
	VPORD     Z6, Z26, Z26
	VPORD     Z8, Z26, Z26
	ADDQ      $128, DI
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

// EIGHT_ROWS applies a macro to the offset of each row's codes and its sums of the lower and
// the higher digit.
#define EIGHT_ROWS(OP) \
	OP(0, Z0, Z8)    \
	OP(8, Z1, Z9)    \
	OP(64, Z2, Z10)  \
	OP(72, Z3, Z11)  \
	OP(128, Z4, Z12) \
	OP(136, Z5, Z13) \
	OP(192, Z6, Z14) \
	OP(200, Z7, Z15)

// CLEAR zeroes the sums of a row, and BEGIN sets them to what the columns begin with.
#define CLEAR(at, low, high) \
	VPXORD low, low, low    \
	VPXORD high, high, high

#define BEGIN(at, low, high) \
	VMOVDQA32 Z30, low       \
	VPXORD    high, high, high

// JOIN adds up the digits.
#define JOIN(at, low, high) \
	VPSLLD $8, high, high   \
	VPADDD high, low, low

// WIDE sets the sums to the sums of the two highest digits and what the columns begin with.
#define WIDE(at, low, high) \
	JOIN(at, low, high)      \
	VPSLLD $16, low, low     \
	VPADDD Z30, low, low     \
	VPXORD high, high, high

// DOT adds the products of a row's eight codes with two digits of four ranks of t.
#define DOT(at, low, high) \
	VPBROADCASTQ at(BX), Z18     \
	VPDPBUSD     Z16, Z18, low   \
	VPDPBUSD     Z17, Z18, high

// FINISH rounds a sum and stores the row.
#define FINISH(at, low, high) \
	JOIN(at, low, high)       \
	VPSRAVD   Z29, low, low   \
	VPERMD    low, Z28, low   \
	VMOVDQU32 low, (DI)       \
	ADDQ      R10, DI

// DIGITS adds the products of all ranks with the two digits at SI.
#define DIGITS(quads) \
	MOVQ R14, BX                   \
	MOVQ R9, CX                    \
quads:                             \
	VMOVDQU32 (SI), Z16            \
	VMOVDQU32 64(SI), Z17          \
	EIGHT_ROWS(DOT)                \
	ADDQ $128, SI                  \
	ADDQ R13, BX                   \
	DECQ CX                        \
	JNZ  quads

// FOURTHS sets z0 to z3 to the codes of four ranks of a pair, one row after another in each
// lane of 16 bytes: its rows 0–3, 4–7, 8–11, 12–15.
#define FOURTHS(codes, z0, z1, z2, z3) \
	VMOVDQU8.Z (codes), K1, Z0         \
	VMOVDQU8.Z (codes)(R10*1), K1, Z1  \
	VMOVDQU8.Z (codes)(R11*1), K1, Z2  \
	VMOVDQU8.Z (codes)(R12*1), K1, Z3  \
	VPUNPCKLBW Z1, Z0, Z4              \
	VPUNPCKHBW Z1, Z0, Z5              \
	VPUNPCKLBW Z3, Z2, Z6              \
	VPUNPCKHBW Z3, Z2, Z7              \
	VPUNPCKLWD Z6, Z4, z0              \
	VPUNPCKHWD Z6, Z4, z1              \
	VPUNPCKLWD Z7, Z5, z2              \
	VPUNPCKHWD Z7, Z5, z3

// ROWS stores two rows of each lane, four ranks of either pair, of their fourths, and the next two.
#define ROWS(first, second, at) \
	VPUNPCKLDQ second, first, Z0 \
	VPUNPCKHDQ second, first, Z1 \
	VMOVDQU32  Z0, at+0(BX)      \
	VMOVDQU32  Z1, at+64(BX)

// func orderCodesVNNI512(args *rankArgs)
//
//	R8, R9  codes of either half's pair, advancing    R10  bytes from a rank to the next
//	BX      codes in order, advancing                 R11, R12  to the second and third next
//	R14     bytes from four ranks to the next         CX   ranks left
//	DI      order of the vector                       DX   64 rows of it
//	SI      offsets of the codes                      R13  vectors left
//	AX      args                                      R15  rows left    K1  rows that exist, of 64
TEXT ·orderCodesVNNI512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), AX
	MOVQ rankArgs_order(AX), DI
	MOVQ rankArgs_step(AX), R14
	MOVQ rankArgs_offsets(AX), SI
	MOVQ rankArgs_vectors(AX), R13

vector:
	MOVQ rankArgs_a(AX), R8
	MOVQ R8, R9
	ADDQ (SI), R8
	ADDQ 8(SI), R9
	MOVQ rankArgs_rows(AX), R15
	MOVQ DI, DX

rows:
	// Whole sixteens of rows, of up to 64: a shift by 64 less that.
	LEAQ    15(R15), CX
	ANDQ    $-16, CX
	MOVQ    $64, BX
	CMPQ    CX, BX
	CMOVQGT BX, CX
	NEGQ    CX
	MOVQ    $-1, BX
	SHRQ    CX, BX
	KMOVQ   BX, K1
	MOVQ    rankArgs_aRank(AX), R10
	LEAQ    (R10)(R10*1), R11
	LEAQ    (R10)(R10*2), R12
	MOVQ    rankArgs_ranks(AX), CX
	MOVQ    DX, BX
	MOVQ    R8, rankArgs_first(AX)
	MOVQ    R9, rankArgs_second(AX)

order:
	// Of fewer than four ranks, the last again: its digits are zero.
	SUBQ $4, CX
	JGE  four
	MOVQ R11, R12
	CMPQ CX, $-1
	JEQ  four
	MOVQ R10, R11
	MOVQ R10, R12
	CMPQ CX, $-2
	JEQ  four
	XORQ R10, R10
	XORQ R11, R11
	XORQ R12, R12

four:
	FOURTHS(R8, Z8, Z9, Z10, Z11)
	FOURTHS(R9, Z12, Z13, Z14, Z15)
	ROWS(Z8, Z12, 0)
	ROWS(Z9, Z13, 128)
	ROWS(Z10, Z14, 256)
	ROWS(Z11, Z15, 384)
	LEAQ  (R8)(R10*4), R8
	LEAQ  (R9)(R10*4), R9
	ADDQ  R14, BX
	TESTQ CX, CX
	JG    order

	MOVQ rankArgs_first(AX), R8
	MOVQ rankArgs_second(AX), R9
	ADDQ $64, R8
	ADDQ $64, R9
	ADDQ $512, DX
	SUBQ $64, R15
	JGT  rows

	ADDQ $1024, DI
	ADDQ $16, SI
	DECQ R13
	JNZ  vector
	VZEROUPPER
	RET

// func rankStartVNNI512(args *rankArgs)
//
//	AX  args                                 R15  dst of the vector
//	BX  codes of eight rows, advancing       R14  the same of the first ranks
//	SI  digits, advancing                    R11  words of the vector
//	DI  dst, row by row                      R10  bytes from one row to the next
//	CX  fours of ranks left                  R9   fours of ranks
//	DX  bytes of two digits of all ranks     R8   rows left
//	R12 offsets of the codes of tiles        R13  bytes from four ranks to the next
//	Z0–Z7   sums of lower digits             Z8–Z15  of higher ones
//	Z16, Z17  two digits of four ranks       Z18     codes of a row
//	Z28     unzip                            Z29     shift
//	Z30     what sums begin with
TEXT ·rankStartVNNI512(SB), NOSPLIT, $0-8
	MOVQ         args+0(FP), AX
	VPBROADCASTD rankArgs_shift(AX), Z29
	VPMOVZXBD    unzip<>(SB), Z28
	MOVQ         rankArgs_dst(AX), R15
	MOVQ         rankArgs_words(AX), R11
	MOVQ         rankArgs_fours(AX), R9
	MOVQ         R9, DX
	SHLQ         $7, DX
	MOVQ         rankArgs_step(AX), R13
	MOVQ         rankArgs_ld(AX), R10
	MOVQ         $0, rankArgs_left(AX)

vector:
	VMOVDQU32 (R11), Z30
	MOVQ      rankArgs_tiles(AX), R12
	MOVQ      rankArgs_rows(AX), R8
	MOVQ      R15, DI

eight:
	MOVQ (R12), R14
	ADDQ rankArgs_order(AX), R14
	ADDQ rankArgs_left(AX), R14
	ADDQ $8, R12
	LEAQ 64(R11), SI
	CMPB rankArgs_wide(AX), $0
	JEQ  narrow

	ADDQ DX, SI              // high digits follow the low ones
	EIGHT_ROWS(CLEAR)
	DIGITS(high)
	EIGHT_ROWS(WIDE)
	LEAQ 64(R11), SI
	JMP  low

narrow:
	EIGHT_ROWS(BEGIN)

low:
	DIGITS(lowDigits)
	EIGHT_ROWS(FINISH)
	SUBQ $8, R8
	JGT  eight

	ADDQ rankArgs_wordStep(AX), R11
	ADDQ $64, R15
	ADDQ $1024, rankArgs_left(AX)
	DECQ rankArgs_vectors(AX)
	JNZ  vector
	VZEROUPPER
	RET
