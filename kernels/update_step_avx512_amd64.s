//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Steps of the update rules on 512-bit registers, 32 columns at a time, in order:
// steps and averages are words, what needs no more than a byte is a Y register of
// bytes.
//
// Register map, except where a step has its own
//
//	DI  codes          Z31, Z30  Limit and -Limit
//	SI  state          Z29, Z28  Mul and 2^(Shift-1)
//	DX  z              Z27       Shift
//	R9  random bytes   Z26       zero
//	BX  columns left   Z25, Z24  the most and the least step, words
//	R8  moved          Y22       the largest code, 4, bytes

// CONST sets a register to a value in every lane, by way of AX.
#define CONST(value, broadcast, z) \
	MOVL      value, AX \
	broadcast AX, z

// SCALE_ARGS loads a scale, by way of AX and CX.
#define SCALE_ARGS(mul, shift, limit) \
	MOVQ         shift, CX                 \
	MOVL         $1, AX                    \
	SHLL         CX, AX                    \
	SHRL         $1, AX                    \
	VPBROADCASTD CX, Z27                   \
	VPBROADCASTD AX, Z28                   \
	CONST(mul, VPBROADCASTD, Z29)          \
	CONST(limit, VPBROADCASTD, Z31)        \
	VPXORD       Z26, Z26, Z26             \
	VPSUBD       Z31, Z26, Z30

// SCALE computes RoundShift(clamp(z, ±Limit)·Mul, Shift) of 16 columns, in words.
#define SCALE(z, out, words) \
	VPMINSD  z, Z31, out   \
	VPMAXSD  Z30, out, out \
	VPMULLD  Z29, out, out \
	VPADDD   Z28, out, out \
	VPSRAVD  Z27, out, out \
	VPMOVSDW out, words

// STEPS sets Z0 to the steps d of 32 columns, in words. It uses Z1.
#define STEPS \
	SCALE((DX), Z0, Y0)          \
	SCALE(64(DX), Z1, Y1)        \
	VINSERTI64X4 $1, Y1, Z0, Z0  \
	VPMINSW      Z25, Z0, Z0     \
	VPMAXSW      Z24, Z0, Z0

// ENDS keeps the codes in Y2 within 0 to 4.
#define ENDS \
	VPMINSB Y22, Y2, Y2 \
	VPMAXSB Y26, Y2, Y2

// COUNT adds to R8 the columns of a mask, by way of AX.
#define COUNT(mask) \
	KMOVD   mask, AX \
	POPCNTL AX, AX   \
	ADDQ    AX, R8

// func stepResidualAVX512(codes *uint8, e *int8, z *int32, n int, scale Scale) (moved int)
//
// Code and residual are one number 256·code + e, -128 to 1151.
//
//	Z23  words 128   Z22, Z21  words -128 and 1151
TEXT ·stepResidualAVX512(SB), NOSPLIT, $0-64
	MOVQ codes+0(FP), DI
	MOVQ e+8(FP), SI
	MOVQ z+16(FP), DX
	MOVQ n+24(FP), BX

	SCALE_ARGS(scale_Mul+32(FP), scale_Shift+40(FP), scale_Limit+48(FP))
	CONST($255, VPBROADCASTW, Z25)
	CONST($-255, VPBROADCASTW, Z24)
	CONST($128, VPBROADCASTW, Z23)
	CONST($-128, VPBROADCASTW, Z22)
	CONST($1151, VPBROADCASTW, Z21)
	XORQ R8, R8

loop:
	STEPS
	VPMOVSXBW (SI), Z1       // e
	VPMOVZXBW (DI), Z2       // codes
	VPADDW    Z1, Z0, Z0     // e + d
	VPSLLW    $8, Z2, Z1
	VPADDW    Z1, Z0, Z0     // 256·code + e + d
	VPMAXSW   Z22, Z0, Z0
	VPMINSW   Z21, Z0, Z0    // within the ends
	VPADDW    Z23, Z0, Z1
	VPSRLW    $8, Z1, Z1     // codes
	VPCMPW    $4, Z2, Z1, K3 // moved
	COUNT(K3)

	VPMOVWB Z1, (DI)
	VPMOVWB Z0, (SI) // the low byte, e
	ADDQ    $32, DI
	ADDQ    $32, SI
	ADDQ    $128, DX
	SUBQ    $32, BX
	JNE     loop

	MOVQ R8, moved+56(FP)
	VZEROUPPER
	RET

// func stepResidual4AVX512(codes, e *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)
//
// Code and residual are one number 16·code + e + 8, 0 to 79.
//
//	Y23  bytes 15   Y22  bytes 79   Y20  bytes 8
TEXT ·stepResidual4AVX512(SB), NOSPLIT, $0-72
	MOVQ codes+0(FP), DI
	MOVQ e+8(FP), SI
	MOVQ z+16(FP), DX
	MOVQ u+24(FP), R9
	MOVQ n+32(FP), BX

	SCALE_ARGS(scale_Mul+40(FP), scale_Shift+48(FP), scale_Limit+56(FP))
	CONST($255, VPBROADCASTW, Z25)
	CONST($-255, VPBROADCASTW, Z24)
	CONST($15, VPBROADCASTB, Y23)
	CONST($79, VPBROADCASTB, Y22)
	CONST($8, VPBROADCASTB, Y20)
	XORQ R8, R8

loop:
	STEPS
	VPANDD    (R9), Y23, Y1
	VPMOVZXBW Y1, Z1
	VPADDW    Z1, Z0, Z0 // d + u&15
	VPSRAW    $4, Z0, Z0
	VPMOVWB   Z0, Y0     // bytes d4

	VMOVDQU     (SI), X1
	VPSRLW      $4, X1, X2
	VINSERTI128 $1, X2, Y1, Y1
	VPANDD      Y23, Y1, Y1 // nibbles
	VPXORD      Y20, Y1, Y1 // bytes e + 8
	VMOVDQU     (DI), Y3
	VPSLLW      $4, Y3, Y2  // codes end below bit 4
	VPOR        Y1, Y2, Y2  // 16·code + e + 8
	VPADDB      Y2, Y0, Y0  // and d4
	VPMAXSB     Y26, Y0, Y0
	VPMINSB     Y22, Y0, Y0 // within the ends

	VPSRLW  $4, Y0, Y2
	VPANDD  Y23, Y2, Y2    // codes
	VPANDD  Y23, Y0, Y0
	VPXORD  Y20, Y0, Y0    // nibbles e
	VPCMPUB $4, Y3, Y2, K3 // moved
	COUNT(K3)
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

	MOVQ R8, moved+64(FP)
	VZEROUPPER
	RET

// func stepStochasticAVX512(codes *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)
TEXT ·stepStochasticAVX512(SB), NOSPLIT, $0-64
	MOVQ codes+0(FP), DI
	MOVQ z+8(FP), DX
	MOVQ u+16(FP), R9
	MOVQ n+24(FP), BX

	SCALE_ARGS(scale_Mul+32(FP), scale_Shift+40(FP), scale_Limit+48(FP))
	CONST($255, VPBROADCASTW, Z25)
	CONST($-255, VPBROADCASTW, Z24)
	CONST($4, VPBROADCASTB, Y22)
	XORQ R8, R8

loop:
	STEPS
	VPMOVZXBW (R9), Z1
	VPADDW    Z1, Z0, Z0 // d + u
	VPSRAW    $8, Z0, Z0
	VPMOVWB   Z0, Y0     // bytes carry

	VMOVDQU (DI), Y1
	VPADDB  Y0, Y1, Y2     // codes + carry
	ENDS
	VPCMPUB $4, Y1, Y2, K3 // moved
	COUNT(K3)
	VMOVDQU Y2, (DI)
	ADDQ    $32, DI
	ADDQ    $128, DX
	ADDQ    $32, R9
	SUBQ    $32, BX
	JNE     loop

	MOVQ R8, moved+56(FP)
	VZEROUPPER
	RET

// func stepFlipAVX512(args *stepFlipArgs) (moved int)
//
//	Z23       words decay               Y21  bytes 2^decay-1
//	Y20, Y19  threshold and -threshold  Y18  bytes 1
TEXT ·stepFlipAVX512(SB), NOSPLIT, $0-16
	MOVQ args+0(FP), R10
	MOVQ stepFlipArgs_codes(R10), DI
	MOVQ stepFlipArgs_average(R10), SI
	MOVQ stepFlipArgs_z(R10), DX
	MOVQ stepFlipArgs_u(R10), R9
	MOVQ stepFlipArgs_n(R10), BX

	SCALE_ARGS((stepFlipArgs_scale+Scale_Mul)(R10), (stepFlipArgs_scale+Scale_Shift)(R10), (stepFlipArgs_scale+Scale_Limit)(R10))
	CONST($127, VPBROADCASTW, Z25)
	CONST($-127, VPBROADCASTW, Z24)
	CONST($4, VPBROADCASTB, Y22)
	MOVQ         stepFlipArgs_decay(R10), CX
	VPBROADCASTW CX, Z23
	MOVL         $1, AX
	SHLL         CX, AX
	DECL         AX
	VPBROADCASTB AX, Y21
	VPBROADCASTB stepFlipArgs_threshold(R10), Y20
	VPSUBB       Y20, Y26, Y19
	CONST($1, VPBROADCASTB, Y18)
	XORQ         R8, R8

loop:
	STEPS
	VPMOVSXBW (SI), Z1
	VPANDD    (R9), Y21, Y2
	VPMOVZXBW Y2, Z2
	VPSUBW    Z1, Z0, Z0
	VPADDW    Z2, Z0, Z0      // d - a + u&(2^decay-1)
	VPSRAVW   Z23, Z0, Z0
	VPADDW    Z1, Z0, Z0
	VPMOVWB   Z0, Y0          // bytes a, stepped
	VPCMPB    $5, Y20, Y0, K1 // a ≥ threshold
	VPCMPB    $2, Y19, Y0, K2 // a ≤ -threshold
	VMOVDQU8  Y26, K1, Y0
	VMOVDQU8  Y26, K2, Y0     // zero where the rule fired
	VMOVDQU   Y0, (SI)

	VMOVDQU (DI), Y1
	VMOVDQA Y1, Y2
	VPADDB  Y18, Y1, K1, Y2
	VPSUBB  Y18, Y1, K2, Y2
	ENDS
	VPCMPUB $4, Y1, Y2, K3 // moved
	COUNT(K3)
	VMOVDQU Y2, (DI)
	ADDQ    $32, DI
	ADDQ    $32, SI
	ADDQ    $128, DX
	ADDQ    $32, R9
	SUBQ    $32, BX
	JNE     loop

	MOVQ R8, moved+8(FP)
	VZEROUPPER
	RET

// MOVE moves the codes of Y0 up under the mask K1 where they are less than 4, and
// down under K2 where they are not 0, and counts what moved. Y29 is 4, Y28 1 and Y27
// zero in every byte.
#define MOVE \
	VPCMPUB $1, Y29, Y0, K1, K1 \
	VPCMPUB $4, Y27, Y0, K2, K2 \
	VPADDB  Y28, Y0, K1, Y0     \
	VPSUBB  Y28, Y0, K2, Y0     \
	KORD    K1, K2, K3          \
	COUNT(K3)

// func stepThresholdAVX512(codes *uint8, z *int32, n int, tau int32) (moved int)
//
//	Z31, Z30  tau and -tau       Y29  bytes 4, the largest code
//	Y28       bytes 1            Y27  zero
TEXT ·stepThresholdAVX512(SB), NOSPLIT, $0-40
	MOVQ codes+0(FP), DI
	MOVQ z+8(FP), DX
	MOVQ n+16(FP), BX

	VPXORD Z27, Z27, Z27
	CONST(tau+24(FP), VPBROADCASTD, Z31)
	VPSUBD Z31, Z27, Z30
	CONST($4, VPBROADCASTB, Y29)
	CONST($1, VPBROADCASTB, Y28)
	XORQ   R8, R8

loop:
	VMOVDQU32 (DX), Z0
	VMOVDQU32 64(DX), Z1
	VPCMPD    $5, Z31, Z0, K1 // z ≥ tau
	VPCMPD    $5, Z31, Z1, K2
	VPCMPD    $2, Z30, Z0, K3 // z ≤ -tau
	VPCMPD    $2, Z30, Z1, K4
	KUNPCKWD  K1, K2, K1      // 32 columns: up
	KUNPCKWD  K3, K4, K2      // down

	VMOVDQU8 (DI), Y0
	MOVE
	VMOVDQU8 Y0, (DI)
	ADDQ     $32, DI
	ADDQ     $128, DX
	SUBQ     $32, BX
	JNE      loop

	MOVQ R8, moved+32(FP)
	VZEROUPPER
	RET

// REACH sets a mask to the columns of Z0 with |z| ≥ tau, or tau+1 under the mask
// high. It uses Z1 and Z2.
#define REACH(high, out) \
	VPABSD    Z0, Z1            \
	VPBLENDMD Z30, Z31, high, Z2 \
	VPCMPUD   $5, Z2, Z1, out

// func stepDitheredAVX512(codes *uint8, z *int32, u *uint8, n int, tau int32, fraction uint8) (moved int)
//
//	Z31, Z30  tau and tau+1      Y29  bytes 4, the largest code
//	Y28       bytes 1            Y27  zero
//	Y26       bytes fraction
TEXT ·stepDitheredAVX512(SB), NOSPLIT, $0-48
	MOVQ codes+0(FP), DI
	MOVQ z+8(FP), DX
	MOVQ u+16(FP), R9
	MOVQ n+24(FP), BX

	VPXORD       Z27, Z27, Z27
	CONST(tau+32(FP), VPBROADCASTD, Z31)
	CONST($1, VPBROADCASTD, Z30)
	VPADDD       Z31, Z30, Z30
	CONST($4, VPBROADCASTB, Y29)
	CONST($1, VPBROADCASTB, Y28)
	VPBROADCASTB fraction+36(FP), Y26
	XORQ         R8, R8

loop:
	VMOVDQU   (R9), Y0
	VPCMPUB   $1, Y26, Y0, K1 // u < fraction, where tau itself does not suffice
	KSHIFTRD  $16, K1, K2
	VMOVDQU32 (DX), Z0
	REACH(K1, K3)
	VPMOVD2M  Z0, K5
	VMOVDQU32 64(DX), Z0
	REACH(K2, K4)
	VPMOVD2M  Z0, K6
	KUNPCKWD  K3, K4, K3      // 32 columns: far enough
	KUNPCKWD  K5, K6, K5      // negative
	KANDND    K3, K5, K1      // up
	KANDD     K3, K5, K2      // down

	VMOVDQU8 (DI), Y0
	MOVE
	VMOVDQU8 Y0, (DI)
	ADDQ     $32, DI
	ADDQ     $128, DX
	ADDQ     $32, R9
	SUBQ     $32, BX
	JNE      loop

	MOVQ R8, moved+40(FP)
	VZEROUPPER
	RET

// func shrinkAVX512(codes, u *uint8, n int, chance uint32) (moved int)
//
//	Z31  words chance-1   Y29  bytes 2, the code of zero   Y28  bytes 1
TEXT ·shrinkAVX512(SB), NOSPLIT, $0-40
	MOVQ codes+0(FP), DI
	MOVQ u+8(FP), R9
	MOVQ n+16(FP), BX

	MOVL         chance+24(FP), AX
	DECL         AX
	VPBROADCASTW AX, Z31
	CONST($2, VPBROADCASTB, Y29)
	CONST($1, VPBROADCASTB, Y28)
	XORQ         R8, R8

loop:
	VMOVDQU16 (R9), Z0
	VPCMPUW   $2, Z31, Z0, K1     // u < chance
	VMOVDQU   (DI), Y0
	VPCMPUB   $1, Y29, Y0, K1, K2 // a negative pent: up
	VPCMPUB   $6, Y29, Y0, K1, K3 // a positive pent: down
	VPADDB    Y28, Y0, K2, Y0
	VPSUBB    Y28, Y0, K3, Y0
	VMOVDQU   Y0, (DI)
	KORD      K2, K3, K3
	COUNT(K3)
	ADDQ      $32, DI
	ADDQ      $64, R9
	SUBQ      $32, BX
	JNE       loop

	MOVQ R8, moved+32(FP)
	VZEROUPPER
	RET
