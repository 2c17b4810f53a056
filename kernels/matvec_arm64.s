//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

// Products of a packed matrix with 1, 2, 4 or 8 vectors, straight from the packed
// weights: a block is unpacked in registers and meets all vectors at once.
//
//	y[i*n+c] = start[c] + Σ_κ code[i, κ] · x[c, κ]
//
// Here lanes run along k. The vectors come in chunks of 32 consecutive k, chunk by
// chunk: x[κ/32][n][32]. Rows are blocks·96 + smalls·12 bytes each.
//
// Register map
//
//	V0–V15   sums; with NEON V0–V7 in dwords, V8–V15 in words
//	V16–V21  vectors A, B, C of the block, two registers each
//	V22, V23 codes of a group           V24  high bits    V25  7 in bytes
//	V26, V27, V18  shifts of a small block                V19  4 in bytes, for it
//	V28–V31  x: a chunk of one or two vectors
//	R0  y, advancing                    R1  packed weights, advancing
//	R7  x, advancing                    R5  x from the start
//	R2  rows left                       R3  blocks a row    R4  small blocks a row
//	R8  blocks or small blocks left     R6  start           R9, R10  scratch
//
// The NEON kernels add products in 16-bit lanes. A product is at most 4·127 = 508
// and at least 4·-128 = -512, and a block adds 32 of them to a lane, or 16: it
// starts these sums anew and widens them at its end.

// Shifts, in bytes, that bring the codes of a small block down: to groups 0 to 3
// from dwords A A B B, to groups 4 to 7 from C C A B, and to the high bits of groups
// 6 and 7 from C C C C.
DATA smallShifts<>+0(SB)/8, $0xfdfdfdfd00000000
DATA smallShifts<>+8(SB)/8, $0xfdfdfdfd00000000
DATA smallShifts<>+16(SB)/8, $0xfdfdfdfd00000000
DATA smallShifts<>+24(SB)/8, $0xfafafafafafafafa
DATA smallShifts<>+32(SB)/8, $0xf8f8f8f8f8f8f8f8
DATA smallShifts<>+40(SB)/8, $0xfbfbfbfbfcfcfcfc
GLOBL smallShifts<>(SB), RODATA|NOPTR, $48

// ARGS loads the arguments.
#define ARGS \
	MOVD args+0(FP), R8             \
	MOVD matVecArgs_y(R8), R0       \
	MOVD matVecArgs_w(R8), R1       \
	MOVD matVecArgs_rows(R8), R2    \
	MOVD matVecArgs_blocks(R8), R3  \
	MOVD matVecArgs_smalls(R8), R4  \
	MOVD matVecArgs_x(R8), R5       \
	MOVD matVecArgs_start(R8), R6

// LOWER and UPPER take the whole codes of a vector, in two registers like all of a
// block. SPLIT takes the codes whose low bits are the spare bits of a vector and
// whose high bit is bit shift of C; above it, a code may keep what is not its own.
#define LOWER(a0, a1, v0, v1) \
	VAND V25.B16, a0.B16, v0.B16 \
	VAND V25.B16, a1.B16, v1.B16

#define UPPER(a0, a1, v0, v1) \
	VUSHR $3, a0.B16, v0.B16 \
	VUSHR $3, a1.B16, v1.B16 \
	LOWER(v0, v1, v0, v1)

#define SPLIT(shift, a0, a1, c0, c1, v0, v1) \
	VUSHR $6, a0.B16, v0.B16      \
	VUSHR $shift, c0.B16, V24.B16 \
	VSLI  $2, V24.B16, v0.B16     \
	VUSHR $6, a1.B16, v1.B16      \
	VUSHR $shift, c1.B16, V24.B16 \
	VSLI  $2, V24.B16, v1.B16

// BLOCK unpacks a block and multiplies each of its groups with its chunk of each
// vector.
#define BLOCK(FIRST, NEXT) \
	VLD1.P 64(R1), [V16.B16, V17.B16, V18.B16, V19.B16] \
	VLD1.P 32(R1), [V20.B16, V21.B16]                   \
	LOWER(V16, V17, V22, V23)                           \
	FIRST                                               \
	UPPER(V16, V17, V22, V23)                           \
	NEXT                                                \
	LOWER(V18, V19, V22, V23)                           \
	NEXT                                                \
	UPPER(V18, V19, V22, V23)                           \
	NEXT                                                \
	LOWER(V20, V21, V22, V23)                           \
	NEXT                                                \
	UPPER(V20, V21, V22, V23)                           \
	NEXT                                                \
	SPLIT(6, V16, V17, V20, V21, V22, V23)              \
	LOWER(V22, V23, V22, V23)                           \
	NEXT                                                \
	SPLIT(7, V18, V19, V20, V21, V22, V23)              \
	NEXT

// BEGINSMALL loads the constants of SMALL, which unpacks the 32 codes of a small
// block at w: A, B and C are dwords there, and lie as A A B B and C C A B before they
// shift. n0 and n1 are the numbers of v0 and v1.
#define BEGINSMALL \
	MOVD   $smallShifts<>(SB), R9     \
	VLD1.P 32(R9), [V26.B16, V27.B16] \
	VLD1   (R9), [V18.B16]            \
	VMOVI  $4, V19.B16

#define SMALL(w, v0, v1, n0, n1) \
	FMOVD.P 8(w), F16                 \
	VLD1R.P 4(w), [V17.S4]            \
	VZIP1   V16.S4, V16.S4, v0.S4     \
	VZIP1   V16.D2, V17.D2, v1.D2     \
	USHL_B(26, n0, n0)                \
	USHL_B(27, n1, n1)                \
	USHL_B(18, 17, 24)                \
	LOWER(v0, v1, v0, v1)             \
	VAND    V19.B16, V24.B16, V24.B16 \
	VORR    V24.B16, v1.B16, v1.B16

// CLEARn zeroes the first n sums.
#define CLEAR1 \
	VEOR V0.B16, V0.B16, V0.B16

#define CLEAR2 \
	CLEAR1 \
	VEOR V1.B16, V1.B16, V1.B16

#define CLEAR4 \
	CLEAR2                      \
	VEOR V2.B16, V2.B16, V2.B16 \
	VEOR V3.B16, V3.B16, V3.B16

#define CLEAR8 \
	CLEAR4                      \
	VEOR V4.B16, V4.B16, V4.B16 \
	VEOR V5.B16, V5.B16, V5.B16 \
	VEOR V6.B16, V6.B16, V6.B16 \
	VEOR V7.B16, V7.B16, V7.B16

#define CLEAR16 \
	CLEAR8                         \
	VEOR V8.B16, V8.B16, V8.B16    \
	VEOR V9.B16, V9.B16, V9.B16    \
	VEOR V10.B16, V10.B16, V10.B16 \
	VEOR V11.B16, V11.B16, V11.B16 \
	VEOR V12.B16, V12.B16, V12.B16 \
	VEOR V13.B16, V13.B16, V13.B16 \
	VEOR V14.B16, V14.B16, V14.B16 \
	VEOR V15.B16, V15.B16, V15.B16

// CHUNK1 loads the chunk of a vector, CHUNK2 the chunks of two.
#define CHUNK1 \
	VLD1.P 32(R7), [V28.B16, V29.B16]

#define CHUNK2 \
	VLD1.P 64(R7), [V28.B16, V29.B16, V30.B16, V31.B16]

// MAC multiplies the codes with the chunk of a vector, in two registers from number
// x on; the lower halves add to sums lo, the upper ones to hi. MUL and MUL2 multiply
// first, with or without what the sums have been.
#define MAC(MUL, MUL2, x, lo, hi) \
	MUL(x, 22, lo)       \
	MUL2(x, 22, hi)      \
	SMLAL(x + 1, 23, lo) \
	SMLAL2(x + 1, 23, hi)

// MAC2 is MAC for two vectors, of one sum each.
#define MAC2(MUL, a, b) \
	MUL(28, 22, a)    \
	MUL(30, 22, b)    \
	SMLAL2(28, 22, a) \
	SMLAL2(30, 22, b) \
	SMLAL(29, 23, a)  \
	SMLAL(31, 23, b)  \
	SMLAL2(29, 23, a) \
	SMLAL2(31, 23, b)

// COLSn multiplies the codes of a group with its chunk of each vector. FIRSTn begins
// the sums of a block, NEXTn continues them.
#define COLS1(MUL, MUL2) \
	CHUNK1 \
	MAC(MUL, MUL2, 28, 8, 9)

#define COLS2(MUL, MUL2) \
	CHUNK2                   \
	MAC(MUL, MUL2, 28, 8, 9) \
	MAC(MUL, MUL2, 30, 10, 11)

#define COLS4(MUL, MUL2) \
	COLS2(MUL, MUL2)           \
	CHUNK2                     \
	MAC(MUL, MUL2, 28, 12, 13) \
	MAC(MUL, MUL2, 30, 14, 15)

#define COLS8(MUL) \
	CHUNK2            \
	MAC2(MUL, 8, 9)   \
	CHUNK2            \
	MAC2(MUL, 10, 11) \
	CHUNK2            \
	MAC2(MUL, 12, 13) \
	CHUNK2            \
	MAC2(MUL, 14, 15)

#define FIRST1 COLS1(SMULL, SMULL2)
#define FIRST2 COLS2(SMULL, SMULL2)
#define FIRST4 COLS4(SMULL, SMULL2)
#define FIRST8 COLS8(SMULL)
#define NEXT1 COLS1(SMLAL, SMLAL2)
#define NEXT2 COLS2(SMLAL, SMLAL2)
#define NEXT4 COLS4(SMLAL, SMLAL2)
#define NEXT8 COLS8(SMLAL)

// WIDENn adds the sums in words to those in dwords.
#define WIDEN1 \
	SADALP_H(8, 0) \
	SADALP_H(9, 0)

#define WIDEN2 \
	WIDEN1          \
	SADALP_H(10, 1) \
	SADALP_H(11, 1)

#define WIDEN4 \
	WIDEN2          \
	SADALP_H(12, 2) \
	SADALP_H(13, 2) \
	SADALP_H(14, 3) \
	SADALP_H(15, 3)

#define WIDEN8 \
	SADALP_H(8, 0)  \
	SADALP_H(9, 1)  \
	SADALP_H(10, 2) \
	SADALP_H(11, 3) \
	SADALP_H(12, 4) \
	SADALP_H(13, 5) \
	SADALP_H(14, 6) \
	SADALP_H(15, 7)

// ENDn adds the lanes of each sum, and the start values, and stores a row of y.
#define END1 \
	VADDV  V0.S4, V0   \
	VMOV   V0.S[0], R9 \
	MOVW   (R6), R10   \
	ADDW   R10, R9     \
	MOVW.P R9, 4(R0)

#define END2 \
	VADDP   V1.S4, V0.S4, V0.S4 \
	VADDP   V0.S4, V0.S4, V0.S4 \
	FMOVD   (R6), F1            \
	VADD    V1.S4, V0.S4, V0.S4 \
	FMOVD.P F0, 8(R0)

#define END4 \
	VADDP  V1.S4, V0.S4, V0.S4 \
	VADDP  V3.S4, V2.S4, V2.S4 \
	VADDP  V2.S4, V0.S4, V0.S4 \
	VLD1   (R6), [V1.S4]       \
	VADD   V1.S4, V0.S4, V0.S4 \
	VST1.P [V0.S4], 16(R0)

#define END8 \
	VADDP  V1.S4, V0.S4, V0.S4  \
	VADDP  V3.S4, V2.S4, V2.S4  \
	VADDP  V5.S4, V4.S4, V4.S4  \
	VADDP  V7.S4, V6.S4, V6.S4  \
	VADDP  V2.S4, V0.S4, V0.S4  \
	VADDP  V6.S4, V4.S4, V1.S4  \
	VLD1   (R6), [V2.S4, V3.S4] \
	VADD   V2.S4, V0.S4, V0.S4  \
	VADD   V3.S4, V1.S4, V1.S4  \
	VST1.P [V0.S4, V1.S4], 32(R0)

// MATVEC is the body of the kernels, which differ in their vectors and in how these
// are multiplied.
#define MATVEC(CLEAR, FIRST, NEXT, WIDEN, END) \
	ARGS                        \
	VMOVI $7, V25.B16           \
                                \
row:                            \
	MOVD R5, R7                 \
	MOVD R3, R8                 \
	CLEAR                       \
	CBZ  R8, smalls             \
                                \
block:                          \
	BLOCK(FIRST, NEXT)          \
	WIDEN                       \
	SUBS $1, R8                 \
	BNE  block                  \
                                \
smalls:                         \
	CBZ  R4, end                \
	MOVD R4, R8                 \
	BEGINSMALL                  \
                                \
small:                          \
	SMALL(R1, V22, V23, 22, 23) \
	FIRST                       \
	WIDEN                       \
	SUBS $1, R8                 \
	BNE  small                  \
                                \
end:                            \
	END                         \
	SUBS $1, R2                 \
	BNE  row

// func matVec1NEON(args *matVecArgs)
TEXT ·matVec1NEON(SB), NOSPLIT, $0-8
	MATVEC(CLEAR1, FIRST1, NEXT1, WIDEN1, END1)
	RET

// func matVec2NEON(args *matVecArgs)
TEXT ·matVec2NEON(SB), NOSPLIT, $0-8
	MATVEC(CLEAR2, FIRST2, NEXT2, WIDEN2, END2)
	RET

// func matVec4NEON(args *matVecArgs)
TEXT ·matVec4NEON(SB), NOSPLIT, $0-8
	MATVEC(CLEAR4, FIRST4, NEXT4, WIDEN4, END4)
	RET

// func matVec8NEON(args *matVecArgs)
TEXT ·matVec8NEON(SB), NOSPLIT, $0-8
	MATVEC(CLEAR8, FIRST8, NEXT8, WIDEN8, END8)
	RET

// The dot-product kernels add products in 32-bit lanes. A vector has two sums, one
// for each register of codes, which fold into one at the end of a row.

// DOT multiplies the codes with the chunk of a vector, in two registers from number
// x on, and adds the products to its sums, from number a on.
#define DOT(x, a) \
	SDOT(x, 22, a) \
	SDOT(x + 1, 23, a + 1)

// DOTSn is COLSn by SDOT.
#define DOTS1 \
	CHUNK1 \
	DOT(28, 0)

#define DOTS2 \
	CHUNK2     \
	DOT(28, 0) \
	DOT(30, 2)

#define DOTS4 \
	DOTS2      \
	CHUNK2     \
	DOT(28, 4) \
	DOT(30, 6)

#define DOTS8 \
	DOTS4       \
	CHUNK2      \
	DOT(28, 8)  \
	DOT(30, 10) \
	CHUNK2      \
	DOT(28, 12) \
	DOT(30, 14)

// NOWIDEN: dwords are wide.
#define NOWIDEN

// FOLDENDn is ENDn, after folding the sums of a vector.
#define FOLDEND1 \
	VADD V1.S4, V0.S4, V0.S4 \
	END1

#define FOLDEND2 \
	VADD V1.S4, V0.S4, V0.S4 \
	VADD V3.S4, V2.S4, V1.S4 \
	END2

#define FOLD4 \
	VADD V1.S4, V0.S4, V0.S4 \
	VADD V3.S4, V2.S4, V1.S4 \
	VADD V5.S4, V4.S4, V2.S4 \
	VADD V7.S4, V6.S4, V3.S4

#define FOLDEND4 \
	FOLD4 \
	END4

#define FOLDEND8 \
	FOLD4                      \
	VADD V9.S4, V8.S4, V4.S4   \
	VADD V11.S4, V10.S4, V5.S4 \
	VADD V13.S4, V12.S4, V6.S4 \
	VADD V15.S4, V14.S4, V7.S4 \
	END8

// func matVec1DotProd(args *matVecArgs)
TEXT ·matVec1DotProd(SB), NOSPLIT, $0-8
	MATVEC(CLEAR2, DOTS1, DOTS1, NOWIDEN, FOLDEND1)
	RET

// func matVec2DotProd(args *matVecArgs)
TEXT ·matVec2DotProd(SB), NOSPLIT, $0-8
	MATVEC(CLEAR4, DOTS2, DOTS2, NOWIDEN, FOLDEND2)
	RET

// func matVec4DotProd(args *matVecArgs)
TEXT ·matVec4DotProd(SB), NOSPLIT, $0-8
	MATVEC(CLEAR8, DOTS4, DOTS4, NOWIDEN, FOLDEND4)
	RET

// func matVec8DotProd(args *matVecArgs)
TEXT ·matVec8DotProd(SB), NOSPLIT, $0-8
	MATVEC(CLEAR16, DOTS8, DOTS8, NOWIDEN, FOLDEND8)
	RET

// The i8mm kernels multiply blocks of 2 rows × 8 k and 8 k × 2 vectors. They take two
// rows at a time; an odd last row is its own second. The eights of two vectors lie
// side by side in x, inEights.
//
//	V0–V3    sums: two vectors of a row, then of the next
//	V4–V7    codes of both rows, 8 k each
//	V8–V13   A, B, C of the block of the first row    V14–V19  of the second
//	V20, V21 codes of a group, first row              V22, V23  second row
//	V28–V31  x: 8 k of two vectors each
//	R13      packed weights of the second row, advancing
//	R11      its row of y               R12  bytes of a packed row

// ZIPROWS makes blocks of the codes of both rows.
#define ZIPROWS \
	VZIP1 V22.D2, V20.D2, V4.D2 \
	VZIP2 V22.D2, V20.D2, V5.D2 \
	VZIP1 V23.D2, V21.D2, V6.D2 \
	VZIP2 V23.D2, V21.D2, V7.D2

// EIGHT4 multiplies 8 k of both rows with 4 vectors, in registers from number x on;
// EIGHT8 loads 8 vectors, and multiplies.
#define EIGHT4(codes, x) \
	SMMLA(x, codes, 0) \
	SMMLA(x + 1, codes, 1)

#define EIGHT8(codes) \
	CHUNK2              \
	EIGHT4(codes, 28)   \
	SMMLA(30, codes, 2) \
	SMMLA(31, codes, 3)

// ROWSn multiplies a group of both rows with n vectors.
#define ROWS4 \
	ZIPROWS       \
	CHUNK2        \
	EIGHT4(4, 28) \
	EIGHT4(5, 30) \
	CHUNK2        \
	EIGHT4(6, 28) \
	EIGHT4(7, 30)

#define ROWS8 \
	ZIPROWS   \
	EIGHT8(4) \
	EIGHT8(5) \
	EIGHT8(6) \
	EIGHT8(7)

// ENDROWSn adds the start values and stores both rows of y.
#define ENDROWS4 \
	VLD1  (R6), [V24.S4]         \
	VZIP2 V1.D2, V0.D2, V21.D2   \
	VZIP1 V1.D2, V0.D2, V20.D2   \
	VADD  V24.S4, V21.S4, V21.S4 \
	VADD  V24.S4, V20.S4, V20.S4 \
	VST1  [V21.S4], (R11)        \
	VST1  [V20.S4], (R0)

#define ENDROWS8 \
	VLD1  (R6), [V26.S4, V27.S4]  \
	VZIP2 V1.D2, V0.D2, V22.D2    \
	VZIP2 V3.D2, V2.D2, V23.D2    \
	VZIP1 V1.D2, V0.D2, V20.D2    \
	VZIP1 V3.D2, V2.D2, V21.D2    \
	VADD  V26.S4, V22.S4, V22.S4  \
	VADD  V27.S4, V23.S4, V23.S4  \
	VADD  V26.S4, V20.S4, V20.S4  \
	VADD  V27.S4, V21.S4, V21.S4  \
	VST1  [V22.S4, V23.S4], (R11) \
	VST1  [V20.S4, V21.S4], (R0)

// BOTHMATVEC is the body of the i8mm kernels; n is bytes of a row of y. A packed row
// is 12·(8·blocks + smalls) bytes.
#define BOTHMATVEC(ROWS, ENDROWS, n) \
	ARGS                                                 \
	VMOVI $7, V25.B16                                    \
	ADD   R3<<3, R4, R12                                 \
	ADD   R12<<1, R12, R12                               \
	LSL   $2, R12                                        \
                                                         \
rows:                                                    \
	ADD  R12, R1, R13                                    \
	ADD  $n, R0, R11                                     \
	CMP  $1, R2                                          \
	CSEL EQ, R1, R13, R13                                \
	CSEL EQ, R0, R11, R11                                \
	MOVD R5, R7                                          \
	MOVD R3, R8                                          \
	CLEAR4                                               \
	CBZ  R8, smalls                                      \
                                                         \
block:                                                   \
	VLD1.P 64(R1), [V8.B16, V9.B16, V10.B16, V11.B16]    \
	VLD1.P 32(R1), [V12.B16, V13.B16]                    \
	VLD1.P 64(R13), [V14.B16, V15.B16, V16.B16, V17.B16] \
	VLD1.P 32(R13), [V18.B16, V19.B16]                   \
	LOWER(V8, V9, V20, V21)                              \
	LOWER(V14, V15, V22, V23)                            \
	ROWS                                                 \
	UPPER(V8, V9, V20, V21)                              \
	UPPER(V14, V15, V22, V23)                            \
	ROWS                                                 \
	LOWER(V10, V11, V20, V21)                            \
	LOWER(V16, V17, V22, V23)                            \
	ROWS                                                 \
	UPPER(V10, V11, V20, V21)                            \
	UPPER(V16, V17, V22, V23)                            \
	ROWS                                                 \
	LOWER(V12, V13, V20, V21)                            \
	LOWER(V18, V19, V22, V23)                            \
	ROWS                                                 \
	UPPER(V12, V13, V20, V21)                            \
	UPPER(V18, V19, V22, V23)                            \
	ROWS                                                 \
	SPLIT(6, V8, V9, V12, V13, V20, V21)                 \
	LOWER(V20, V21, V20, V21)                            \
	SPLIT(6, V14, V15, V18, V19, V22, V23)               \
	LOWER(V22, V23, V22, V23)                            \
	ROWS                                                 \
	SPLIT(7, V10, V11, V12, V13, V20, V21)               \
	SPLIT(7, V16, V17, V18, V19, V22, V23)               \
	ROWS                                                 \
	SUBS   $1, R8                                        \
	BNE    block                                         \
                                                         \
smalls:                                                  \
	CBZ  R4, end                                         \
	MOVD R4, R8                                          \
	BEGINSMALL                                           \
                                                         \
small:                                                   \
	SMALL(R1, V20, V21, 20, 21)                          \
	SMALL(R13, V22, V23, 22, 23)                         \
	ROWS                                                 \
	SUBS $1, R8                                          \
	BNE  small                                           \
                                                         \
end:                                                     \
	ENDROWS                                              \
	MOVD R13, R1                                         \
	ADD  $(2*n), R0                                      \
	SUBS $2, R2                                          \
	BGT  rows

// func matVec4I8MM(args *matVecArgs)
TEXT ·matVec4I8MM(SB), NOSPLIT, $0-8
	BOTHMATVEC(ROWS4, ENDROWS4, 16)
	RET

// func matVec8I8MM(args *matVecArgs)
TEXT ·matVec8I8MM(SB), NOSPLIT, $0-8
	BOTHMATVEC(ROWS8, ENDROWS8, 32)
	RET
