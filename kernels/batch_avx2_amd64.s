//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"

// Kernels on columns, AVX2. A register of activations or accumulators holds a quad
// or an int32 of 8 columns, one a dword; the columns beyond the last multiple of 8
// are loaded and stored under a mask.

// BYTES, WORDS and DWORDS set every lane of y to value. They clobber AX.
#define BYTES(value, x, y)  MOVL $value, AX; VMOVD AX, x; VPBROADCASTB x, y
#define WORDS(value, x, y)  MOVL $value, AX; VMOVD AX, x; VPBROADCASTW x, y
#define DWORDS(value, x, y) MOVL $value, AX; VMOVD AX, x; VPBROADCASTD x, y

// FIRST sets y to the mask of its first count dwords: of all if there are more, of
// none if count is not positive.
#define FIRST(count, x, y) \
	VMOVD        count, x;             \
	VPBROADCASTD x, y;                 \
	VPCMPGTD     dwordIndex<>(SB), y, y

// SIGNED sets y to the sums of pairs of neighbouring activations in y, as words. A
// quad is two pairs. Y15 is 1 in every byte.
#define SIGNED(y) \
	VPMADDUBSW y, Y15, y

// ABSOLUTE does so for pairs of absolute values; -128 becomes 128.
#define ABSOLUTE(y) \
	VPABSB     y, y;     \
	VPMADDUBSW Y15, y, y

// A pair's sum is within ±256: 127 of them fit a word.
#define RUN 127

// SUM_COLUMNS is the body of the two functions below, which differ in PAIRS.
//
//	DI  sums                     Y15         1 in every byte
//	SI  x                        Y14         1 in every word
//	R8  quads                    Y10 … Y13   masks of 8 columns each
//	R9  bytes of a quad of n     Y6 … Y9     their sums
//	CX  columns left             Y2 … Y5     their pairs' sums in this run
//	DX  x of the quad
//	R10 quads left
//	R11 quads left in the run
#define SUM_COLUMNS(PAIRS) \
	BYTES(1, X15, Y15);         \
	WORDS(1, X14, Y14);         \
	SHLQ $2, R9;                \
                                \
columns:                        \
	FIRST(CX, X10, Y10);        \
	LEAQ  -8(CX), AX;           \
	FIRST(AX, X11, Y11);        \
	LEAQ  -16(CX), AX;          \
	FIRST(AX, X12, Y12);        \
	LEAQ  -24(CX), AX;          \
	FIRST(AX, X13, Y13);        \
	MOVQ  SI, DX;               \
	MOVQ  R8, R10;              \
	VPXOR Y6, Y6, Y6;           \
	VPXOR Y7, Y7, Y7;           \
	VPXOR Y8, Y8, Y8;           \
	VPXOR Y9, Y9, Y9;           \
                                \
run:                            \
	MOVQ    $RUN, R11;          \
	CMPQ    R10, R11;           \
	CMOVQLT R10, R11;           \
	SUBQ    R11, R10;           \
	VPXOR   Y2, Y2, Y2;         \
	VPXOR   Y3, Y3, Y3;         \
	VPXOR   Y4, Y4, Y4;         \
	VPXOR   Y5, Y5, Y5;         \
                                \
quad:                           \
	VPMASKMOVD (DX), Y10, Y0;   \
	VPMASKMOVD 32(DX), Y11, Y1; \
	PAIRS(Y0);                  \
	PAIRS(Y1);                  \
	VPADDW     Y0, Y2, Y2;      \
	VPADDW     Y1, Y3, Y3;      \
	VPMASKMOVD 64(DX), Y12, Y0; \
	VPMASKMOVD 96(DX), Y13, Y1; \
	PAIRS(Y0);                  \
	PAIRS(Y1);                  \
	VPADDW     Y0, Y4, Y4;      \
	VPADDW     Y1, Y5, Y5;      \
	ADDQ       R9, DX;          \
	DECQ       R11;             \
	JNZ        quad;            \
	VPMADDWD   Y14, Y2, Y2;     \
	VPMADDWD   Y14, Y3, Y3;     \
	VPMADDWD   Y14, Y4, Y4;     \
	VPMADDWD   Y14, Y5, Y5;     \
	VPADDD     Y2, Y6, Y6;      \
	VPADDD     Y3, Y7, Y7;      \
	VPADDD     Y4, Y8, Y8;      \
	VPADDD     Y5, Y9, Y9;      \
	TESTQ      R10, R10;        \
	JNZ        run;             \
	VPMASKMOVD Y6, Y10, (DI);   \
	VPMASKMOVD Y7, Y11, 32(DI); \
	VPMASKMOVD Y8, Y12, 64(DI); \
	VPMASKMOVD Y9, Y13, 96(DI); \
	ADDQ       $128, SI;        \
	ADDQ       $128, DI;        \
	SUBQ       $32, CX;         \
	JG         columns;         \
	VZEROUPPER

// func columnSumsAVX2(sums *int32, x *int8, quads, n, cols int)
TEXT ·columnSumsAVX2(SB), NOSPLIT, $0-40
	MOVQ sums+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ quads+16(FP), R8
	MOVQ n+24(FP), R9
	MOVQ cols+32(FP), CX
	SUM_COLUMNS(SIGNED)
	RET

// func absoluteSumsAVX2(sums *int32, x *int8, quads, n, cols int)
TEXT ·absoluteSumsAVX2(SB), NOSPLIT, $0-40
	MOVQ sums+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ quads+16(FP), R8
	MOVQ n+24(FP), R9
	MOVQ cols+32(FP), CX
	SUM_COLUMNS(ABSOLUTE)
	RET

// QUADS packs Y0 to Y3, int32 rows 0 to 3 of 8 columns, into int8 quads in Y0 and
// clamps them to [Y14, 127]. Control is transpose4x4; a byte of it with its top bit
// set makes a zero.
#define QUADS(control) \
	VPACKSSDW Y1, Y0, Y0; /* rows 0 1, columns 0-3 | 4-7   */ \
	VPACKSSDW Y3, Y2, Y2; /* rows 2 3, columns 0-3 | 4-7   */ \
	VPACKSSWB Y2, Y0, Y0; /* rows 0 1 2 3 of these columns */ \
	VPMAXSB   Y14, Y0, Y0;                                    \
	VPSHUFB   control, Y0, Y0

// SCALE sets Y0 to clamp((Y0·gain + 2^11) >> 12, ±127) for gains below 2^15, held
// twice, in both words of a dword. The high half of 2^8·x·gain is x·gain >> 8; 8
// more and 4 bits less round it exactly. It clobbers Y1.
#define SCALE(gain) \
	VPSLLW    $8, Y0, Y1;   /* activations 0 and 2, times 2^8 */ \
	VPAND     Y15, Y0, Y0;  /* activations 1 and 3, times 2^8 */ \
	VPMULHW   gain, Y1, Y1;                                      \
	VPMULHW   gain, Y0, Y0;                                      \
	VPADDW    Y13, Y1, Y1;                                       \
	VPADDW    Y13, Y0, Y0;                                       \
	VPSRAW    $4, Y1, Y1;                                        \
	VPSRAW    $4, Y0, Y0;                                        \
	VPACKSSWB Y0, Y1, Y0;   /* all 0 and 2, then all 1 and 3  */ \
	VPSHUFB   Y12, Y0, Y0;                                       \
	VPMAXSB   Y14, Y0, Y0

// SCALE_WIDE does so for any gain, in int32. It clobbers Y1 to Y4.
#define SCALE_WIDE(gain) \
	VMOVDQU gain, Y4;                       \
	VPSLLD  $8, Y0, Y2;                     \
	VPSLLD  $16, Y0, Y1;                    \
	VPSRAD  $24, Y0, Y3; /* activation 3 */ \
	VPSLLD  $24, Y0, Y0;                    \
	VPSRAD  $24, Y2, Y2; /* activation 2 */ \
	VPSRAD  $24, Y1, Y1; /* activation 1 */ \
	VPSRAD  $24, Y0, Y0; /* activation 0 */ \
	VPMULLD Y4, Y0, Y0;                     \
	VPMULLD Y4, Y1, Y1;                     \
	VPMULLD Y4, Y2, Y2;                     \
	VPMULLD Y4, Y3, Y3;                     \
	VPADDD  Y13, Y0, Y0;                    \
	VPADDD  Y13, Y1, Y1;                    \
	VPADDD  Y13, Y2, Y2;                    \
	VPADDD  Y13, Y3, Y3;                    \
	VPSRAD  $12, Y0, Y0;                    \
	VPSRAD  $12, Y1, Y1;                    \
	VPSRAD  $12, Y2, Y2;                    \
	VPSRAD  $12, Y3, Y3;                    \
	QUADS(Y12)

// SCALE_COLUMNS is the loop of the two functions below.
//
//	DI  dst of the quad       Y15  0xff00 in every word (SCALE)
//	SI  x of the quad         Y14  -127 in every byte
//	DX  gain                  Y13  rounding
//	R8  quads left            Y12  shuffle
//	R9  bytes of a quad of n  Y11  mask of the last columns
//	R10 bytes of all columns
//	R11 bytes of whole registers of columns
//	CX  offset of the columns in a quad, in bytes
#define SCALE_COLUMNS(SCALE8) \
	BYTES(-127, X14, Y14);          \
	SHLQ $2, R9;                    \
	MOVQ R10, R11;                  \
	ANDQ $7, R11;                   \
	FIRST(R11, X11, Y11);           \
	SHLQ $2, R10;                   \
	MOVQ R10, R11;                  \
	ANDQ $-32, R11;                 \
                                    \
quad:                               \
	XORQ CX, CX;                    \
	JMP  test;                      \
                                    \
columns:                            \
	VMOVDQU (SI)(CX*1), Y0;         \
	SCALE8((DX)(CX*1));             \
	VMOVDQU Y0, (DI)(CX*1);         \
	ADDQ    $32, CX;                \
                                    \
test:                               \
	CMPQ CX, R11;                   \
	JLT  columns;                   \
	CMPQ CX, R10;                   \
	JEQ  next;                      \
	VPMASKMOVD (SI)(CX*1), Y11, Y0; \
	SCALE8((DX)(CX*1));             \
	VPMASKMOVD Y0, Y11, (DI)(CX*1); \
                                    \
next:                               \
	ADDQ R9, SI;                    \
	ADDQ R9, DI;                    \
	DECQ R8;                        \
	JNZ  quad;                      \
	VZEROUPPER

// func scaleColumnsAVX2(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)
TEXT ·scaleColumnsAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ gain+16(FP), DX
	MOVQ quads+24(FP), R8
	MOVQ n+32(FP), R9
	MOVQ cols+40(FP), R10
	WORDS(0xff00, X15, Y15)
	WORDS(8, X13, Y13)
	VBROADCASTI128 zipHalves<>(SB), Y12
	SCALE_COLUMNS(SCALE)
	RET

// func scaleColumnsWideAVX2(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)
TEXT ·scaleColumnsWideAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ gain+16(FP), DX
	MOVQ quads+24(FP), R8
	MOVQ n+32(FP), R9
	MOVQ cols+40(FP), R10
	DWORDS(2048, X13, Y13)
	VBROADCASTI128 transpose4x4<>(SB), Y12
	SCALE_COLUMNS(SCALE_WIDE)
	RET

// func requantizeAVX2(args *requantizeArgs)
//
//	DI  dst of four rows            Y15       transpose4x4
//	SI  y, row 0 of four            Y14       low in every byte
//	R9, R10, R11  rows 1, 2 and 3   Y13       shift in every dword
//	DX  bias of four rows, or nil   X12       2^(shift-1) in every dword
//	R8  rows left                   Y8 … Y11  bias + 2^(shift-1) of rows 0 to 3
//	R12 bytes of a row              Y7        mask of the last columns
//	R13 bytes of whole registers    Y6        transpose4x4, zero for rows not there
//	CX  offset of the columns in a row, in bytes
TEXT ·requantizeAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R9
	MOVQ requantizeArgs_dst(R9), DI
	MOVQ requantizeArgs_y(R9), SI
	MOVQ requantizeArgs_bias(R9), DX
	MOVQ requantizeArgs_m(R9), R8
	MOVQ requantizeArgs_n(R9), R12
	MOVQ requantizeArgs_shift(R9), CX

	VBROADCASTI128 transpose4x4<>(SB), Y15
	MOVL           requantizeArgs_low(R9), AX
	VMOVD          AX, X14
	VPBROADCASTB   X14, Y14
	VMOVD          CX, X13
	VPBROADCASTD   X13, Y13
	MOVL           $1, AX
	SHLL           CX, AX
	SHRL           $1, AX
	VMOVD          AX, X12
	VPBROADCASTD   X12, X12

	MOVQ R12, R13
	ANDQ $7, R13
	FIRST(R13, X7, Y7)
	SHLQ $2, R12
	MOVQ R12, R13
	ANDQ $-32, R13

rows:
	// Rows that are not there read row 0 …
	LEAQ    (SI)(R12*1), R9
	LEAQ    (SI)(R12*2), R10
	LEAQ    (R9)(R12*2), R11
	CMPQ    R8, $2
	CMOVQLT SI, R9
	CMPQ    R8, $3
	CMOVQLT SI, R10
	CMPQ    R8, $4
	CMOVQLT SI, R11

	// … and become zero in the shuffle.
	FIRST(R8, X0, Y0)
	VPACKSSDW    X0, X0, X1
	VPACKSSWB    X1, X1, X1
	VPBROADCASTD X1, Y1
	VPCMPEQB     Y2, Y2, Y2
	VPXOR        Y2, Y1, Y1 // -1 in the bytes of rows not there
	VPOR         Y1, Y15, Y6

	// Bias and rounding constant of each row.
	VPXOR X1, X1, X1
	TESTQ DX, DX
	JZ    offsets
	VPMASKMOVD (DX), X0, X1
	ADDQ  $16, DX

offsets:
	VPADDD       X12, X1, X1
	VPSHUFD      $0x55, X1, X2
	VPSHUFD      $0xAA, X1, X3
	VPSHUFD      $0xFF, X1, X4
	VPBROADCASTD X1, Y8
	VPBROADCASTD X2, Y9
	VPBROADCASTD X3, Y10
	VPBROADCASTD X4, Y11

	XORQ CX, CX
	JMP  test

columns:
	VPADDD (SI)(CX*1), Y8, Y0
	VPADDD (R9)(CX*1), Y9, Y1
	VPADDD (R10)(CX*1), Y10, Y2
	VPADDD (R11)(CX*1), Y11, Y3
	VPSRAVD Y13, Y0, Y0
	VPSRAVD Y13, Y1, Y1
	VPSRAVD Y13, Y2, Y2
	VPSRAVD Y13, Y3, Y3
	QUADS(Y6)
	VMOVDQU Y0, (DI)(CX*1)
	ADDQ $32, CX

test:
	CMPQ CX, R13
	JLT  columns
	CMPQ CX, R12
	JEQ  next

	VPMASKMOVD (SI)(CX*1), Y7, Y0
	VPMASKMOVD (R9)(CX*1), Y7, Y1
	VPMASKMOVD (R10)(CX*1), Y7, Y2
	VPMASKMOVD (R11)(CX*1), Y7, Y3
	VPADDD     Y8, Y0, Y0
	VPADDD     Y9, Y1, Y1
	VPADDD     Y10, Y2, Y2
	VPADDD     Y11, Y3, Y3
	VPSRAVD    Y13, Y0, Y0
	VPSRAVD    Y13, Y1, Y1
	VPSRAVD    Y13, Y2, Y2
	VPSRAVD    Y13, Y3, Y3
	QUADS(Y6)
	VPMASKMOVD Y0, Y7, (DI)(CX*1)

next:
	ADDQ R12, DI
	LEAQ (SI)(R12*4), SI
	SUBQ $4, R8
	JG   rows

	VZEROUPPER
	RET

// EXP2_SPLIT splits the quads in Y0 into the fraction, the low four bits, in Y0 and
// the power's index, the high four bits, in Y1. A byte of Y1 with its top bit set has
// the power zero.
#define EXP2_SPLIT \
	VPSRLW $4, Y0, Y1;  \
	VPAND  Y15, Y0, Y0; \
	VPAND  Y15, Y1, Y1

// EXP2_ADD adds the powers to the sums in Y8 to Y11. A power is (384+c)·p, with c
// from exp2Fraction and p from exp2Low, or 2^8 times that with p from exp2High. Two
// of c·p are within [-2^15, 2^15). It clobbers Y0 to Y4.
#define EXP2_ADD \
	VPSHUFB    Y0, Y14, Y0;   /* c                           */ \
	VPSHUFB    Y1, Y13, Y2;   /* p, low                      */ \
	VPSHUFB    Y1, Y12, Y1;   /* p, high                     */ \
	VPMADDUBSW Y0, Y2, Y3;                                      \
	VPMADDUBSW Y0, Y1, Y4;                                      \
	VPMADDUBSW Y7, Y2, Y2;                                      \
	VPMADDUBSW Y7, Y1, Y1;                                      \
	VPMADDWD   Y6, Y3, Y3;                                      \
	VPMADDWD   Y6, Y4, Y4;                                      \
	VPADDD     Y3, Y8, Y8;    /* Σ c·p, low                  */ \
	VPADDD     Y4, Y9, Y9;    /* Σ c·p, high                 */ \
	VPADDW     Y2, Y10, Y10;  /* Σ p, low: 64 pairs of at    */ \
	VPADDW     Y1, Y11, Y11   /* Σ p, high: most 256 in each */

// func exp2SumsAVX2(sums *int32, logits *int8, m, n int)
//
//	DI  sums                    Y15  15 in every byte
//	SI  logits                  Y14  exp2Fraction
//	DX  logits of the quad      Y13  exp2Low
//	R8  m                       Y12  exp2High
//	R9  bytes of a quad of n    Y8 … Y11  sums of EXP2_ADD
//	R10 classes left            Y7   1 in every byte
//	R11 columns left            Y6   1 in every word
//	                            Y5   mask of the columns, or of classes not there
TEXT ·exp2SumsAVX2(SB), NOSPLIT, $0-32
	MOVQ sums+0(FP), DI
	MOVQ logits+8(FP), SI
	MOVQ m+16(FP), R8
	MOVQ n+24(FP), R11
	LEAQ (R11*4), R9

	BYTES(15, X15, Y15)
	VBROADCASTI128 exp2Fraction<>(SB), Y14
	VBROADCASTI128 exp2Low<>(SB), Y13
	VBROADCASTI128 exp2High<>(SB), Y12
	BYTES(1, X7, Y7)
	WORDS(1, X6, Y6)

columns:
	MOVQ  SI, DX
	MOVQ  R8, R10
	VPXOR Y8, Y8, Y8
	VPXOR Y9, Y9, Y9
	VPXOR Y10, Y10, Y10
	VPXOR Y11, Y11, Y11
	FIRST(R11, X5, Y5)
	SUBQ  $4, R10
	JLT   tail

quad:
	VPMASKMOVD (DX), Y5, Y0
	EXP2_SPLIT
	EXP2_ADD
	ADDQ R9, DX
	SUBQ $4, R10
	JGE  quad

tail:
	ADDQ $4, R10
	JZ   store

	// The last 1 to 3 classes: the lanes from there on have no power.
	VPMASKMOVD (DX), Y5, Y0
	LEAQ  (R10*8), CX
	MOVL  $-1, AX
	SHLL  CX, AX
	VMOVD AX, X5
	VPBROADCASTD X5, Y5
	EXP2_SPLIT
	VPOR  Y5, Y1, Y1
	EXP2_ADD
	FIRST(R11, X5, Y5)

store:
	// Σ c·p + 384·Σ p of both, and the high one shifted.
	WORDS(384, X0, Y0)
	VPMADDWD Y0, Y10, Y10
	VPMADDWD Y0, Y11, Y11
	VPADDD   Y10, Y8, Y8
	VPADDD   Y11, Y9, Y9
	VPSLLD   $8, Y9, Y9
	VPADDD   Y9, Y8, Y8
	VPMASKMOVD Y8, Y5, (DI)

	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $8, R11
	JG   columns

	VZEROUPPER
	RET
