//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"
#include "attention_amd64.h"

// Attention, AVX2: as attention_avx512_amd64.s at 8 columns a register.

// WORDS and DWORDS set every lane of y to value. They clobber AX.
#define WORDS(value, x, y)  MOVL $value, AX; VMOVD AX, x; VPBROADCASTW x, y
#define DWORDS(value, x, y) MOVL $value, AX; VMOVD AX, x; VPBROADCASTD x, y

// FIRST sets y to the mask of its first count dwords: of all if there are more.
#define FIRST(count, x, y) \
	VMOVD        count, x;             \
	VPBROADCASTD x, y;                 \
	VPCMPGTD     dwordIndex<>(SB), y, y

// TURN_OF broadcasts the turn at mem: cos and -sin to y, sin and cos to w, as words. It
// clobbers AX.
#define TURN_OF(mem, x, y, v, w) \
	MOVL         mem, AX;         \
	ROLL         $16, AX;         \
	VMOVD        AX, v;           \
	VPBROADCASTD v, w;            \
	ROLL         $16, AX;         \
	XORL         $0xffff0000, AX; \
	ADDL         $0x10000, AX;    \
	VMOVD        AX, x;           \
	VPBROADCASTD x, y

// TURN turns the pairs of words in v and stores them at dst. It clobbers Y2 and Y3.
#define TURN(v, x, y, dst) \
	VPMADDWD   v, x, Y2;        \
	VPMADDWD   v, y, Y3;        \
	VPADDD     Y13, Y2, Y2;     \
	VPADDD     Y13, Y3, Y3;     \
	VPSRAD     $14, Y2, Y2;     \
	VPSRAD     $14, Y3, Y3;     \
	VPMINSD    Y14, Y2, Y2;     \
	VPMINSD    Y14, Y3, Y3;     \
	VPMAXSD    Y12, Y2, Y2;     \
	VPMAXSD    Y12, Y3, Y3;     \
	VPSLLD     $16, Y3, Y3;     \
	VPBLENDW   $0xAA, Y3, Y2, Y2; \
	VPMASKMOVD Y2, Y11, dst

// func turnWordsAVX2(args *turnArgs)
//
//	BX  args                  Y15      what high and low digits are worth, as bytes
//	DI  dst, row 0 of two     Y14      limit in every dword
//	R8  row 1                 Y13      2^13, the rounding
//	SI  high of the quad      Y12      -limit
//	DX  low, or nil           Y7, Y8   turn of row 0, Y9, Y10 of row 1
//	R9  bytes of a row        Y5       low digits
//	R10 quads left            Y11      mask of the columns
//	R11 offset of the turn    CX       offset of the columns in a row
//	R12 columns left
//	R13 turns
TEXT ·turnWordsAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), BX
	MOVQ turnArgs_dst(BX), DI
	MOVQ turnArgs_high(BX), SI
	MOVQ turnArgs_low(BX), DX
	MOVQ turnArgs_turns(BX), R13
	MOVQ turnArgs_row(BX), R9
	MOVQ turnArgs_quads(BX), R10

	VPBROADCASTW turnArgs_unit(BX), Y15
	VPBROADCASTD turnArgs_limit(BX), Y14
	VPXOR        Y5, Y5, Y5
	VPSUBD       Y14, Y5, Y12
	DWORDS(0x2000, X13, Y13)
	XORQ         R11, R11

quad:
	TURN_OF(0(R13)(R11*1), X7, Y7, X8, Y8)
	TURN_OF(4(R13)(R11*1), X9, Y9, X10, Y10)
	LEAQ (DI)(R9*1), R8
	XORQ CX, CX
	MOVQ turnArgs_n(BX), R12

columns:
	FIRST(R12, X11, Y11)
	VPMASKMOVD (SI)(CX*1), Y11, Y4
	TESTQ      DX, DX
	JZ         words
	VPMASKMOVD (DX)(CX*1), Y11, Y5

words:
	VPUNPCKLBW Y5, Y4, Y0         // high and low, columns 0 and 1 of each lane
	VPUNPCKHBW Y5, Y4, Y1         // columns 2 and 3
	VPMADDUBSW Y0, Y15, Y0
	VPMADDUBSW Y1, Y15, Y1
	VSHUFPS    $0x88, Y1, Y0, Y6  // values 0 and 1
	VSHUFPS    $0xDD, Y1, Y0, Y0  // values 2 and 3
	TURN(Y6, Y7, Y8, (DI)(CX*1))
	TURN(Y0, Y9, Y10, (R8)(CX*1))
	ADDQ $32, CX
	SUBQ $8, R12
	JG   columns

	LEAQ  (DI)(R9*2), DI
	ADDQ  R9, SI
	TESTQ DX, DX
	JZ    turned
	ADDQ  R9, DX

turned:
	ADDQ    $8, R11
	XORL    AX, AX
	CMPQ    R11, turnArgs_turnsLen(BX)
	CMOVQEQ AX, R11
	DECQ    R10
	JNZ     quad

	VZEROUPPER
	RET

// INSERT writes the bytes of Y0 that shuffle moves to the steps of mem. It clobbers Y1 and
// Y2.
#define INSERT(shuffle, mem) \
	VPSHUFB    shuffle, Y0, Y1;   \
	VPMASKMOVD mem, Y11, Y2;      \
	VPBLENDVB  Y8, Y1, Y2, Y2;    \
	VPMASKMOVD Y2, Y11, mem

// func cacheValuesAVX2(values, v *int8, step, n, quads int)
//
//	DI  values of lane 0      Y4 … Y7  the shuffles of the lanes: their byte of each dword
//	R8  of lane 2             Y8       byte step of every dword
//	SI  v                     Y11      mask of the columns
//	R9  bytes of a row
//	R10 quads left
//	R12 columns left
//	CX  offset of the columns in a row
TEXT ·cacheValuesAVX2(SB), NOSPLIT, $0-40
	MOVQ values+0(FP), DI
	MOVQ v+8(FP), SI
	MOVQ step+16(FP), CX
	MOVQ n+24(FP), R9
	MOVQ quads+32(FP), R10

	SHLQ           $3, CX
	MOVL           $0xff, AX
	SHLL           CX, AX
	VMOVD          AX, X8
	VPBROADCASTD   X8, Y8
	VBROADCASTI128 dwordBytes<>(SB), Y4
	DWORDS(0x01010101, X0, Y0)
	VPADDB         Y0, Y4, Y5
	VPADDB         Y0, Y5, Y6
	VPADDB         Y0, Y6, Y7
	SHLQ           $2, R9

quad:
	LEAQ (DI)(R9*2), R8
	XORQ CX, CX
	MOVQ n+24(FP), R12

columns:
	FIRST(R12, X11, Y11)
	VPMASKMOVD (SI)(CX*1), Y11, Y0
	LEAQ       (DI)(CX*1), AX
	LEAQ       (R8)(CX*1), DX
	INSERT(Y4, (AX))
	INSERT(Y5, (AX)(R9*1))
	INSERT(Y6, (DX))
	INSERT(Y7, (DX)(R9*1))
	ADDQ $32, CX
	SUBQ $8, R12
	JG   columns

	LEAQ (DI)(R9*4), DI
	ADDQ R9, SI
	DECQ R10
	JNZ  quad

	VZEROUPPER
	RET

// WORDS_DOT adds the products of the words at k and at q to Y0. It clobbers Y1 and Y2.
#define WORDS_DOT(k, q) \
	VPMASKMOVD q, Y15, Y1;  \
	VPMASKMOVD k, Y15, Y2;  \
	VPMADDWD   Y1, Y2, Y2;  \
	VPADDD     Y2, Y0, Y0

// EXP2 sets y to the weight of the score at mem, and adds it to the sum in Y5. It clobbers Y0
// to Y3.
#define EXP2(mem, y) \
	VMOVDQU   mem, Y0;           \
	VPSUBD    Y4, Y0, Y0;        \
	VPSRAD    $4, Y0, Y1;        \
	VPSUBD    Y1, Y8, Y1;        \
	VPERMD    Y6, Y0, Y2;        \
	VPERMD    Y7, Y0, Y3;        \
	VPSLLD    $28, Y0, Y0;       \
	VBLENDVPS Y0, Y3, Y2, y;     \
	VPSRLVD   Y1, y, y;          \
	VPADDD    y, Y5, Y5

// NORMALIZE shifts the sums in Y6 that are below its bound left by 1<<log bits, and adds that
// to the shift in Y7. It clobbers Y0.
#define NORMALIZE(bound, log) \
	DWORDS(bound, X0, Y0);    \
	VPCMPGTD Y6, Y0, Y0;      \
	VPSRLD   $31, Y0, Y0;     \
	VPSLLD   $log, Y0, Y0;    \
	VPSLLVD  Y0, Y6, Y6;      \
	VPADDD   Y0, Y7, Y7

// BYTES_DOT adds the products of four steps of values and of their weights to sum: of the low
// digits, of which two times values fit a word, and of the high ones. It clobbers Y0 to Y2.
#define BYTES_DOT(mem, sum) \
	VPMASKMOVD mem, Y15, Y0;    \
	VPMADDUBSW Y0, Y6, Y1;      \
	VPMADDUBSW Y0, Y7, Y2;      \
	VPMADDWD   Y14, Y1, Y1;     \
	VPMADDWD   Y13, Y2, Y2;     \
	VPADDD     Y1, sum, sum;    \
	VPADDD     Y2, sum, sum

// DIVIDE sets y to y / sum, rounded to nearest, ties away from zero. It clobbers Y0 to Y2.
#define DIVIDE(y) \
	VPABSD   y, Y0;                                                      \
	VPADDD   Y0, Y0, Y0;                                                 \
	VPADDD   sum-32(SP), Y0, Y0;     /* 2·|total| + sum               */ \
	VMOVDQU  shift-128(SP), Y1;                                          \
	VPSLLVD  Y1, Y0, Y1;                                                 \
	VPSRLD   $16, Y1, Y1;                                                \
	VPMADDWD inverse-160(SP), Y1, Y1;                                    \
	VPSRLD   $20, Y1, Y1;            /* the quotient, or 1 less       */ \
	VPMULLD  twice-64(SP), Y1, Y2;                                       \
	VPSUBD   Y2, Y0, Y0;             /* the remainder                 */ \
	VPCMPGTD less-96(SP), Y0, Y0;                                        \
	VPSUBD   Y0, Y1, Y1;                                                 \
	VPSIGND  y, Y1, y

// func attendAVX2(args *attendArgs)
//
// Scores:
//
//	BX  args                     Y0  sum of products      Y15 mask of the columns
//	DI  keys of the step         Y5  h, Y6 l              Y14 127 in every dword
//	SI  query                    Y4  the largest score    Y13 2^24, Y12 -2^24
//	DX  keys                                              Y11 right, Y10 left, Y9 low
//	R8  scores                                            Y8  2^24 >> left
//	R9  bytes of a row
//	R10 bytes of a step of keys
//	R11 steps left
//	R12 pairs left in the chunk
//	CX  pairs left
//
// Weights: R8 scores, R12 weights, R11 groups of four steps left; Y5 the sum, Y6 and Y7
// exp2Sixteenths, Y8 zero, Y13 0x007f in every word.
//
// Values:
//
//	DI  values of the quad    Y8 … Y11  sums
//	DX  values                Y6, Y7    weights, low and high digits
//	R8  weights               Y12       transpose4x4
//	R11 groups left           Y13       128 in every word
//	R13 three rows            Y14       1 in every word
//	CX  pairs left
//	SI  dst
//
// On the stack, of the sum s: s, 2·s, 2·s - 1, the shift of NORMALIZE, and 2^27/(s,
// normalized, /2^8).
TEXT ·attendAVX2(SB), NOSPLIT, $160-8
	MOVQ args+0(FP), BX
	MOVQ attendArgs_keys(BX), DI
	MOVQ attendArgs_scores(BX), R8
	MOVQ attendArgs_row(BX), R9
	MOVQ attendArgs_keyStep(BX), R10
	MOVQ attendArgs_steps(BX), R11
	MOVQ attendArgs_cols(BX), AX
	FIRST(AX, X15, Y15)
	DWORDS(127, X14, Y14)
	DWORDS(0x1000000, X13, Y13)
	VPXOR        Y12, Y12, Y12
	VPSUBD       Y13, Y12, Y12
	VPBROADCASTD attendArgs_right(BX), Y11
	VPBROADCASTD attendArgs_left(BX), Y10
	VPBROADCASTD attendArgs_low(BX), Y9
	VPSRLVD      Y10, Y13, Y8
	VMOVDQA      Y12, Y4

step:
	MOVQ  attendArgs_q(BX), SI
	MOVQ  DI, DX
	MOVQ  attendArgs_pairs(BX), CX
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	CMPQ  attendArgs_chunks(BX), $0
	JNE   chunk
	VPXOR Y0, Y0, Y0

pair:
	WORDS_DOT((DX), (SI))
	WORDS_DOT((DX)(R9*1), (SI)(R9*1))
	LEAQ    (SI)(R9*2), SI
	LEAQ    (DX)(R9*2), DX
	SUBQ    $2, CX
	JNZ     pair
	VPSRAVD Y11, Y0, Y0
	JMP     score

chunk:
	MOVQ    $4, R12
	CMPQ    CX, R12
	CMOVQLT CX, R12
	SUBQ    R12, CX
	VPXOR   Y0, Y0, Y0

chunkPair:
	WORDS_DOT((DX), (SI))
	WORDS_DOT((DX)(R9*1), (SI)(R9*1))
	LEAQ   (SI)(R9*2), SI
	LEAQ   (DX)(R9*2), DX
	SUBQ   $2, R12
	JNZ    chunkPair
	VPAND  Y14, Y0, Y1
	VPSRAD $7, Y0, Y0
	VPADDD Y1, Y6, Y6
	VPADDD Y0, Y5, Y5
	TESTQ  CX, CX
	JNZ    chunk

	VPSRAD  $7, Y6, Y1
	VPAND   Y14, Y6, Y6
	VPADDD  Y1, Y5, Y0
	VPSRAVD Y11, Y0, Y0
	VPMINSD Y8, Y0, Y0
	VPMAXSD Y12, Y0, Y0
	VPSLLVD Y10, Y0, Y0
	VPSRLVD Y9, Y6, Y6
	VPADDD  Y6, Y0, Y0

score:
	VPMINSD Y13, Y0, Y0
	VPMAXSD Y12, Y0, Y0
	VPMAXSD Y0, Y4, Y4
	VMOVDQU Y0, (R8)
	ADDQ    R10, DI
	ADDQ    $32, R8
	DECQ    R11
	JNZ     step

	// No weight for the steps that fill up the last four.
	VPSLLD  $6, Y12, Y0
	VMOVDQU Y0, (R8)
	VMOVDQU Y0, 32(R8)
	VMOVDQU Y0, 64(R8)

	WORDS(0x007f, X13, Y13)
	VMOVDQU exp2Sixteenths<>+0(SB), Y6
	VMOVDQU exp2Sixteenths<>+32(SB), Y7
	VPXOR   Y5, Y5, Y5
	VPXOR   Y8, Y8, Y8
	MOVQ    attendArgs_scores(BX), R8
	MOVQ    R8, R12
	MOVQ    attendArgs_steps(BX), R11
	ADDQ    $3, R11
	SHRQ    $2, R11

weights:
	EXP2((R8), Y9)
	EXP2(32(R8), Y10)
	EXP2(64(R8), Y11)
	EXP2(96(R8), Y12)
	VPSLLD  $16, Y11, Y11
	VPSLLD  $16, Y12, Y12
	VPOR    Y11, Y9, Y9    // 0 and 2
	VPOR    Y12, Y10, Y10  // 1 and 3
	VPAND   Y13, Y9, Y11
	VPAND   Y13, Y10, Y12
	VPSRLW  $7, Y9, Y9
	VPSRLW  $7, Y10, Y10
	VPSLLW  $8, Y12, Y12
	VPSLLW  $8, Y10, Y10
	VPOR    Y12, Y11, Y11  // low digits
	VPOR    Y10, Y9, Y9    // high ones
	VMOVDQU Y11, (R12)
	VMOVDQU Y9, 32(R12)
	ADDQ    $128, R8
	ADDQ    $64, R12
	DECQ    R11
	JNZ     weights

	// The reciprocal of the sum, from 2^12 to 2^22, by Newton's iteration.
	VMOVDQA  Y5, Y6
	VPXOR    Y7, Y7, Y7
	NORMALIZE(0x4000, 3)
	NORMALIZE(0x40000, 2)
	NORMALIZE(0x100000, 1)
	NORMALIZE(0x200000, 0)
	VPSRLD   $8, Y6, Y6
	DWORDS(1, X0, Y0)
	VPADDD   Y0, Y6, Y6    // from 2^13 to 2^14
	VPADDD   Y5, Y5, Y9
	VPSUBD   Y0, Y9, Y10
	DWORDS(30840, X0, Y0)
	VPMADDWD Y0, Y6, Y0
	VPSRLD   $15, Y0, Y0
	DWORDS(23130, X8, Y8)
	VPSUBD   Y0, Y8, Y8    // within 1/17
	DWORDS(0x8000000, X1, Y1)
	VPMADDWD Y8, Y6, Y0
	VPSUBD   Y0, Y1, Y0
	VPSRAD   $13, Y0, Y0
	VPMADDWD Y8, Y0, Y0
	VPSRAD   $14, Y0, Y0
	VPADDD   Y0, Y8, Y8    // within 1/289
	VPMADDWD Y8, Y6, Y0
	VPSUBD   Y0, Y1, Y0
	VPSRAD   $9, Y0, Y0
	VPMADDWD Y8, Y0, Y0
	VPSRAD   $18, Y0, Y0
	VPADDD   Y0, Y8, Y8
	DWORDS(3, X0, Y0)
	VPSUBD   Y0, Y8, Y8    // up to 5 too small
	VMOVDQU  Y5, sum-32(SP)
	VMOVDQU  Y9, twice-64(SP)
	VMOVDQU  Y10, less-96(SP)
	VMOVDQU  Y7, shift-128(SP)
	VMOVDQU  Y8, inverse-160(SP)

	WORDS(1, X14, Y14)
	WORDS(128, X13, Y13)
	VBROADCASTI128 transpose4x4<>(SB), Y12
	MOVQ attendArgs_dst(BX), SI
	MOVQ attendArgs_values(BX), DI
	MOVQ attendArgs_group(BX), R10
	MOVQ attendArgs_pairs(BX), CX
	LEAQ (R9)(R9*2), R13

quad:
	MOVQ  DI, DX
	MOVQ  attendArgs_scores(BX), R8
	MOVQ  attendArgs_steps(BX), R11
	ADDQ  $3, R11
	SHRQ  $2, R11
	VPXOR Y8, Y8, Y8
	VPXOR Y9, Y9, Y9
	VPXOR Y10, Y10, Y10
	VPXOR Y11, Y11, Y11

four:
	VMOVDQU (R8), Y6
	VMOVDQU 32(R8), Y7
	BYTES_DOT((DX), Y8)
	BYTES_DOT((DX)(R9*1), Y9)
	BYTES_DOT((DX)(R9*2), Y10)
	BYTES_DOT((DX)(R13*1), Y11)
	ADDQ    R10, DX
	ADDQ    $64, R8
	DECQ    R11
	JNZ     four

	DIVIDE(Y8)
	DIVIDE(Y9)
	DIVIDE(Y10)
	DIVIDE(Y11)
	VPACKSSDW  Y9, Y8, Y8
	VPACKSSDW  Y11, Y10, Y10
	VPACKSSWB  Y10, Y8, Y8
	VPSHUFB    Y12, Y8, Y8
	VPMASKMOVD Y8, Y15, (SI)
	ADDQ       R9, SI
	LEAQ       (DI)(R9*4), DI
	SUBQ       $2, CX
	JNZ        quad

	VZEROUPPER
	RET
