//go:build !purego

#include "textflag.h"

// Words 0 4 1 5 2 6 3 7, in each lane.
DATA zipQuads<>+0(SB)/8, $0x0b0a030209080100
DATA zipQuads<>+8(SB)/8, $0x0f0e07060d0c0504
GLOBL zipQuads<>(SB), RODATA|NOPTR, $16

// WORDS sets every lane of y to value. It clobbers AX.
#define WORDS(value, x, y) MOVL $value, AX; VMOVD AX, x; VPBROADCASTW x, y

// func updateTermsOfInputsAVX2(strip *uint8, x *int8, quads, n, count int) uint64
//
// VPMULHRSW multiplies by the numerator over 2^15, and rounds to nearest: exactly, for
// the numbers that there are.
//
//	DI  strip at the quad       Y15  12/127 in every word
//	SI  x of the quad           Y14  1/5
//	R8  quads left              Y13  -1279
//	R9  bytes of a quad of x    Y12  the codes of two zeros
//	R10 samples to take         Y11  zipQuads
//	CX  samples left            Y9   sums of squares of the quad
//	DX  x of the samples        R11  sum of squares
//	BX  strip at the samples
TEXT ·updateTermsOfInputsAVX2(SB), NOSPLIT, $0-48
	MOVQ strip+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ quads+16(FP), R8
	MOVQ n+24(FP), R9
	MOVQ count+32(FP), R10
	SHLQ $2, R9
	XORQ R11, R11
	WORDS(3096, X15, Y15)
	WORDS(6554, X14, Y14)
	WORDS(-1279, X13, Y13)
	WORDS(0x0202, X12, Y12)
	VBROADCASTI128 zipQuads<>(SB), Y11

quad:
	MOVQ  SI, DX
	MOVQ  DI, BX
	MOVQ  R10, CX
	VPXOR Y9, Y9, Y9

samples:
	VPMOVSXBW    (DX), Y0       // four inputs of four samples
	VPMULHRSW    Y15, Y0, Y0    // x̂
	VPMULHRSW    Y14, Y0, Y1    // high
	VPMADDWD     Y0, Y0, Y2
	VPADDD       Y2, Y9, Y9
	VPSLLW       $8, Y0, Y0
	VPMULLW      Y13, Y1, Y1
	VPADDW       Y12, Y0, Y0
	VPADDW       Y1, Y0, Y0     // 2^8·(x̂ - 5·high) + high, as codes
	VPSHUFB      Y11, Y0, Y0    // pairs of samples, by input
	VMOVDQU      X0, (BX)
	VEXTRACTI128 $1, Y0, 64(BX)
	ADDQ         $16, DX
	ADDQ         $128, BX
	SUBQ         $4, CX
	JNZ          samples

	VEXTRACTI128 $1, Y9, X0
	VPADDD       X0, X9, X9
	VPSHUFD      $0x4E, X9, X0
	VPADDD       X0, X9, X9
	VPSHUFD      $0xB1, X9, X0
	VPADDD       X0, X9, X9
	VMOVD        X9, AX         // below 2^32: 576 a sample
	ADDQ         AX, R11
	ADDQ         R9, SI
	ADDQ         $16, DI
	DECQ         R8
	JNZ          quad

	MOVQ R11, ret+40(FP)
	VZEROUPPER
	RET
