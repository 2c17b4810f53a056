//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"

// RequantizeScaled, AVX2: as scaled_avx512_amd64.s at 8 columns a register.

// DWORDS sets every lane of y to value. It clobbers AX.
#define DWORDS(value, x, y) MOVL $value, AX; VMOVD AX, x; VPBROADCASTD x, y

// FIRST sets y to the mask of its first count dwords: of all if there are more.
#define FIRST(count, x, y) \
	VMOVD        count, x;             \
	VPBROADCASTD x, y;                 \
	VPCMPGTD     dwordIndex<>(SB), y, y

// SCALE_OF broadcasts the multiplier at mem to the low words of low and the high words of
// high, and sets rounding to half + 2^15 times it. It clobbers Y0 and Y1.
#define SCALE_OF(mem, low, high, rounding) \
	VPBROADCASTD mem, Y0;                       \
	VMOVDQU      Y0, low;                       \
	VPSLLD       $16, Y0, Y1;                   \
	VMOVDQU      Y1, high;                      \
	VPSLLD       $15, Y0, Y1;                   \
	VPBROADCASTD scaledArgs_half(BX), Y0;       \
	VPADDD       Y0, Y1, Y1;                    \
	VMOVDQU      Y1, rounding

// GAINED is SCALE_OF of the multiplier at mem with the gains in bytes of Y0, of which shift
// moves one to the top: (multiplier·(128 + gain) + 64) >> 7. It clobbers Y1 and Y2.
#define GAINED(mem, shift, low, high, rounding) \
	VPSLLD       $shift, Y0, Y1;                \
	VPSRAD       $24, Y1, Y1;                   \
	VPADDD       Y3, Y1, Y1;                    \
	VPBROADCASTD mem, Y2;                       \
	VPMADDWD     Y1, Y2, Y2;                    \
	VPADDD       Y4, Y2, Y2;                    \
	VPSRAD       $7, Y2, Y2;                    \
	VPMINSD      Y5, Y2, Y2;                    \
	VMOVDQU      Y2, low;                       \
	VPSLLD       $16, Y2, Y1;                   \
	VMOVDQU      Y1, high;                      \
	VPSLLD       $15, Y2, Y1;                   \
	VPBROADCASTD scaledArgs_half(BX), Y2;       \
	VPADDD       Y2, Y1, Y1;                    \
	VMOVDQU      Y1, rounding

// NEXT_DIGIT sets y to 5·y + mem. It clobbers Y4.
#define NEXT_DIGIT(mem, y) \
	VPSLLD     $2, y, Y4;      \
	VPADDD     Y4, y, y;       \
	VPMASKMOVD mem, Y6, Y4;    \
	VPADDD     Y4, y, y

// SCALE sets y to the clamped product of y and its multiplier: of the high half of y and of
// the low one, which is a signed word less 2^15. It clobbers Y4 and Y5.
#define SCALE(y, low, high, rounding) \
	VPXOR    Y15, y, y;                                 \
	VPMADDWD low, y, Y4;                                \
	VPMADDWD high, y, y;                                \
	VPADDD   rounding, Y4, Y4;                          \
	VPSRAD   $16, Y4, Y5;                               \
	VPADDD   Y5, y, y;          /* h of h·2^16 + l   */ \
	VPSLLD   $16, Y4, Y4;       /* l·2^16            */ \
	VPSRAVD  Y14, y, y;                                 \
	VPMINSD  Y11, y, y;                                 \
	VPMAXSD  Y10, y, y;                                 \
	VPSLLVD  Y13, y, y;                                 \
	VPSRLVD  Y12, Y4, Y4;                               \
	VPADDD   Y4, y, y;                                  \
	VPMINSD  Y9, y, y;                                  \
	VPMAXSD  Y8, y, y

// HIGH_DIGITS sets high to the high digits of the words in y, and y to the low ones. Y5
// is 64 in every word. It clobbers Y4.
#define HIGH_DIGITS(y, high) \
	VPADDW Y5, y, high;    \
	VPSRAW $7, high, high; \
	VPSLLW $7, high, Y4;   \
	VPSUBW Y4, y, y

// QUADS packs words of rows 0 and 1 in y and of rows 2 and 3 in z into quads in y.
#define QUADS(y, z) \
	VPACKSSWB z, y, y;  \
	VPSHUFB   Y7, y, y

// func requantizeScaledAVX2(args *scaledArgs)
//
//	BX  args                    Y8, Y9    least and most
//	DI  dst of the quad         Y10, Y11  -2^14 and 2^14
//	DX  low digits, or nil      Y12 … Y14 shifts of l·2^16 and of h to the left and right
//	SI  y, row 0 of the quad    Y15       2^15
//	R8  multipliers             Y7        transpose4x4
//	R9  bytes of a row          Y6        mask of the columns
//	R10 bytes of a digit
//	R11 quads left
//	R12 columns left
//	R13 digits left
//	CX  offset of the columns
//	AX  the digit's row 0, R15 its row 2
//
// On the stack, of each row: the multiplier in low words and in high words, and the rounding
// with what SCALE takes off.
TEXT ·requantizeScaledAVX2(SB), NOSPLIT, $384-8
	MOVQ args+0(FP), BX
	MOVQ scaledArgs_dst(BX), DI
	MOVQ scaledArgs_low(BX), DX
	MOVQ scaledArgs_y(BX), SI
	MOVQ scaledArgs_scale(BX), R8
	MOVQ scaledArgs_row(BX), R9
	MOVQ scaledArgs_digit(BX), R10
	MOVQ scaledArgs_quads(BX), R11

	VPBROADCASTD   scaledArgs_least(BX), Y8
	VPBROADCASTD   scaledArgs_most(BX), Y9
	DWORDS(0x4000, X11, Y11)
	VPXOR          Y10, Y10, Y10
	VPSUBD         Y11, Y10, Y10
	VPBROADCASTD   scaledArgs_lowRight(BX), Y12
	VPBROADCASTD   scaledArgs_left(BX), Y13
	VPBROADCASTD   scaledArgs_right(BX), Y14
	DWORDS(0x8000, X15, Y15)
	VBROADCASTI128 transpose4x4<>(SB), Y7

quad:
	SCALE_OF(0(R8), low0-32(SP), high0-64(SP), rounding0-96(SP))
	SCALE_OF(4(R8), low1-128(SP), high1-160(SP), rounding1-192(SP))
	SCALE_OF(8(R8), low2-224(SP), high2-256(SP), rounding2-288(SP))
	SCALE_OF(12(R8), low3-320(SP), high3-352(SP), rounding3-384(SP))
	XORQ CX, CX
	MOVQ scaledArgs_n(BX), R12

columns:
	FIRST(R12, X6, Y6)
	MOVQ  scaledArgs_gains(BX), AX
	TESTQ AX, AX
	JZ    sums
	VPMASKMOVD (AX)(CX*1), Y6, Y0
	DWORDS(128, X3, Y3)
	DWORDS(64, X4, Y4)
	DWORDS(const_MaxScale, X5, Y5)
	GAINED(0(R8), 24, low0-32(SP), high0-64(SP), rounding0-96(SP))
	GAINED(4(R8), 16, low1-128(SP), high1-160(SP), rounding1-192(SP))
	GAINED(8(R8), 8, low2-224(SP), high2-256(SP), rounding2-288(SP))
	GAINED(12(R8), 0, low3-320(SP), high3-352(SP), rounding3-384(SP))

sums:
	MOVQ scaledArgs_digits(BX), R13
	LEAQ (SI)(CX*1), AX
	LEAQ (AX)(R9*2), R15
	VPMASKMOVD (AX), Y6, Y0
	VPMASKMOVD (AX)(R9*1), Y6, Y1
	VPMASKMOVD (R15), Y6, Y2
	VPMASKMOVD (R15)(R9*1), Y6, Y3
	JMP  test

digit:
	SUBQ R10, AX
	SUBQ R10, R15
	NEXT_DIGIT((AX), Y0)
	NEXT_DIGIT((AX)(R9*1), Y1)
	NEXT_DIGIT((R15), Y2)
	NEXT_DIGIT((R15)(R9*1), Y3)

test:
	DECQ R13
	JNZ  digit

	SCALE(Y0, low0-32(SP), high0-64(SP), rounding0-96(SP))
	SCALE(Y1, low1-128(SP), high1-160(SP), rounding1-192(SP))
	SCALE(Y2, low2-224(SP), high2-256(SP), rounding2-288(SP))
	SCALE(Y3, low3-320(SP), high3-352(SP), rounding3-384(SP))
	VPACKSSDW Y1, Y0, Y0 // rows 0 and 1, as words
	VPACKSSDW Y3, Y2, Y2
	TESTQ     DX, DX
	JZ        store
	DWORDS(0x00400040, X5, Y5)
	HIGH_DIGITS(Y0, Y1)
	HIGH_DIGITS(Y2, Y3)
	QUADS(Y0, Y2)
	VPMASKMOVD Y0, Y6, (DX)(CX*1)
	VMOVDQA   Y1, Y0
	VMOVDQA   Y3, Y2

store:
	QUADS(Y0, Y2)
	VPMASKMOVD Y0, Y6, (DI)(CX*1)
	ADDQ       $32, CX
	SUBQ       $8, R12
	JG         columns

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
