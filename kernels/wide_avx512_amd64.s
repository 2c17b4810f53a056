//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"

// Batches of two digits, and SwiGLU, AVX-512 BW.

// WORDS and DWORDS set every lane of z to value. They clobber AX.
#define WORDS(value, z)  MOVL $value, AX; VPBROADCASTW AX, z
#define DWORDS(value, z) MOVL $value, AX; VPBROADCASTD AX, z

// FIRST sets k to the mask of the first count dwords: of all if there are more. It clobbers
// Z30 and Z31.
#define FIRST(count, k) \
	VMOVDQU64    dwordIndex<>(SB), Z31; \
	VPBROADCASTD count, Z30;            \
	VPCMPGTD     Z31, Z30, k

// JOIN sets z and y to the values of the digits in high and low, as words: of columns 0 and 1
// of each lane, and of columns 2 and 3. Z15 is what digits are worth, as bytes.
#define JOIN(high, low, z, y) \
	VPUNPCKLBW low, high, z; \
	VPUNPCKHBW low, high, y; \
	VPMADDUBSW z, Z15, z;    \
	VPMADDUBSW y, Z15, y

// func addWideAVX512(high, low, xHigh, xLow *int8, n int)
//
//	DI  high, SI low       Z15  128 and 1 in every pair of bytes
//	DX  xHigh, R8 xLow     Z14  16319, Z13 -16319, Z12 64, in every word
//	CX  values left
TEXT ·addWideAVX512(SB), NOSPLIT, $0-40
	MOVQ high+0(FP), DI
	MOVQ low+8(FP), SI
	MOVQ xHigh+16(FP), DX
	MOVQ xLow+24(FP), R8
	MOVQ n+32(FP), CX
	WORDS(0x0180, Z15)
	WORDS(16319, Z14)
	WORDS(-16319, Z13)
	WORDS(64, Z12)

loop:
	VMOVDQU64 (DI), Z0
	VMOVDQU64 (SI), Z1
	VMOVDQU64 (DX), Z2
	VMOVDQU64 (R8), Z3
	JOIN(Z0, Z1, Z4, Z5)
	JOIN(Z2, Z3, Z6, Z7)
	VPADDSW   Z6, Z4, Z4
	VPADDSW   Z7, Z5, Z5
	VPMINSW   Z14, Z4, Z4
	VPMINSW   Z14, Z5, Z5
	VPMAXSW   Z13, Z4, Z4
	VPMAXSW   Z13, Z5, Z5
	VPADDW    Z12, Z4, Z0
	VPADDW    Z12, Z5, Z1
	VPSRAW    $7, Z0, Z0     // high digits
	VPSRAW    $7, Z1, Z1
	VPSLLW    $7, Z0, Z2
	VPSLLW    $7, Z1, Z3
	VPSUBW    Z2, Z4, Z4     // low digits
	VPSUBW    Z3, Z5, Z5
	VPACKSSWB Z1, Z0, Z0
	VPACKSSWB Z5, Z4, Z4
	VMOVDQU64 Z0, (DI)
	VMOVDQU64 Z4, (SI)
	ADDQ      $64, DI
	ADDQ      $64, SI
	ADDQ      $64, DX
	ADDQ      $64, R8
	SUBQ      $64, CX
	JNZ       loop

	VZEROUPPER
	RET

// func swiGLUAVX512(dst, gates, x *int8, silu *int16, n int, shift uint)
//
//	DI  dst       Z16 … Z19  silu
//	SI  gates     Z15        shift in every dword
//	DX  x         Z14        half in every dword
//	CX  left      Z13        -127, Z12 127, in every word
//	              Z11        zero
TEXT ·swiGLUAVX512(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ gates+8(FP), SI
	MOVQ x+16(FP), DX
	MOVQ silu+24(FP), R8
	VMOVDQU64 (R8), Z16
	VMOVDQU64 64(R8), Z17
	VMOVDQU64 128(R8), Z18
	VMOVDQU64 192(R8), Z19
	MOVQ shift+40(FP), CX
	VPBROADCASTD CX, Z15
	MOVL $1, AX
	SHLL CX, AX
	SHRL $1, AX
	VPBROADCASTD AX, Z14
	WORDS(-127, Z13)
	WORDS(127, Z12)
	VPXORD Z11, Z11, Z11
	MOVQ n+32(FP), CX

loop:
	VPMOVSXBW (SI), Z0
	VPMOVSXBW (DX), Z1
	VPMAXSW   Z13, Z0, Z0
	VPABSW    Z0, Z2         // index
	VMOVDQA64 Z2, Z3
	VPERMI2W  Z17, Z16, Z2   // of indices below 64
	VPMOVW2M  Z0, K1         // negative gates
	VPSLLW    $9, Z3, Z4
	VPERMI2W  Z19, Z18, Z3
	VPMOVW2M  Z4, K2         // indices of 64 and more
	VMOVDQU16 Z3, K2, Z2
	VPSLLW    $4, Z0, Z0
	VPADDW    Z0, Z2, K1, Z2 // silu
	VPMULLW   Z1, Z2, Z3
	VPMULHW   Z1, Z2, Z4
	VPUNPCKLWD Z4, Z3, Z0    // products
	VPUNPCKHWD Z4, Z3, Z1
	VPADDD    Z14, Z0, Z0
	VPADDD    Z14, Z1, Z1
	VPSRAVD   Z15, Z0, Z0
	VPSRAVD   Z15, Z1, Z1
	VPACKSSDW Z1, Z0, Z0
	VPMAXSW   Z13, Z0, Z0
	VPMOVSWB  Z0, (DI)
	ADDQ      $32, DI
	ADDQ      $32, SI
	ADDQ      $32, DX
	SUBQ      $32, CX
	JNZ       loop

	VZEROUPPER
	RET

// SQUARES adds the squares of the words in z, of two columns a lane, to sum. It clobbers z and
// Z4. Two squares fit 32 bits, and so do four of them without a sign.
#define SQUARES(z, sum) \
	VPMADDWD z, z, z;     \
	VPSRLQ   $32, z, Z4;  \
	VPANDQ   Z14, z, z;   \
	VPADDQ   Z4, sum, sum; \
	VPADDQ   z, sum, sum

// func squareSumsAVX512(args *rootArgs)
//
//	SI  high              Z15       what digits are worth, as bytes
//	DX  low               Z14       the low dword of every qword
//	R9  bytes of a quad   Z8, Z9    sums of columns 0 and 1, 2 and 3, of each lane
//	CX  quads left        K1        mask of the columns
TEXT ·squareSumsAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), BX
	MOVQ rootArgs_high(BX), SI
	MOVQ rootArgs_low(BX), DX
	MOVQ rootArgs_row(BX), R9
	MOVQ rootArgs_quads(BX), CX
	MOVQ rootArgs_cols(BX), AX
	FIRST(AX, K1)
	VPBROADCASTW rootArgs_unit(BX), Z15
	VPTERNLOGD   $0xff, Z14, Z14, Z14
	VPSRLQ       $32, Z14, Z14
	VPXORD       Z8, Z8, Z8
	VPXORD       Z9, Z9, Z9

quad:
	VMOVDQU32.Z (SI), K1, Z0
	VMOVDQU32.Z (DX), K1, Z1
	JOIN(Z0, Z1, Z2, Z3)
	SQUARES(Z2, Z8)
	SQUARES(Z3, Z9)
	ADDQ R9, SI
	ADDQ R9, DX
	DECQ CX
	JNZ  quad

	MOVQ      rootArgs_sums(BX), DI
	VMOVDQU64 Z8, (DI)
	VMOVDQU64 Z9, 64(DI)
	VZEROUPPER
	RET

// FACTORS sets the four registers to the low 15 bits and to the high ones of the factors in Z0
// that order selects, in low words and in high words.
#define FACTORS(order, low, lowOdd, high, highOdd) \
	VPSHUFD $order, Z0, high; \
	VPANDD  Z13, high, low;   \
	VPSRLD  $15, high, high;  \
	VPSLLD  $16, low, lowOdd; \
	VPSLLD  $16, high, highOdd

// TIMES sets y to the words in z that low and high select times their factor, rounded and
// clamped. It clobbers Z5.
#define TIMES(z, low, high, y) \
	VPMADDWD low, z, Z5;    \
	VPMADDWD high, z, y;    \
	VPADDD   Z12, Z5, Z5;   \
	VPSRAD   $15, Z5, Z5;   \
	VPADDD   Z5, y, y;      \
	VPSRAD   $5, y, y;      \
	VPMINSD  Z11, y, y;     \
	VPMAXSD  Z10, y, y

// func scaleRootsAVX512(args *rootArgs)
//
//	DI  dst               Z15        what digits are worth, as bytes
//	SI  high              Z13        2^15 - 1, Z12 2^19, Z11 127, Z10 -127, in every dword
//	DX  low               Z16 … Z19  FACTORS of columns 0 and 1 of each lane
//	R9  bytes of a quad   Z20 … Z23  of columns 2 and 3
//	CX  quads left        K1         mask of the columns
//	                      K2         odd words
TEXT ·scaleRootsAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), BX
	MOVQ rootArgs_dst(BX), DI
	MOVQ rootArgs_high(BX), SI
	MOVQ rootArgs_low(BX), DX
	MOVQ rootArgs_row(BX), R9
	MOVQ rootArgs_quads(BX), CX
	MOVQ rootArgs_cols(BX), AX
	FIRST(AX, K1)
	VPBROADCASTW rootArgs_unit(BX), Z15
	DWORDS(0x7fff, Z13)
	DWORDS(0x80000, Z12)
	DWORDS(127, Z11)
	DWORDS(-127, Z10)
	MOVL         $0xAAAAAAAA, AX
	KMOVD        AX, K2
	MOVQ         rootArgs_factors(BX), AX
	VMOVDQU64    (AX), Z0
	FACTORS(0x50, Z16, Z17, Z18, Z19)
	FACTORS(0xFA, Z20, Z21, Z22, Z23)

quad:
	VMOVDQU32.Z (SI), K1, Z0
	VMOVDQU32.Z (DX), K1, Z1
	JOIN(Z0, Z1, Z2, Z3)
	TIMES(Z2, Z16, Z18, Z0) // values 0 and 2
	TIMES(Z2, Z17, Z19, Z4) // values 1 and 3
	VPSLLD    $16, Z4, Z4
	VMOVDQU16 Z4, K2, Z0
	TIMES(Z3, Z20, Z22, Z1)
	TIMES(Z3, Z21, Z23, Z4)
	VPSLLD    $16, Z4, Z4
	VMOVDQU16 Z4, K2, Z1
	VPACKSSWB Z1, Z0, Z0
	VMOVDQU32 Z0, K1, (DI)
	ADDQ      R9, DI
	ADDQ      R9, SI
	ADDQ      R9, DX
	DECQ      CX
	JNZ       quad

	VZEROUPPER
	RET
