//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Kernels of the update on 512-bit registers, of the same structure as those of
// update_amd64.s.

// ROW is the bytes of a row of a tile of Z: 256 int32.
#define ROW 1024

// Accumulation of 8 rows × 32 columns a pass: two vectors of 16 columns × 4
// terms hold a quad of two strips, and the quad of each row is broadcast.
//
// Register map
//
//	Z0–Z15    accumulators: rows 0–7 × strips 0, 1
//	Z16, Z17  codes of the quad         Z18  terms of the quad and row
//	Z19       products                  Z31  word 1 in every lane
//	DI        z of the pass             R8   starts of the rows
//	SI        terms, advancing          R12  b of the strips
//	DX        b, advancing              R10  bytes from a strip to the next
//	CX        quads left                R13  quads
//	AX        quads left in this run    R9   columns left

// ARGS loads the arguments, which are the same for both kernels.
#define ARGS \
	MOVQ z+0(FP), DI        \
	MOVQ t+8(FP), R8        \
	MOVQ b+16(FP), R12      \
	MOVQ bQuads+24(FP), R10 \
	SHLQ $6, R10            \
	MOVQ quads+32(FP), R13  \
	MOVQ cols+40(FP), R9

// BEGIN begins a pass.
#define BEGIN \
	LEAQ rowTerms_quads(R8), SI \
	MOVQ R12, DX                \
	MOVQ R13, CX

// START sets the accumulators of a row to z plus what the row starts at.
#define START(row, a0, a1) \
	VPBROADCASTD (rowTerms_start+row*4)(R8), a1 \
	VPADDD       (row*ROW)(DI), a1, a0          \
	VPADDD       (row*ROW+64)(DI), a1, a1

// START8 is START for all rows.
#define START8 \
	START(0, Z0, Z1)   \
	START(1, Z2, Z3)   \
	START(2, Z4, Z5)   \
	START(3, Z6, Z7)   \
	START(4, Z8, Z9)   \
	START(5, Z10, Z11) \
	START(6, Z12, Z13) \
	START(7, Z14, Z15)

// STORE writes the accumulators of a row.
#define STORE(row, a0, a1) \
	VMOVDQU32 a0, (row*ROW)(DI)    \
	VMOVDQU32 a1, (row*ROW+64)(DI)

// STORE8 is STORE for all rows.
#define STORE8 \
	STORE(0, Z0, Z1)   \
	STORE(1, Z2, Z3)   \
	STORE(2, Z4, Z5)   \
	STORE(3, Z6, Z7)   \
	STORE(4, Z8, Z9)   \
	STORE(5, Z10, Z11) \
	STORE(6, Z12, Z13) \
	STORE(7, Z14, Z15)

// CODES loads the quad of two strips.
#define CODES \
	VMOVDQU32 (DX), Z16        \
	VMOVDQU32 (DX)(R10*1), Z17

// STRIPS goes to the next two strips; the zero flag says that there are none.
#define STRIPS \
	ADDQ $128, DI          \
	LEAQ (R12)(R10*2), R12 \
	SUBQ $32, R9

// MADD multiplies the quad of a row with both vectors and adds the pair sums, in
// words, to its accumulators.
#define MADD(fa, a0, a1) \
	VPBROADCASTD fa, Z18       \
	VPMADDUBSW   Z18, Z16, Z19 \
	VPADDW       Z19, a0, a0   \
	VPMADDUBSW   Z18, Z17, Z18 \
	VPADDW       Z18, a1, a1

// WIDEN adds the words of a row, in pairs, to its int32 in z.
#define WIDEN(row, a0, a1) \
	VPMADDWD  Z31, a0, a0              \
	VPADDD    (row*ROW)(DI), a0, a0    \
	VMOVDQU32 a0, (row*ROW)(DI)        \
	VPMADDWD  Z31, a1, a1              \
	VPADDD    (row*ROW+64)(DI), a1, a1 \
	VMOVDQU32 a1, (row*ROW+64)(DI)

// RUN is the number of quads that words hold exactly: a pair sum is at most
// 2·4·127 = 1016 and at least 2·4·-128 = -1024, and -1024·32 = -2^15.
#define RUN 32

// func accumulateAVX512(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
TEXT ·accumulateAVX512(SB), NOSPLIT, $0-48
	ARGS
	VPTERNLOGD $0xff, Z31, Z31, Z31
	VPSRLW     $15, Z31, Z31

pass:
	BEGIN
	START8
	STORE8

run:
	MOVQ    $RUN, AX
	CMPQ    CX, AX
	CMOVQLT CX, AX
	SUBQ    AX, CX
	VPXORD  Z0, Z0, Z0
	VPXORD  Z1, Z1, Z1
	VPXORD  Z2, Z2, Z2
	VPXORD  Z3, Z3, Z3
	VPXORD  Z4, Z4, Z4
	VPXORD  Z5, Z5, Z5
	VPXORD  Z6, Z6, Z6
	VPXORD  Z7, Z7, Z7
	VPXORD  Z8, Z8, Z8
	VPXORD  Z9, Z9, Z9
	VPXORD  Z10, Z10, Z10
	VPXORD  Z11, Z11, Z11
	VPXORD  Z12, Z12, Z12
	VPXORD  Z13, Z13, Z13
	VPXORD  Z14, Z14, Z14
	VPXORD  Z15, Z15, Z15

quad:
	CODES        // unsigned bytes: 32 columns × 4 terms
	MADD(0(SI), Z0, Z1)
	MADD(4(SI), Z2, Z3)
	MADD(8(SI), Z4, Z5)
	MADD(12(SI), Z6, Z7)
	MADD(16(SI), Z8, Z9)
	MADD(20(SI), Z10, Z11)
	MADD(24(SI), Z12, Z13)
	MADD(28(SI), Z14, Z15)
	ADDQ $32, SI
	ADDQ $64, DX
	DECQ AX
	JNE  quad

	WIDEN(0, Z0, Z1)
	WIDEN(1, Z2, Z3)
	WIDEN(2, Z4, Z5)
	WIDEN(3, Z6, Z7)
	WIDEN(4, Z8, Z9)
	WIDEN(5, Z10, Z11)
	WIDEN(6, Z12, Z13)
	WIDEN(7, Z14, Z15)
	TESTQ CX, CX
	JNE   run

	STRIPS
	JNE pass
	VZEROUPPER
	RET

// DOT multiplies the quad of a row with both vectors and adds the sums, in
// dwords, to its accumulators.
#define DOT(fa, a0, a1) \
	VPBROADCASTD fa, Z18      \
	VPDPBUSD     Z18, Z16, a0 \
	VPDPBUSD     Z18, Z17, a1

// func accumulateVNNI512(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
TEXT ·accumulateVNNI512(SB), NOSPLIT, $0-48
	ARGS

pass:
	BEGIN
	START8

quad:
	CODES        // unsigned bytes: 32 columns × 4 terms
	DOT(0(SI), Z0, Z1)
	DOT(4(SI), Z2, Z3)
	DOT(8(SI), Z4, Z5)
	DOT(12(SI), Z6, Z7)
	DOT(16(SI), Z8, Z9)
	DOT(20(SI), Z10, Z11)
	DOT(24(SI), Z12, Z13)
	DOT(28(SI), Z14, Z15)
	ADDQ $32, SI
	ADDQ $64, DX
	DECQ CX
	JNE  quad

	STORE8
	STRIPS
	JNE pass
	VZEROUPPER
	RET

// The steps work on 32 columns at a time, in order: the registers hold words of
// codes and residuals.

// CONST sets a register to a value in every word or dword, by way of AX.
#define CONST(value, broadcast, z) \
	MOVL      value, AX \
	broadcast AX, z

// SCALE computes RoundShift(clamp(z, ±Limit)·Mul, Shift) of 16 columns, in words.
#define SCALE(z, out, words) \
	VPMINSD  z, Z31, out   \
	VPMAXSD  Z30, out, out \
	VPMULLD  Z29, out, out \
	VPADDD   Z28, out, out \
	VPSRAD   X27, out, out \
	VPMOVSDW out, words

// func stepResidualAVX512(codes *uint8, e *int8, z *int32, n int, rule Residual) (moved int)
//
//	Z31, Z30  Limit and -Limit         Z25, Z24  words 255 and -255
//	Z29, Z28  Mul and 2^(Shift-1)      Z23       words 128
//	X27       Shift                    Z22       words 4, the largest code
//	Z26       zero                     Z21, Z20  words 127 and -128
//	R8        columns that moved
TEXT ·stepResidualAVX512(SB), NOSPLIT, $0-64
	MOVQ codes+0(FP), DI
	MOVQ e+8(FP), SI
	MOVQ z+16(FP), DX
	MOVQ n+24(FP), BX

	MOVQ         rule_Shift+40(FP), CX
	MOVL         $1, AX
	SHLL         CX, AX
	SHRL         $1, AX
	VMOVQ        CX, X27
	VPBROADCASTD AX, Z28
	CONST(rule_Mul+32(FP), VPBROADCASTD, Z29)
	CONST(rule_Limit+48(FP), VPBROADCASTD, Z31)
	VPXORD       Z26, Z26, Z26
	VPSUBD       Z31, Z26, Z30
	CONST($255, VPBROADCASTW, Z25)
	CONST($-255, VPBROADCASTW, Z24)
	CONST($128, VPBROADCASTW, Z23)
	CONST($4, VPBROADCASTW, Z22)
	CONST($127, VPBROADCASTW, Z21)
	CONST($-128, VPBROADCASTW, Z20)
	XORQ         R8, R8

loop:
	SCALE((DX), Z0, Y0)
	SCALE(64(DX), Z1, Y1)
	VINSERTI64X4 $1, Y1, Z0, Z0
	VPMINSW      Z25, Z0, Z0    // 32 words
	VPMAXSW      Z24, Z0, Z0    // d
	VPMOVSXBW    (SI), Z1
	VPADDW       Z1, Z0, Z0     // v = e + d

	VPADDW    Z23, Z0, Z1
	VPSRAW    $8, Z1, Z1      // carry
	VPMOVZXBW (DI), Z2        // codes
	VPADDW    Z1, Z2, Z1      // codes + carry
	VPCMPW    $6, Z22, Z1, K1 // beyond the upper end
	VPMOVW2M  Z1, K2          // beyond the lower end
	VMOVDQU16 Z21, K1, Z0
	VMOVDQU16 Z20, K2, Z0
	VPMINSW   Z22, Z1, Z1
	VPMAXSW   Z26, Z1, Z1

	VPCMPW  $4, Z2, Z1, K3 // moved
	KMOVD   K3, AX
	POPCNTL AX, AX
	ADDQ    AX, R8

	VPMOVWB Z1, (DI)
	VPMOVWB Z0, (SI) // the low byte: v - 256·carry
	ADDQ    $32, DI
	ADDQ    $32, SI
	ADDQ    $128, DX
	SUBQ    $32, BX
	JNE     loop

	MOVQ R8, moved+56(FP)
	VZEROUPPER
	RET

// func stepThresholdAVX512(codes *uint8, z *int32, n int, tau int32) (moved int)
//
//	Z31, Z30  tau and -tau       Y29  bytes 4, the largest code
//	Y28       bytes 1            Y27  zero
//	R8        columns that moved
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
	VPCMPUB  $1, Y29, Y0, K1, K1 // up, and code < 4
	VPCMPUB  $4, Y27, Y0, K2, K2 // down, and code ≠ 0
	VPADDB   Y28, Y0, K1, Y0
	VPSUBB   Y28, Y0, K2, Y0
	VMOVDQU8 Y0, (DI)

	KORD    K1, K2, K3 // moved
	KMOVD   K3, AX
	POPCNTL AX, AX
	ADDQ    AX, R8
	ADDQ    $32, DI
	ADDQ    $128, DX
	SUBQ    $32, BX
	JNE     loop

	MOVQ R8, moved+32(FP)
	VZEROUPPER
	RET
