//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"
#include "columns_avx2_amd64.h"

// Activations of members that share a base, in blocks of rows and columns. Eight
// columns at a time: a vector of int32 holds a row of them, two of words a quad of
// rows, one of bytes the same quad as the batch has it.

// FAR sets the signs of Y6 where sums are beyond ±2^30. Y7 = 2^30; it uses Y8.
#define FAR(v) \
	VPADDD Y7, v, Y8  \
	VPOR   Y8, Y6, Y6

// func baseWordsAVX2(args *fusedArgs) bool
//
//	DI  words of the group           R8   bytes from a row of base to the next
//	SI  base of the group            R9   thrice that
//	BX  offsets of the quad          R10  base of the quad, R11 words
//	DX  columns left                 CX   quads left
//	Y4, Y5  -clip, clip              Y6, Y7  see FAR
TEXT ·baseWordsAVX2(SB), NOSPLIT, $0-9
	MOVQ args+0(FP), AX
	MOVQ         fusedArgs_words(AX), DI
	MOVQ         fusedArgs_base(AX), SI
	MOVQ         fusedArgs_cols(AX), DX
	MOVQ         fusedArgs_baseRow(AX), R8
	LEAQ         (R8)(R8*2), R9
	VPBROADCASTW fusedArgs_clip(AX), Y5
	VPXOR        Y4, Y4, Y4
	VPSUBW       Y5, Y4, Y4
	VPCMPEQD     Y7, Y7, Y7
	VPABSD       Y7, Y7       // 1
	VPSLLD       $30, Y7, Y7
	VPXOR        Y6, Y6, Y6

group:
	MOVQ SI, R10
	MOVQ DI, R11
	MOVQ fusedArgs_offsets(AX), BX
	MOVQ fusedArgs_quads(AX), CX

quad:
	VPBROADCASTD (BX), Y0
	VPBROADCASTD 4(BX), Y1
	VPBROADCASTD 8(BX), Y2
	VPBROADCASTD 12(BX), Y3
	VPADDD       (R10), Y0, Y0
	VPADDD       (R10)(R8*1), Y1, Y1
	VPADDD       (R10)(R8*2), Y2, Y2
	VPADDD       (R10)(R9*1), Y3, Y3
	FAR(Y0)
	FAR(Y1)
	FAR(Y2)
	FAR(Y3)

	// In each lane, of four columns: rows 0 | 2, rows 1 | 3.
	VPACKSSDW Y2, Y0, Y0
	VPACKSSDW Y3, Y1, Y1
	VPMINSW   Y5, Y0, Y0
	VPMINSW   Y5, Y1, Y1
	VPMAXSW   Y4, Y0, Y0
	VPMAXSW   Y4, Y1, Y1

	// Rows 0 and 1 by turns, rows 2 and 3.
	VPUNPCKLWD Y1, Y0, Y2
	VPUNPCKHWD Y1, Y0, Y3

	// All rows, of columns 0 and 1, of columns 2 and 3.
	VPUNPCKLDQ Y3, Y2, Y0
	VPUNPCKHDQ Y3, Y2, Y1
	VMOVDQU    Y0, (R11)
	VMOVDQU    Y1, 32(R11)

	ADDQ $16, BX
	LEAQ (R10)(R8*4), R10
	ADDQ $64, R11
	DECQ CX
	JNZ  quad

	ADDQ $32, SI
	ADDQ $(const_fusedRows*8*2), DI
	SUBQ $8, DX
	JG   group

	VMOVMSKPS Y6, AX
	TESTL     AX, AX
	SETEQ     ret+8(FP)
	VZEROUPPER
	RET

// QUAD adds and subtracts the perturbation of a quad and stores the activations of
// both members. R10 = words, R12 = weights, R11 = dst, R15 = bytes to the minus
// member's. It steps to the next quad.
#define QUAD(STORE, loop) \
loop:                         \
	VPBROADCASTQ (R12), Y0    \
	VMOVDQU      (R10), Y2    \
	VMOVDQU      32(R10), Y3  \
	VPMULHRSW    Y8, Y0, Y1   \
	VPMULHRSW    Y9, Y0, Y0   \
	VPADDW       Y1, Y2, Y4   \
	VPSUBW       Y1, Y2, Y2   \
	VPADDW       Y0, Y3, Y5   \
	VPSUBW       Y0, Y3, Y3   \
	VPMULHW      Y10, Y4, Y4  \
	VPMULHW      Y10, Y2, Y2  \
	VPMULHW      Y10, Y5, Y5  \
	VPMULHW      Y10, Y3, Y3  \
	VPACKSSWB    Y5, Y4, Y4   \
	VPACKSSWB    Y3, Y2, Y2   \
	VPMAXSB      Y11, Y4, Y4  \
	VPMAXSB      Y11, Y2, Y2  \
	STORE(Y4, (R11))          \
	STORE(Y2, (R11)(R15*1))   \
	ADDQ         $64, R10     \
	ADDQ         $8, R12      \
	ADDQ         R14, R11     \
	DECQ         CX           \
	JNZ          loop

// func spreadWordsAVX2(args *fusedArgs) bool
//
//	DI  dst of the group          R8   args
//	SI  words of the group        R10  words of the quad, R11 dst, R12 weights
//	BX  t of the group            R14  bytes of dst from a quad to the next
//	DX  columns left              R15  bytes of dst to the minus member's
//	CX  quads left
//
//	Y8, Y9   t of columns 0 and 1, 2 and 3, of each lane: four times each, scaled
//	Y10      2^(16-shift)         Y11  low
//	Y12      limit of |t|         X13  scale of t
//	Y15      mask of the columns
TEXT ·spreadWordsAVX2(SB), NOSPLIT, $0-9
	MOVQ args+0(FP), R8
	MOVQ fusedArgs_a(R8), SI
	MOVQ fusedArgs_weights(R8), R12

	// The sixteen codes to weights.
	VMOVDQU   codeWeights<>(SB), X12
	VMOVD     fusedArgs_aShift(R8), X13
	VMOVDQU   (SI), X0
	VPSHUFB   X0, X12, X0
	VPMOVSXBW X0, Y0
	VPSLLW    X13, Y0, Y0
	VMOVDQU   Y0, (R12)

	MOVQ         fusedArgs_dst(R8), DI
	MOVQ         fusedArgs_words(R8), SI
	MOVQ         fusedArgs_t(R8), BX
	MOVQ         fusedArgs_cols(R8), DX
	MOVQ         fusedArgs_quad(R8), R14
	MOVQ         fusedArgs_minus(R8), R15
	VPBROADCASTW fusedArgs_scale(R8), Y10
	VPBROADCASTB fusedArgs_low(R8), Y11
	VPBROADCASTD fusedArgs_limit(R8), Y12
	VMOVD        fusedArgs_tShift(R8), X13

group:
	MOVQ    $8, AX
	CMPQ    DX, AX
	CMOVQLT DX, AX
	LANES(AX, R13, Y15)

	// Is all |t| within the limit? Their maximum is the limit then.
	VPMASKMOVD (BX), Y15, Y8
	VPABSD     Y8, Y9
	VPMAXUD    Y12, Y9, Y9
	VPCMPEQD   Y12, Y9, Y9
	VPMOVMSKB  Y9, AX
	CMPL       AX, $-1
	JNE        beyond

	VPSLLD         X13, Y8, Y8
	VBROADCASTI128 spreadLow<>(SB), Y0
	VBROADCASTI128 spreadHigh<>(SB), Y1
	VPSHUFB        Y1, Y8, Y9
	VPSHUFB        Y0, Y8, Y8

	MOVQ    SI, R10
	MOVQ    DI, R11
	MOVQ    fusedArgs_weights(R8), R12
	MOVQ    fusedArgs_quads(R8), CX
	CMPQ    DX, $8
	JLT     part
	QUAD(STORE_WHOLE, whole)
	ADDQ    $32, DI
	ADDQ    $32, BX
	ADDQ    $(const_fusedRows*8*2), SI
	SUBQ    $8, DX
	JNZ     group
	JMP     done

part:
	QUAD(STORE_PART, partQuad)

done:
	MOVB $1, ret+8(FP)
	VZEROUPPER
	RET

beyond:
	MOVB $0, ret+8(FP)
	VZEROUPPER
	RET

// ROW sets the sums of a row for the plus member and the minus member: base plus and
// minus the perturbation in the sums at SI, shifted.
#define ROW(base, at, plus, minus) \
	VPADDD       (at*32)(SI), Y12, minus \
	VPSRAVD      Y13, minus, minus       \
	VPBROADCASTD (at*4)(BX), Y8          \
	VPADDD       base, Y8, Y8            \
	VPADDD       minus, Y8, plus         \
	VPSUBD       minus, Y8, minus        \
	VPSRAVD      Y14, plus, plus         \
	VPSRAVD      Y14, minus, minus

// PACK packs four rows into quads of activations in r0.
#define PACK(r0, r1, r2, r3) \
	VPACKSSDW r1, r0, r0  \
	VPACKSSDW r3, r2, r2  \
	VPACKSSWB r2, r0, r0  \
	VPMAXSB   Y11, r0, r0 \
	VPSHUFB   Y10, r0, r0

// func spreadSumsAVX2(args *fusedArgs)
//
//	DI  dst of the quad      R9   bytes from a row of base to the next, R10 thrice
//	DX  base                 R14  bytes of dst from a quad to the next
//	SI  sums                 R15  bytes of dst to the minus member's
//	BX  offsets              CX   quads left
//
//	Y0–Y3, Y4–Y7  the plus and the minus member's rows
//	Y10  transpose4x4        Y11  low
//	Y12  2^(round-1)         Y13  round
//	Y14  shift               Y15  mask of the columns
TEXT ·spreadSumsAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R8
	MOVQ fusedArgs_dst(R8), DI
	MOVQ fusedArgs_base(R8), DX
	MOVQ fusedArgs_sums(R8), SI
	ADDQ $63, SI // as combineAVX2 aligns them
	ANDQ $-64, SI
	MOVQ fusedArgs_offsets(R8), BX
	MOVQ fusedArgs_cols(R8), AX
	LANES(AX, R13, Y15)
	MOVQ fusedArgs_baseRow(R8), R9
	LEAQ (R9)(R9*2), R10
	MOVQ fusedArgs_quad(R8), R14
	MOVQ fusedArgs_minus(R8), R15

	VBROADCASTI128 transpose4x4<>(SB), Y10
	VPBROADCASTB   fusedArgs_low(R8), Y11
	VPBROADCASTD   fusedArgs_round(R8), Y13
	VPBROADCASTD   fusedArgs_shift(R8), Y14
	VPCMPEQD       Y12, Y12, Y12
	VPABSD         Y12, Y12      // 1
	VPSLLVD        Y13, Y12, Y12
	VPSRLD         $1, Y12, Y12
	MOVQ           fusedArgs_quads(R8), CX

quad:
	ROW((DX), 0, Y0, Y4)
	ROW((DX)(R9*1), 1, Y1, Y5)
	ROW((DX)(R9*2), 2, Y2, Y6)
	ROW((DX)(R10*1), 3, Y3, Y7)
	PACK(Y0, Y1, Y2, Y3)
	PACK(Y4, Y5, Y6, Y7)
	VPMASKMOVD Y0, Y15, (DI)
	VPMASKMOVD Y4, Y15, (DI)(R15*1)

	ADDQ $128, SI
	ADDQ $16, BX
	LEAQ (DX)(R9*4), DX
	ADDQ R14, DI
	DECQ CX
	JNZ  quad
	VZEROUPPER
	RET
