//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

// Micro-kernels of the matrix product: a tile of 2 or 4 rows and 3 or 2 vectors of
// 8 columns,
//
//	tile[r, c] = start[r, c] + Σ_q Σ_u codes[r, 4q+u] · x[q, c, u]
//
// which they store to y, or add to it. Codes are 0 to 4, signed bytes as good as
// unsigned ones, one row after another at a stride; x is a strip of activations in
// quads, 32 bytes a vector: two registers of 4 columns × 4 k. Quads come in fours.
//
// Register map
//
//	R0   y, row by row                R1   bytes from one row of y to the next
//	R2   codes of row 0, advancing    R3   codes of row 1, advancing; first, the stride
//	R12  codes of row 2, advancing    R13  codes of row 3, advancing
//	R4   x, advancing                 R5   quads left
//	R6   start, row by row            R7   bytes to the start of the next row
//	R8   quads left in this run       R9–R11, R14, R15  rows of y and start
//	V31  all ones in bytes if the tile adds to y, else zero, where no kernel needs
//	     the register for more
//
// A kernel's own registers are with it. Macros take registers by name, the macros
// of neon_arm64.h by number.

// ARGS loads the arguments, which are the same for all micro-kernels.
#define ARGS \
	MOVD  args+0(FP), R8             \
	MOVD  tileArgs_y(R8), R0         \
	MOVD  tileArgs_ldy(R8), R1       \
	LSL   $2, R1                     \
	MOVD  tileArgs_codes(R8), R2     \
	MOVD  tileArgs_stride(R8), R3    \
	MOVD  tileArgs_x(R8), R4         \
	MOVD  tileArgs_quads(R8), R5     \
	MOVD  tileArgs_start(R8), R6     \
	MOVD  tileArgs_startStep(R8), R7 \
	LSL   $2, R7                     \
	MASK

// MASK sets V31 to what the tile asks for.
#define MASK \
	MOVD  args+0(FP), R8       \
	MOVBU tileArgs_add(R8), R8 \
	NEG   R8, R8               \
	VDUP  R8, V31.S4

// ROWS2 makes R3 point to the codes of row 1; ROWS4 makes R12 and R13 point to
// the codes of rows 2 and 3, too.
#define ROWS2 \
	ADD R2, R3

#define ROWS4 \
	ADD R3<<1, R2, R12 \
	ADD R3, R12, R13   \
	ADD R2, R3

// JOIN adds a register of y to one of the start, if V31 says so.
#define JOIN(y, start) \
	VAND V31.B16, y.B16, y.B16 \
	VADD y.S4, start.S4, start.S4

// LOAD3 sets registers to a row's start, plus the row of y at R9 if V31 says so,
// and goes to the next row. It clobbers V24 to V29.
#define LOAD3(a0, a1, a2, a3, a4, a5) \
	MOVD   R6, R10                                   \
	VLD1.P 64(R10), [a0.S4, a1.S4, a2.S4, a3.S4]     \
	VLD1   (R10), [a4.S4, a5.S4]                     \
	MOVD   R9, R10                                   \
	VLD1.P 64(R10), [V24.S4, V25.S4, V26.S4, V27.S4] \
	VLD1   (R10), [V28.S4, V29.S4]                   \
	JOIN(V24, a0)                                    \
	JOIN(V25, a1)                                    \
	JOIN(V26, a2)                                    \
	JOIN(V27, a3)                                    \
	JOIN(V28, a4)                                    \
	JOIN(V29, a5)                                    \
	ADD    R7, R6                                    \
	ADD    R1, R9

// LOAD2 is the same for 2 vectors.
#define LOAD2(a0, a1, a2, a3) \
	VLD1 (R6), [a0.S4, a1.S4, a2.S4, a3.S4]     \
	VLD1 (R9), [V24.S4, V25.S4, V26.S4, V27.S4] \
	JOIN(V24, a0)                               \
	JOIN(V25, a1)                               \
	JOIN(V26, a2)                               \
	JOIN(V27, a3)                               \
	ADD  R7, R6                                 \
	ADD  R1, R9

// STORE3 stores registers to the row of y at R9 and goes to the next row.
#define STORE3(a0, a1, a2, a3, a4, a5) \
	MOVD   R9, R10                               \
	VST1.P [a0.S4, a1.S4, a2.S4, a3.S4], 64(R10) \
	VST1   [a4.S4, a5.S4], (R10)                 \
	ADD    R1, R9

#define STORE2(a0, a1, a2, a3) \
	VST1 [a0.S4, a1.S4, a2.S4, a3.S4], (R9) \
	ADD  R1, R9

// The NEON kernels, of 2 rows, add products in 16-bit lanes: a register of sums has
// 2 columns × 4 k. A product is at most 4·127 = 508 and at least 4·-128 = -512, so
// 64 quads fit exactly; after such a run the lanes widen and join y, which holds
// the start from the beginning.
//
//	V0–V11   sums of row 0     V24–V29  x: 24 columns × 4 k
//	V12–V23  sums of row 1     V30, V31 the quad of codes of rows 0 and 1, in each
//	                           dword

// CLEAR4 zeroes four registers.
#define CLEAR4(a0, a1, a2, a3) \
	VEOR a0.B16, a0.B16, a0.B16 \
	VEOR a1.B16, a1.B16, a1.B16 \
	VEOR a2.B16, a2.B16, a2.B16 \
	VEOR a3.B16, a3.B16, a3.B16

// NEXTRUN sets R8 to the quads of the next run, at most 64, and takes them off R5.
#define NEXTRUN \
	MOVD $64, R8        \
	CMP  R8, R5         \
	CSEL LT, R5, R8, R8 \
	SUB  R8, R5

// MADD multiplies 4 columns with the quads of both rows.
#define MADD(x, a, b) \
	SMLAL(x, 30, a)      \
	SMLAL2(x, 30, a + 1) \
	SMLAL(x, 31, b)      \
	SMLAL2(x, 31, b + 1)

// QUAD3 multiplies a quad of both rows with 3 vectors, QUAD2 with 2.
#define QUAD3 \
	VLD1R.P 4(R2), [V30.S4]                              \
	VLD1R.P 4(R3), [V31.S4]                              \
	VLD1.P  64(R4), [V24.B16, V25.B16, V26.B16, V27.B16] \
	VLD1.P  32(R4), [V28.B16, V29.B16]                   \
	MADD(24, 0, 12)                                      \
	MADD(25, 2, 14)                                      \
	MADD(26, 4, 16)                                      \
	MADD(27, 6, 18)                                      \
	MADD(28, 8, 20)                                      \
	MADD(29, 10, 22)

#define QUAD2 \
	VLD1R.P 4(R2), [V30.S4]                              \
	VLD1R.P 4(R3), [V31.S4]                              \
	VLD1.P  64(R4), [V24.B16, V25.B16, V26.B16, V27.B16] \
	MADD(24, 0, 12)                                      \
	MADD(25, 2, 14)                                      \
	MADD(26, 4, 16)                                      \
	MADD(27, 6, 18)

// WIDEN sums the 4 k of 4 columns, in two registers from number n on, and adds them
// to y at R9.
#define WIDEN(n, a0, a1) \
	SADDLP_H(n, n)              \
	SADDLP_H(n + 1, n + 1)      \
	VADDP  a1.S4, a0.S4, a0.S4  \
	VLD1   (R9), [V24.S4]       \
	VADD   V24.S4, a0.S4, a0.S4 \
	VST1.P [a0.S4], 16(R9)

// func tile3NEON(args *tileArgs)
TEXT ·tile3NEON(SB), NOSPLIT, $0-8
	ARGS
	ROWS2
	MOVD R0, R9
	LOAD3(V0, V1, V2, V3, V4, V5)
	LOAD3(V6, V7, V8, V9, V10, V11)
	MOVD R0, R9
	STORE3(V0, V1, V2, V3, V4, V5)
	STORE3(V6, V7, V8, V9, V10, V11)

run:
	NEXTRUN
	CLEAR4(V0, V1, V2, V3)
	CLEAR4(V4, V5, V6, V7)
	CLEAR4(V8, V9, V10, V11)
	CLEAR4(V12, V13, V14, V15)
	CLEAR4(V16, V17, V18, V19)
	CLEAR4(V20, V21, V22, V23)

quads:
	QUAD3
	QUAD3
	QUAD3
	QUAD3
	SUBS $4, R8
	BNE  quads

	MOVD R0, R9
	WIDEN(0, V0, V1)
	WIDEN(2, V2, V3)
	WIDEN(4, V4, V5)
	WIDEN(6, V6, V7)
	WIDEN(8, V8, V9)
	WIDEN(10, V10, V11)
	ADD  R0, R1, R9
	WIDEN(12, V12, V13)
	WIDEN(14, V14, V15)
	WIDEN(16, V16, V17)
	WIDEN(18, V18, V19)
	WIDEN(20, V20, V21)
	WIDEN(22, V22, V23)
	CBNZ R5, run
	RET

// func tile2NEON(args *tileArgs)
TEXT ·tile2NEON(SB), NOSPLIT, $0-8
	ARGS
	ROWS2
	MOVD R0, R9
	LOAD2(V0, V1, V2, V3)
	LOAD2(V4, V5, V6, V7)
	MOVD R0, R9
	STORE2(V0, V1, V2, V3)
	STORE2(V4, V5, V6, V7)

run:
	NEXTRUN
	CLEAR4(V0, V1, V2, V3)
	CLEAR4(V4, V5, V6, V7)
	CLEAR4(V12, V13, V14, V15)
	CLEAR4(V16, V17, V18, V19)

quads:
	QUAD2
	QUAD2
	QUAD2
	QUAD2
	SUBS $4, R8
	BNE  quads

	MOVD R0, R9
	WIDEN(0, V0, V1)
	WIDEN(2, V2, V3)
	WIDEN(4, V4, V5)
	WIDEN(6, V6, V7)
	ADD  R0, R1, R9
	WIDEN(12, V12, V13)
	WIDEN(14, V14, V15)
	WIDEN(16, V16, V17)
	WIDEN(18, V18, V19)
	CBNZ R5, run
	RET

// The dot-product kernels, of 4 rows, add four products at a time in 32-bit lanes,
// so the accumulators are the sums. Four quads of a row are one register, of which
// SDOT takes one.
//
//	V0–V5    sums of row 0     V24–V27  codes of rows 0–3: 4 quads
//	V6–V11   sums of row 1     V28, V29 x: 8 columns × 4 k
//	V12–V17  sums of row 2     V30, V31 the same of the next 8 columns
//	V18–V23  sums of row 3

// LOADCODES loads four quads of all rows.
#define LOADCODES \
	VLD1.P 16(R2), [V24.B16]  \
	VLD1.P 16(R3), [V25.B16]  \
	VLD1.P 16(R12), [V26.B16] \
	VLD1.P 16(R13), [V27.B16]

// LOADEVEN and LOADODD load the next vector of x.
#define LOADEVEN \
	VLD1.P 32(R4), [V28.B16, V29.B16]

#define LOADODD \
	VLD1.P 32(R4), [V30.B16, V31.B16]

// DOT multiplies a vector of x, in two registers from number x on, with quad i of
// all rows; a is the number of row 0's first sum.
#define DOT(i, x, a) \
	SDOT_LANE(24, i, x, a)          \
	SDOT_LANE(24, i, x + 1, a + 1)  \
	SDOT_LANE(25, i, x, a + 6)      \
	SDOT_LANE(25, i, x + 1, a + 7)  \
	SDOT_LANE(26, i, x, a + 12)     \
	SDOT_LANE(26, i, x + 1, a + 13) \
	SDOT_LANE(27, i, x, a + 18)     \
	SDOT_LANE(27, i, x + 1, a + 19)

// func tile3DotProd(args *tileArgs)
TEXT ·tile3DotProd(SB), NOSPLIT, $0-8
	ARGS
	ROWS4
	MOVD R0, R9
	LOAD3(V0, V1, V2, V3, V4, V5)
	LOAD3(V6, V7, V8, V9, V10, V11)
	LOAD3(V12, V13, V14, V15, V16, V17)
	LOAD3(V18, V19, V20, V21, V22, V23)

quads:
	LOADCODES
	LOADEVEN
	LOADODD
	DOT(0, 28, 0)
	LOADEVEN
	DOT(0, 30, 2)
	LOADODD
	DOT(0, 28, 4)
	LOADEVEN
	DOT(1, 30, 0)
	LOADODD
	DOT(1, 28, 2)
	LOADEVEN
	DOT(1, 30, 4)
	LOADODD
	DOT(2, 28, 0)
	LOADEVEN
	DOT(2, 30, 2)
	LOADODD
	DOT(2, 28, 4)
	LOADEVEN
	DOT(3, 30, 0)
	LOADODD
	DOT(3, 28, 2)
	DOT(3, 30, 4)
	SUBS $4, R5
	BNE  quads

	MOVD R0, R9
	STORE3(V0, V1, V2, V3, V4, V5)
	STORE3(V6, V7, V8, V9, V10, V11)
	STORE3(V12, V13, V14, V15, V16, V17)
	STORE3(V18, V19, V20, V21, V22, V23)
	RET

// func tile2DotProd(args *tileArgs)
TEXT ·tile2DotProd(SB), NOSPLIT, $0-8
	ARGS
	ROWS4
	MOVD R0, R9
	LOAD2(V0, V1, V2, V3)
	LOAD2(V6, V7, V8, V9)
	LOAD2(V12, V13, V14, V15)
	LOAD2(V18, V19, V20, V21)

quads:
	LOADCODES
	LOADEVEN
	LOADODD
	DOT(0, 28, 0)
	LOADEVEN
	DOT(0, 30, 2)
	LOADODD
	DOT(1, 28, 0)
	LOADEVEN
	DOT(1, 30, 2)
	LOADODD
	DOT(2, 28, 0)
	LOADEVEN
	DOT(2, 30, 2)
	LOADODD
	DOT(3, 28, 0)
	DOT(3, 30, 2)
	SUBS $4, R5
	BNE  quads

	MOVD R0, R9
	STORE2(V0, V1, V2, V3)
	STORE2(V6, V7, V8, V9)
	STORE2(V12, V13, V14, V15)
	STORE2(V18, V19, V20, V21)
	RET

// The i8mm kernels, of 4 rows, multiply blocks of 2 rows × 8 k and 8 k × 2 columns:
// x comes from pairQuads3NEON and pairQuads2NEON, and a register of sums holds two
// columns of a row, then of the next.
//
//	V0–V11   sums of rows 0, 1 V24, V25 x: 4 columns × 8 k; first, codes of rows
//	V12–V23  sums of rows 2, 3 V26, V27 the same of the next 4 columns
//	V28, V29 codes of rows 0, 1: the first and the second 8 k
//	V30, V31 codes of rows 2, 3

// LOADBLOCKS loads 16 k of all rows.
#define LOADBLOCKS \
	LOADCODES                    \
	VZIP1 V25.D2, V24.D2, V28.D2 \
	VZIP2 V25.D2, V24.D2, V29.D2 \
	VZIP1 V27.D2, V26.D2, V30.D2 \
	VZIP2 V27.D2, V26.D2, V31.D2

// LOADFIRST and LOADSECOND load the next 4 columns of x.
#define LOADFIRST \
	VLD1.P 32(R4), [V24.B16, V25.B16]

#define LOADSECOND \
	VLD1.P 32(R4), [V26.B16, V27.B16]

// BLOCK multiplies 4 columns, in two registers from number x on, with the blocks k
// (0 or 1) of all rows; a is the number of the first sum of rows 0 and 1.
#define BLOCK(k, x, a) \
	SMMLA(x, 28 + k, a)         \
	SMMLA(x + 1, 28 + k, a + 1) \
	SMMLA(x, 30 + k, a + 12)    \
	SMMLA(x + 1, 30 + k, a + 13)

// BEGINROWS makes R9 and R10 point to two rows of y, R14 and R15 to their starts,
// and R0 and R6 to the next.
#define BEGINROWS \
	MOVD R0, R9        \
	ADD  R1, R0, R10   \
	ADD  R1<<1, R0, R0 \
	MOVD R6, R14       \
	ADD  R7, R6, R15   \
	ADD  R7<<1, R6, R6

// END stores the sums of two rows and 4 columns, plus the start, to y, or adds them
// to it.
#define END(a0, a1) \
	VZIP1  a1.D2, a0.D2, V24.D2   \
	VZIP2  a1.D2, a0.D2, V25.D2   \
	VLD1.P 16(R14), [V26.S4]      \
	VLD1.P 16(R15), [V27.S4]      \
	VLD1   (R9), [V28.S4]         \
	VLD1   (R10), [V29.S4]        \
	JOIN(V28, V26)                \
	JOIN(V29, V27)                \
	VADD   V26.S4, V24.S4, V24.S4 \
	VADD   V27.S4, V25.S4, V25.S4 \
	VST1.P [V24.S4], 16(R9)       \
	VST1.P [V25.S4], 16(R10)

// func tile3I8MM(args *tileArgs)
TEXT ·tile3I8MM(SB), NOSPLIT, $0-8
	ARGS
	ROWS4
	CLEAR4(V0, V1, V2, V3)
	CLEAR4(V4, V5, V6, V7)
	CLEAR4(V8, V9, V10, V11)
	CLEAR4(V12, V13, V14, V15)
	CLEAR4(V16, V17, V18, V19)
	CLEAR4(V20, V21, V22, V23)

quads:
	LOADBLOCKS
	LOADFIRST
	LOADSECOND
	BLOCK(0, 24, 0)
	LOADFIRST
	BLOCK(0, 26, 2)
	LOADSECOND
	BLOCK(0, 24, 4)
	LOADFIRST
	BLOCK(0, 26, 6)
	LOADSECOND
	BLOCK(0, 24, 8)
	LOADFIRST
	BLOCK(0, 26, 10)
	LOADSECOND
	BLOCK(1, 24, 0)
	LOADFIRST
	BLOCK(1, 26, 2)
	LOADSECOND
	BLOCK(1, 24, 4)
	LOADFIRST
	BLOCK(1, 26, 6)
	LOADSECOND
	BLOCK(1, 24, 8)
	BLOCK(1, 26, 10)
	SUBS $4, R5
	BNE  quads

	MASK
	BEGINROWS
	END(V0, V1)
	END(V2, V3)
	END(V4, V5)
	END(V6, V7)
	END(V8, V9)
	END(V10, V11)
	BEGINROWS
	END(V12, V13)
	END(V14, V15)
	END(V16, V17)
	END(V18, V19)
	END(V20, V21)
	END(V22, V23)
	RET

// func tile2I8MM(args *tileArgs)
TEXT ·tile2I8MM(SB), NOSPLIT, $0-8
	ARGS
	ROWS4
	CLEAR4(V0, V1, V2, V3)
	CLEAR4(V4, V5, V6, V7)
	CLEAR4(V12, V13, V14, V15)
	CLEAR4(V16, V17, V18, V19)

quads:
	LOADBLOCKS
	LOADFIRST
	LOADSECOND
	BLOCK(0, 24, 0)
	LOADFIRST
	BLOCK(0, 26, 2)
	LOADSECOND
	BLOCK(0, 24, 4)
	LOADFIRST
	BLOCK(0, 26, 6)
	LOADSECOND
	BLOCK(1, 24, 0)
	LOADFIRST
	BLOCK(1, 26, 2)
	LOADSECOND
	BLOCK(1, 24, 4)
	BLOCK(1, 26, 6)
	SUBS $4, R5
	BNE  quads

	MASK
	BEGINROWS
	END(V0, V1)
	END(V2, V3)
	END(V4, V5)
	END(V6, V7)
	BEGINROWS
	END(V12, V13)
	END(V14, V15)
	END(V16, V17)
	END(V18, V19)
	RET

// Packing of activations: a strip of 2 or 3 vectors out of a wide batch becomes
// contiguous, and -2·Σx of each column, the correction for offset codes, becomes
// its start on the way.
//
//	R0  dst, advancing    R1  x, advancing    R2  bytes from a quad to the next
//	R3  quads left        R4  start
//	V0–V5  int32 sums of 4 columns each       V16–V21  x
//	V24    pair sums                          V25      zero

// SUMQ adds the four activations of each column in a register to int32 sums.
#define SUMQ(x, acc) \
	SADDLP_B(x, 24) \
	SADALP_H(24, acc)

// CORRECT turns sums into -2 times themselves. V25 is zero.
#define CORRECT(acc) \
	VADD acc.S4, acc.S4, acc.S4 \
	VSUB acc.S4, V25.S4, acc.S4

// func packStrip3NEON(dst, x *int8, ldx, quads int, start *int32)
TEXT ·packStrip3NEON(SB), NOSPLIT, $0-40
	MOVD dst+0(FP), R0
	MOVD x+8(FP), R1
	MOVD ldx+16(FP), R2
	MOVD quads+24(FP), R3
	MOVD start+32(FP), R4
	CLEAR4(V0, V1, V2, V3)
	CLEAR4(V4, V5, V24, V25)

quad:
	MOVD   R1, R5
	VLD1.P 64(R5), [V16.B16, V17.B16, V18.B16, V19.B16]
	VLD1   (R5), [V20.B16, V21.B16]
	VST1.P [V16.B16, V17.B16, V18.B16, V19.B16], 64(R0)
	VST1.P [V20.B16, V21.B16], 32(R0)
	SUMQ(16, 0)
	SUMQ(17, 1)
	SUMQ(18, 2)
	SUMQ(19, 3)
	SUMQ(20, 4)
	SUMQ(21, 5)
	ADD    R2, R1
	SUBS   $1, R3
	BNE    quad

	CORRECT(V0)
	CORRECT(V1)
	CORRECT(V2)
	CORRECT(V3)
	CORRECT(V4)
	CORRECT(V5)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R4)
	VST1   [V4.S4, V5.S4], (R4)
	RET

// func packStrip2NEON(dst, x *int8, ldx, quads int, start *int32)
TEXT ·packStrip2NEON(SB), NOSPLIT, $0-40
	MOVD dst+0(FP), R0
	MOVD x+8(FP), R1
	MOVD ldx+16(FP), R2
	MOVD quads+24(FP), R3
	MOVD start+32(FP), R4
	CLEAR4(V0, V1, V2, V3)
	VEOR V25.B16, V25.B16, V25.B16

quad:
	VLD1   (R1), [V16.B16, V17.B16, V18.B16, V19.B16]
	VST1.P [V16.B16, V17.B16, V18.B16, V19.B16], 64(R0)
	SUMQ(16, 0)
	SUMQ(17, 1)
	SUMQ(18, 2)
	SUMQ(19, 3)
	ADD    R2, R1
	SUBS   $1, R3
	BNE    quad

	CORRECT(V0)
	CORRECT(V1)
	CORRECT(V2)
	CORRECT(V3)
	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R4)
	RET

// PAIR makes eights of 4 columns out of their quads in registers a and b.
#define PAIR(a, b, first, second) \
	VZIP1 b.S4, a.S4, first.S4 \
	VZIP2 b.S4, a.S4, second.S4

// func pairQuads3NEON(strip *int8, pairs int)
//
//	R0  strip, advancing    R1  pairs left
TEXT ·pairQuads3NEON(SB), NOSPLIT, $0-16
	MOVD strip+0(FP), R0
	MOVD pairs+8(FP), R1

pair:
	MOVD   R0, R2
	VLD1.P 64(R2), [V0.B16, V1.B16, V2.B16, V3.B16]
	VLD1.P 64(R2), [V4.B16, V5.B16, V6.B16, V7.B16] // V0–V5: the first quads
	VLD1.P 64(R2), [V8.B16, V9.B16, V10.B16, V11.B16]
	PAIR(V0, V6, V16, V17)
	PAIR(V1, V7, V18, V19)
	PAIR(V2, V8, V20, V21)
	PAIR(V3, V9, V22, V23)
	PAIR(V4, V10, V24, V25)
	PAIR(V5, V11, V26, V27)
	VST1.P [V16.B16, V17.B16, V18.B16, V19.B16], 64(R0)
	VST1.P [V20.B16, V21.B16, V22.B16, V23.B16], 64(R0)
	VST1.P [V24.B16, V25.B16, V26.B16, V27.B16], 64(R0)
	SUBS   $1, R1
	BNE    pair
	RET

// func pairQuads2NEON(strip *int8, pairs int)
TEXT ·pairQuads2NEON(SB), NOSPLIT, $0-16
	MOVD strip+0(FP), R0
	MOVD pairs+8(FP), R1

pair:
	MOVD   R0, R2
	VLD1.P 64(R2), [V0.B16, V1.B16, V2.B16, V3.B16] // the first quads
	VLD1.P 64(R2), [V4.B16, V5.B16, V6.B16, V7.B16]
	PAIR(V0, V4, V16, V17)
	PAIR(V1, V5, V18, V19)
	PAIR(V2, V6, V20, V21)
	PAIR(V3, V7, V22, V23)
	VST1.P [V16.B16, V17.B16, V18.B16, V19.B16], 64(R0)
	VST1.P [V20.B16, V21.B16, V22.B16, V23.B16], 64(R0)
	SUBS   $1, R1
	BNE    pair
	RET
