//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "vpdpbusd_amd64.h"

// Kernels of the update on 256-bit registers.

// ROW is the bytes of a row of a tile of Z: 256 int32.
#define ROW 1024

// Accumulation of 4 rows × 16 columns a pass: two vectors of 8 columns × 4 terms
// hold a quad of a strip, and the quad of each row is broadcast. Rows 0–3 and 4–7
// of the tile pass over a strip one after the other.
//
// Register map
//
//	Y0–Y7    accumulators: rows 0–3 × vectors 0, 1
//	Y8, Y9   codes of the quad          Y10  terms of the quad and row
//	Y11      products                   Y15  word 1 in every lane
//	DI       z of the pass              R8   starts of the 4 rows
//	SI       terms, advancing           BX   end of the starts
//	DX       b, advancing               R12  b of the strip
//	CX       quads left                 R10  bytes from a strip to the next
//	AX       quads left in this run     R13  quads
//	R9       columns left

// ARGS loads the arguments, which are the same for both kernels.
#define ARGS \
	MOVQ z+0(FP), DI            \
	MOVQ t+8(FP), R8            \
	LEAQ rowTerms_quads(R8), BX \
	MOVQ b+16(FP), R12          \
	MOVQ bQuads+24(FP), R10     \
	SHLQ $6, R10                \
	MOVQ quads+32(FP), R13      \
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
	VPADDD       (row*ROW+32)(DI), a1, a1

// CODES loads the quad of a strip.
#define CODES \
	VMOVDQU (DX), Y8   \
	VMOVDQU 32(DX), Y9

// STORE writes the accumulators of a row.
#define STORE(row, a0, a1) \
	VMOVDQU a0, (row*ROW)(DI)    \
	VMOVDQU a1, (row*ROW+32)(DI)

// MADD multiplies the quad of a row with both vectors and adds the pair sums, in
// words, to its accumulators.
#define MADD(fa, a0, a1) \
	VPBROADCASTD fa, Y10      \
	VPMADDUBSW   Y10, Y8, Y11 \
	VPADDW       Y11, a0, a0  \
	VPMADDUBSW   Y10, Y9, Y10 \
	VPADDW       Y10, a1, a1

// WIDEN adds the words of a row, in pairs, to its int32 in z.
#define WIDEN(row, a0, a1) \
	VPMADDWD Y15, a0, a0              \
	VPADDD   (row*ROW)(DI), a0, a0    \
	VMOVDQU  a0, (row*ROW)(DI)        \
	VPMADDWD Y15, a1, a1              \
	VPADDD   (row*ROW+32)(DI), a1, a1 \
	VMOVDQU  a1, (row*ROW+32)(DI)

// LOWER goes to rows 4–7 of the tile; the zero flag says that they are done.
#define LOWER \
	ADDQ $(4*ROW), DI \
	ADDQ $16, R8      \
	CMPQ R8, BX

// STRIP goes to the next strip; the zero flag says that there is none.
#define STRIP \
	SUBQ $(8*ROW-64), DI \
	SUBQ $32, R8         \
	ADDQ R10, R12        \
	SUBQ $16, R9

// RUN is the number of quads that words hold exactly: a pair sum is at most
// 2·4·127 = 1016 and at least 2·4·-128 = -1024, and -1024·32 = -2^15.
#define RUN 32

// func accumulateAVX2(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
TEXT ·accumulateAVX2(SB), NOSPLIT, $0-48
	ARGS
	VPCMPEQW Y15, Y15, Y15
	VPSRLW   $15, Y15, Y15

pass:
	BEGIN
	START(0, Y0, Y1)
	START(1, Y2, Y3)
	START(2, Y4, Y5)
	START(3, Y6, Y7)
	STORE(0, Y0, Y1)
	STORE(1, Y2, Y3)
	STORE(2, Y4, Y5)
	STORE(3, Y6, Y7)

run:
	MOVQ    $RUN, AX
	CMPQ    CX, AX
	CMOVQLT CX, AX
	SUBQ    AX, CX
	VPXOR   Y0, Y0, Y0
	VPXOR   Y1, Y1, Y1
	VPXOR   Y2, Y2, Y2
	VPXOR   Y3, Y3, Y3
	VPXOR   Y4, Y4, Y4
	VPXOR   Y5, Y5, Y5
	VPXOR   Y6, Y6, Y6
	VPXOR   Y7, Y7, Y7

quad:
	CODES        // unsigned bytes: 16 columns × 4 terms
	MADD(0(SI), Y0, Y1)
	MADD(4(SI), Y2, Y3)
	MADD(8(SI), Y4, Y5)
	MADD(12(SI), Y6, Y7)
	ADDQ $32, SI
	ADDQ $64, DX
	DECQ AX
	JNE  quad

	WIDEN(0, Y0, Y1)
	WIDEN(1, Y2, Y3)
	WIDEN(2, Y4, Y5)
	WIDEN(3, Y6, Y7)
	TESTQ CX, CX
	JNE   run

	LOWER
	JNE pass
	STRIP
	JNE pass
	VZEROUPPER
	RET

// DOT multiplies the quad of a row with both vectors and adds the sums, in dwords,
// to its accumulators, given by number.
#define DOT(fa, a0, a1) \
	VPBROADCASTD fa, Y10    \
	VPDPBUSD_VEX(10, 8, a0) \
	VPDPBUSD_VEX(10, 9, a1)

// func accumulateAVXVNNI(z *zTile, t *rowTerms, b *uint8, bQuads, quads, cols int)
TEXT ·accumulateAVXVNNI(SB), NOSPLIT, $0-48
	ARGS

pass:
	BEGIN
	START(0, Y0, Y1)
	START(1, Y2, Y3)
	START(2, Y4, Y5)
	START(3, Y6, Y7)

quad:
	CODES        // unsigned bytes: 16 columns × 4 terms
	DOT(0(SI), 0, 1)
	DOT(4(SI), 2, 3)
	DOT(8(SI), 4, 5)
	DOT(12(SI), 6, 7)
	ADDQ $32, SI
	ADDQ $64, DX
	DECQ CX
	JNE  quad

	STORE(0, Y0, Y1)
	STORE(1, Y2, Y3)
	STORE(2, Y4, Y5)
	STORE(3, Y6, Y7)
	LOWER
	JNE pass
	STRIP
	JNE pass
	VZEROUPPER
	RET

// func gatherRowsAVX2(t *rowTerms, fa *int8, faQuad, quads, rows int)
//
//	Y0   sums of the 8 rows, -2-fold      Y1   a quad of terms of the rows
//	Y14  byte 2 in every lane             Y15  word 1 in every lane
//	Y13  mask of the rows that there are
TEXT ·gatherRowsAVX2(SB), NOSPLIT, $0-40
	MOVQ t+0(FP), DI
	MOVQ fa+8(FP), SI
	MOVQ faQuad+16(FP), DX
	MOVQ quads+24(FP), CX
	MOVQ rows+32(FP), AX

	VMOVQ        AX, X13
	VPBROADCASTD X13, Y13
	VPCMPGTD     ·dwordIndex(SB), Y13, Y13
	VPCMPEQW     Y15, Y15, Y15
	VPABSB       Y15, Y14
	VPADDB       Y14, Y14, Y14
	VPABSW       Y15, Y15
	VPXOR        Y0, Y0, Y0
	LEAQ         rowTerms_quads(DI), BX

quad:
	VPMASKMOVD (SI), Y13, Y1
	VMOVDQU    Y1, (BX)      // dwords: a row each
	VPMADDUBSW Y1, Y14, Y1   // words: twice the pair sums
	VPMADDWD   Y15, Y1, Y1   // dwords: twice the sums of four
	VPSUBD     Y1, Y0, Y0
	ADDQ       DX, SI
	ADDQ       $32, BX
	DECQ       CX
	JNE        quad

	VMOVDQU Y0, rowTerms_start(DI)
	VZEROUPPER
	RET

// The steps work on 32 columns at a time. Packing four vectors of dwords into one
// of bytes, lane by lane, leaves groups of four columns in the order
// 0 2 4 6 1 3 5 7. packOrder brings bytes into that order, where they meet the
// columns of Z, and unpackOrder brings them back.
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
VECTOR(words128, $0x0080008000800080)    // words 128
VECTOR(bytes4, $0x0404040404040404)      // bytes 4, the largest code
VECTOR(bytesMax, $0x7f7f7f7f7f7f7f7f)    // bytes 127, the residual at the upper end
VECTOR(bytesMin, $0x8080808080808080)    // bytes -128, the residual at the lower end

// CONST sets a register, x its lower half, to a value in every dword, by way of AX.
#define CONST(value, x, y) \
	MOVL         value, AX \
	VMOVD        AX, x     \
	VPBROADCASTD x, y

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

// SCALE computes RoundShift(clamp(z, ±Limit)·Mul, Shift) of 8 columns.
#define SCALE(z, out) \
	VPMINSD z, Y15, out   \
	VPMAXSD Y14, out, out \
	VPMULLD Y13, out, out \
	VPADDD  Y12, out, out \
	VPSRAD  X11, out, out

// func stepResidualAVX2(codes *uint8, e *int8, z *int32, n int, rule Residual) (moved int)
//
//	Y15, Y14  Limit and -Limit       Y9  packOrder
//	Y13, Y12  Mul and 2^(Shift-1)    Y8  words 255
//	X11       Shift                  Y7  equal codes, negative, by byte
//	Y10       zero
TEXT ·stepResidualAVX2(SB), NOSPLIT, $0-64
	MOVQ codes+0(FP), DI
	MOVQ e+8(FP), SI
	MOVQ z+16(FP), DX
	MOVQ n+24(FP), BX

	MOVQ         rule_Shift+40(FP), CX
	MOVL         $1, AX
	SHLL         CX, AX
	SHRL         $1, AX
	VMOVQ        CX, X11
	VMOVD        AX, X12
	VPBROADCASTD X12, Y12
	CONST(rule_Mul+32(FP), X13, Y13)
	CONST(rule_Limit+48(FP), X15, Y15)
	VPXOR        Y10, Y10, Y10
	VPSUBD       Y15, Y10, Y14
	VMOVDQU      packOrder<>(SB), Y9
	VPCMPEQW     Y8, Y8, Y8
	VPSRLW       $8, Y8, Y8
	VPXOR        Y7, Y7, Y7
	MOVQ         BX, AX                // all columns, for MOVED

loop:
	SCALE((DX), Y0)
	SCALE(32(DX), Y1)
	SCALE(64(DX), Y2)
	SCALE(96(DX), Y3)
	VPACKSSDW Y1, Y0, Y0                // words d of columns 0–3, 8–11 | 4–7, 12–15
	VPACKSSDW Y3, Y2, Y1                // words d of columns 16–19, 24–27 | 20–23, 28–31
	VPMINSW   Y8, Y0, Y0
	VPMINSW   Y8, Y1, Y1
	VPMAXSW   wordsNeg255<>(SB), Y0, Y0
	VPMAXSW   wordsNeg255<>(SB), Y1, Y1

	VPERMD     (SI), Y9, Y4
	VPUNPCKLBW Y4, Y4, Y2
	VPUNPCKHBW Y4, Y4, Y3
	VPSRAW     $8, Y2, Y2   // words e, the columns as in Y0
	VPSRAW     $8, Y3, Y3   // as in Y1
	VPADDW     Y2, Y0, Y0   // v = e + d
	VPADDW     Y3, Y1, Y1

	VPADDW    words128<>(SB), Y0, Y2
	VPADDW    words128<>(SB), Y1, Y3
	VPSRAW    $8, Y2, Y2
	VPSRAW    $8, Y3, Y3
	VPACKSSWB Y3, Y2, Y2             // bytes carry
	VPAND     Y8, Y0, Y0
	VPAND     Y8, Y1, Y1
	VPACKUSWB Y1, Y0, Y0             // bytes v - 256·carry

	VPERMD    (DI), Y9, Y4               // codes
	VPADDB    Y2, Y4, Y2                 // codes + carry
	VPCMPGTB  bytes4<>(SB), Y2, Y3       // beyond the upper end
	VPBLENDVB Y3, bytesMax<>(SB), Y0, Y0
	VPBLENDVB Y2, bytesMin<>(SB), Y0, Y0 // a sign bit: beyond the lower end
	VPMINSB   bytes4<>(SB), Y2, Y2
	VPMAXSB   Y10, Y2, Y2
	COUNT(Y4, Y2, Y3)

	VMOVDQU unpackOrder<>(SB), Y3
	VPERMD  Y2, Y3, Y2            // bytes codes, columns in order
	VPERMD  Y0, Y3, Y0            // bytes e, columns in order
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
	MOVQ     BX, AX                // all columns, for MOVED

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
	VPADDB  Y0, Y1, Y0  // codes, moved
	VPMAXUB Y8, Y1, Y2  // the upper end, which an invalid code does not leave upwards
	VPMINSB Y2, Y0, Y0
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
