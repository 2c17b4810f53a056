//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Micro-kernels of the matrix product on 512-bit registers without VNNI: the tiles of
// kernels_amd64.s at 8 rows and 3 or 2 vectors of 16 columns.
//
// Register map
//
//	Z0–Z23  accumulators: rows 0–7 × vectors 0–2
//	Z24–26  vectors of x                Z27  the quad of codes
//	Z28, Z30, Z31  products             Z29  ones in words
//	R8      codes of row 0, advancing   R9   codes of row 3, advancing
//	R12     codes of row 6, advancing
//	DX      stride of the code rows     SI   x, advancing
//	CX      quads left                  BX   quads left in this run
//	DI      y, row by row               R10  bytes from one row of y to the next
//	R11     start, row by row           R13  y, row by row, as read
//	R14     bytes to the start of the next row, then the sums on the stack, row by row
//	AX      whether to add to y

// ARGS loads the arguments, which are the same for all micro-kernels.
#define ARGS \
	MOVQ    args+0(FP), AX              \
	MOVQ    tileArgs_y(AX), DI          \
	MOVQ    tileArgs_ldy(AX), R10       \
	SHLQ    $2, R10                     \
	MOVQ    tileArgs_codes(AX), R8      \
	MOVQ    tileArgs_stride(AX), DX     \
	LEAQ    (R8)(DX*2), R9              \
	ADDQ    DX, R9                      \
	LEAQ    (R9)(DX*2), R12             \
	ADDQ    DX, R12                     \
	MOVQ    tileArgs_x(AX), SI          \
	MOVQ    tileArgs_quads(AX), CX      \
	MOVQ    tileArgs_start(AX), R11     \
	MOVQ    tileArgs_startStep(AX), R14 \
	SHLQ    $2, R14                     \
	MOVBLZX tileArgs_add(AX), AX        \
	MOVQ    DI, R13

// FORROWS applies a macro to the address of each row's codes and its three
// accumulators. Rows 0–2 hang on R8, 3–5 on R9, 6–7 on R12.
#define FORROWS(ROW, code) \
	ROW(code(R8), Z0, Z1, Z2)           \
	ROW(code(R8)(DX*1), Z3, Z4, Z5)     \
	ROW(code(R8)(DX*2), Z6, Z7, Z8)     \
	ROW(code(R9), Z9, Z10, Z11)         \
	ROW(code(R9)(DX*1), Z12, Z13, Z14)  \
	ROW(code(R9)(DX*2), Z15, Z16, Z17)  \
	ROW(code(R12), Z18, Z19, Z20)       \
	ROW(code(R12)(DX*1), Z21, Z22, Z23)

// ADVANCE moves on by a number of quads: bytes of codes and of x.
#define ADVANCE(codes, x) \
	ADDQ $codes, R8  \
	ADDQ $codes, R9  \
	ADDQ $codes, R12 \
	ADDQ $x, SI

// LOAD3 sets the accumulators of a row to its start, plus the row of y if AX says
// so.
#define LOAD3(code, a0, a1, a2) \
	VMOVDQU32 (R11), a0        \
	VMOVDQU32 64(R11), a1      \
	VMOVDQU32 128(R11), a2     \
	ADDQ      R14, R11         \
	TESTL     AX, AX           \
	JZ        4(PC)            \
	VPADDD    (R13), a0, a0    \
	VPADDD    64(R13), a1, a1  \
	VPADDD    128(R13), a2, a2 \
	ADDQ      R10, R13

#define LOAD2(code, a0, a1, a2) \
	VMOVDQU32 (R11), a0       \
	VMOVDQU32 64(R11), a1     \
	ADDQ      R14, R11        \
	TESTL     AX, AX          \
	JZ        3(PC)           \
	VPADDD    (R13), a0, a0   \
	VPADDD    64(R13), a1, a1 \
	ADDQ      R10, R13

// STORE3 stores the accumulators of a row to y.
#define STORE3(code, a0, a1, a2) \
	VMOVDQU32 a0, (DI)    \
	VMOVDQU32 a1, 64(DI)  \
	VMOVDQU32 a2, 128(DI) \
	ADDQ      R10, DI

#define STORE2(code, a0, a1, a2) \
	VMOVDQU32 a0, (DI)   \
	VMOVDQU32 a1, 64(DI) \
	ADDQ      R10, DI

// The kernels add products in 16-bit lanes. A pair sum is at most
// 2·4·127 = 1016 and at least 2·4·-128 = -1024, so 32 quads fit exactly; after
// such a run the accumulators widen into the int32 sums on the stack, 64 bytes a
// row and vector.

#define MADD3(code, a0, a1, a2) \
	VPBROADCASTD code, Z27     \
	VPMADDUBSW   Z24, Z27, Z28 \
	VPADDW       Z28, a0, a0   \
	VPMADDUBSW   Z25, Z27, Z30 \
	VPADDW       Z30, a1, a1   \
	VPMADDUBSW   Z26, Z27, Z31 \
	VPADDW       Z31, a2, a2

#define MADD2(code, a0, a1, a2) \
	VPBROADCASTD code, Z27     \
	VPMADDUBSW   Z24, Z27, Z28 \
	VPADDW       Z28, a0, a0   \
	VPMADDUBSW   Z25, Z27, Z30 \
	VPADDW       Z30, a1, a1

// CLEAR3 zeroes the accumulators of a row.
#define CLEAR3(code, a0, a1, a2) \
	VPXORD a0, a0, a0 \
	VPXORD a1, a1, a1 \
	VPXORD a2, a2, a2

#define CLEAR2(code, a0, a1, a2) \
	VPXORD a0, a0, a0 \
	VPXORD a1, a1, a1

// SPILL3 stores the accumulators of a row as int32 sums; R14 walks the stack.
#define SPILL3(code, a0, a1, a2) \
	VMOVDQU32 a0, (R14)    \
	VMOVDQU32 a1, 64(R14)  \
	VMOVDQU32 a2, 128(R14) \
	ADDQ      $192, R14

#define SPILL2(code, a0, a1, a2) \
	VMOVDQU32 a0, (R14)   \
	VMOVDQU32 a1, 64(R14) \
	ADDQ      $128, R14

// WIDEN3 adds the pair sums of a row to its int32 sums, which the accumulators
// then hold, too.
#define WIDEN3(code, a0, a1, a2) \
	VPMADDWD  a0, Z29, a0      \
	VPMADDWD  a1, Z29, a1      \
	VPMADDWD  a2, Z29, a2      \
	VPADDD    (R14), a0, a0    \
	VPADDD    64(R14), a1, a1  \
	VPADDD    128(R14), a2, a2 \
	VMOVDQU32 a0, (R14)        \
	VMOVDQU32 a1, 64(R14)      \
	VMOVDQU32 a2, 128(R14)     \
	ADDQ      $192, R14

#define WIDEN2(code, a0, a1, a2) \
	VPMADDWD  a0, Z29, a0     \
	VPMADDWD  a1, Z29, a1     \
	VPADDD    (R14), a0, a0   \
	VPADDD    64(R14), a1, a1 \
	VMOVDQU32 a0, (R14)       \
	VMOVDQU32 a1, 64(R14)     \
	ADDQ      $128, R14

// NEXTRUN sets BX to the quads of the next run, at most 32, and takes them off CX.
#define NEXTRUN \
	MOVQ    $32, BX \
	CMPQ    CX, BX  \
	CMOVQLT CX, BX  \
	SUBQ    BX, CX

// func tile3AVX512(args *tileArgs)
//
// A frame of 1536 bytes needs the stack check that NOSPLIT omits.
TEXT ·tile3AVX512(SB), 0, $1536-8
	ARGS
	FORROWS(LOAD3, 0)
	LEAQ       sums-1536(SP), R14
	FORROWS(SPILL3, 0)
	VPTERNLOGD $0xFF, Z29, Z29, Z29
	VPSRLW     $15, Z29, Z29

run:
	NEXTRUN
	FORROWS(CLEAR3, 0)

quad:
	VMOVDQU32 (SI), Z24
	VMOVDQU32 64(SI), Z25
	VMOVDQU32 128(SI), Z26
	FORROWS(MADD3, 0)
	ADVANCE(4, 192)
	DECQ BX
	JNZ  quad

	LEAQ  sums-1536(SP), R14
	FORROWS(WIDEN3, 0)
	TESTQ CX, CX
	JNZ   run

	FORROWS(STORE3, 0)
	VZEROUPPER
	RET

// func tile2AVX512(args *tileArgs)
//
// A frame of 1024 bytes needs the stack check that NOSPLIT omits.
TEXT ·tile2AVX512(SB), 0, $1024-8
	ARGS
	FORROWS(LOAD2, 0)
	LEAQ       sums-1024(SP), R14
	FORROWS(SPILL2, 0)
	VPTERNLOGD $0xFF, Z29, Z29, Z29
	VPSRLW     $15, Z29, Z29

run:
	NEXTRUN
	FORROWS(CLEAR2, 0)

quad:
	VMOVDQU32 (SI), Z24
	VMOVDQU32 64(SI), Z25
	FORROWS(MADD2, 0)
	ADVANCE(4, 128)
	DECQ BX
	JNZ  quad

	LEAQ  sums-1024(SP), R14
	FORROWS(WIDEN2, 0)
	TESTQ CX, CX
	JNZ   run

	FORROWS(STORE2, 0)
	VZEROUPPER
	RET

// Packing of activations; see kernels_amd64.s.

// SUMQ adds the four activations of each column in a vector to int32 sums: pair
// sums by ones in bytes (Z28), then by ones in words (Z29).
#define SUMQ(x, acc) \
	VPMADDUBSW x, Z28, Z30   \
	VPMADDWD   Z30, Z29, Z30 \
	VPADDD     Z30, acc, acc

// ONES sets Z28 to ones in bytes and Z29 to ones in words.
#define ONES \
	VPTERNLOGD $0xFF, Z29, Z29, Z29 \
	VPABSB     Z29, Z28             \
	VPSRLW     $15, Z29, Z29

// CORRECT stores start = -2 · acc.
#define CORRECT(acc, start) \
	VPADDD    acc, acc, acc \
	VPXORD    Z30, Z30, Z30 \
	VPSUBD    acc, Z30, acc \
	VMOVDQU32 acc, start

// func packStrip3AVX512(dst, x *int8, ldx, quads int, start *int32)
TEXT ·packStrip3AVX512(SB), NOSPLIT, $0-40
	MOVQ   dst+0(FP), DI
	MOVQ   x+8(FP), SI
	MOVQ   ldx+16(FP), DX
	MOVQ   quads+24(FP), CX
	MOVQ   start+32(FP), R11
	ONES
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2

quad:
	VMOVDQU32 (SI), Z3
	VMOVDQU32 64(SI), Z4
	VMOVDQU32 128(SI), Z5
	VMOVDQU32 Z3, (DI)
	VMOVDQU32 Z4, 64(DI)
	VMOVDQU32 Z5, 128(DI)
	SUMQ(Z3, Z0)
	SUMQ(Z4, Z1)
	SUMQ(Z5, Z2)
	ADDQ      DX, SI
	ADDQ      $192, DI
	DECQ      CX
	JNZ       quad

	CORRECT(Z0, (R11))
	CORRECT(Z1, 64(R11))
	CORRECT(Z2, 128(R11))
	VZEROUPPER
	RET

// func packStrip2AVX512(dst, x *int8, ldx, quads int, start *int32)
TEXT ·packStrip2AVX512(SB), NOSPLIT, $0-40
	MOVQ   dst+0(FP), DI
	MOVQ   x+8(FP), SI
	MOVQ   ldx+16(FP), DX
	MOVQ   quads+24(FP), CX
	MOVQ   start+32(FP), R11
	ONES
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1

quad:
	VMOVDQU32 (SI), Z3
	VMOVDQU32 64(SI), Z4
	VMOVDQU32 Z3, (DI)
	VMOVDQU32 Z4, 64(DI)
	SUMQ(Z3, Z0)
	SUMQ(Z4, Z1)
	ADDQ      DX, SI
	ADDQ      $128, DI
	DECQ      CX
	JNZ       quad

	CORRECT(Z0, (R11))
	CORRECT(Z1, 64(R11))
	VZEROUPPER
	RET
