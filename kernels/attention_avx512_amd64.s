//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"
#include "attention_amd64.h"

// Attention, AVX-512: one column a dword, 16 columns a register. All loads and stores of
// columns are masked by K1.

// WORDS and DWORDS set every lane of z to value. They clobber AX.
#define WORDS(value, z)  MOVL $value, AX; VPBROADCASTW AX, z
#define DWORDS(value, z) MOVL $value, AX; VPBROADCASTD AX, z

// FIRST sets k to the mask of the first count dwords: of all if there are more. Z31 is
// dwordIndex. It clobbers Z30.
#define FIRST(count, k) \
	VPBROADCASTD count, Z30; \
	VPCMPGTD     Z31, Z30, k

// TURN_OF broadcasts the turn at mem: cos and -sin to x, sin and cos to y, as words. It
// clobbers AX.
#define TURN_OF(mem, x, y) \
	MOVL         mem, AX;         \
	ROLL         $16, AX;         \
	VPBROADCASTD AX, y;           \
	ROLL         $16, AX;         \
	XORL         $0xffff0000, AX; \
	ADDL         $0x10000, AX;    \
	VPBROADCASTD AX, x

// TURN turns the pairs of words in z and stores them at dst. It clobbers Z2 and Z3.
#define TURN(z, x, y, dst) \
	VPMADDWD  z, x, Z2;      \
	VPMADDWD  z, y, Z3;      \
	VPADDD    Z13, Z2, Z2;   \
	VPADDD    Z13, Z3, Z3;   \
	VPSRAD    $14, Z2, Z2;   \
	VPSRAD    $14, Z3, Z3;   \
	VPMINSD   Z14, Z2, Z2;   \
	VPMINSD   Z14, Z3, Z3;   \
	VPMAXSD   Z12, Z2, Z2;   \
	VPMAXSD   Z12, Z3, Z3;   \
	VPSLLD    $16, Z3, Z3;   \
	VMOVDQU16 Z3, K2, Z2;    \
	VMOVDQU32 Z2, K1, dst

// func turnWordsAVX512(args *turnArgs)
//
//	BX  args                  Z15      what high and low digits are worth, as bytes
//	DI  dst, row 0 of two     Z14      limit in every dword
//	R8  row 1                 Z13      2^13, the rounding
//	SI  high of the quad      Z12      -limit
//	DX  low, or nil           Z8, Z9   turn of row 0, Z10, Z11 of row 1
//	R9  bytes of a row        Z5       low digits
//	R10 quads left            K1       mask of the columns
//	R11 offset of the turn    K2       odd words
//	R12 columns left          CX       offset of the columns in a row
//	R13 turns
TEXT ·turnWordsAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), BX
	MOVQ turnArgs_dst(BX), DI
	MOVQ turnArgs_high(BX), SI
	MOVQ turnArgs_low(BX), DX
	MOVQ turnArgs_turns(BX), R13
	MOVQ turnArgs_row(BX), R9
	MOVQ turnArgs_quads(BX), R10

	VMOVDQU64    dwordIndex<>(SB), Z31
	VPBROADCASTW turnArgs_unit(BX), Z15
	VPBROADCASTD turnArgs_limit(BX), Z14
	VPXORD       Z5, Z5, Z5
	VPSUBD       Z14, Z5, Z12
	DWORDS(0x2000, Z13)
	MOVL         $0xAAAAAAAA, AX
	KMOVD        AX, K2
	XORQ         R11, R11

quad:
	TURN_OF(0(R13)(R11*1), Z8, Z9)
	TURN_OF(4(R13)(R11*1), Z10, Z11)
	LEAQ (DI)(R9*1), R8
	XORQ CX, CX
	MOVQ turnArgs_n(BX), R12

columns:
	FIRST(R12, K1)
	VMOVDQU32.Z (SI)(CX*1), K1, Z4
	TESTQ       DX, DX
	JZ          words
	VMOVDQU32.Z (DX)(CX*1), K1, Z5

words:
	VPUNPCKLBW Z5, Z4, Z0         // high and low, columns 0 and 1 of each lane
	VPUNPCKHBW Z5, Z4, Z1         // columns 2 and 3
	VPMADDUBSW Z0, Z15, Z0
	VPMADDUBSW Z1, Z15, Z1
	VSHUFPS    $0x88, Z1, Z0, Z6  // values 0 and 1
	VSHUFPS    $0xDD, Z1, Z0, Z7  // values 2 and 3
	TURN(Z6, Z8, Z9, (DI)(CX*1))
	TURN(Z7, Z10, Z11, (R8)(CX*1))
	ADDQ $64, CX
	SUBQ $16, R12
	JG   columns

	LEAQ    (DI)(R9*2), DI
	ADDQ    R9, SI
	TESTQ   DX, DX
	JZ      turned
	ADDQ    R9, DX

turned:
	ADDQ    $8, R11
	XORL    AX, AX
	CMPQ    R11, turnArgs_turnsLen(BX)
	CMOVQEQ AX, R11
	DECQ    R10
	JNZ     quad

	VZEROUPPER
	RET

// func cacheValuesAVX512(values, v *int8, step, n, quads int)
//
//	DI  values of lane 0      Z4 … Z7  the shuffles of the lanes: their byte of each dword
//	R8  of lane 1             K1       mask of the columns
//	SI  v                     K2       byte step of every dword
//	R9  bytes of a row        K3       both
//	R10 quads left
//	R12 columns left
//	CX  offset of the columns in a row
TEXT ·cacheValuesAVX512(SB), NOSPLIT, $0-40
	MOVQ values+0(FP), DI
	MOVQ v+8(FP), SI
	MOVQ step+16(FP), CX
	MOVQ n+24(FP), R9
	MOVQ quads+32(FP), R10

	MOVQ            $0x1111111111111111, AX
	SHLQ            CX, AX
	KMOVQ           AX, K2
	VBROADCASTI32X4 dwordBytes<>(SB), Z4
	MOVL            $0x01010101, AX
	VPBROADCASTD    AX, Z0
	VPADDB          Z0, Z4, Z5
	VPADDB          Z0, Z5, Z6
	VPADDB          Z0, Z6, Z7
	SHLQ            $2, R9

quad:
	LEAQ (DI)(R9*2), R8
	XORQ CX, CX
	MOVQ n+24(FP), R12

columns:
	KXNORQ K1, K1, K1
	CMPQ   R12, $16
	JGE    whole
	SHLQ   $2, R12
	MOVQ   $1, AX
	XCHGQ  R12, CX
	SHLQ   CX, AX
	XCHGQ  R12, CX
	DECQ   AX
	KMOVQ  AX, K1
	XORL   R12, R12

whole:
	KANDQ      K1, K2, K3
	VMOVDQU8.Z (SI)(CX*1), K1, Z0
	LEAQ       (DI)(CX*1), AX
	LEAQ       (R8)(CX*1), DX
	VPSHUFB    Z4, Z0, Z1
	VPSHUFB    Z5, Z0, Z2
	VPSHUFB    Z6, Z0, Z3
	VPSHUFB    Z7, Z0, Z0
	VMOVDQU8   Z1, K3, (AX)
	VMOVDQU8   Z2, K3, (AX)(R9*1)
	VMOVDQU8   Z3, K3, (DX)
	VMOVDQU8   Z0, K3, (DX)(R9*1)
	ADDQ       $64, CX
	SUBQ       $16, R12
	JG         columns

	LEAQ (DI)(R9*4), DI
	ADDQ R9, SI
	DECQ R10
	JNZ  quad

	VZEROUPPER
	RET

// WORDS_AVX512 adds the products of the words of mem and q to sum. It clobbers Z2.
#define WORDS_AVX512(mem, q, sum) \
	VMOVDQU32.Z mem, K1, Z2; \
	VPMADDWD    Z2, q, Z2;   \
	VPADDD      Z2, sum, sum

#define WORDS_VNNI512(mem, q, sum) \
	VPDPWSSD mem, q, K1, sum

// BYTES_AVX512 adds the products of four steps of values and of their weights, the low digits
// in Z16 and the high ones in Z17, to low and high. It clobbers Z0 to Z2. Two low digits times
// values fit a word.
#define BYTES_AVX512(mem, low, high) \
	VMOVDQU32.Z mem, K1, Z0;     \
	VPMADDUBSW  Z0, Z16, Z1;     \
	VPMADDUBSW  Z0, Z17, Z2;     \
	VPMADDWD    Z29, Z1, Z1;     \
	VPMADDWD    Z29, Z2, Z2;     \
	VPADDD      Z1, low, low;    \
	VPADDD      Z2, high, high

#define BYTES_VNNI512(mem, low, high) \
	VMOVDQU32.Z mem, K1, Z0;       \
	VPDPBUSD    Z0, Z16, low;      \
	VPDPBUSD    Z0, Z17, high

// EXP2 sets z to the weight of the score at mem, and adds it to the sum in Z5. It clobbers
// Z3.
#define EXP2(mem, z) \
	VMOVDQU32 mem, z;         \
	VPSUBD    Z4, z, z;       \
	VPSRAD    $4, z, Z3;      \
	VPSUBD    Z3, Z28, Z3;    \
	VPERMD    Z27, z, z;      \
	VPSRLVD   Z3, z, z;       \
	VPADDD    z, Z5, Z5

// NORMALIZE shifts the sums in Z6 that are below its bound left by bits, and adds bits to the
// shift in Z7. It clobbers Z0 and K2. Z5 is scratch.
#define NORMALIZE(bound, bits) \
	DWORDS(bound, Z0);            \
	VPCMPGTD Z6, Z0, K2;          \
	VPSLLD   $bits, Z6, K2, Z6;   \
	DWORDS(bits, Z0);             \
	VPADDD   Z0, Z7, K2, Z7

// DIVIDE sets low to (low + 2^7·high) / sum, rounded to nearest, ties away from zero. It
// clobbers high, Z0, Z1 and K2.
//
//	Z5  sum   Z6  2·sum - 1   Z7  the shift of NORMALIZE   Z8  2^27/(sum, normalized, /2^8)
#define DIVIDE(low, high) \
	VPSLLD   $7, high, high;                                     \
	VPADDD   high, low, low;                                     \
	VPMOVD2M low, K2;                                            \
	VPABSD   low, low;                                           \
	VPADDD   low, low, low;                                      \
	VPADDD   Z5, low, low;     /* 2·|total| + sum             */ \
	VPSLLVD  Z7, low, Z0;                                        \
	VPSRLD   $16, Z0, Z0;                                        \
	VPMADDWD Z8, Z0, Z0;                                         \
	VPSRLD   $20, Z0, Z0;      /* the quotient, or 1 less     */ \
	VPMULLD  Z9, Z0, Z1;                                         \
	VPSUBD   Z1, low, low;     /* the remainder               */ \
	VPCMPGTD Z6, low, K3;                                        \
	VPSUBD   Z26, Z0, K3, Z0;                                    \
	VMOVDQA64 Z0, low;                                           \
	VPSUBD   Z0, Z28, K2, low

// ATTEND is the body of the kernels, which differ in products of words and of bytes.
//
// Scores:
//
//	BX  args                  Z0  sum of products       Z23 127 in every dword
//	DI  keys of the step      Z1  query                 Z22 2^24, Z21 -2^24
//	SI  query                 Z10 h, Z11 l              Z20 right, Z19 left, Z18 low
//	DX  keys                  Z4  the largest score     Z24 2^24 >> left
//	R8  scores
//	R9  bytes of a row
//	R10 bytes of a step of keys
//	R11 steps left
//	R12 pairs left in the chunk
//	CX  pairs left
//
// Weights: R8 scores, R12 weights, R11 groups of four steps left; Z5 the sum, Z24 0x007f in
// every word, Z26 -1, Z27 exp2Sixteenths, Z28 zero.
//
// Values:
//
//	DI  values of the quad    Z25       transpose4x4
//	DX  values                Z16, Z17  weights, low and high digits
//	R8  weights               Z10 … Z13  sums of low digits
//	R11 groups left           Z18 … Z21  of high digits
//	R13 three rows
//	CX  pairs left
//	SI  dst
#define ATTEND(WORDS_DOT, BYTES_DOT) \
	MOVQ attendArgs_keys(BX), DI;             \
	MOVQ attendArgs_scores(BX), R8;           \
	MOVQ attendArgs_row(BX), R9;              \
	MOVQ attendArgs_keyStep(BX), R10;         \
	MOVQ attendArgs_steps(BX), R11;           \
	MOVQ attendArgs_cols(BX), AX;             \
	VMOVDQU64    dwordIndex<>(SB), Z31;       \
	FIRST(AX, K1);                            \
	DWORDS(127, Z23);                         \
	DWORDS(0x1000000, Z22);                   \
	VPXORD       Z28, Z28, Z28;               \
	VPSUBD       Z22, Z28, Z21;               \
	VPBROADCASTD attendArgs_right(BX), Z20;   \
	VPBROADCASTD attendArgs_left(BX), Z19;    \
	VPBROADCASTD attendArgs_low(BX), Z18;     \
	VPSRLVD      Z19, Z22, Z24;               \
	VMOVDQA64    Z21, Z4;                     \
                                              \
step:                                         \
	MOVQ   attendArgs_q(BX), SI;              \
	MOVQ   DI, DX;                            \
	MOVQ   attendArgs_pairs(BX), CX;          \
	VPXORD Z10, Z10, Z10;                     \
	VPXORD Z11, Z11, Z11;                     \
	CMPQ   attendArgs_chunks(BX), $0;         \
	JNE    chunk;                             \
	VPXORD Z0, Z0, Z0;                        \
                                              \
pair:                                         \
	VMOVDQU32.Z (SI), K1, Z1;                 \
	WORDS_DOT((DX), Z1, Z0);                  \
	VMOVDQU32.Z (SI)(R9*1), K1, Z1;           \
	WORDS_DOT((DX)(R9*1), Z1, Z0);            \
	LEAQ    (SI)(R9*2), SI;                   \
	LEAQ    (DX)(R9*2), DX;                   \
	SUBQ    $2, CX;                           \
	JNZ     pair;                             \
	VPSRAVD Z20, Z0, Z0;                      \
	JMP     score;                            \
                                              \
chunk:                                        \
	MOVQ    $4, R12;                          \
	CMPQ    CX, R12;                          \
	CMOVQLT CX, R12;                          \
	SUBQ    R12, CX;                          \
	VPXORD  Z0, Z0, Z0;                       \
                                              \
chunkPair:                                    \
	VMOVDQU32.Z (SI), K1, Z1;                 \
	WORDS_DOT((DX), Z1, Z0);                  \
	VMOVDQU32.Z (SI)(R9*1), K1, Z1;           \
	WORDS_DOT((DX)(R9*1), Z1, Z0);            \
	LEAQ   (SI)(R9*2), SI;                    \
	LEAQ   (DX)(R9*2), DX;                    \
	SUBQ   $2, R12;                           \
	JNZ    chunkPair;                         \
	VPANDD Z23, Z0, Z1;                       \
	VPSRAD $7, Z0, Z0;                        \
	VPADDD Z1, Z11, Z11;                      \
	VPADDD Z0, Z10, Z10;                      \
	TESTQ  CX, CX;                            \
	JNZ    chunk;                             \
                                              \
	VPSRAD  $7, Z11, Z1;                      \
	VPANDD  Z23, Z11, Z11;                    \
	VPADDD  Z1, Z10, Z0;                      \
	VPSRAVD Z20, Z0, Z0;                      \
	VPMINSD Z24, Z0, Z0;                      \
	VPMAXSD Z21, Z0, Z0;                      \
	VPSLLVD Z19, Z0, Z0;                      \
	VPSRLVD Z18, Z11, Z11;                    \
	VPADDD  Z11, Z0, Z0;                      \
                                              \
score:                                        \
	VPMINSD   Z22, Z0, Z0;                    \
	VPMAXSD   Z21, Z0, Z0;                    \
	VPMAXSD   Z0, Z4, Z4;                     \
	VMOVDQU32 Z0, (R8);                       \
	ADDQ      R10, DI;                        \
	ADDQ      $64, R8;                        \
	DECQ      R11;                            \
	JNZ       step;                           \
                                              \
	/* No weight for the steps that fill up the last four. */ \
	VPSLLD    $6, Z21, Z0;                    \
	VMOVDQU32 Z0, (R8);                       \
	VMOVDQU32 Z0, 64(R8);                     \
	VMOVDQU32 Z0, 128(R8);                    \
                                              \
	WORDS(0x007f, Z24);                       \
	DWORDS(-1, Z26);                          \
	VMOVDQU64 exp2Sixteenths<>(SB), Z27;      \
	VPXORD    Z5, Z5, Z5;                     \
	MOVQ      attendArgs_scores(BX), R8;      \
	MOVQ      R8, R12;                        \
	MOVQ      attendArgs_steps(BX), R11;      \
	ADDQ      $3, R11;                        \
	SHRQ      $2, R11;                        \
                                              \
weights:                                      \
	EXP2((R8), Z10);                          \
	EXP2(64(R8), Z11);                        \
	EXP2(128(R8), Z12);                       \
	EXP2(192(R8), Z13);                       \
	VPSLLD    $16, Z12, Z12;                  \
	VPSLLD    $16, Z13, Z13;                  \
	VPORD     Z12, Z10, Z10; /* 0 and 2 */    \
	VPORD     Z13, Z11, Z11; /* 1 and 3 */    \
	VPANDD    Z24, Z10, Z12;                  \
	VPANDD    Z24, Z11, Z13;                  \
	VPSRLW    $7, Z10, Z10;                   \
	VPSRLW    $7, Z11, Z11;                   \
	VPSLLW    $8, Z13, Z13;                   \
	VPSLLW    $8, Z11, Z11;                   \
	VPORD     Z13, Z12, Z12; /* low digits */ \
	VPORD     Z11, Z10, Z10; /* high ones  */ \
	VMOVDQU32 Z12, (R12);                     \
	VMOVDQU32 Z10, 64(R12);                   \
	ADDQ      $256, R8;                       \
	ADDQ      $128, R12;                      \
	DECQ      R11;                            \
	JNZ       weights;                        \
                                              \
	/* The reciprocal of the sum, from 2^12 to 2^22, by Newton's iteration. */ \
	VMOVDQA64 Z5, Z6;                         \
	VPXORD    Z7, Z7, Z7;                     \
	NORMALIZE(0x4000, 8);                     \
	NORMALIZE(0x40000, 4);                    \
	NORMALIZE(0x100000, 2);                   \
	NORMALIZE(0x200000, 1);                   \
	VPSRLD    $8, Z6, Z6;                     \
	VPSUBD    Z26, Z6, Z6;   /* from 2^13 to 2^14 */ \
	DWORDS(30840, Z0);                        \
	VPMADDWD  Z0, Z6, Z0;                     \
	VPSRLD    $15, Z0, Z0;                    \
	DWORDS(23130, Z8);                        \
	VPSUBD    Z0, Z8, Z8;    /* within 1/17 */ \
	DWORDS(0x8000000, Z1);                    \
	VPMADDWD  Z8, Z6, Z0;                     \
	VPSUBD    Z0, Z1, Z0;                     \
	VPSRAD    $13, Z0, Z0;                    \
	VPMADDWD  Z8, Z0, Z0;                     \
	VPSRAD    $14, Z0, Z0;                    \
	VPADDD    Z0, Z8, Z8;    /* within 1/289 */ \
	VPMADDWD  Z8, Z6, Z0;                     \
	VPSUBD    Z0, Z1, Z0;                     \
	VPSRAD    $9, Z0, Z0;                     \
	VPMADDWD  Z8, Z0, Z0;                     \
	VPSRAD    $18, Z0, Z0;                    \
	VPADDD    Z0, Z8, Z8;                     \
	DWORDS(3, Z0);                            \
	VPSUBD    Z0, Z8, Z8;    /* up to 5 too small */ \
	VPADDD    Z5, Z5, Z9;                     \
	VPADDD    Z26, Z9, Z6;                    \
                                              \
	WORDS(1, Z29);                            \
	VBROADCASTI32X4 transpose4x4<>(SB), Z25;  \
	MOVQ attendArgs_dst(BX), SI;              \
	MOVQ attendArgs_values(BX), DI;           \
	MOVQ attendArgs_group(BX), R10;           \
	MOVQ attendArgs_pairs(BX), CX;            \
	LEAQ (R9)(R9*2), R13;                     \
                                              \
quad:                                         \
	MOVQ   DI, DX;                            \
	MOVQ   attendArgs_scores(BX), R8;         \
	MOVQ   attendArgs_steps(BX), R11;         \
	ADDQ   $3, R11;                           \
	SHRQ   $2, R11;                           \
	VPXORD Z10, Z10, Z10;                     \
	VPXORD Z11, Z11, Z11;                     \
	VPXORD Z12, Z12, Z12;                     \
	VPXORD Z13, Z13, Z13;                     \
	VPXORD Z18, Z18, Z18;                     \
	VPXORD Z19, Z19, Z19;                     \
	VPXORD Z20, Z20, Z20;                     \
	VPXORD Z21, Z21, Z21;                     \
                                              \
four:                                         \
	VMOVDQU32 (R8), Z16;                      \
	VMOVDQU32 64(R8), Z17;                    \
	BYTES_DOT((DX), Z10, Z18);                \
	BYTES_DOT((DX)(R9*1), Z11, Z19);          \
	BYTES_DOT((DX)(R9*2), Z12, Z20);          \
	BYTES_DOT((DX)(R13*1), Z13, Z21);         \
	ADDQ R10, DX;                             \
	ADDQ $128, R8;                            \
	DECQ R11;                                 \
	JNZ  four;                                \
                                              \
	DIVIDE(Z10, Z18);                         \
	DIVIDE(Z11, Z19);                         \
	DIVIDE(Z12, Z20);                         \
	DIVIDE(Z13, Z21);                         \
	VPACKSSDW Z11, Z10, Z10;                  \
	VPACKSSDW Z13, Z12, Z12;                  \
	VPACKSSWB Z12, Z10, Z10;                  \
	VPSHUFB   Z25, Z10, Z10;                  \
	VMOVDQU32 Z10, K1, (SI);                  \
	ADDQ      R9, SI;                         \
	LEAQ      (DI)(R9*4), DI;                 \
	SUBQ      $2, CX;                         \
	JNZ       quad;                           \
	VZEROUPPER

// func attendAVX512(args *attendArgs)
TEXT ·attendAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), BX
	ATTEND(WORDS_AVX512, BYTES_AVX512)
	RET

// func attendVNNI512(args *attendArgs)
TEXT ·attendVNNI512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), BX
	ATTEND(WORDS_VNNI512, BYTES_VNNI512)
	RET
