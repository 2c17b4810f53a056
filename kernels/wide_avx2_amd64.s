//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"

// Batches of two digits, and SwiGLU, AVX2: as wide_avx512_amd64.s with half the columns a
// register.

// WORDS and DWORDS set every lane of y to value. They clobber AX.
#define WORDS(value, x, y)  MOVL $value, AX; VMOVD AX, x; VPBROADCASTW x, y
#define DWORDS(value, x, y) MOVL $value, AX; VMOVD AX, x; VPBROADCASTD x, y

// FIRST sets y to the mask of its first count dwords: of all if there are more.
#define FIRST(count, x, y) \
	VMOVD        count, x;             \
	VPBROADCASTD x, y;                 \
	VPCMPGTD     dwordIndex<>(SB), y, y

// JOIN sets y and z to the values of the digits in high and low, as words: of columns 0 and 1
// of each lane, and of columns 2 and 3. Y15 is what digits are worth, as bytes.
#define JOIN(high, low, y, z) \
	VPUNPCKLBW low, high, y; \
	VPUNPCKHBW low, high, z; \
	VPMADDUBSW y, Y15, y;    \
	VPMADDUBSW z, Y15, z

// func addWideAVX2(high, low, xHigh, xLow *int8, n int)
//
//	DI  high, SI low       Y15  128 and 1 in every pair of bytes
//	DX  xHigh, R8 xLow     Y14  16319, Y13 -16319, Y12 64, in every word
//	CX  values left
TEXT ·addWideAVX2(SB), NOSPLIT, $0-40
	MOVQ high+0(FP), DI
	MOVQ low+8(FP), SI
	MOVQ xHigh+16(FP), DX
	MOVQ xLow+24(FP), R8
	MOVQ n+32(FP), CX
	WORDS(0x0180, X15, Y15)
	WORDS(16319, X14, Y14)
	WORDS(-16319, X13, Y13)
	WORDS(64, X12, Y12)

loop:
	VMOVDQU   (DI), Y0
	VMOVDQU   (SI), Y1
	VMOVDQU   (DX), Y2
	VMOVDQU   (R8), Y3
	JOIN(Y0, Y1, Y4, Y5)
	JOIN(Y2, Y3, Y6, Y7)
	VPADDSW   Y6, Y4, Y4
	VPADDSW   Y7, Y5, Y5
	VPMINSW   Y14, Y4, Y4
	VPMINSW   Y14, Y5, Y5
	VPMAXSW   Y13, Y4, Y4
	VPMAXSW   Y13, Y5, Y5
	VPADDW    Y12, Y4, Y0
	VPADDW    Y12, Y5, Y1
	VPSRAW    $7, Y0, Y0     // high digits
	VPSRAW    $7, Y1, Y1
	VPSLLW    $7, Y0, Y2
	VPSLLW    $7, Y1, Y3
	VPSUBW    Y2, Y4, Y4     // low digits
	VPSUBW    Y3, Y5, Y5
	VPACKSSWB Y1, Y0, Y0
	VPACKSSWB Y5, Y4, Y4
	VMOVDQU   Y0, (DI)
	VMOVDQU   Y4, (SI)
	ADDQ      $32, DI
	ADDQ      $32, SI
	ADDQ      $32, DX
	ADDQ      $32, R8
	SUBQ      $32, CX
	JNZ       loop

	VZEROUPPER
	RET

// GATED sets y to eight gated activations, of the bytes at the offset, as dwords. It clobbers
// Y0 to Y2.
#define GATED(offset, y) \
	VPMOVSXBD  offset(SI), Y0;      \
	VPMAXSD    Y13, Y0, Y0;         \
	VPABSD     Y0, Y1;              \
	VPCMPEQD   Y2, Y2, Y2;          \
	VPXOR      y, y, y;             \
	VPGATHERDD Y2, (R8)(Y1*2), y;   \
	VPAND      Y11, y, y;           \
	VPSRAD     $31, Y0, Y1;         \
	VPAND      Y1, Y0, Y0;          /* negative gates      */ \
	VPSLLD     $4, Y0, Y0;          \
	VPADDD     Y0, y, y;            /* silu                */ \
	VPMOVSXBD  offset(DX), Y0;      \
	VPMULLD    Y0, y, y;            \
	VPADDD     Y14, y, y;           \
	VPSRAVD    Y15, y, y;           \
	VPMAXSD    Y13, y, y

// func swiGLUAVX2(dst, gates, x *int8, silu *int16, n int, shift uint)
//
//	DI  dst       Y15  shift in every dword
//	SI  gates     Y14  half in every dword
//	DX  x         Y13  -127 in every dword
//	R8  silu      Y11  0xffff in every dword
//	CX  left      Y10  the order of dwords of four registers packed to bytes
TEXT ·swiGLUAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ gates+8(FP), SI
	MOVQ x+16(FP), DX
	MOVQ silu+24(FP), R8
	MOVQ shift+40(FP), CX
	VMOVD        CX, X15
	VPBROADCASTD X15, Y15
	MOVL         $1, AX
	SHLL         CX, AX
	SHRL         $1, AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14
	DWORDS(-127, X13, Y13)
	DWORDS(0xffff, X11, Y11)
	VMOVDQU      packedOrder<>(SB), Y10
	MOVQ         n+32(FP), CX

loop:
	GATED(0, Y3)
	GATED(8, Y4)
	GATED(16, Y5)
	GATED(24, Y6)
	VPACKSSDW Y4, Y3, Y3
	VPACKSSDW Y6, Y5, Y5
	VPACKSSWB Y5, Y3, Y3
	VPERMD    Y3, Y10, Y3
	VMOVDQU   Y3, (DI)
	ADDQ      $32, DI
	ADDQ      $32, SI
	ADDQ      $32, DX
	SUBQ      $32, CX
	JNZ       loop

	VZEROUPPER
	RET

// SQUARES adds the squares of the words in y, of two columns a lane, to sum. It clobbers y and
// Y4. Two squares fit 32 bits, and so do four of them without a sign.
#define SQUARES(y, sum) \
	VPMADDWD y, y, y;      \
	VPSRLQ   $32, y, Y4;   \
	VPAND    Y14, y, y;    \
	VPADDQ   Y4, sum, sum; \
	VPADDQ   y, sum, sum

// func squareSumsAVX2(args *rootArgs)
//
//	SI  high              Y15       what digits are worth, as bytes
//	DX  low               Y14       the low dword of every qword
//	R9  bytes of a quad   Y8, Y9    sums of columns 0 and 1, 2 and 3, of each lane
//	CX  quads left        Y13       mask of the columns
TEXT ·squareSumsAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), BX
	MOVQ rootArgs_high(BX), SI
	MOVQ rootArgs_low(BX), DX
	MOVQ rootArgs_row(BX), R9
	MOVQ rootArgs_quads(BX), CX
	MOVQ rootArgs_cols(BX), AX
	FIRST(AX, X13, Y13)
	VPBROADCASTW rootArgs_unit(BX), Y15
	VPCMPEQD     Y14, Y14, Y14
	VPSRLQ       $32, Y14, Y14
	VPXOR        Y8, Y8, Y8
	VPXOR        Y9, Y9, Y9

quad:
	VPMASKMOVD (SI), Y13, Y0
	VPMASKMOVD (DX), Y13, Y1
	JOIN(Y0, Y1, Y2, Y3)
	SQUARES(Y2, Y8)
	SQUARES(Y3, Y9)
	ADDQ R9, SI
	ADDQ R9, DX
	DECQ CX
	JNZ  quad

	MOVQ    rootArgs_sums(BX), DI
	VMOVDQU Y8, (DI)
	VMOVDQU Y9, 64(DI)
	VZEROUPPER
	RET

// FACTORS writes the low 15 bits and the high ones of the factors in Y0 that order selects, in
// low words and in high words. It clobbers Y1 and Y2.
#define FACTORS(order, low, lowOdd, high, highOdd) \
	VPSHUFD $order, Y0, Y1; \
	VPAND   Y14, Y1, Y2;    \
	VPSRLD  $15, Y1, Y1;    \
	VMOVDQU Y2, low;        \
	VMOVDQU Y1, high;       \
	VPSLLD  $16, Y2, Y2;    \
	VPSLLD  $16, Y1, Y1;    \
	VMOVDQU Y2, lowOdd;     \
	VMOVDQU Y1, highOdd

// TIMES sets z to the words in y that low and high select times their factor, rounded and
// clamped. It clobbers Y5.
#define TIMES(y, low, high, z) \
	VPMADDWD low, y, Y5;    \
	VPMADDWD high, y, z;    \
	VPADDD   Y12, Y5, Y5;   \
	VPSRAD   $15, Y5, Y5;   \
	VPADDD   Y5, z, z;      \
	VPSRAD   $5, z, z;      \
	VPMINSD  Y11, z, z;     \
	VPMAXSD  Y10, z, z

// func scaleRootsAVX2(args *rootArgs)
//
//	DI  dst               Y15  what digits are worth, as bytes
//	SI  high              Y14  2^15 - 1, Y12 2^19, Y11 127, Y10 -127, in every dword
//	DX  low               Y13  mask of the columns
//	R9  bytes of a quad
//	CX  quads left
//
// On the stack, FACTORS of columns 0 and 1 of each lane, and of columns 2 and 3.
TEXT ·scaleRootsAVX2(SB), NOSPLIT, $256-8
	MOVQ args+0(FP), BX
	MOVQ rootArgs_dst(BX), DI
	MOVQ rootArgs_high(BX), SI
	MOVQ rootArgs_low(BX), DX
	MOVQ rootArgs_row(BX), R9
	MOVQ rootArgs_quads(BX), CX
	MOVQ rootArgs_cols(BX), AX
	FIRST(AX, X13, Y13)
	VPBROADCASTW rootArgs_unit(BX), Y15
	DWORDS(0x7fff, X14, Y14)
	DWORDS(0x80000, X12, Y12)
	DWORDS(127, X11, Y11)
	DWORDS(-127, X10, Y10)
	MOVQ    rootArgs_factors(BX), AX
	VMOVDQU (AX), Y0
	FACTORS(0x50, low0-32(SP), odd0-64(SP), high0-96(SP), highOdd0-128(SP))
	FACTORS(0xFA, low2-160(SP), odd2-192(SP), high2-224(SP), highOdd2-256(SP))

quad:
	VPMASKMOVD (SI), Y13, Y0
	VPMASKMOVD (DX), Y13, Y1
	JOIN(Y0, Y1, Y2, Y3)
	TIMES(Y2, low0-32(SP), high0-96(SP), Y0)     // values 0 and 2
	TIMES(Y2, odd0-64(SP), highOdd0-128(SP), Y4) // values 1 and 3
	VPSLLD     $16, Y4, Y4
	VPBLENDW   $0xAA, Y4, Y0, Y0
	TIMES(Y3, low2-160(SP), high2-224(SP), Y1)
	TIMES(Y3, odd2-192(SP), highOdd2-256(SP), Y4)
	VPSLLD     $16, Y4, Y4
	VPBLENDW   $0xAA, Y4, Y1, Y1
	VPACKSSWB  Y1, Y0, Y0
	VPMASKMOVD Y0, Y13, (DI)
	ADDQ       R9, DI
	ADDQ       R9, SI
	ADDQ       R9, DX
	DECQ       CX
	JNZ        quad

	VZEROUPPER
	RET
