//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"
#include "columns_avx512_amd64.h"

// Activations of members that share a base, sixteen columns at a time: the
// structure of perturb_requantize_avx2_amd64.s. All loads of t and stores of a group
// are masked by K1.

// FAR sets the signs of Z6 where sums are beyond ±2^30. Z7 = 2^30; it uses Z8.
#define FAR(v) \
	VPADDD Z7, v, Z8  \
	VPORD  Z8, Z6, Z6

// func baseWordsAVX512(args *fusedArgs) bool
//
//	DI  words of the group           R8   bytes from a row of base to the next
//	SI  base of the group            R9   thrice that
//	BX  offsets of the quad          R10  base of the quad, R11 words
//	DX  columns left                 CX   quads left
//	Z4, Z5  -clip, clip              Z6, Z7  see FAR
TEXT ·baseWordsAVX512(SB), NOSPLIT, $0-9
	MOVQ args+0(FP), AX
	MOVQ         fusedArgs_words(AX), DI
	MOVQ         fusedArgs_base(AX), SI
	MOVQ         fusedArgs_cols(AX), DX
	MOVQ         fusedArgs_baseRow(AX), R8
	LEAQ         (R8)(R8*2), R9
	VPBROADCASTW fusedArgs_clip(AX), Z5
	VPXORD       Z4, Z4, Z4
	VPSUBW       Z5, Z4, Z4
	VPTERNLOGD   $0xFF, Z7, Z7, Z7
	VPABSD       Z7, Z7            // 1
	VPSLLD       $30, Z7, Z7
	VPXORD       Z6, Z6, Z6

group:
	MOVQ SI, R10
	MOVQ DI, R11
	MOVQ fusedArgs_offsets(AX), BX
	MOVQ fusedArgs_quads(AX), CX

quad:
	VPBROADCASTD (BX), Z0
	VPBROADCASTD 4(BX), Z1
	VPBROADCASTD 8(BX), Z2
	VPBROADCASTD 12(BX), Z3
	VPADDD       (R10), Z0, Z0
	VPADDD       (R10)(R8*1), Z1, Z1
	VPADDD       (R10)(R8*2), Z2, Z2
	VPADDD       (R10)(R9*1), Z3, Z3
	FAR(Z0)
	FAR(Z1)
	FAR(Z2)
	FAR(Z3)

	// In each lane, of four columns: rows 0 | 2, rows 1 | 3.
	VPACKSSDW Z2, Z0, Z0
	VPACKSSDW Z3, Z1, Z1
	VPMINSW   Z5, Z0, Z0
	VPMINSW   Z5, Z1, Z1
	VPMAXSW   Z4, Z0, Z0
	VPMAXSW   Z4, Z1, Z1

	// Rows 0 and 1 by turns, rows 2 and 3.
	VPUNPCKLWD Z1, Z0, Z2
	VPUNPCKHWD Z1, Z0, Z3

	// All rows, of columns 0 and 1, of columns 2 and 3.
	VPUNPCKLDQ Z3, Z2, Z0
	VPUNPCKHDQ Z3, Z2, Z1
	VMOVDQU64  Z0, (R11)
	VMOVDQU64  Z1, 64(R11)

	ADDQ $16, BX
	LEAQ (R10)(R8*4), R10
	ADDQ $128, R11
	DECQ CX
	JNZ  quad

	ADDQ $64, SI
	ADDQ $(const_fusedRows*16*2), DI
	SUBQ $16, DX
	JG   group

	VPMOVD2M Z6, K1
	KORTESTW K1, K1
	SETEQ    ret+8(FP)
	VZEROUPPER
	RET

// func spreadWordsAVX512(args *fusedArgs) bool
//
//	DI  dst of the group          R8   args
//	SI  words of the group        R10  words of the quad, R11 dst, R12 weights
//	BX  t of the group            R14  bytes of dst from a quad to the next
//	DX  columns left              R15  bytes of dst to the minus member's
//	R13 quads left
//
//	Z8, Z9   t of columns 0 and 1, 2 and 3, of each lane: four times each, scaled
//	Z10      2^(16-shift)         Z11  low
//	Z12      limit of |t|         X13  scale of t
//	Z14, Z15 spreadLow, spreadHigh
//	K1       the columns
TEXT ·spreadWordsAVX512(SB), NOSPLIT, $0-9
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

	MOVQ            fusedArgs_dst(R8), DI
	MOVQ            fusedArgs_words(R8), SI
	MOVQ            fusedArgs_t(R8), BX
	MOVQ            fusedArgs_cols(R8), DX
	MOVQ            fusedArgs_quad(R8), R14
	MOVQ            fusedArgs_minus(R8), R15
	VPBROADCASTW    fusedArgs_scale(R8), Z10
	VPBROADCASTB    fusedArgs_low(R8), Z11
	VPBROADCASTD    fusedArgs_limit(R8), Z12
	VMOVD           fusedArgs_tShift(R8), X13
	VBROADCASTI32X4 spreadLow<>(SB), Z14
	VBROADCASTI32X4 spreadHigh<>(SB), Z15

group:
	MOVQ    $16, CX
	CMPQ    DX, CX
	CMOVQLT DX, CX
	LANES(K1)

	// Is all |t| within the limit?
	VMOVDQU32.Z (BX), K1, Z8
	VPABSD      Z8, Z9
	VPCMPUD     $6, Z12, Z9, K2 // above
	KORTESTW    K2, K2
	JNZ         beyond

	VPSLLD  X13, Z8, Z8
	VPSHUFB Z15, Z8, Z9
	VPSHUFB Z14, Z8, Z8

	MOVQ    SI, R10
	MOVQ    DI, R11
	MOVQ    fusedArgs_weights(R8), R12
	MOVQ    fusedArgs_quads(R8), R13

quad:
	VPBROADCASTQ (R12), Z0
	VMOVDQU64    (R10), Z2
	VMOVDQU64    64(R10), Z3
	VPMULHRSW    Z8, Z0, Z1
	VPMULHRSW    Z9, Z0, Z0
	VPADDW       Z1, Z2, Z4
	VPSUBW       Z1, Z2, Z2
	VPADDW       Z0, Z3, Z5
	VPSUBW       Z0, Z3, Z3
	VPMULHW      Z10, Z4, Z4
	VPMULHW      Z10, Z2, Z2
	VPMULHW      Z10, Z5, Z5
	VPMULHW      Z10, Z3, Z3
	VPACKSSWB    Z5, Z4, Z4
	VPACKSSWB    Z3, Z2, Z2
	VPMAXSB      Z11, Z4, Z4
	VPMAXSB      Z11, Z2, Z2
	VMOVDQU32    Z4, K1, (R11)
	VMOVDQU32    Z2, K1, (R11)(R15*1)
	ADDQ         $128, R10
	ADDQ         $8, R12
	ADDQ         R14, R11
	DECQ         R13
	JNZ          quad

	ADDQ $64, DI
	ADDQ $64, BX
	ADDQ $(const_fusedRows*16*2), SI
	SUBQ $16, DX
	JG   group
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
	VPADDD       (at*64)(SI), Z12, minus \
	VPSRAVD      Z13, minus, minus       \
	VPBROADCASTD (at*4)(BX), Z8          \
	VPADDD       base, Z8, Z8            \
	VPADDD       minus, Z8, plus         \
	VPSUBD       minus, Z8, minus        \
	VPSRAVD      Z14, plus, plus         \
	VPSRAVD      Z14, minus, minus

// PACK packs four rows into quads of activations in r0.
#define PACK(r0, r1, r2, r3) \
	VPACKSSDW r1, r0, r0  \
	VPACKSSDW r3, r2, r2  \
	VPACKSSWB r2, r0, r0  \
	VPMAXSB   Z11, r0, r0 \
	VPSHUFB   Z10, r0, r0

// func spreadSumsAVX512(args *fusedArgs)
//
//	DI  dst of the quad      R9   bytes from a row of base to the next, R10 thrice
//	DX  base                 R14  bytes of dst from a quad to the next
//	SI  sums                 R15  bytes of dst to the minus member's
//	BX  offsets              CX   quads left
//
//	Z0–Z3, Z4–Z7  the plus and the minus member's rows
//	Z10  transpose4x4        Z11  low
//	Z12  2^(round-1)         Z13  round
//	Z14  shift               K1   the columns
TEXT ·spreadSumsAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R8
	MOVQ fusedArgs_dst(R8), DI
	MOVQ fusedArgs_base(R8), DX
	MOVQ fusedArgs_sums(R8), SI
	ADDQ $63, SI // as combineAVX512 aligns them
	ANDQ $-64, SI
	MOVQ fusedArgs_offsets(R8), BX
	MOVQ fusedArgs_cols(R8), CX
	LANES(K1)
	MOVQ fusedArgs_baseRow(R8), R9
	LEAQ (R9)(R9*2), R10
	MOVQ fusedArgs_quad(R8), R14
	MOVQ fusedArgs_minus(R8), R15

	VBROADCASTI32X4 transpose4x4<>(SB), Z10
	VPBROADCASTB    fusedArgs_low(R8), Z11
	VPBROADCASTD    fusedArgs_round(R8), Z13
	VPBROADCASTD    fusedArgs_shift(R8), Z14
	VPTERNLOGD      $0xFF, Z12, Z12, Z12
	VPABSD          Z12, Z12             // 1
	VPSLLVD         Z13, Z12, Z12
	VPSRLD          $1, Z12, Z12
	MOVQ            fusedArgs_quads(R8), CX

quad:
	ROW((DX), 0, Z0, Z4)
	ROW((DX)(R9*1), 1, Z1, Z5)
	ROW((DX)(R9*2), 2, Z2, Z6)
	ROW((DX)(R10*1), 3, Z3, Z7)
	PACK(Z0, Z1, Z2, Z3)
	PACK(Z4, Z5, Z6, Z7)
	VMOVDQU32 Z0, K1, (DI)
	VMOVDQU32 Z4, K1, (DI)(R15*1)

	ADDQ $256, SI
	ADDQ $16, BX
	LEAQ (DX)(R9*4), DX
	ADDQ R14, DI
	DECQ CX
	JNZ  quad
	VZEROUPPER
	RET
