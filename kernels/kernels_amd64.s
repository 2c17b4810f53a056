//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "vpdpbusd_amd64.h"

// Sweeps of the matrix product on 256-bit registers: all tiles of a strip, one below the
// other, each of 4 rows and 3 or 2 vectors of 8 columns,
//
//	tile[r, c] = start[r, c] + Σ_q Σ_u codes[r, 4q+u] · x[q, c, u]
//
// which they store to y, or add to it. Codes are unsigned, 0 to 4, one row after
// another at a stride; x is a strip of activations in quads, 32 bytes a vector.
// One dword of a row, a quad of codes, is broadcast and multiplied with 8 columns
// × 4 k at a time.
//
// Register map
//
//	Y0–Y11  accumulators: rows 0–3 × vectors 0–2
//	Y12–14  vectors of x; with AVX2 the third comes from memory, and Y14 holds products
//	Y15     the quad of codes
//	AX      *tileArgs                   DX   x, advancing
//	R8, R9, R12, R13  the ends of the codes of rows 0–3
//	CX      from there to the quad, in bytes
//	BX      from there to the end of this run; stride of the code rows
//	DI      y, row by row               R10  bytes from one row of y to the next
//	R11     start, row by row           R14  y of the next tile, to be prefetched; then y,
//	SI      rows left                        row by row, as read

// SETUP loads what all tiles share.
#define SETUP \
	MOVQ args+0(FP), AX          \
	MOVQ tileArgs_rows(AX), SI   \
	MOVQ tileArgs_y(AX), DI      \
	MOVQ tileArgs_ldy(AX), R10   \
	SHLQ $2, R10                 \
	MOVQ tileArgs_codes(AX), R8  \
	MOVQ tileArgs_quads(AX), CX  \
	LEAQ (R8)(CX*4), R8          \
	MOVQ tileArgs_start(AX), R11

// TILE points to what a tile reads, and prefetches the next one's y.
#define TILE \
	MOVQ       tileArgs_stride(AX), BX \
	LEAQ       (R8)(BX*1), R9          \
	LEAQ       (R9)(BX*1), R12         \
	LEAQ       (R12)(BX*1), R13        \
	MOVQ       tileArgs_x(AX), DX      \
	MOVQ       tileArgs_quads(AX), CX  \
	SHLQ       $2, CX                  \
	NEGQ       CX                      \
	LEAQ       (DI)(R10*4), R14        \
	PREFETCHT0 (R14)                   \
	PREFETCHT0 64(R14)                 \
	ADDQ       R10, R14                \
	PREFETCHT0 (R14)                   \
	PREFETCHT0 64(R14)                 \
	ADDQ       R10, R14                \
	PREFETCHT0 (R14)                   \
	PREFETCHT0 64(R14)                 \
	ADDQ       R10, R14                \
	PREFETCHT0 (R14)                   \
	PREFETCHT0 64(R14)                 \
	MOVQ       DI, R14

// NEXTTILE goes to tile with the codes of the next four rows, if there are any.
#define NEXTTILE(tile) \
	MOVQ tileArgs_stride(AX), BX \
	LEAQ (R8)(BX*4), R8          \
	SUBQ $4, SI                  \
	JNZ  tile                    \
	VZEROUPPER

// QUADS runs QUAD, whose vectors of x are n bytes, from the quad at CX to the one at BX: by
// fours and then by ones.
#define QUADS(QUAD, n, fours, ones, one, done) \
	ADDQ $16, CX      \
	CMPQ CX, BX       \
	JGT  ones         \
                      \
fours:                \
	QUAD(-16, 0*n)    \
	QUAD(-12, 1*n)    \
	QUAD(-8, 2*n)     \
	QUAD(-4, 3*n)     \
	ADDQ $(4*n), DX   \
	ADDQ $16, CX      \
	CMPQ CX, BX       \
	JLE  fours        \
                      \
ones:                 \
	SUBQ $16, CX      \
	CMPQ CX, BX       \
	JEQ  done         \
                      \
one:                  \
	QUAD(0, 0)        \
	ADDQ $n, DX       \
	ADDQ $4, CX       \
	CMPQ CX, BX       \
	JNE  one          \
                      \
done:

// FORROWS applies a macro to the place of each row's sums on the stack and its three
// accumulators.
#define FORROWS(ROW) \
	ROW(0, Y0, Y1, Y2)     \
	ROW(96, Y3, Y4, Y5)    \
	ROW(192, Y6, Y7, Y8)   \
	ROW(288, Y9, Y10, Y11)

// START3 adds its start to a row, and the row of y if there is something to add to.
#define START3(sums, a0, a1, a2) \
	VPADDD (R11), a0, a0            \
	VPADDD 32(R11), a1, a1          \
	VPADDD 64(R11), a2, a2          \
	ADDQ   tileArgs_startStep(AX), R11 \
	CMPB   tileArgs_add(AX), $0     \
	JEQ    4(PC)                    \
	VPADDD (R14), a0, a0            \
	VPADDD 32(R14), a1, a1          \
	VPADDD 64(R14), a2, a2          \
	ADDQ   R10, R14

#define START2(sums, a0, a1, a2) \
	VPADDD (R11), a0, a0            \
	VPADDD 32(R11), a1, a1          \
	ADDQ   tileArgs_startStep(AX), R11 \
	CMPB   tileArgs_add(AX), $0     \
	JEQ    3(PC)                    \
	VPADDD (R14), a0, a0            \
	VPADDD 32(R14), a1, a1          \
	ADDQ   R10, R14

// STORE3 stores the sums of a row to y.
#define STORE3(sums, a0, a1, a2) \
	VMOVDQU a0, (DI)   \
	VMOVDQU a1, 32(DI) \
	VMOVDQU a2, 64(DI) \
	ADDQ    R10, DI

#define STORE2(sums, a0, a1, a2) \
	VMOVDQU a0, (DI)   \
	VMOVDQU a1, 32(DI) \
	ADDQ    R10, DI

#define CLEAR(sums, a0, a1, a2) \
	VPXOR a0, a0, a0 \
	VPXOR a1, a1, a1 \
	VPXOR a2, a2, a2

// The AVX2 kernels add products in 16-bit lanes. A pair sum is at most 2·4·127 =
// 1016 and at least 2·4·-128 = -1024, so 32 quads fit exactly; after such a run the
// accumulators widen to int32, and are kept on the stack during the next. See
// docs/decisions.md#accumulation-in-16-bits.

// MADD3 multiplies a quad of a row with 3 vectors and adds the pair sums to its
// accumulators.
#define MADD3(code, x2, a0, a1, a2) \
	VPBROADCASTD code, Y15     \
	VPMADDUBSW   Y12, Y15, Y14 \
	VPADDW       Y14, a0, a0   \
	VPMADDUBSW   Y13, Y15, Y14 \
	VPADDW       Y14, a1, a1   \
	VPMADDUBSW   x2, Y15, Y14  \
	VPADDW       Y14, a2, a2

// QUAD3 is a quad of all rows, bytes of codes and of x on.
#define QUAD3(code, at) \
	VMOVDQU at+0(DX), Y12                          \
	VMOVDQU at+32(DX), Y13                         \
	MADD3(code(R8)(CX*1), at+64(DX), Y0, Y1, Y2)   \
	MADD3(code(R9)(CX*1), at+64(DX), Y3, Y4, Y5)   \
	MADD3(code(R12)(CX*1), at+64(DX), Y6, Y7, Y8)  \
	MADD3(code(R13)(CX*1), at+64(DX), Y9, Y10, Y11)

#define MADD2(code, a0, a1) \
	VPBROADCASTD code, Y15     \
	VPMADDUBSW   Y12, Y15, Y14 \
	VPADDW       Y14, a0, a0   \
	VPMADDUBSW   Y13, Y15, Y14 \
	VPADDW       Y14, a1, a1

#define QUAD2(code, at) \
	VMOVDQU at+0(DX), Y12            \
	VMOVDQU at+32(DX), Y13           \
	MADD2(code(R8)(CX*1), Y0, Y1)    \
	MADD2(code(R9)(CX*1), Y3, Y4)    \
	MADD2(code(R12)(CX*1), Y6, Y7)   \
	MADD2(code(R13)(CX*1), Y9, Y10)

// RUN multiplies the next 32 quads, or as many as are left, and sets Y15 to ones.
#define RUN(QUAD, n, all, fours, ones, one, done) \
	LEAQ     128(CX), BX              \
	TESTQ    BX, BX                   \
	JLE      all                      \
	XORQ     BX, BX                   \
all:                                  \
	FORROWS(CLEAR)                    \
	QUADS(QUAD, n, fours, ones, one, done) \
	VPCMPEQW Y15, Y15, Y15            \
	VPSRLW   $15, Y15, Y15

// WIDEN3 turns the pair sums of a row into int32 sums.
#define WIDEN3(sums, a0, a1, a2) \
	VPMADDWD Y15, a0, a0 \
	VPMADDWD Y15, a1, a1 \
	VPMADDWD Y15, a2, a2

#define WIDEN2(sums, a0, a1, a2) \
	VPMADDWD Y15, a0, a0 \
	VPMADDWD Y15, a1, a1

// KEEP3 keeps the sums of a row on the stack, and KEPT3 adds them to the next run's.
#define KEEP3(sums, a0, a1, a2) \
	VMOVDQU a0, sums+0(SP)  \
	VMOVDQU a1, sums+32(SP) \
	VMOVDQU a2, sums+64(SP)

#define KEEP2(sums, a0, a1, a2) \
	VMOVDQU a0, sums+0(SP) \
	VMOVDQU a1, sums+32(SP)

#define KEPT3(sums, a0, a1, a2) \
	VPADDD sums+0(SP), a0, a0  \
	VPADDD sums+32(SP), a1, a1 \
	VPADDD sums+64(SP), a2, a2

#define KEPT2(sums, a0, a1, a2) \
	VPADDD sums+0(SP), a0, a0  \
	VPADDD sums+32(SP), a1, a1

// SWEEP_MADD is the body of the AVX2 kernels, which differ in their width; n is bytes of a
// quad of the strip.
#define SWEEP_MADD(QUAD, START, WIDEN, KEEP, KEPT, STORE, n) \
	SETUP                 \
                          \
tile:                     \
	TILE                  \
	RUN(QUAD, n, firstAll, firstFours, firstOnes, firstOne, firstDone) \
	FORROWS(WIDEN)        \
	FORROWS(START)        \
	TESTQ CX, CX          \
	JZ    store           \
                          \
run:                      \
	FORROWS(KEEP)         \
	RUN(QUAD, n, all, fours, ones, one, done) \
	FORROWS(WIDEN)        \
	FORROWS(KEPT)         \
	TESTQ CX, CX          \
	JNZ   run             \
                          \
store:                    \
	FORROWS(STORE)        \
	NEXTTILE(tile)

// func sweep3AVX2(args *tileArgs)
TEXT ·sweep3AVX2(SB), NOSPLIT, $384-8
	SWEEP_MADD(QUAD3, START3, WIDEN3, KEEP3, KEPT3, STORE3, 96)
	RET

// func sweep2AVX2(args *tileArgs)
TEXT ·sweep2AVX2(SB), NOSPLIT, $384-8
	SWEEP_MADD(QUAD2, START2, WIDEN2, KEEP2, KEPT2, STORE2, 64)
	RET

// The AVX-VNNI kernels add four products at a time in 32-bit lanes, so the
// accumulators are the sums.

#define DOT3(code, a0, a1, a2) \
	VPBROADCASTD code, Y15   \
	VPDPBUSD_VEX(12, 15, a0) \
	VPDPBUSD_VEX(13, 15, a1) \
	VPDPBUSD_VEX(14, 15, a2)

// DQUAD3 is a quad of all rows and 3 vectors.
#define DQUAD3(code, at) \
	VMOVDQU at+0(DX), Y12           \
	VMOVDQU at+32(DX), Y13          \
	VMOVDQU at+64(DX), Y14          \
	DOT3(code(R8)(CX*1), 0, 1, 2)   \
	DOT3(code(R9)(CX*1), 3, 4, 5)   \
	DOT3(code(R12)(CX*1), 6, 7, 8)  \
	DOT3(code(R13)(CX*1), 9, 10, 11)

#define DOT2(code, a0, a1) \
	VPBROADCASTD code, Y15   \
	VPDPBUSD_VEX(12, 15, a0) \
	VPDPBUSD_VEX(13, 15, a1)

#define DQUAD2(code, at) \
	VMOVDQU at+0(DX), Y12          \
	VMOVDQU at+32(DX), Y13         \
	DOT2(code(R8)(CX*1), 0, 1)     \
	DOT2(code(R9)(CX*1), 3, 4)     \
	DOT2(code(R12)(CX*1), 6, 7)    \
	DOT2(code(R13)(CX*1), 9, 10)

// SWEEP_DOT is the body of the AVX-VNNI kernels.
#define SWEEP_DOT(QUAD, START, STORE, n) \
	SETUP           \
                    \
tile:               \
	TILE            \
	XORQ BX, BX     \
	FORROWS(CLEAR)  \
	FORROWS(START)  \
	QUADS(QUAD, n, fours, ones, one, done) \
	FORROWS(STORE)  \
	NEXTTILE(tile)

// func sweep3AVXVNNI(args *tileArgs)
TEXT ·sweep3AVXVNNI(SB), NOSPLIT, $0-8
	SWEEP_DOT(DQUAD3, START3, STORE3, 96)
	RET

// func sweep2AVXVNNI(args *tileArgs)
TEXT ·sweep2AVXVNNI(SB), NOSPLIT, $0-8
	SWEEP_DOT(DQUAD2, START2, STORE2, 64)
	RET

// Packing of activations: a strip of 2 or 3 vectors out of a wide batch becomes
// contiguous, and -2·Σx of each column, the correction for offset codes, becomes
// its start on the way.

// SUMQ adds the four activations of each column in a vector to int32 sums: pair
// sums by ones in bytes (Y14), then by ones in words (Y15).
#define SUMQ(x, acc) \
	VPMADDUBSW x, Y14, Y13   \
	VPMADDWD   Y13, Y15, Y13 \
	VPADDD     Y13, acc, acc

// ONES sets Y14 to ones in bytes and Y15 to ones in words.
#define ONES \
	VPCMPEQB Y15, Y15, Y15 \
	VPABSB   Y15, Y14      \
	VPSRLW   $15, Y15, Y15

// CORRECT stores start = -2 · acc.
#define CORRECT(acc, start) \
	VPADDD  acc, acc, acc \
	VPXOR   Y13, Y13, Y13 \
	VPSUBD  acc, Y13, acc \
	VMOVDQU acc, start

// func packStrip3AVX2(dst, x *int8, ldx, quads int, start *int32)
TEXT ·packStrip3AVX2(SB), NOSPLIT, $0-40
	MOVQ  dst+0(FP), DI
	MOVQ  x+8(FP), SI
	MOVQ  ldx+16(FP), DX
	MOVQ  quads+24(FP), CX
	MOVQ  start+32(FP), R11
	ONES
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2

quad:
	VMOVDQU (SI), Y3
	VMOVDQU 32(SI), Y4
	VMOVDQU 64(SI), Y5
	VMOVDQU Y3, (DI)
	VMOVDQU Y4, 32(DI)
	VMOVDQU Y5, 64(DI)
	SUMQ(Y3, Y0)
	SUMQ(Y4, Y1)
	SUMQ(Y5, Y2)
	ADDQ    DX, SI
	ADDQ    $96, DI
	DECQ    CX
	JNZ     quad

	CORRECT(Y0, (R11))
	CORRECT(Y1, 32(R11))
	CORRECT(Y2, 64(R11))
	VZEROUPPER
	RET

// func packStrip2AVX2(dst, x *int8, ldx, quads int, start *int32)
TEXT ·packStrip2AVX2(SB), NOSPLIT, $0-40
	MOVQ  dst+0(FP), DI
	MOVQ  x+8(FP), SI
	MOVQ  ldx+16(FP), DX
	MOVQ  quads+24(FP), CX
	MOVQ  start+32(FP), R11
	ONES
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1

quad:
	VMOVDQU (SI), Y3
	VMOVDQU 32(SI), Y4
	VMOVDQU Y3, (DI)
	VMOVDQU Y4, 32(DI)
	SUMQ(Y3, Y0)
	SUMQ(Y4, Y1)
	ADDQ    DX, SI
	ADDQ    $64, DI
	DECQ    CX
	JNZ     quad

	CORRECT(Y0, (R11))
	CORRECT(Y1, 32(R11))
	VZEROUPPER
	RET
