//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Steps of the update rules on 256-bit registers, 32 columns at a time.
//
// Register map, except where a step has its own
//
//	DI  codes          Y15, Y14  Limit and -Limit
//	SI  state          Y13, Y12  Mul and 2^(Shift-1)
//	DX  z              Y11       Shift
//	R9  random bytes   Y10       zero
//	BX  columns left   Y9        packOrder
//	AX  all columns    Y7        equal codes, negative, by byte

// Packing four vectors of dwords into one of bytes, lane by lane, leaves groups of
// four columns in the order 0 2 4 6 1 3 5 7. packOrder brings bytes into that order,
// where they meet the columns of Z, and unpackOrder brings them back.
DATA packOrder<>+0(SB)/8, $0x0000000200000000
DATA packOrder<>+8(SB)/8, $0x0000000600000004
DATA packOrder<>+16(SB)/8, $0x0000000300000001
DATA packOrder<>+24(SB)/8, $0x0000000700000005
GLOBL packOrder<>(SB), RODATA|NOPTR, $32

DATA unpackOrder<>+0(SB)/8, $0x0000000400000000
DATA unpackOrder<>+8(SB)/8, $0x0000000500000001
DATA unpackOrder<>+16(SB)/8, $0x0000000600000002
DATA unpackOrder<>+24(SB)/8, $0x0000000700000003
GLOBL unpackOrder<>(SB), RODATA|NOPTR, $32

// VECTOR defines a vector of four equal qwords.
#define VECTOR(name, qword) \
DATA name<>+0(SB)/8, qword          \
DATA name<>+8(SB)/8, qword          \
DATA name<>+16(SB)/8, qword         \
DATA name<>+24(SB)/8, qword         \
GLOBL name<>(SB), RODATA|NOPTR, $32

VECTOR(wordsNeg255, $0xff01ff01ff01ff01) // words -255
VECTOR(words127, $0x007f007f007f007f)    // words 127
VECTOR(wordsNeg127, $0xff81ff81ff81ff81) // words -127
VECTOR(words1279, $0x04ff04ff04ff04ff)   // words 1279, code 4 with the largest residual
VECTOR(bytes79, $0x4f4f4f4f4f4f4f4f)     // bytes 79, the same with a residual of four bits
VECTOR(bytes1, $0x0101010101010101)      // bytes 1
VECTOR(bytes2, $0x0202020202020202)      // bytes 2, the code of zero
VECTOR(bytes4, $0x0404040404040404)      // bytes 4, the largest code
VECTOR(bytes8, $0x0808080808080808)      // bytes 8, the sign of a nibble
VECTOR(bytes15, $0x0f0f0f0f0f0f0f0f)     // bytes 15, the bits of a nibble
VECTOR(bytesMin, $0x8080808080808080)    // bytes -128, the sign of a byte

// CONST sets a register, x its lower half, to a value in every dword, by way of AX.
#define CONST(value, x, y) \
	MOVL         value, AX \
	VMOVD        AX, x     \
	VPBROADCASTD x, y

// SCALE_ARGS loads a scale, by way of AX and CX.
#define SCALE_ARGS(mul, shift, limit) \
	MOVQ         shift, CX       \
	MOVL         $1, AX          \
	SHLL         CX, AX          \
	SHRL         $1, AX          \
	VMOVQ        CX, X11         \
	VPBROADCASTD X11, Y11        \
	VMOVD        AX, X12         \
	VPBROADCASTD X12, Y12        \
	CONST(mul, X13, Y13)         \
	CONST(limit, X15, Y15)       \
	VPXOR        Y10, Y10, Y10   \
	VPSUBD       Y15, Y10, Y14

// SCALE computes RoundShift(clamp(z, ±Limit)·Mul, Shift) of 8 columns.
#define SCALE(z, out) \
	VPMINSD z, Y15, out   \
	VPMAXSD Y14, out, out \
	VPMULLD Y13, out, out \
	VPADDD  Y12, out, out \
	VPSRAVD Y11, out, out

// STEPS computes the steps d of 32 columns as words, at least least and at most
// most: Y0 of columns 0–3, 8–11 | 4–7, 12–15 and Y1 of columns 16–19, 24–27 | 20–23,
// 28–31. It uses Y2 and Y3.
#define STEPS(least, most) \
	SCALE((DX), Y0)         \
	SCALE(32(DX), Y1)       \
	SCALE(64(DX), Y2)       \
	SCALE(96(DX), Y3)       \
	VPACKSSDW Y1, Y0, Y0    \
	VPACKSSDW Y3, Y2, Y1    \
	VPMINSW   most, Y0, Y0  \
	VPMINSW   most, Y1, Y1  \
	VPMAXSW   least, Y0, Y0 \
	VPMAXSW   least, Y1, Y1

// ENDS keeps the codes in Y2 within 0 to 4.
#define ENDS \
	VPMINSB bytes4<>(SB), Y2, Y2 \
	VPMAXSB Y10, Y2, Y2

// COUNT adds to the bytes of Y7 a -1 for every equal byte of codes old and new;
// at most 255 steps fit.
#define COUNT(old, new, tmp) \
	VPCMPEQB old, new, tmp \
	VPADDB   tmp, Y7, Y7

// MOVED sets AX to the columns in AX less those that Y7 counted as equal.
#define MOVED \
	VPXOR        Y0, Y0, Y0 \
	VPSUBB       Y7, Y0, Y7 \
	VPSADBW      Y0, Y7, Y7 \
	VEXTRACTI128 $1, Y7, X0 \
	VPADDQ       X0, X7, X7 \
	VPSRLDQ      $8, X7, X0 \
	VPADDQ       X0, X7, X7 \
	VMOVQ        X7, CX     \
	SUBQ         CX, AX

// func stepResidualAVX2(codes *uint8, e *int8, z *int32, n int, scale Scale) (moved int)
//
// Code and residual are one number 256·code + e + 128, 0 to 1279.
//
//	Y8  words 255   Y6  words 1279
TEXT ·stepResidualAVX2(SB), NOSPLIT, $0-64
	MOVQ codes+0(FP), DI
	MOVQ e+8(FP), SI
	MOVQ z+16(FP), DX
	MOVQ n+24(FP), BX

	SCALE_ARGS(scale_Mul+32(FP), scale_Shift+40(FP), scale_Limit+48(FP))
	VMOVDQU  packOrder<>(SB), Y9
	VMOVDQU  words1279<>(SB), Y6
	VPCMPEQW Y8, Y8, Y8
	VPSRLW   $8, Y8, Y8
	VPXOR    Y7, Y7, Y7
	MOVQ     BX, AX

loop:
	STEPS(wordsNeg255<>(SB), Y8)
	VPERMD     (SI), Y9, Y4
	VPXOR      bytesMin<>(SB), Y4, Y4 // bytes e + 128
	VPERMD     (DI), Y9, Y5           // codes
	VPUNPCKLBW Y5, Y4, Y2             // words 256·code + e + 128, the columns as in Y0
	VPUNPCKHBW Y5, Y4, Y3             // as in Y1
	VPADDW     Y2, Y0, Y0             // and d
	VPADDW     Y3, Y1, Y1
	VPMAXSW    Y10, Y0, Y0
	VPMAXSW    Y10, Y1, Y1
	VPMINSW    Y6, Y0, Y0             // within the ends
	VPMINSW    Y6, Y1, Y1

	VPSRLW    $8, Y0, Y2
	VPSRLW    $8, Y1, Y3
	VPACKUSWB Y3, Y2, Y2             // bytes codes
	VPAND     Y8, Y0, Y0
	VPAND     Y8, Y1, Y1
	VPACKUSWB Y1, Y0, Y0
	VPXOR     bytesMin<>(SB), Y0, Y0 // bytes e
	COUNT(Y5, Y2, Y3)

	VMOVDQU unpackOrder<>(SB), Y3
	VPERMD  Y2, Y3, Y2 // bytes codes, columns in order
	VPERMD  Y0, Y3, Y0 // bytes e, columns in order
	VMOVDQU Y2, (DI)
	VMOVDQU Y0, (SI)
	ADDQ    $32, DI
	ADDQ    $32, SI
	ADDQ    $128, DX
	SUBQ    $32, BX
	JNE     loop

	MOVED
	MOVQ AX, moved+56(FP)
	VZEROUPPER
	RET

// func stepResidual4AVX2(codes, e *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)
//
// Code and residual are one number 16·code + e + 8, 0 to 79.
//
//	Y8  words 255   Y6  unpackOrder   Y5  bytes 15
TEXT ·stepResidual4AVX2(SB), NOSPLIT, $0-72
	MOVQ codes+0(FP), DI
	MOVQ e+8(FP), SI
	MOVQ z+16(FP), DX
	MOVQ u+24(FP), R9
	MOVQ n+32(FP), BX

	SCALE_ARGS(scale_Mul+40(FP), scale_Shift+48(FP), scale_Limit+56(FP))
	VMOVDQU  packOrder<>(SB), Y9
	VMOVDQU  unpackOrder<>(SB), Y6
	VMOVDQU  bytes15<>(SB), Y5
	VPCMPEQW Y8, Y8, Y8
	VPSRLW   $8, Y8, Y8
	VPXOR    Y7, Y7, Y7
	MOVQ     BX, AX

loop:
	STEPS(wordsNeg255<>(SB), Y8)
	VPERMD     (R9), Y9, Y4
	VPAND      Y5, Y4, Y4
	VPUNPCKLBW Y10, Y4, Y2 // words u & 15, the columns as in Y0
	VPUNPCKHBW Y10, Y4, Y3 // as in Y1
	VPADDW     Y2, Y0, Y0
	VPADDW     Y3, Y1, Y1
	VPSRAW     $4, Y0, Y0
	VPSRAW     $4, Y1, Y1
	VPACKSSWB  Y1, Y0, Y0
	VPERMD     Y0, Y6, Y0  // bytes d4, columns in order

	VMOVDQU     (SI), X1
	VPSRLW      $4, X1, X2
	VINSERTI128 $1, X2, Y1, Y1
	VPAND       Y5, Y1, Y1            // nibbles
	VPXOR       bytes8<>(SB), Y1, Y1  // bytes e + 8
	VMOVDQU     (DI), Y4
	VPSLLW      $4, Y4, Y2            // codes end below bit 4
	VPOR        Y1, Y2, Y2            // 16·code + e + 8
	VPADDB      Y2, Y0, Y0            // and d4
	VPMAXSB     Y10, Y0, Y0
	VPMINSB     bytes79<>(SB), Y0, Y0 // within the ends

	VPSRLW  $4, Y0, Y2
	VPAND   Y5, Y2, Y2           // codes
	VPAND   Y5, Y0, Y0
	VPXOR   bytes8<>(SB), Y0, Y0 // nibbles e
	COUNT(Y4, Y2, Y3)
	VMOVDQU Y2, (DI)

	VEXTRACTI128 $1, Y0, X1
	VPSLLW       $4, X1, X1
	VPOR         X1, X0, X0
	VMOVDQU      X0, (SI)
	ADDQ         $32, DI
	ADDQ         $16, SI
	ADDQ         $128, DX
	ADDQ         $32, R9
	SUBQ         $32, BX
	JNE          loop

	MOVED
	MOVQ AX, moved+64(FP)
	VZEROUPPER
	RET

// func stepStochasticAVX2(codes *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)
//
//	Y8  words 255   Y6  unpackOrder
TEXT ·stepStochasticAVX2(SB), NOSPLIT, $0-64
	MOVQ codes+0(FP), DI
	MOVQ z+8(FP), DX
	MOVQ u+16(FP), R9
	MOVQ n+24(FP), BX

	SCALE_ARGS(scale_Mul+32(FP), scale_Shift+40(FP), scale_Limit+48(FP))
	VMOVDQU  packOrder<>(SB), Y9
	VMOVDQU  unpackOrder<>(SB), Y6
	VPCMPEQW Y8, Y8, Y8
	VPSRLW   $8, Y8, Y8
	VPXOR    Y7, Y7, Y7
	MOVQ     BX, AX

loop:
	STEPS(wordsNeg255<>(SB), Y8)
	VPERMD     (R9), Y9, Y4
	VPUNPCKLBW Y10, Y4, Y2 // words u, the columns as in Y0
	VPUNPCKHBW Y10, Y4, Y3 // as in Y1
	VPADDW     Y2, Y0, Y0
	VPADDW     Y3, Y1, Y1
	VPSRAW     $8, Y0, Y0
	VPSRAW     $8, Y1, Y1
	VPACKSSWB  Y1, Y0, Y0
	VPERMD     Y0, Y6, Y0  // bytes carry, columns in order

	VMOVDQU (DI), Y4
	VPADDB  Y0, Y4, Y2 // codes + carry
	ENDS
	COUNT(Y4, Y2, Y3)
	VMOVDQU Y2, (DI)
	ADDQ    $32, DI
	ADDQ    $128, DX
	ADDQ    $32, R9
	SUBQ    $32, BX
	JNE     loop

	MOVED
	MOVQ AX, moved+56(FP)
	VZEROUPPER
	RET

// func stepFlipAVX2(args *stepFlipArgs) (moved int)
//
//	X8  decay   Y5  bytes 2^decay-1
TEXT ·stepFlipAVX2(SB), NOSPLIT, $0-16
	MOVQ args+0(FP), R10
	MOVQ stepFlipArgs_codes(R10), DI
	MOVQ stepFlipArgs_average(R10), SI
	MOVQ stepFlipArgs_z(R10), DX
	MOVQ stepFlipArgs_u(R10), R9
	MOVQ stepFlipArgs_n(R10), BX

	SCALE_ARGS((stepFlipArgs_scale+Scale_Mul)(R10), (stepFlipArgs_scale+Scale_Shift)(R10), (stepFlipArgs_scale+Scale_Limit)(R10))
	MOVQ         stepFlipArgs_decay(R10), CX
	VMOVQ        CX, X8
	MOVL         $1, AX
	SHLL         CX, AX
	DECL         AX
	VMOVD        AX, X5
	VPBROADCASTB X5, Y5
	VMOVDQU      packOrder<>(SB), Y9
	VPXOR        Y7, Y7, Y7
	MOVQ         BX, AX

loop:
	STEPS(wordsNeg127<>(SB), words127<>(SB))
	VPERMD     (SI), Y9, Y4
	VPUNPCKLBW Y4, Y4, Y2
	VPUNPCKHBW Y4, Y4, Y3
	VPSRAW     $8, Y2, Y2  // words a, the columns as in Y0
	VPSRAW     $8, Y3, Y3  // as in Y1
	VPSUBW     Y2, Y0, Y0  // d - a
	VPSUBW     Y3, Y1, Y1
	VPERMD     (R9), Y9, Y4
	VPAND      Y5, Y4, Y4
	VPUNPCKLBW Y10, Y4, Y6 // words u & (2^decay-1), the columns as in Y0
	VPUNPCKHBW Y10, Y4, Y4 // as in Y1
	VPADDW     Y6, Y0, Y0
	VPADDW     Y4, Y1, Y1
	VPSRAW     X8, Y0, Y0
	VPSRAW     X8, Y1, Y1
	VPADDW     Y2, Y0, Y0  // a, stepped
	VPADDW     Y3, Y1, Y1
	VPACKSSWB  Y1, Y0, Y0
	VMOVDQU    unpackOrder<>(SB), Y3
	VPERMD     Y0, Y3, Y0  // bytes a, columns in order

	VPBROADCASTB stepFlipArgs_threshold(R10), Y2
	VPABSB       Y0, Y1
	VPMAXUB      Y1, Y2, Y2
	VPCMPEQB     Y1, Y2, Y1 // |a| ≥ threshold, also of -128
	VPSIGNB      Y0, Y1, Y2 // -1 to move up, 1 to move down
	VPANDN       Y0, Y1, Y0 // a, or zero where the rule fired
	VMOVDQU      Y0, (SI)

	VMOVDQU (DI), Y4
	VPSUBB  Y2, Y4, Y2
	ENDS
	COUNT(Y4, Y2, Y3)
	VMOVDQU Y2, (DI)
	ADDQ    $32, DI
	ADDQ    $32, SI
	ADDQ    $128, DX
	ADDQ    $32, R9
	SUBQ    $32, BX
	JNE     loop

	MOVED
	MOVQ AX, moved+8(FP)
	VZEROUPPER
	RET

// DIRECTION computes the direction of 8 columns: 1 for z ≥ tau, -1 for z ≤ -tau,
// and 0 between.
#define DIRECTION(z, out, tmp) \
	VMOVDQU  z, tmp        \
	VPCMPGTD tmp, Y14, out \
	VPCMPGTD Y15, tmp, tmp \
	VPSUBD   tmp, out, out

// func stepThresholdAVX2(codes *uint8, z *int32, n int, tau int32) (moved int)
//
//	Y15, Y14  tau-1 and 1-tau        Y9  unpackOrder
//	Y10       zero                   Y8  bytes 4
//	Y7        equal codes, negative, by byte
TEXT ·stepThresholdAVX2(SB), NOSPLIT, $0-40
	MOVQ codes+0(FP), DI
	MOVQ z+8(FP), DX
	MOVQ n+16(FP), BX

	CONST(tau+24(FP), X15, Y15)
	VPCMPEQD Y0, Y0, Y0
	VPADDD   Y0, Y15, Y15
	VPXOR    Y10, Y10, Y10
	VPSUBD   Y15, Y10, Y14
	VMOVDQU  unpackOrder<>(SB), Y9
	VMOVDQU  bytes4<>(SB), Y8
	VPXOR    Y7, Y7, Y7
	MOVQ     BX, AX // all columns, for MOVED

loop:
	DIRECTION((DX), Y0, Y4)
	DIRECTION(32(DX), Y1, Y5)
	DIRECTION(64(DX), Y2, Y4)
	DIRECTION(96(DX), Y3, Y5)
	VPACKSSDW Y1, Y0, Y0
	VPACKSSDW Y3, Y2, Y2
	VPACKSSWB Y2, Y0, Y0
	VPERMD    Y0, Y9, Y0 // bytes of 32 columns in order

	VMOVDQU (DI), Y1
	VPADDB  Y0, Y1, Y0 // codes, moved
	VPMINSB Y8, Y0, Y0 // within the ends
	VPMAXSB Y10, Y0, Y0
	COUNT(Y1, Y0, Y2)
	VMOVDQU Y0, (DI)
	ADDQ    $32, DI
	ADDQ    $128, DX
	SUBQ    $32, BX
	JNE     loop

	MOVED
	MOVQ AX, moved+32(FP)
	VZEROUPPER
	RET

// LEVEL computes how far 8 columns reach: 0 for |z| < tau, 1 for |z| = tau and 2
// beyond, with the sign of z.
#define LEVEL(z, out) \
	VPABSD  z, out        \
	VPMINUD Y15, out, out \
	VPMAXUD Y14, out, out \
	VPSUBD  Y14, out, out \
	VPSIGND z, out, out

// func stepDitheredAVX2(codes *uint8, z *int32, u *uint8, n int, tau int32, fraction uint8) (moved int)
//
//	Y15, Y14  tau+1 and tau-1        Y9  unpackOrder
//	Y13       bytes fraction         Y8  bytes 1
//	Y10       zero                   Y7  equal codes, negative, by byte
TEXT ·stepDitheredAVX2(SB), NOSPLIT, $0-48
	MOVQ codes+0(FP), DI
	MOVQ z+8(FP), DX
	MOVQ u+16(FP), R9
	MOVQ n+24(FP), BX

	CONST(tau+32(FP), X15, Y15)
	VPCMPEQD     Y0, Y0, Y0
	VPADDD       Y0, Y15, Y14
	VPSUBD       Y0, Y15, Y15
	VPBROADCASTB fraction+36(FP), Y13
	VPXOR        Y10, Y10, Y10
	VMOVDQU      unpackOrder<>(SB), Y9
	VMOVDQU      bytes1<>(SB), Y8
	VPXOR        Y7, Y7, Y7
	MOVQ         BX, AX

loop:
	LEVEL((DX), Y0)
	LEVEL(32(DX), Y1)
	LEVEL(64(DX), Y2)
	LEVEL(96(DX), Y3)
	VPACKSSDW Y1, Y0, Y0
	VPACKSSDW Y3, Y2, Y2
	VPACKSSWB Y2, Y0, Y0
	VPERMD    Y0, Y9, Y0 // bytes of 32 columns in order

	VPSUBUSB (R9), Y13, Y1
	VPMINUB  Y8, Y1, Y1 // 1 for u < fraction, where tau itself does not suffice
	VPABSB   Y0, Y2
	VPCMPGTB Y1, Y2, Y1
	VPSIGNB  Y0, Y1, Y1 // -1 to move up, 1 to move down

	VMOVDQU (DI), Y4
	VPSUBB  Y1, Y4, Y2
	ENDS
	COUNT(Y4, Y2, Y3)
	VMOVDQU Y2, (DI)
	ADDQ    $32, DI
	ADDQ    $128, DX
	ADDQ    $32, R9
	SUBQ    $32, BX
	JNE     loop

	MOVED
	MOVQ AX, moved+40(FP)
	VZEROUPPER
	RET

// func shrinkAVX2(codes, u *uint8, n int, chance uint32) (moved int)
//
//	Y15  words chance-1   Y14  bytes 2, the code of zero
TEXT ·shrinkAVX2(SB), NOSPLIT, $0-40
	MOVQ codes+0(FP), DI
	MOVQ u+8(FP), R9
	MOVQ n+16(FP), BX

	MOVL         chance+24(FP), AX
	DECL         AX
	VMOVD        AX, X15
	VPBROADCASTW X15, Y15
	VMOVDQU      bytes2<>(SB), Y14
	VPXOR        Y7, Y7, Y7
	MOVQ         BX, AX

loop:
	VMOVDQU   (R9), Y0
	VMOVDQU   32(R9), Y1
	VPMINUW   Y15, Y0, Y2
	VPMINUW   Y15, Y1, Y3
	VPCMPEQW  Y2, Y0, Y0
	VPCMPEQW  Y3, Y1, Y1
	VPACKSSWB Y1, Y0, Y0
	VPERMQ    $0xd8, Y0, Y0 // -1 for u < chance, columns in order

	VMOVDQU (DI), Y4
	VPSUBB  Y4, Y14, Y1 // -w
	VPSIGNB Y1, Y0, Y0  // -1 to move up, 1 to move down
	VPSUBB  Y0, Y4, Y2
	COUNT(Y4, Y2, Y3)
	VMOVDQU Y2, (DI)
	ADDQ    $32, DI
	ADDQ    $64, R9
	SUBQ    $32, BX
	JNE     loop

	MOVED
	MOVQ AX, moved+32(FP)
	VZEROUPPER
	RET
