//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// ADDWIDE adds the dwords of Y0 to the quadwords of Y8.
#define ADDWIDE \
	VEXTRACTI128 $1, Y0, X1 \
	VPMOVSXDQ    X0, Y2     \
	VPMOVSXDQ    X1, Y1     \
	VPADDQ       Y2, Y8, Y8 \
	VPADDQ       Y1, Y8, Y8

// TOTAL adds up the quadwords of Y8 in AX.
#define TOTAL \
	VEXTRACTI128 $1, Y8, X0    \
	VPADDQ       X0, X8, X8    \
	VPSHUFD      $0x4E, X8, X0 \
	VPADDQ       X0, X8, X8    \
	VMOVQ        X8, AX

// func sumDeltasAVX2(delta *int32, n int) int64
//
//	DI  delta    CX  left    Y8  sums
TEXT ·sumDeltasAVX2(SB), NOSPLIT, $0-24
	MOVQ  delta+0(FP), DI
	MOVQ  n+8(FP), CX
	VPXOR Y8, Y8, Y8

loop:
	VMOVDQU (DI), Y0
	ADDWIDE
	ADDQ    $32, DI
	SUBQ    $8, CX
	JNZ     loop

	TOTAL
	MOVQ AX, ret+16(FP)
	VZEROUPPER
	RET

// func cutOffAVX2(delta *int32, y *int8, n, shift, low int) int64
//
//	DI  delta    SI  y    CX  left    Y8   sums
//	X15 shift    Y14 low  Y13 127
TEXT ·cutOffAVX2(SB), NOSPLIT, $0-48
	MOVQ         delta+0(FP), DI
	MOVQ         y+8(FP), SI
	MOVQ         n+16(FP), CX
	VMOVQ        shift+24(FP), X15
	MOVQ         low+32(FP), AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14
	MOVL         $127, AX
	VMOVD        AX, X13
	VPBROADCASTD X13, Y13
	VPXOR        Y8, Y8, Y8

loop:
	VMOVDQU   (SI), Y1
	VPSLLD    X15, Y1, Y1
	VPSRAD    $24, Y1, Y1
	VPCMPGTD  Y14, Y1, Y2
	VPCMPEQD  Y13, Y1, Y1
	VPANDN    Y2, Y1, Y2       // -1 where it is not cut off
	VMOVDQU   (DI), Y0
	VPSRAD    $31, Y0, Y3
	VPSRLD    $30, Y3, Y3      // 3 where it is negative
	VPADDD    Y3, Y0, Y3
	VPSRAD    $2, Y3, Y3
	VPBLENDVB Y2, Y0, Y3, Y0
	VMOVDQU   Y0, (DI)
	ADDWIDE
	ADDQ      $32, DI
	ADDQ      $32, SI
	SUBQ      $8, CX
	JNZ       loop

	TOTAL
	MOVQ AX, ret+40(FP)
	VZEROUPPER
	RET

// func subtractMeanAVX2(delta *int32, n, mean int) uint64
//
//	DI  delta    CX  left    Y8  sums of squares    Y15  mean
TEXT ·subtractMeanAVX2(SB), NOSPLIT, $0-32
	MOVQ         delta+0(FP), DI
	MOVQ         n+8(FP), CX
	MOVQ         mean+16(FP), AX
	VMOVD        AX, X15
	VPBROADCASTD X15, Y15
	VPXOR        Y8, Y8, Y8

loop:
	VMOVDQU (DI), Y0
	VPSUBD  Y15, Y0, Y0
	VMOVDQU Y0, (DI)
	VPSRLQ  $32, Y0, Y1
	VPMULDQ Y0, Y0, Y0
	VPMULDQ Y1, Y1, Y1
	VPADDQ  Y0, Y8, Y8
	VPADDQ  Y1, Y8, Y8
	ADDQ    $32, DI
	SUBQ    $8, CX
	JNZ     loop

	TOTAL
	MOVQ AX, ret+24(FP)
	VZEROUPPER
	RET

// DWORDS sets every dword of y to the value of a register.
#define DWORDS(value, x, y) VMOVD value, x; VPBROADCASTD x, y

// TERMS sets v to the two terms of eight samples, as dwords: v in bits 8 to 15, 5·v below.
#define TERMS(mem, v, u) \
	VPMINSD  mem, Y15, v  \
	VPMAXSD  Y14, v, v    \
	VPMULLD  Y13, v, v    \
	VPADDD   Y12, v, v    \
	VPSRAD   $20, v, v    \
	VPMINSD  Y11, v, v    \
	VPMAXSD  Y10, v, v    \
	VPABSD   v, u         \
	VPMADDWD u, u, u      \
	VPADDD   u, Y8, Y8    \
	VPSLLD   $2, v, u     \
	VPADDD   v, u, u      \
	VPAND    Y9, u, u     \
	VPSLLD   $8, v, v     \
	VPOR     u, v, v

// TWOROWS sets v to the terms of two rows: in each lane, two samples of either row, and then
// the next two of either.
#define TWOROWS(row0, row1, v) \
	TERMS(row0, Y0, Y6)      \
	TERMS(row1, Y1, Y7)      \
	VPACKSSDW Y1, Y0, v      \
	VPSHUFD   $0xD8, v, v

// func termsOfDeltasAVX2(args *termsOfDeltasArgs) uint64
//
//	DI  left, advancing           BX  step, R10 three times that
//	SI  rows 0–3 of delta         DX  bytes to the next row, R8 three times that
//	R9  rows 4–7 of delta         CX  samples left
//
//	Y2–Y5  terms of two rows each Y8   sums of squares   Y9   the low byte of each dword
//	Y10    -25                    Y11  25                Y12  2^19
//	Y13    mul                    Y14  -limit            Y15  limit
TEXT ·termsOfDeltasAVX2(SB), NOSPLIT, $0-16
	MOVQ args+0(FP), AX
	MOVQ termsOfDeltasArgs_left(AX), DI
	MOVQ termsOfDeltasArgs_step(AX), BX
	MOVQ termsOfDeltasArgs_delta(AX), SI
	MOVQ termsOfDeltasArgs_row(AX), DX
	MOVQ termsOfDeltasArgs_cols(AX), CX
	LEAQ (BX)(BX*2), R10
	LEAQ (DX)(DX*2), R8
	LEAQ (SI)(DX*4), R9
	MOVQ termsOfDeltasArgs_mul(AX), R11
	DWORDS(R11, X13, Y13)
	MOVQ termsOfDeltasArgs_limit(AX), R11
	DWORDS(R11, X15, Y15)
	NEGL R11
	DWORDS(R11, X14, Y14)
	MOVL $25, R11
	DWORDS(R11, X11, Y11)
	NEGL R11
	DWORDS(R11, X10, Y10)
	MOVL $(1<<19), R11
	DWORDS(R11, X12, Y12)
	MOVL $255, R11
	DWORDS(R11, X9, Y9)
	VPXOR Y8, Y8, Y8

loop:
	TWOROWS((SI), (SI)(DX*1), Y2)
	TWOROWS((SI)(DX*2), (SI)(R8*1), Y3)
	TWOROWS((R9), (R9)(DX*1), Y4)
	TWOROWS((R9)(DX*2), (R9)(R8*1), Y5)
	VPUNPCKLQDQ  Y3, Y2, Y0              // samples 0 and 1 of rows 0–3, then 4 and 5
	VPUNPCKHQDQ  Y3, Y2, Y1              // samples 2 and 3, then 6 and 7
	VPUNPCKLQDQ  Y5, Y4, Y2              // the same of rows 4–7
	VPUNPCKHQDQ  Y5, Y4, Y3
	VMOVDQU      X0, (DI)
	VMOVDQU      X2, 16(DI)
	VMOVDQU      X1, (DI)(BX*1)
	VMOVDQU      X3, 16(DI)(BX*1)
	VEXTRACTI128 $1, Y0, (DI)(BX*2)
	VEXTRACTI128 $1, Y2, 16(DI)(BX*2)
	VEXTRACTI128 $1, Y1, (DI)(R10*1)
	VEXTRACTI128 $1, Y3, 16(DI)(R10*1)
	LEAQ         (DI)(BX*4), DI
	ADDQ         $32, SI
	ADDQ         $32, R9
	SUBQ         $8, CX
	JNZ          loop

	VEXTRACTI128 $1, Y8, X1
	VPMOVZXDQ    X8, Y0                  // each below 2^32: 625 a sample
	VPMOVZXDQ    X1, Y1
	VPADDQ       Y1, Y0, Y8
	TOTAL
	MOVQ AX, ret+8(FP)
	VZEROUPPER
	RET
