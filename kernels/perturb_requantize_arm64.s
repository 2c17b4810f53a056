//go:build !purego

#include "columns_arm64.h"
#include "go_asm.h"
#include "neon_elementwise_arm64.h"
#include "textflag.h"
#include "constants_arm64.h"

// Activations of members that share a base, in blocks of rows and columns. Eight
// columns at a time: two vectors of int32 hold a row of them, four of words a quad of
// rows, two of bytes the same quad as the batch has it.

// FAR sets the signs of V6 where sums are beyond ±2^30. V7 = 2^30; it uses V20.
#define FAR(v) \
	VADD V7.S4, v.S4, V20.S4     \
	VORR V20.B16, V6.B16, V6.B16

// BASE_ROW adds the offset to the next row at R10, and packs it to words in register d.
#define BASE_ROW(offset, d) \
	VLD1.P (R10)(R8), [V4.S4, V5.S4] \
	VADD   offset.S4, V4.S4, V4.S4   \
	VADD   offset.S4, V5.S4, V5.S4   \
	FAR(V4)                          \
	FAR(V5)                          \
	SQXTN_S(4, d)                    \
	SQXTN2_S(5, d)                   \
	SMIN_H(31, d, d)                 \
	SMAX_H(30, d, d)

// func baseWordsNEON(args *fusedArgs) bool
//
//	R0  words of the group    R8   bytes from a row of base to the next
//	R1  base of the group     R10  base of the row, R11 words of the quad
//	R2  offsets               R12  offsets of the quad
//	R3  quads, R13 left       V31, V30   clip and -clip
//	R4  groups left           V16 … V19  offsets of the rows
//	                          V0 … V3    words of the rows
//	                          V6, V7     see FAR
TEXT ·baseWordsNEON(SB), NOSPLIT, $0-9
	MOVD args+0(FP), R5
	MOVD fusedArgs_words(R5), R0
	MOVD fusedArgs_base(R5), R1
	MOVD fusedArgs_offsets(R5), R2
	MOVD fusedArgs_quads(R5), R3
	MOVD fusedArgs_cols(R5), R4
	LSR  $3, R4
	MOVD fusedArgs_baseRow(R5), R8
	MOVW fusedArgs_clip(R5), R5
	VDUP R5, V31.H8
	NEG  R5, R5
	VDUP R5, V30.H8
	MOVD $(1<<30), R5
	VDUP R5, V7.S4
	VEOR V6.B16, V6.B16, V6.B16

group:
	MOVD R1, R10
	MOVD R0, R11
	MOVD R2, R12
	MOVD R3, R13

quad:
	VLD4R.P 16(R12), [V16.S4, V17.S4, V18.S4, V19.S4]
	BASE_ROW(V16, 0)
	BASE_ROW(V17, 1)
	BASE_ROW(V18, 2)
	BASE_ROW(V19, 3)
	VST4.P  [V0.H8, V1.H8, V2.H8, V3.H8], 64(R11)     // the rows of each column
	SUBS    $1, R13
	BNE     quad

	ADD  $32, R1
	ADD  $(const_fusedRows*8*2), R0
	SUBS $1, R4
	BNE  group

	UMAXV_S(6, 6)
	VMOV V6.S[0], R5
	TSTW $(1<<31), R5
	CSET EQ, R5
	MOVB R5, ret+8(FP)
	RET

// PERTURB_WORDS adds and subtracts the perturbation of two columns, whose t is in
// register t, to their words v, n by number: the sums, shifted, are in register n and
// plus. V0 has the weights; it uses V1.
#define PERTURB_WORDS(t, v, n, vPlus, plus) \
	SQRDMULH_H(t, 0, 1)        \
	VADD V1.H8, v.H8, vPlus.H8 \
	VSUB V1.H8, v.H8, v.H8     \
	SSHL_H(31, plus, plus)     \
	SSHL_H(31, n, n)

// NARROW packs two vectors of words into activations in register d.
#define NARROW(n0, n1, d) \
	SQXTN_H(n0, d)   \
	SQXTN2_H(n1, d)  \
	SMAX_B(30, d, d)

// func spreadWordsNEON(args *fusedArgs) (left int)
//
//	R0  dst of the group      R8   bytes of dst from a quad to the next
//	R1  words of the group    R9   bytes of dst to the minus member's
//	R3  t of the group        R10  dst of the quad, R11 the minus member's
//	R4  quads, R12 left       R13  words of the quad
//	R5  groups left           R14  weights of the quad
//	R6  weights               R15  limit of |t|
//
//	V16 … V19  t of two columns each, four times, scaled
//	V31        words -shift            V30  bytes low
//	V29        dwords, scale of t
//	V4 … V7, V20 … V23   words of the quad, minus and plus the perturbation
TEXT ·spreadWordsNEON(SB), NOSPLIT, $0-16
	MOVD args+0(FP), R7
	MOVD  fusedArgs_dst(R7), R0
	MOVD  fusedArgs_words(R7), R1
	MOVD  fusedArgs_a(R7), R2
	MOVD  fusedArgs_t(R7), R3
	MOVD  fusedArgs_quads(R7), R4
	MOVD  fusedArgs_cols(R7), R5
	LSR  $3, R5
	MOVD  fusedArgs_weights(R7), R6
	MOVD  fusedArgs_quad(R7), R8
	MOVD  fusedArgs_minus(R7), R9
	MOVWU fusedArgs_limit(R7), R15
	MOVW  fusedArgs_shift(R7), R10
	NEG   R10, R10
	VDUP  R10, V31.H8
	MOVW  fusedArgs_low(R7), R10
	VDUP  R10, V30.B16
	MOVW  fusedArgs_tShift(R7), R10
	VDUP  R10, V29.S4

	// The sixteen codes to weights.
	MOVW fusedArgs_aShift(R7), R10
	VDUP R10, V2.H8
	MOVD $codeWeights<>(SB), R10
	VLD1 (R10), [V1.B16]
	VLD1 (R2), [V0.B16]
	VTBL V0.B16, [V1.B16], V0.B16
	SSHLL2_B(0, 0, 1)
	SSHLL_B(0, 0, 0)
	SSHL_H(2, 0, 0)
	SSHL_H(2, 1, 1)
	VST1 [V0.H8, V1.H8], (R6)

group:
	// Is all |t| within the limit?
	FLDPQ.P 32(R3), (F0, F1)
	ABS_S(0, 2)
	ABS_S(1, 3)
	VUMAX   V3.S4, V2.S4, V2.S4
	UMAXV_S(2, 2)
	VMOV    V2.S[0], R10
	CMPW    R15, R10
	BHI     beyond

	SSHL_S(29, 0, 0)
	SSHL_S(29, 1, 1)
	SQXTN_S(0, 0)
	SQXTN2_S(1, 0)
	VZIP1 V0.H8, V0.H8, V1.H8
	VZIP2 V0.H8, V0.H8, V2.H8
	VZIP1 V1.S4, V1.S4, V16.S4
	VZIP2 V1.S4, V1.S4, V17.S4
	VZIP1 V2.S4, V2.S4, V18.S4
	VZIP2 V2.S4, V2.S4, V19.S4

	MOVD R0, R10
	ADD  R9, R0, R11
	MOVD R4, R12
	MOVD R1, R13
	MOVD R6, R14

quad:
	VLD1R.P 8(R14), [V0.D2]
	VLD1.P  64(R13), [V4.H8, V5.H8, V6.H8, V7.H8]
	PERTURB_WORDS(16, V4, 4, V20, 20)
	PERTURB_WORDS(17, V5, 5, V21, 21)
	PERTURB_WORDS(18, V6, 6, V22, 22)
	PERTURB_WORDS(19, V7, 7, V23, 23)
	NARROW(20, 21, 2)
	NARROW(22, 23, 3)
	NARROW(4, 5, 4)
	NARROW(6, 7, 5)
	VST1.P  [V2.B16, V3.B16], (R10)(R8)
	VST1.P  [V4.B16, V5.B16], (R11)(R8)
	SUBS    $1, R12
	BNE     quad

	ADD  $32, R0
	ADD  $(const_fusedRows*8*2), R1
	SUBS $1, R5
	BNE  group

beyond:
	MOVD R5, left+8(FP)
	RET

// SUMS_ROW sets a row of the plus member in vector plus, and of the minus member in
// minus, each half a vector of bytes: base at R1 and its offset, plus and minus the
// perturbation at R2, shifted.
#define SUMS_ROW(LOAD_NEXT, offset, plus, minus) \
	FLDPQ.P 32(R2), (F0, F1)        \
	LOAD_NEXT(R1, R11, V4, V5)      \
	VADD    V29.S4, V0.S4, V0.S4    \
	VADD    V29.S4, V1.S4, V1.S4    \
	SSHL_S(28, 0, 0)                \
	SSHL_S(28, 1, 1)                \
	VADD    offset.S4, V4.S4, V4.S4 \
	VADD    offset.S4, V5.S4, V5.S4 \
	VADD    V0.S4, V4.S4, V2.S4     \
	VADD    V1.S4, V5.S4, V3.S4     \
	VSUB    V0.S4, V4.S4, V4.S4     \
	VSUB    V1.S4, V5.S4, V5.S4     \
	SSHL_S(31, 2, 2)                \
	SSHL_S(31, 3, 3)                \
	SSHL_S(31, 4, 4)                \
	SSHL_S(31, 5, 5)                \
	SQXTN_S(2, 2)                   \
	SQXTN2_S(3, 2)                  \
	SQXTN_S(4, 4)                   \
	SQXTN2_S(5, 4)                  \
	SQXTN_H(2, plus)                \
	SQXTN_H(4, minus)

// QUAD turns four rows in the lower halves of v0 to v3 into the quads of four columns
// in v0 and of four in v1, n0 and n1 by number.
#define QUAD(v0, v1, v2, v3, n0, n1) \
	VZIP1 v1.B16, v0.B16, v0.B16 \
	VZIP1 v3.B16, v2.B16, v2.B16 \
	VZIP2 v2.H8, v0.H8, v1.H8    \
	VZIP1 v2.H8, v0.H8, v0.H8    \
	SMAX_B(30, n0, n0)           \
	SMAX_B(30, n1, n1)

// SUMS_QUADS sets all quads of the rows.
#define SUMS_QUADS(LOAD_NEXT, STORE_NEXT, quad) \
quad:  \
	VLD4R.P 16(R3), [V24.S4, V25.S4, V26.S4, V27.S4] \
	SUMS_ROW(LOAD_NEXT, V24, 16, 20)                 \
	SUMS_ROW(LOAD_NEXT, V25, 17, 21)                 \
	SUMS_ROW(LOAD_NEXT, V26, 18, 22)                 \
	SUMS_ROW(LOAD_NEXT, V27, 19, 23)                 \
	QUAD(V16, V17, V18, V19, 16, 17)                 \
	QUAD(V20, V21, V22, V23, 20, 21)                 \
	STORE_NEXT(V16, V17, R0, R9)                     \
	STORE_NEXT(V20, V21, R10, R9)                    \
	SUBS    $1, R4                                   \
	BNE     quad

// func spreadSumsNEON(args *fusedArgs)
//
//	R0  dst of the quad, R10 the minus member's   V24 … V27  offsets of the rows
//	R1  base of the row                           V16 … V19  rows of the plus member
//	R2  sums of the row                           V20 … V23  rows of the minus member
//	R3  offsets of the quad                       V31        -shift
//	R4  quads left                                V30        low
//	R8  columns                                   V29        2^(round-1)
//	R9  bytes of dst from a quad to the next      V28        -round
//	R11 bytes from a row of base to the next
TEXT ·spreadSumsNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R7
	MOVD fusedArgs_dst(R7), R0
	MOVD fusedArgs_base(R7), R1
	MOVD fusedArgs_sums(R7), R2
	MOVD fusedArgs_offsets(R7), R3
	MOVD fusedArgs_quads(R7), R4
	MOVD fusedArgs_baseRow(R7), R11
	MOVD fusedArgs_quad(R7), R9
	MOVD fusedArgs_minus(R7), R10
	ADD  R0, R10

	MOVW fusedArgs_shift(R7), R5
	NEG  R5, R5
	VDUP R5, V31.S4
	MOVW fusedArgs_low(R7), R5
	VDUP R5, V30.B16
	MOVW fusedArgs_round(R7), R5
	MOVD $1, R6
	LSL  R5, R6
	LSR  $1, R6
	VDUP R6, V29.S4
	NEG  R5, R5
	VDUP R5, V28.S4

	MOVD fusedArgs_cols(R7), R8
	BY_WIDTH(four, two, one)
	SUMS_QUADS(LOAD_NEXT_8, STORE_NEXT_8, quad8)
	RET

four:
	SUMS_QUADS(LOAD_NEXT_4, STORE_NEXT_4, quad4)
	RET

two:
	SUMS_QUADS(LOAD_NEXT_2, STORE_NEXT_2, quad2)
	RET

one:
	SUMS_QUADS(LOAD_NEXT_1, STORE_NEXT_1, quad1)
	RET
