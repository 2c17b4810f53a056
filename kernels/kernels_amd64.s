//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "vpdpbusd_amd64.h"

// Micro-kernels of the matrix product on 256-bit registers: a tile of 4 rows and
// 3 or 2 vectors of 8 columns,
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
//	Y12–14  vectors of x; Y14 products with AVX2
//	Y15     the quad of codes
//	R8      codes of row 0, advancing   R9   codes of row 3, advancing
//	DX      stride of the code rows     SI   x, advancing
//	CX      quads left                  BX   quads left in this run
//	DI      y, row by row               R10  bytes from one row of y to the next
//	R11     start, row by row           R12  bytes to the start of the next row
//	R13     y, row by row, as read      AX   whether to add to y

// ARGS loads the arguments, which are the same for all micro-kernels.
#define ARGS \
	MOVQ    y+0(FP), DI           \
	MOVQ    ldy+8(FP), R10        \
	SHLQ    $2, R10               \
	MOVQ    codes+16(FP), R8      \
	MOVQ    stride+24(FP), DX     \
	LEAQ    (R8)(DX*2), R9        \
	ADDQ    DX, R9                \
	MOVQ    x+32(FP), SI          \
	MOVQ    quads+40(FP), CX      \
	MOVQ    start+48(FP), R11     \
	MOVQ    startStep+56(FP), R12 \
	SHLQ    $2, R12               \
	MOVBLZX add+64(FP), AX        \
	MOVQ    DI, R13

// CLEAR zeroes all accumulators.
#define CLEAR \
	VPXOR Y0, Y0, Y0    \
	VPXOR Y1, Y1, Y1    \
	VPXOR Y2, Y2, Y2    \
	VPXOR Y3, Y3, Y3    \
	VPXOR Y4, Y4, Y4    \
	VPXOR Y5, Y5, Y5    \
	VPXOR Y6, Y6, Y6    \
	VPXOR Y7, Y7, Y7    \
	VPXOR Y8, Y8, Y8    \
	VPXOR Y9, Y9, Y9    \
	VPXOR Y10, Y10, Y10 \
	VPXOR Y11, Y11, Y11

// The AVX2 kernels add products in 16-bit lanes. A pair sum is at most 2·4·127 =
// 1016 and at least 2·4·-128 = -1024, so 32 quads fit exactly; after such a run
// the accumulators widen into the int32 sums on the stack, 96 bytes a row
// (docs/decisions.md#accumulation-in-16-bits).

// MADD3 multiplies a quad of a row with 3 vectors and adds the pair sums to its
// accumulators. Y12 and Y13 hold two vectors; the third comes from memory.
#define MADD3(code, x2, a0, a1, a2) \
	VPBROADCASTD code, Y15     \
	VPMADDUBSW   Y12, Y15, Y14 \
	VPADDW       Y14, a0, a0   \
	VPMADDUBSW   Y13, Y15, Y14 \
	VPADDW       Y14, a1, a1   \
	VPMADDUBSW   x2, Y15, Y14  \
	VPADDW       Y14, a2, a2

// QUAD3 is a quad of all rows: code bytes from the row pointers, at bytes from x.
#define QUAD3(code, at) \
	VMOVDQU at+0(SI), Y12                        \
	VMOVDQU at+32(SI), Y13                       \
	MADD3(code(R8), at+64(SI), Y0, Y1, Y2)       \
	MADD3(code(R8)(DX*1), at+64(SI), Y3, Y4, Y5) \
	MADD3(code(R8)(DX*2), at+64(SI), Y6, Y7, Y8) \
	MADD3(code(R9), at+64(SI), Y9, Y10, Y11)

// MADD2 and QUAD2 are the same for 2 vectors.
#define MADD2(code, a0, a1) \
	VPBROADCASTD code, Y15     \
	VPMADDUBSW   Y12, Y15, Y14 \
	VPADDW       Y14, a0, a0   \
	VPMADDUBSW   Y13, Y15, Y14 \
	VPADDW       Y14, a1, a1

#define QUAD2(code, at) \
	VMOVDQU at+0(SI), Y12         \
	VMOVDQU at+32(SI), Y13        \
	MADD2(code(R8), Y0, Y1)       \
	MADD2(code(R8)(DX*1), Y3, Y4) \
	MADD2(code(R8)(DX*2), Y6, Y7) \
	MADD2(code(R9), Y9, Y10)

// WIDEN adds the pair sums of an accumulator to int32 sums on the stack. Y15
// holds ones.
#define WIDEN(acc, sums) \
	VPMADDWD Y15, acc, Y14  \
	VPADDD   sums, Y14, Y14 \
	VMOVDQU  Y14, sums

// NEXTRUN sets BX to the quads of the next run, at most 32, and takes them off CX.
#define NEXTRUN \
	MOVQ    $32, BX \
	CMPQ    CX, BX  \
	CMOVQLT CX, BX  \
	SUBQ    BX, CX

// BEGIN3 sets the int32 sums of a row to its start, plus the row of y if AX says
// so.
#define BEGIN3(sums) \
	VMOVDQU (R11), Y0       \
	VMOVDQU 32(R11), Y1     \
	VMOVDQU 64(R11), Y2     \
	TESTL   AX, AX          \
	JZ      4(PC)           \
	VPADDD  (R13), Y0, Y0   \
	VPADDD  32(R13), Y1, Y1 \
	VPADDD  64(R13), Y2, Y2 \
	VMOVDQU Y0, sums+0(SP)  \
	VMOVDQU Y1, sums+32(SP) \
	VMOVDQU Y2, sums+64(SP) \
	ADDQ    R12, R11        \
	ADDQ    R10, R13

// END3 stores the int32 sums of a row to y.
#define END3(sums) \
	VMOVDQU sums+0(SP), Y0  \
	VMOVDQU sums+32(SP), Y1 \
	VMOVDQU sums+64(SP), Y2 \
	VMOVDQU Y0, (DI)        \
	VMOVDQU Y1, 32(DI)      \
	VMOVDQU Y2, 64(DI)      \
	ADDQ    R10, DI

// BEGIN2 and END2 are the same for 2 vectors.
#define BEGIN2(sums) \
	VMOVDQU (R11), Y0       \
	VMOVDQU 32(R11), Y1     \
	TESTL   AX, AX          \
	JZ      3(PC)           \
	VPADDD  (R13), Y0, Y0   \
	VPADDD  32(R13), Y1, Y1 \
	VMOVDQU Y0, sums+0(SP)  \
	VMOVDQU Y1, sums+32(SP) \
	ADDQ    R12, R11        \
	ADDQ    R10, R13

#define END2(sums) \
	VMOVDQU sums+0(SP), Y0  \
	VMOVDQU sums+32(SP), Y1 \
	VMOVDQU Y0, (DI)        \
	VMOVDQU Y1, 32(DI)      \
	ADDQ    R10, DI

// func tile3AVX2(y *int32, ldy int, codes *uint8, stride int, x *int8, quads int, start *int32, startStep int, add bool)
TEXT ·tile3AVX2(SB), NOSPLIT, $384-65
	ARGS
	BEGIN3(0)
	BEGIN3(96)
	BEGIN3(192)
	BEGIN3(288)

run:
	NEXTRUN
	CLEAR
	SUBQ $2, BX
	JLT  odd

pair:
	QUAD3(0, 0)
	QUAD3(4, 96)
	ADDQ $8, R8
	ADDQ $8, R9
	ADDQ $192, SI
	SUBQ $2, BX
	JGE  pair

odd:
	CMPQ BX, $-1 // one quad left
	JNE  widen
	QUAD3(0, 0)
	ADDQ $4, R8
	ADDQ $4, R9
	ADDQ $96, SI

widen:
	VPCMPEQW Y15, Y15, Y15
	VPSRLW   $15, Y15, Y15
	WIDEN(Y0, 0(SP))
	WIDEN(Y1, 32(SP))
	WIDEN(Y2, 64(SP))
	WIDEN(Y3, 96(SP))
	WIDEN(Y4, 128(SP))
	WIDEN(Y5, 160(SP))
	WIDEN(Y6, 192(SP))
	WIDEN(Y7, 224(SP))
	WIDEN(Y8, 256(SP))
	WIDEN(Y9, 288(SP))
	WIDEN(Y10, 320(SP))
	WIDEN(Y11, 352(SP))
	TESTQ CX, CX
	JNZ   run

	END3(0)
	END3(96)
	END3(192)
	END3(288)
	VZEROUPPER
	RET

// func tile2AVX2(y *int32, ldy int, codes *uint8, stride int, x *int8, quads int, start *int32, startStep int, add bool)
TEXT ·tile2AVX2(SB), NOSPLIT, $256-65
	ARGS
	BEGIN2(0)
	BEGIN2(64)
	BEGIN2(128)
	BEGIN2(192)

run:
	NEXTRUN
	CLEAR
	SUBQ $2, BX
	JLT  odd

pair:
	QUAD2(0, 0)
	QUAD2(4, 64)
	ADDQ $8, R8
	ADDQ $8, R9
	ADDQ $128, SI
	SUBQ $2, BX
	JGE  pair

odd:
	CMPQ BX, $-1 // one quad left
	JNE  widen
	QUAD2(0, 0)
	ADDQ $4, R8
	ADDQ $4, R9
	ADDQ $64, SI

widen:
	VPCMPEQW Y15, Y15, Y15
	VPSRLW   $15, Y15, Y15
	WIDEN(Y0, 0(SP))
	WIDEN(Y1, 32(SP))
	WIDEN(Y3, 64(SP))
	WIDEN(Y4, 96(SP))
	WIDEN(Y6, 128(SP))
	WIDEN(Y7, 160(SP))
	WIDEN(Y9, 192(SP))
	WIDEN(Y10, 224(SP))
	TESTQ CX, CX
	JNZ   run

	END2(0)
	END2(64)
	END2(128)
	END2(192)
	VZEROUPPER
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
	VMOVDQU at+0(SI), Y12         \
	VMOVDQU at+32(SI), Y13        \
	VMOVDQU at+64(SI), Y14        \
	DOT3(code(R8), 0, 1, 2)       \
	DOT3(code(R8)(DX*1), 3, 4, 5) \
	DOT3(code(R8)(DX*2), 6, 7, 8) \
	DOT3(code(R9), 9, 10, 11)

#define DOT2(code, a0, a1) \
	VPBROADCASTD code, Y15   \
	VPDPBUSD_VEX(12, 15, a0) \
	VPDPBUSD_VEX(13, 15, a1)

#define DQUAD2(code, at) \
	VMOVDQU at+0(SI), Y12      \
	VMOVDQU at+32(SI), Y13     \
	DOT2(code(R8), 0, 1)       \
	DOT2(code(R8)(DX*1), 3, 4) \
	DOT2(code(R8)(DX*2), 6, 7) \
	DOT2(code(R9), 9, 10)

// LOAD3 sets the accumulators of a row to its start, plus the row of y if there is
// something to add to.
#define LOAD3(a0, a1, a2) \
	VMOVDQU (R11), a0          \
	VMOVDQU 32(R11), a1        \
	VMOVDQU 64(R11), a2        \
	ADDQ    R12, R11           \
	CMPB    tileArgs_add(AX), $0 \
	JEQ     4(PC)              \
	VPADDD  (R13), a0, a0      \
	VPADDD  32(R13), a1, a1    \
	VPADDD  64(R13), a2, a2    \
	ADDQ    R10, R13

#define LOAD2(a0, a1) \
	VMOVDQU (R11), a0          \
	VMOVDQU 32(R11), a1        \
	ADDQ    R12, R11           \
	CMPB    tileArgs_add(AX), $0 \
	JEQ     3(PC)              \
	VPADDD  (R13), a0, a0      \
	VPADDD  32(R13), a1, a1    \
	ADDQ    R10, R13

// STORE3 stores the accumulators of a row to y.
#define STORE3(a0, a1, a2) \
	VMOVDQU a0, (DI)   \
	VMOVDQU a1, 32(DI) \
	VMOVDQU a2, 64(DI) \
	ADDQ    R10, DI

#define STORE2(a0, a1) \
	VMOVDQU a0, (DI)   \
	VMOVDQU a1, 32(DI) \
	ADDQ    R10, DI

// SWEEP begins a sweep: all tiles of a strip, one below the other. The registers are
// a tile's, but
//
//	AX  *tileArgs    BX  rows left    R14  y of the next tile, to be prefetched
#define SWEEP \
	MOVQ tileArgs_rows(AX), BX       \
	MOVQ tileArgs_y(AX), DI          \
	MOVQ tileArgs_ldy(AX), R10       \
	SHLQ $2, R10                     \
	MOVQ tileArgs_codes(AX), R8      \
	MOVQ tileArgs_stride(AX), DX     \
	MOVQ tileArgs_start(AX), R11     \
	MOVQ tileArgs_startStep(AX), R12 \
	MOVQ DI, R13

// BEGINTILE points to what a tile reads, and prefetches the next one's y.
#define BEGINTILE \
	LEAQ       (R8)(DX*2), R9         \
	ADDQ       DX, R9                 \
	MOVQ       tileArgs_x(AX), SI     \
	MOVQ       tileArgs_quads(AX), CX \
	LEAQ       (DI)(R10*4), R14       \
	PREFETCHT0 (R14)                  \
	PREFETCHT0 64(R14)                \
	ADDQ       R10, R14               \
	PREFETCHT0 (R14)                  \
	PREFETCHT0 64(R14)                \
	ADDQ       R10, R14               \
	PREFETCHT0 (R14)                  \
	PREFETCHT0 64(R14)                \
	ADDQ       R10, R14               \
	PREFETCHT0 (R14)                  \
	PREFETCHT0 64(R14)

// NEXTTILE moves the codes from the end of a tile's quads to the next four rows.
#define NEXTTILE \
	MOVQ tileArgs_quads(AX), CX \
	SHLQ $2, CX                 \
	SUBQ CX, R8                 \
	LEAQ (R8)(DX*4), R8

// func sweep3AVXVNNI(args *tileArgs)
TEXT ·sweep3AVXVNNI(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), AX
	SWEEP

tile:
	BEGINTILE
	LOAD3(Y0, Y1, Y2)
	LOAD3(Y3, Y4, Y5)
	LOAD3(Y6, Y7, Y8)
	LOAD3(Y9, Y10, Y11)
	SUBQ $4, CX
	JLT  ones

fours:
	DQUAD3(0, 0)
	DQUAD3(4, 96)
	DQUAD3(8, 192)
	DQUAD3(12, 288)
	ADDQ $16, R8
	ADDQ $16, R9
	ADDQ $384, SI
	SUBQ $4, CX
	JGE  fours

ones:
	ADDQ $4, CX
	JZ   store

one:
	DQUAD3(0, 0)
	ADDQ $4, R8
	ADDQ $4, R9
	ADDQ $96, SI
	DECQ CX
	JNZ  one

store:
	STORE3(Y0, Y1, Y2)
	STORE3(Y3, Y4, Y5)
	STORE3(Y6, Y7, Y8)
	STORE3(Y9, Y10, Y11)
	NEXTTILE
	SUBQ $4, BX
	JNZ  tile

	VZEROUPPER
	RET

// func sweep2AVXVNNI(args *tileArgs)
TEXT ·sweep2AVXVNNI(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), AX
	SWEEP

tile:
	BEGINTILE
	LOAD2(Y0, Y1)
	LOAD2(Y3, Y4)
	LOAD2(Y6, Y7)
	LOAD2(Y9, Y10)
	SUBQ $4, CX
	JLT  ones

fours:
	DQUAD2(0, 0)
	DQUAD2(4, 64)
	DQUAD2(8, 128)
	DQUAD2(12, 192)
	ADDQ $16, R8
	ADDQ $16, R9
	ADDQ $256, SI
	SUBQ $4, CX
	JGE  fours

ones:
	ADDQ $4, CX
	JZ   store

one:
	DQUAD2(0, 0)
	ADDQ $4, R8
	ADDQ $4, R9
	ADDQ $64, SI
	DECQ CX
	JNZ  one

store:
	STORE2(Y0, Y1)
	STORE2(Y3, Y4)
	STORE2(Y6, Y7)
	STORE2(Y9, Y10)
	NEXTTILE
	SUBQ $4, BX
	JNZ  tile

	VZEROUPPER
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
