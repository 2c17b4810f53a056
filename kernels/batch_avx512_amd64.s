//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"

// Kernels on columns, AVX-512 BW: as batch_avx2_amd64.s at 16 columns a
// register. The last columns are loaded and stored under a mask.

// BYTES, WORDS and DWORDS set every lane of z to value. They clobber AX.
#define BYTES(value, z)  MOVL $value, AX; VPBROADCASTB AX, z
#define WORDS(value, z)  MOVL $value, AX; VPBROADCASTW AX, z
#define DWORDS(value, z) MOVL $value, AX; VPBROADCASTD AX, z

// FIRST sets k to the mask of the first count dwords: of all if there are more, of
// none if count is not positive. Z31 is dwordIndex. It clobbers Z30.
#define FIRST(count, k) \
	VPBROADCASTD count, Z30; \
	VPCMPGTD     Z31, Z30, k

// SIGNED sets z to the sums of pairs of neighbouring activations in z, as words. A
// quad is two pairs. Z15 is 1 in every byte.
#define SIGNED(z) \
	VPMADDUBSW z, Z15, z

// ABSOLUTE does so for pairs of absolute values; -128 becomes 128.
#define ABSOLUTE(z) \
	VPABSB     z, z;     \
	VPMADDUBSW Z15, z, z

// A pair's sum is within ±256: 127 of them fit a word.
#define RUN 127

// SUM_COLUMNS is the body of the two functions below, which differ in PAIRS.
//
//	DI  sums                   Z15     1 in every byte
//	SI  x                      Z14     1 in every word
//	R8  quads                  Z8, Z9  sums of 16 columns each
//	R9  bytes of a quad of n   Z4, Z5  their pairs' sums in this run
//	CX  columns left           K1, K2  masks of the columns
//	DX  x of the quad
//	R10 quads left
//	R11 quads left in the run
#define SUM_COLUMNS(PAIRS) \
	VMOVDQU64 dwordIndex<>(SB), Z31; \
	BYTES(1, Z15);                  \
	WORDS(1, Z14);                  \
	SHLQ $2, R9;                    \
                                    \
columns:                            \
	FIRST(CX, K1);                  \
	LEAQ   -16(CX), AX;             \
	FIRST(AX, K2);                  \
	MOVQ   SI, DX;                  \
	MOVQ   R8, R10;                 \
	VPXORD Z8, Z8, Z8;              \
	VPXORD Z9, Z9, Z9;              \
                                    \
run:                                \
	MOVQ    $RUN, R11;              \
	CMPQ    R10, R11;               \
	CMOVQLT R10, R11;               \
	SUBQ    R11, R10;               \
	VPXORD  Z4, Z4, Z4;             \
	VPXORD  Z5, Z5, Z5;             \
                                    \
quad:                               \
	VMOVDQU32.Z (DX), K1, Z0;       \
	VMOVDQU32.Z 64(DX), K2, Z1;     \
	PAIRS(Z0);                      \
	PAIRS(Z1);                      \
	VPADDW      Z0, Z4, Z4;         \
	VPADDW      Z1, Z5, Z5;         \
	ADDQ        R9, DX;             \
	DECQ        R11;                \
	JNZ         quad;               \
	VPMADDWD    Z14, Z4, Z4;        \
	VPMADDWD    Z14, Z5, Z5;        \
	VPADDD      Z4, Z8, Z8;         \
	VPADDD      Z5, Z9, Z9;         \
	TESTQ       R10, R10;           \
	JNZ         run;                \
	VMOVDQU32   Z8, K1, (DI);       \
	VMOVDQU32   Z9, K2, 64(DI);     \
	ADDQ        $128, SI;           \
	ADDQ        $128, DI;           \
	SUBQ        $32, CX;            \
	JG          columns;            \
	VZEROUPPER

// func columnSumsAVX512(sums *int32, x *int8, quads, n, cols int)
TEXT ·columnSumsAVX512(SB), NOSPLIT, $0-40
	MOVQ sums+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ quads+16(FP), R8
	MOVQ n+24(FP), R9
	MOVQ cols+32(FP), CX
	SUM_COLUMNS(SIGNED)
	RET

// func absoluteSumsAVX512(sums *int32, x *int8, quads, n, cols int)
TEXT ·absoluteSumsAVX512(SB), NOSPLIT, $0-40
	MOVQ sums+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ quads+16(FP), R8
	MOVQ n+24(FP), R9
	MOVQ cols+32(FP), CX
	SUM_COLUMNS(ABSOLUTE)
	RET

// QUADS packs Z0 to Z3, int32 rows 0 to 3 of 16 columns, into int8 quads in Z0 and
// clamps them to [Z14, 127]. Control is transpose4x4; a byte of it with its top bit
// set makes a zero.
#define QUADS(control) \
	VPACKSSDW Z1, Z0, Z0; /* rows 0 1, four columns a lane */ \
	VPACKSSDW Z3, Z2, Z2; /* rows 2 3, four columns a lane */ \
	VPACKSSWB Z2, Z0, Z0; /* rows 0 1 2 3 of these columns */ \
	VPMAXSB   Z14, Z0, Z0;                                    \
	VPSHUFB   control, Z0, Z0

// SCALE sets Z0 to clamp((Z0·gain + 2^11) >> 12, ±127) for gains below 2^15, held
// twice, in both words of a dword. The high half of 2^8·x·gain is x·gain >> 8; 8
// more and 4 bits less round it exactly. It clobbers Z1 and Z2.
#define SCALE(gain) \
	VMOVDQU64 gain, Z2;                                          \
	VPSLLW    $8, Z0, Z1;   /* activations 0 and 2, times 2^8 */ \
	VPANDD    Z15, Z0, Z0;  /* activations 1 and 3, times 2^8 */ \
	VPMULHW   Z2, Z1, Z1;                                        \
	VPMULHW   Z2, Z0, Z0;                                        \
	VPADDW    Z13, Z1, Z1;                                       \
	VPADDW    Z13, Z0, Z0;                                       \
	VPSRAW    $4, Z1, Z1;                                        \
	VPSRAW    $4, Z0, Z0;                                        \
	VPACKSSWB Z0, Z1, Z0;   /* all 0 and 2, then all 1 and 3  */ \
	VPSHUFB   Z12, Z0, Z0;                                       \
	VPMAXSB   Z14, Z0, Z0

// SCALE_WIDE does so for any gain, in int32. It clobbers Z1 to Z4.
#define SCALE_WIDE(gain) \
	VMOVDQU64 gain, Z4;                     \
	VPSLLD  $8, Z0, Z2;                     \
	VPSLLD  $16, Z0, Z1;                    \
	VPSRAD  $24, Z0, Z3; /* activation 3 */ \
	VPSLLD  $24, Z0, Z0;                    \
	VPSRAD  $24, Z2, Z2; /* activation 2 */ \
	VPSRAD  $24, Z1, Z1; /* activation 1 */ \
	VPSRAD  $24, Z0, Z0; /* activation 0 */ \
	VPMULLD Z4, Z0, Z0;                     \
	VPMULLD Z4, Z1, Z1;                     \
	VPMULLD Z4, Z2, Z2;                     \
	VPMULLD Z4, Z3, Z3;                     \
	VPADDD  Z13, Z0, Z0;                    \
	VPADDD  Z13, Z1, Z1;                    \
	VPADDD  Z13, Z2, Z2;                    \
	VPADDD  Z13, Z3, Z3;                    \
	VPSRAD  $12, Z0, Z0;                    \
	VPSRAD  $12, Z1, Z1;                    \
	VPSRAD  $12, Z2, Z2;                    \
	VPSRAD  $12, Z3, Z3;                    \
	QUADS(Z12)

// SCALE_COLUMNS is the loop of the two functions below.
//
//	DI  dst of the quad        Z15  0xff00 in every word (SCALE)
//	SI  x of the quad          Z14  -127 in every byte
//	DX  gain                   Z13  rounding
//	R8  quads left             Z12  shuffle
//	R9  bytes of a quad of n   K1   mask of the columns
//	R10 bytes of all columns   K2   mask of the last columns
//	R11 bytes of whole registers of columns
//	CX  offset of the columns in a quad, in bytes
#define SCALE_COLUMNS(SCALE16) \
	VMOVDQU64 dwordIndex<>(SB), Z31; \
	BYTES(-127, Z14);               \
	SHLQ $2, R9;                    \
	MOVQ R10, R11;                  \
	ANDQ $15, R11;                  \
	FIRST(R11, K2);                 \
	SHLQ $2, R10;                   \
	MOVQ R10, R11;                  \
	ANDQ $-64, R11;                 \
                                    \
quad:                               \
	XORQ   CX, CX;                  \
	KXNORW K1, K1, K1;              \
	JMP    test;                    \
                                    \
columns:                            \
	VMOVDQU32.Z (SI)(CX*1), K1, Z0; \
	SCALE16((DX)(CX*1));            \
	VMOVDQU32   Z0, K1, (DI)(CX*1); \
	ADDQ        $64, CX;            \
                                    \
test:                               \
	CMPQ  CX, R11;                  \
	JLT   columns;                  \
	KMOVW K2, K1;                   \
	CMPQ  CX, R10;                  \
	JLT   columns;                  \
	ADDQ  R9, SI;                   \
	ADDQ  R9, DI;                   \
	DECQ  R8;                       \
	JNZ   quad;                     \
	VZEROUPPER

// func scaleColumnsAVX512(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)
TEXT ·scaleColumnsAVX512(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ gain+16(FP), DX
	MOVQ quads+24(FP), R8
	MOVQ n+32(FP), R9
	MOVQ cols+40(FP), R10
	WORDS(0xff00, Z15)
	WORDS(8, Z13)
	VBROADCASTI32X4 zipHalves<>(SB), Z12
	SCALE_COLUMNS(SCALE)
	RET

// func scaleColumnsWideAVX512(dst, x *int8, gain *[normalizeCols]int32, quads, n, cols int)
TEXT ·scaleColumnsWideAVX512(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ gain+16(FP), DX
	MOVQ quads+24(FP), R8
	MOVQ n+32(FP), R9
	MOVQ cols+40(FP), R10
	DWORDS(2048, Z13)
	VBROADCASTI32X4 transpose4x4<>(SB), Z12
	SCALE_COLUMNS(SCALE_WIDE)
	RET

// func requantizeAVX512(args *requantizeArgs)
//
//	DI  dst of four rows            Z15       transpose4x4
//	SI  y, row 0 of four            Z14       low in every byte
//	R9, R10, R11  rows 1, 2 and 3   Z13       shift in every dword
//	DX  bias of four rows, or nil   X12       2^(shift-1) in every dword
//	R8  rows left                   Z8 … Z11  bias + 2^(shift-1) of rows 0 to 3
//	R12 bytes of a row              Z6        transpose4x4, zero for rows not there
//	R13 bytes of whole registers    K1        mask of the columns
//	CX  offset of the columns in    K2        mask of the last columns
//	    a row, in bytes             K3        mask of the rows that are there
TEXT ·requantizeAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R9
	MOVQ requantizeArgs_dst(R9), DI
	MOVQ requantizeArgs_y(R9), SI
	MOVQ requantizeArgs_bias(R9), DX
	MOVQ requantizeArgs_m(R9), R8
	MOVQ requantizeArgs_n(R9), R12
	MOVQ requantizeArgs_shift(R9), CX

	VMOVDQU64       dwordIndex<>(SB), Z31
	VBROADCASTI32X4 transpose4x4<>(SB), Z15
	MOVL            requantizeArgs_low(R9), AX
	VPBROADCASTB    AX, Z14
	VPBROADCASTD    CX, Z13
	MOVL            $1, AX
	SHLL            CX, AX
	SHRL            $1, AX
	VPBROADCASTD    AX, X12

	MOVQ R12, R13
	ANDQ $15, R13
	FIRST(R13, K2)
	SHLQ $2, R12
	MOVQ R12, R13
	ANDQ $-64, R13

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
	FIRST(R8, K3)
	KNOTW        K3, K4
	VPMOVM2B     K4, X1
	VPBROADCASTD X1, Z1      // -1 in the bytes of rows not there
	VPORD        Z1, Z15, Z6

	// Bias and rounding constant of each row.
	VPXOR X1, X1, X1
	TESTQ DX, DX
	JZ    offsets
	VMOVDQU32.Z (DX), K3, X1
	ADDQ  $16, DX

offsets:
	VPADDD       X12, X1, X1
	VPSHUFD      $0x55, X1, X2
	VPSHUFD      $0xAA, X1, X3
	VPSHUFD      $0xFF, X1, X4
	VPBROADCASTD X1, Z8
	VPBROADCASTD X2, Z9
	VPBROADCASTD X3, Z10
	VPBROADCASTD X4, Z11

	XORQ   CX, CX
	KXNORW K1, K1, K1
	JMP    test

columns:
	VPADDD.Z (SI)(CX*1), Z8, K1, Z0
	VPADDD.Z (R9)(CX*1), Z9, K1, Z1
	VPADDD.Z (R10)(CX*1), Z10, K1, Z2
	VPADDD.Z (R11)(CX*1), Z11, K1, Z3
	VPSRAVD  Z13, Z0, Z0
	VPSRAVD  Z13, Z1, Z1
	VPSRAVD  Z13, Z2, Z2
	VPSRAVD  Z13, Z3, Z3
	QUADS(Z6)
	VMOVDQU32 Z0, K1, (DI)(CX*1)
	ADDQ $64, CX

test:
	CMPQ  CX, R13
	JLT   columns
	KMOVW K2, K1
	CMPQ  CX, R12
	JLT   columns

	ADDQ R12, DI
	LEAQ (SI)(R12*4), SI
	SUBQ $4, R8
	JG   rows

	VZEROUPPER
	RET

// func exp2SumsAVX512(sums *int32, logits *int8, m, n int)
//
// A power is (384+c)·p, with c from exp2Fraction and p from exp2Low, or 2^8 times
// that with p from exp2High. Two of c·p are within [-2^15, 2^15).
//
//	DI  sums                    Z15  15 in every byte
//	SI  logits                  Z14  exp2Fraction
//	DX  logits of the quad      Z13  exp2Low
//	R8  m                       Z12  exp2High
//	R9  bytes of a quad of n    Z8, Z9    Σ c·p, low and high, in dwords
//	R10 classes left            Z10, Z11  Σ p, low and high, in words
//	R11 columns left            Z7   1 in every byte
//	R12 mask of the classes     Z6   1 in every word
//	    in the last quad        K1   mask of the columns
//	                            K2   mask of the classes in the quad
TEXT ·exp2SumsAVX512(SB), NOSPLIT, $0-32
	MOVQ sums+0(FP), DI
	MOVQ logits+8(FP), SI
	MOVQ m+16(FP), R8
	MOVQ n+24(FP), R11
	LEAQ (R11*4), R9

	VMOVDQU64 dwordIndex<>(SB), Z31
	BYTES(15, Z15)
	VBROADCASTI32X4 exp2Fraction<>(SB), Z14
	VBROADCASTI32X4 exp2Low<>(SB), Z13
	VBROADCASTI32X4 exp2High<>(SB), Z12
	BYTES(1, Z7)
	WORDS(1, Z6)

	// m%4 lanes of each quad, or all four.
	MOVQ  R8, CX
	NEGQ  CX
	ANDQ  $3, CX
	MOVL  $15, AX
	SHRL  CX, AX
	MOVQ  $0x1111111111111111, R12
	IMULQ AX, R12

columns:
	FIRST(R11, K1)
	KXNORQ K2, K2, K2
	MOVQ   SI, DX
	MOVQ   R8, R10
	VPXORD Z8, Z8, Z8
	VPXORD Z9, Z9, Z9
	VPXORD Z10, Z10, Z10
	VPXORD Z11, Z11, Z11
	JMP    test

quad:
	VMOVDQU32.Z (DX), K1, Z0
	VPSRLW      $4, Z0, Z1
	VPANDD      Z15, Z0, Z0
	VPANDD      Z15, Z1, Z1
	VPSHUFB     Z0, Z14, Z0     // c
	VPSHUFB.Z   Z1, Z13, K2, Z2 // p, low
	VPSHUFB.Z   Z1, Z12, K2, Z1 // p, high
	VPMADDUBSW  Z0, Z2, Z3
	VPMADDUBSW  Z0, Z1, Z4
	VPMADDUBSW  Z7, Z2, Z2
	VPMADDUBSW  Z7, Z1, Z1
	VPMADDWD    Z6, Z3, Z3
	VPMADDWD    Z6, Z4, Z4
	VPADDD      Z3, Z8, Z8
	VPADDD      Z4, Z9, Z9
	VPADDW      Z2, Z10, Z10    // 64 pairs of at most 256
	VPADDW      Z1, Z11, Z11
	ADDQ        R9, DX
	SUBQ        $4, R10

test:
	CMPQ  R10, $4
	JGT   quad
	KMOVQ R12, K2
	TESTQ R10, R10
	JG    quad

	// Σ c·p + 384·Σ p of both, and the high one shifted.
	WORDS(384, Z0)
	VPMADDWD  Z0, Z10, Z10
	VPMADDWD  Z0, Z11, Z11
	VPADDD    Z10, Z8, Z8
	VPADDD    Z11, Z9, Z9
	VPSLLD    $8, Z9, Z9
	VPADDD    Z9, Z8, Z8
	VMOVDQU32 Z8, K1, (DI)

	ADDQ $64, SI
	ADDQ $64, DI
	SUBQ $16, R11
	JG   columns

	VZEROUPPER
	RET

// HALF shifts the sums in Z0 that are at least 2^bits·2^8 right by bits and adds 256·bits
// to Z1 for them. It clobbers K2.
#define HALF(bits, above, add) \
	VPTESTMD above, Z0, K2;       \
	VPSRLD   $bits, Z0, K2, Z0;   \
	VPADDD   add, Z1, K2, Z1

// func subtractLogsAVX512(score *int32, logits *int8, target *uint8, table *[256]int32, n int)
//
//	DI  score                   Z0   sum, then sum >> (e-8)
//	SI  logits of quad 0        Z1   256·(e-16), then log2
//	DX  target                  Z3   target class
//	R8  table                   Z4   offset of its quad in dwords
//	R9  n                       Z15  255, Z14  3, Z13  n, Z12  -2048 in every dword
//	R11 columns left            Z16 … Z20  the bits of sums to be shifted by 16, 8, 4, 2, 1
//	K1  mask of the columns     Z21 … Z25  256 times 16, 8, 4, 2, 1
TEXT ·subtractLogsAVX512(SB), NOSPLIT, $0-40
	MOVQ score+0(FP), DI
	MOVQ logits+8(FP), SI
	MOVQ target+16(FP), DX
	MOVQ table+24(FP), R8
	MOVQ n+32(FP), R9
	MOVQ R9, R11

	VMOVDQU64 dwordIndex<>(SB), Z31
	DWORDS(255, Z15)
	DWORDS(3, Z14)
	VPBROADCASTD R9, Z13
	DWORDS(-2048, Z12)
	DWORDS(0xff000000, Z16)
	DWORDS(0xffff0000, Z17)
	DWORDS(0xfffff000, Z18)
	DWORDS(0xfffffc00, Z19)
	DWORDS(0xfffffe00, Z20)
	DWORDS(4096, Z21)
	DWORDS(2048, Z22)
	DWORDS(1024, Z23)
	DWORDS(512, Z24)
	DWORDS(256, Z25)

columns:
	FIRST(R11, K1)
	VMOVDQU32.Z (DI), K1, Z0
	VMOVDQA64   Z12, Z1
	HALF(16, Z16, Z21)
	HALF(8, Z17, Z22)
	HALF(4, Z18, Z23)
	HALF(2, Z19, Z24)
	HALF(1, Z20, Z25)
	VPANDD      Z15, Z0, Z0
	KMOVW       K1, K3
	VPXORD      Z2, Z2, Z2
	VPGATHERDD  (R8)(Z0*4), K3, Z2
	VPADDD      Z2, Z1, Z1

	VPMOVZXBD.Z (DX), K1, Z3
	VPSRLD      $2, Z3, Z4
	VPMULLD     Z13, Z4, Z4
	VPADDD      Z31, Z4, Z4
	KMOVW       K1, K3
	VPXORD      Z5, Z5, Z5
	VPGATHERDD  (SI)(Z4*4), K3, Z5 // the quad
	VPANDD      Z14, Z3, Z3
	VPSLLD      $3, Z3, Z3
	VPSRLVD     Z3, Z5, Z5
	VPSLLD      $24, Z5, Z5
	VPSRAD      $20, Z5, Z5        // 16 times the logit
	VPSUBD      Z1, Z5, Z5
	VMOVDQU32   Z5, K1, (DI)

	ADDQ $64, SI
	ADDQ $64, DI
	ADDQ $16, DX
	SUBQ $16, R11
	JG   columns

	VZEROUPPER
	RET
