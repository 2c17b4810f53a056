//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"

// RequantizeScaled, AVX-512: one column a dword, 16 columns a register.

// DWORDS sets every lane of z to value. It clobbers AX.
#define DWORDS(value, z) MOVL $value, AX; VPBROADCASTD AX, z

// FIRST sets k to the mask of the first count dwords: of all if there are more. Z31 is
// dwordIndex. It clobbers Z30.
#define FIRST(count, k) \
	VPBROADCASTD count, Z30; \
	VPCMPGTD     Z31, Z30, k

// SCALE_OF broadcasts the multiplier at mem to the low words of low and the high words of
// high, and sets rounding to half + 2^15 times it.
#define SCALE_OF(mem, low, high, rounding) \
	VPBROADCASTD mem, low;               \
	VPSLLD       $16, low, high;         \
	VPSLLD       $15, low, rounding;     \
	VPADDD       Z29, rounding, rounding

// GAINED is SCALE_OF of the multiplier at mem with the gains in bytes of Z0, of which shift
// moves one to the top: (multiplier·(128 + gain) + 64) >> 7.
#define GAINED(mem, shift, low, high, rounding) \
	VPSLLD       $shift, Z0, high;       \
	VPSRAD       $24, high, high;        \
	VPADDD       Z4, high, high;         \
	VPBROADCASTD mem, low;               \
	VPMADDWD     high, low, low;         \
	VPADDD       Z5, low, low;           \
	VPSRAD       $7, low, low;           \
	VPMINSD      Z6, low, low;           \
	VPSLLD       $16, low, high;         \
	VPSLLD       $15, low, rounding;     \
	VPADDD       Z29, rounding, rounding

// NEXT_DIGIT sets z to 5·z + mem. It clobbers Z4.
#define NEXT_DIGIT(mem, z) \
	VPSLLD   $2, z, Z4;      \
	VPADDD   Z4, z, z;       \
	VMOVDQU32.Z mem, K1, Z4; \
	VPADDD   Z4, z, z

// SCALE sets z to the clamped product of z and its multiplier: of the high half of z and of
// the low one, which is a signed word less 2^15. It clobbers Z4 and Z5.
#define SCALE(z, low, high, rounding) \
	VPXORD   Z15, z, z;                                 \
	VPMADDWD low, z, Z4;                                \
	VPMADDWD high, z, z;                                \
	VPADDD   rounding, Z4, Z4;                          \
	VPSRAD   $16, Z4, Z5;                               \
	VPADDD   Z5, z, z;          /* h of h·2^16 + l   */ \
	VPSLLD   $16, Z4, Z4;       /* l·2^16            */ \
	VPSRAVD  Z14, z, z;                                 \
	VPMINSD  Z11, z, z;                                 \
	VPMAXSD  Z10, z, z;                                 \
	VPSLLVD  Z13, z, z;                                 \
	VPSRLVD  Z12, Z4, Z4;                               \
	VPADDD   Z4, z, z;                                  \
	VPMINSD  Z9, z, z;                                  \
	VPMAXSD  Z8, z, z

// HIGH_DIGITS sets high to the high digits of the words in z, and z to the low ones. It
// clobbers Z4.
#define HIGH_DIGITS(z, high) \
	VPADDW Z28, z, high;   \
	VPSRAW $7, high, high; \
	VPSLLW $7, high, Z4;   \
	VPSUBW Z4, z, z

// QUADS packs words of rows 0 and 1 in z and of rows 2 and 3 in y into quads in z.
#define QUADS(z, y) \
	VPACKSSWB y, z, z;  \
	VPSHUFB   Z7, z, z

// func requantizeScaledAVX512(args *scaledArgs)
//
//	BX  args                    Z16, Z19, Z22, Z25  multipliers of the rows in low words
//	DI  dst of the quad         Z17, Z20, Z23, Z26  in high words
//	DX  low digits, or nil      Z18, Z21, Z24, Z27  rounding, and what SCALE takes off
//	SI  y, row 0 of the quad    Z8, Z9    least and most
//	R8  multipliers             Z10, Z11  -2^14 and 2^14
//	R9  bytes of a row          Z12 … Z14 shifts of l·2^16 and of h to the left and right
//	R10 bytes of a digit        Z15       2^15
//	R11 quads left              Z28       64 in every word
//	R12 columns left            Z29       half
//	R13 digits left             Z7        transpose4x4
//	CX  offset of the columns   K1        mask of the columns
//	AX  the digit's row 0, R15 its row 2
TEXT ·requantizeScaledAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), BX
	MOVQ scaledArgs_dst(BX), DI
	MOVQ scaledArgs_low(BX), DX
	MOVQ scaledArgs_y(BX), SI
	MOVQ scaledArgs_scale(BX), R8
	MOVQ scaledArgs_row(BX), R9
	MOVQ scaledArgs_digit(BX), R10
	MOVQ scaledArgs_quads(BX), R11

	VMOVDQU64       dwordIndex<>(SB), Z31
	VPBROADCASTD    scaledArgs_least(BX), Z8
	VPBROADCASTD    scaledArgs_most(BX), Z9
	DWORDS(0x4000, Z11)
	VPXORD          Z10, Z10, Z10
	VPSUBD          Z11, Z10, Z10
	VPBROADCASTD    scaledArgs_lowRight(BX), Z12
	VPBROADCASTD    scaledArgs_left(BX), Z13
	VPBROADCASTD    scaledArgs_right(BX), Z14
	DWORDS(0x8000, Z15)
	DWORDS(0x00400040, Z28)
	VPBROADCASTD    scaledArgs_half(BX), Z29
	VBROADCASTI32X4 transpose4x4<>(SB), Z7

quad:
	SCALE_OF(0(R8), Z16, Z17, Z18)
	SCALE_OF(4(R8), Z19, Z20, Z21)
	SCALE_OF(8(R8), Z22, Z23, Z24)
	SCALE_OF(12(R8), Z25, Z26, Z27)
	XORQ CX, CX
	MOVQ scaledArgs_n(BX), R12

columns:
	FIRST(R12, K1)
	MOVQ  scaledArgs_gains(BX), AX
	TESTQ AX, AX
	JZ    sums
	VMOVDQU32.Z (AX)(CX*1), K1, Z0
	DWORDS(128, Z4)
	DWORDS(64, Z5)
	DWORDS(const_MaxScale, Z6)
	GAINED(0(R8), 24, Z16, Z17, Z18)
	GAINED(4(R8), 16, Z19, Z20, Z21)
	GAINED(8(R8), 8, Z22, Z23, Z24)
	GAINED(12(R8), 0, Z25, Z26, Z27)

sums:
	MOVQ scaledArgs_digits(BX), R13
	LEAQ (SI)(CX*1), AX
	LEAQ (AX)(R9*2), R15
	VMOVDQU32.Z (AX), K1, Z0
	VMOVDQU32.Z (AX)(R9*1), K1, Z1
	VMOVDQU32.Z (R15), K1, Z2
	VMOVDQU32.Z (R15)(R9*1), K1, Z3
	JMP  test

digit:
	SUBQ R10, AX
	SUBQ R10, R15
	NEXT_DIGIT((AX), Z0)
	NEXT_DIGIT((AX)(R9*1), Z1)
	NEXT_DIGIT((R15), Z2)
	NEXT_DIGIT((R15)(R9*1), Z3)

test:
	DECQ R13
	JNZ  digit

	SCALE(Z0, Z16, Z17, Z18)
	SCALE(Z1, Z19, Z20, Z21)
	SCALE(Z2, Z22, Z23, Z24)
	SCALE(Z3, Z25, Z26, Z27)
	VPACKSSDW Z1, Z0, Z0 // rows 0 and 1, as words
	VPACKSSDW Z3, Z2, Z2
	TESTQ     DX, DX
	JZ        store
	HIGH_DIGITS(Z0, Z1)
	HIGH_DIGITS(Z2, Z3)
	QUADS(Z0, Z2)
	VMOVDQU32 Z0, K1, (DX)(CX*1)
	VMOVDQA64 Z1, Z0
	VMOVDQA64 Z3, Z2

store:
	QUADS(Z0, Z2)
	VMOVDQU32 Z0, K1, (DI)(CX*1)
	ADDQ      $64, CX
	SUBQ      $16, R12
	JG        columns

	ADDQ  scaledArgs_step(BX), R8
	CMPQ  scaledArgs_gains(BX), $0
	JEQ   outputs
	ADDQ  R9, scaledArgs_gains(BX)

outputs:
	LEAQ  (SI)(R9*4), SI
	ADDQ  R9, DI
	TESTQ DX, DX
	JZ    next
	ADDQ  R9, DX

next:
	DECQ R11
	JNZ  quad

	VZEROUPPER
	RET
