//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"

// Random pents and bytes from ARS4x32-7, eight blocks at a time: two vectors of four
// counters, one in each lane of 128 bits.
//
// DI   dst
// CX   blocks left
// SI   p
// R8   block of the first counter in its pair
// R9   perPair
// R10  the most that R8 is if all counters are of one pair
// R11  what a step adds to a block, modulo perPair
// Z0, Z2     the blocks
// Z1, Z3–Z5  scratch
// Z16–Z23    keys of the rounds
// Z24, Z25   counters of Z0 and Z2
// Z26        what a step adds to a counter
// Z27, Z28   perPair - 1 in the dwords of blocks, all ones in the others; perPair
// Z29–Z31    constants of the distribution
// K2, K3     the dwords of a vector that are blocks and pairs, in WRAP

DATA weyl<>+0(SB)/8, $const_arsW0
DATA weyl<>+8(SB)/8, $const_arsW1
GLOBL weyl<>(SB), RODATA|NOPTR, $16

// The block of each lane, counted from the first of the step: neighbours in a vector, and
// even and odd.
DATA neighbours<>+0(SB)/4, $0
DATA neighbours<>+16(SB)/4, $1
DATA neighbours<>+32(SB)/4, $2
DATA neighbours<>+48(SB)/4, $3
DATA neighbours<>+64(SB)/4, $4
DATA neighbours<>+80(SB)/4, $5
DATA neighbours<>+96(SB)/4, $6
DATA neighbours<>+112(SB)/4, $7
GLOBL neighbours<>(SB), RODATA|NOPTR, $128

DATA evenOdd<>+0(SB)/4, $0
DATA evenOdd<>+16(SB)/4, $2
DATA evenOdd<>+32(SB)/4, $4
DATA evenOdd<>+48(SB)/4, $6
DATA evenOdd<>+64(SB)/4, $1
DATA evenOdd<>+80(SB)/4, $3
DATA evenOdd<>+96(SB)/4, $5
DATA evenOdd<>+112(SB)/4, $7
GLOBL evenOdd<>(SB), RODATA|NOPTR, $128

// VPERMT2Q indices that put the low nibbles of two blocks, the data operand's, and
// their high nibbles, the table operand's, in the order low, high, low, high: of
// the blocks 0 and 1, and in the second table 2 and 3.
DATA nibbles01<>+0(SB)/8, $0
DATA nibbles01<>+8(SB)/8, $1
DATA nibbles01<>+16(SB)/8, $8
DATA nibbles01<>+24(SB)/8, $9
DATA nibbles01<>+32(SB)/8, $2
DATA nibbles01<>+40(SB)/8, $3
DATA nibbles01<>+48(SB)/8, $10
DATA nibbles01<>+56(SB)/8, $11
GLOBL nibbles01<>(SB), RODATA|NOPTR, $64

DATA nibbles23<>+0(SB)/8, $4
DATA nibbles23<>+8(SB)/8, $5
DATA nibbles23<>+16(SB)/8, $12
DATA nibbles23<>+24(SB)/8, $13
DATA nibbles23<>+32(SB)/8, $6
DATA nibbles23<>+40(SB)/8, $7
DATA nibbles23<>+48(SB)/8, $14
DATA nibbles23<>+56(SB)/8, $15
GLOBL nibbles23<>(SB), RODATA|NOPTR, $64

// 5, 1 and the sign bit in words.
DATA levels512<>+0(SB)/4, $0x00050005
DATA levels512<>+4(SB)/4, $0x00010001
DATA levels512<>+8(SB)/4, $0x80008000
GLOBL levels512<>(SB), RODATA|NOPTR, $12

// WRAP takes the counters whose block, as 6 compares for greater, is beyond the last of a
// pair to the next pair, and sets K2 where it did so. Z1 = -1.
#define WRAP(counter) \
	VPCMPUD   $6, Z27, counter, K2       \
	KSHIFTLW  $1, K2, K3                 \
	VPSUBD    Z28, counter, K2, counter  \
	VPSUBD    Z1, counter, K3, counter

// SETUP loads the arguments, the keys and the counters. Counters of short pairs wrap several
// times.
#define SETUP(lanes, wrap) \
	MOVQ            dst+0(FP), DI               \
	MOVQ            blocks+8(FP), CX            \
	MOVQ            p+16(FP), SI                \
	MOVL            pairBlocks_counter(SI), R8  \
	MOVQ            pairBlocks_perPair(SI), R9  \
	LEAQ            -8(R9), R10                 \
	MOVL            pairBlocks_step(SI), R11    \
	VMOVQ           pairBlocks_seed(SI), X16    \
	VSHUFI64X2      $0, Z16, Z16, Z16           \
	VBROADCASTI32X4 weyl<>(SB), Z5              \
	VPADDQ          Z5, Z16, Z17                \
	VPADDQ          Z5, Z17, Z18                \
	VPADDQ          Z5, Z18, Z19                \
	VPADDQ          Z5, Z19, Z20                \
	VPADDQ          Z5, Z20, Z21                \
	VPADDQ          Z5, Z21, Z22                \
	VPADDQ          Z5, Z22, Z23                \
	VPBROADCASTQ    pairBlocks_counter(SI), Z24 \
	VPBROADCASTQ    (pairBlocks_counter+8)(SI), Z25 \
	VPUNPCKLQDQ     Z25, Z24, Z25               \
	VPADDD          lanes<>+0(SB), Z25, Z24     \
	VPADDD          lanes<>+64(SB), Z25, Z25    \
	VMOVQ           pairBlocks_step(SI), X26    \
	VSHUFI64X2      $0, Z26, Z26, Z26           \
	VPTERNLOGD      $0xFF, Z1, Z1, Z1           \
	VPBROADCASTD    R9, Z28                     \
	MOVL            $0x1111, AX                 \
	KMOVW           AX, K1                      \
	VMOVDQA32       Z1, Z27                     \
	VPADDD          Z1, Z28, K1, Z27            \
wrap:                                               \
	WRAP(Z24)                                   \
	KMOVW           K2, AX                      \
	WRAP(Z25)                                   \
	KMOVW           K2, DX                      \
	ORL             DX, AX                      \
	JNZ             wrap

// ROUND is a round of both vectors.
#define ROUND(key) \
	VAESENC key, Z0, Z0 \
	VAESENC key, Z2, Z2

// BLOCKS leaves the next eight blocks in Z0 and Z2 and advances the counters. It uses Z1
// where one of them leaves its pair.
#define BLOCKS(same) \
	VPXORQ      Z16, Z24, Z0  \
	VPXORQ      Z16, Z25, Z2  \
	VPADDD      Z26, Z24, Z24 \
	VPADDD      Z26, Z25, Z25 \
	ADDQ        R11, R8       \
	CMPQ        R8, R10       \
	JLE         same          \
	VPTERNLOGD  $0xFF, Z1, Z1, Z1 \
	WRAP(Z24)                 \
	WRAP(Z25)                 \
	CMPQ        R8, R9        \
	JLT         same          \
	SUBQ        R9, R8        \
same:                             \
	ROUND(Z17)                \
	ROUND(Z18)                \
	ROUND(Z19)                \
	ROUND(Z20)                \
	ROUND(Z21)                \
	ROUND(Z22)                \
	VAESENCLAST Z23, Z0, Z0   \
	VAESENCLAST Z23, Z2, Z2

// POPCOUNTS turns the four blocks of v into the pents of the first two, in v, and of the
// others, in w. VPERMB reads six bits of a byte: the table Z29 has the popcounts four
// times, so that the two bits above the nibble do not matter. Z30 and Z31 = indices; it
// uses Z5.
#define POPCOUNTS(v, w) \
	VPSRLW    $4, v, Z5   \
	VPERMB    Z29, v, v   \
	VPERMB    Z29, Z5, Z5 \
	VMOVDQA64 v, w        \
	VPERMT2Q  Z5, Z30, v  \
	VPERMT2Q  Z5, Z31, w

// func binomialGFNI512(dst *uint8, blocks int, p *pairBlocks)
TEXT ·binomialGFNI512(SB), NOSPLIT, $0-24
	SETUP(neighbours, binomialWrap)
	VBROADCASTI32X4 popcount<>(SB), Z29
	VMOVDQU64       nibbles01<>(SB), Z30
	VMOVDQU64       nibbles23<>(SB), Z31

binomialStep:
	BLOCKS(binomialSame)
	POPCOUNTS(Z0, Z1)
	POPCOUNTS(Z2, Z3)
	SUBQ      $8, CX
	JLT       binomialTail
	VMOVDQU64 Z0, (DI)
	VMOVDQU64 Z1, 64(DI)
	VMOVDQU64 Z2, 128(DI)
	VMOVDQU64 Z3, 192(DI)
	ADDQ      $256, DI
	TESTQ     CX, CX
	JNZ       binomialStep
	VZEROUPPER
	RET

	// Up to seven blocks: four, two and one. Eight less keeps the bits.
binomialTail:
	TESTQ     $4, CX
	JZ        binomialTwo
	VMOVDQU64 Z0, (DI)
	VMOVDQU64 Z1, 64(DI)
	VMOVDQA64 Z2, Z0
	VMOVDQA64 Z3, Z1
	ADDQ      $128, DI

binomialTwo:
	TESTQ     $2, CX
	JZ        binomialOne
	VMOVDQU64 Z0, (DI)
	VMOVDQA64 Z1, Z0
	ADDQ      $64, DI

binomialOne:
	TESTQ   $1, CX
	JZ      binomialDone
	VMOVDQU Y0, (DI)

binomialDone:
	VZEROUPPER
	RET

// LEVELS turns 32 halves u of v into (5u+2)>>16. That is 5u>>16 except that the
// two thresholds below 32768 lie one lower, so these u count one more first.
// Z29 = 5, Z30 = 1, Z31 = sign bits; it uses K1.
#define LEVELS(v) \
	VPTESTNMW Z31, v, K1    \
	VPADDW    Z30, v, K1, v \
	VPMULHUW  Z29, v, v

// func uniformGFNI512(dst *uint8, blocks int, p *pairBlocks)
TEXT ·uniformGFNI512(SB), NOSPLIT, $0-24
	SETUP(evenOdd, uniformWrap)
	VPBROADCASTD levels512<>+0(SB), Z29
	VPBROADCASTD levels512<>+4(SB), Z30
	VPBROADCASTD levels512<>+8(SB), Z31

uniformStep:
	BLOCKS(uniformSame)
	LEVELS(Z0)
	LEVELS(Z2)
	VPACKUSWB Z2, Z0, Z0 // blocks 0 to 7 in eight bytes each
	SUBQ      $8, CX
	JLT       uniformTail
	VMOVDQU64 Z0, (DI)
	ADDQ      $64, DI
	TESTQ     CX, CX
	JNZ       uniformStep
	VZEROUPPER
	RET

	// Four blocks.
uniformTail:
	VMOVDQU Y0, (DI)
	VZEROUPPER
	RET

// func randomGFNI512(dst *uint8, blocks int, p *pairBlocks)
TEXT ·randomGFNI512(SB), NOSPLIT, $0-24
	SETUP(neighbours, randomWrap)

randomStep:
	BLOCKS(randomSame)
	SUBQ      $8, CX
	JLT       randomTail
	VMOVDQU64 Z0, (DI)   // blocks 0 to 3
	VMOVDQU64 Z2, 64(DI) // blocks 4 to 7
	ADDQ      $128, DI
	TESTQ     CX, CX
	JNZ       randomStep
	VZEROUPPER
	RET

	// Two, four or six blocks. Eight less keeps the bits.
randomTail:
	TESTQ     $4, CX
	JZ        randomTwo
	VMOVDQU64 Z0, (DI)
	VMOVDQA64 Z2, Z0
	ADDQ      $64, DI

randomTwo:
	TESTQ   $2, CX
	JZ      randomDone
	VMOVDQU Y0, (DI)

randomDone:
	VZEROUPPER
	RET

// PAIR_COUNTERS sets the counters of a pair, which is pair more than the first, for rank 0.
#define PAIR_COUNTERS(pair, counter) \
	MOVL       pair, BX                    \
	SHLQ       $32, BX                     \
	VMOVQ      BX, X28                     \
	VSHUFI64X2 $0, Z28, Z28, Z28           \
	VPADDD     Z27, Z28, counter

// WHITEN sets v to the counters, less the first key, and takes them to the next rank.
#define WHITEN(counter, v) \
	VPXORQ Z16, counter, v     \
	VPADDD Z26, counter, counter

// EIGHT applies a macro to a key and eight vectors.
#define EIGHT(OP, key) \
	OP key, Z0, Z0 \
	OP key, Z1, Z1 \
	OP key, Z2, Z2 \
	OP key, Z3, Z3 \
	OP key, Z4, Z4 \
	OP key, Z5, Z5 \
	OP key, Z6, Z6 \
	OP key, Z7, Z7

// FOURTHS brings the bytes of four ranks together: each vector has a fourth of every lane.
#define FOURTHS(a, b, c, d) \
	VPUNPCKLBW b, a, Z8    \
	VPUNPCKHBW b, a, Z9    \
	VPUNPCKLBW d, c, Z10   \
	VPUNPCKHBW d, c, Z11   \
	VPUNPCKLWD Z10, Z8, a  \
	VPUNPCKHWD Z10, Z8, b  \
	VPUNPCKLWD Z11, Z9, c  \
	VPUNPCKHWD Z11, Z9, d

// NIBBLES stores the popcounts of the low nibbles, and of the high ones 512 bytes on.
#define NIBBLES(v, at) \
	VPSRLW    $4, v, Z10        \
	VPERMB    Z29, v, v         \
	VPERMB    Z29, Z10, Z10     \
	VMOVDQU64 v, at(BX)         \
	VMOVDQU64 Z10, (at+512)(BX)

// PAIRS stores the codes of a fourth of each lane for both pairs.
#define PAIRS(first, second, at) \
	VPUNPCKLDQ second, first, Z8 \
	VPUNPCKHDQ second, first, Z9 \
	NIBBLES(Z8, at)              \
	NIBBLES(Z9, at+64)

// func drawCodesGFNI512(args *rankArgs)
//
//	AX   args                        R14  bytes from four ranks to the next
//	DI   order of the vector         BX   the same, advancing
//	SI   numbers of the pairs        R13  vectors left
//	CX   fours of ranks left
//
//	Z0–Z3, Z4–Z7  blocks of four ranks of either pair
//	Z8–Z11   scratch                 Z16–Z23  keys of the rounds
//	Z24, Z25 counters of either pair, of four blocks of 32 rows
//	Z26      blocks of a rank        Z27      counters of rank 0 of the first pair
//	Z29      popcounts
TEXT ·drawCodesGFNI512(SB), NOSPLIT, $0-8
	MOVQ            args+0(FP), AX
	VMOVQ           rankArgs_seed(AX), X16
	VSHUFI64X2      $0, Z16, Z16, Z16
	VBROADCASTI32X4 weyl<>(SB), Z28
	VPADDQ          Z28, Z16, Z17
	VPADDQ          Z28, Z17, Z18
	VPADDQ          Z28, Z18, Z19
	VPADDQ          Z28, Z19, Z20
	VPADDQ          Z28, Z20, Z21
	VPADDQ          Z28, Z21, Z22
	VPADDQ          Z28, Z22, Z23
	VBROADCASTI32X4 rankArgs_counter(AX), Z27
	VPADDD          neighbours<>(SB), Z27, Z27
	VMOVQ           rankArgs_rankBlocks(AX), X26
	VSHUFI64X2      $0, Z26, Z26, Z26
	VBROADCASTI32X4 popcount<>(SB), Z29
	MOVQ            rankArgs_order(AX), DI
	MOVQ            rankArgs_step(AX), R14
	MOVQ            rankArgs_offsets(AX), SI
	MOVQ            rankArgs_vectors(AX), R13

drawVector:
	PAIR_COUNTERS((SI), Z24)
	PAIR_COUNTERS(8(SI), Z25)
	MOVQ DI, BX
	MOVQ rankArgs_fours(AX), CX

drawFour:
	WHITEN(Z24, Z0)
	WHITEN(Z24, Z1)
	WHITEN(Z24, Z2)
	WHITEN(Z24, Z3)
	WHITEN(Z25, Z4)
	WHITEN(Z25, Z5)
	WHITEN(Z25, Z6)
	WHITEN(Z25, Z7)
	EIGHT(VAESENC, Z17)
	EIGHT(VAESENC, Z18)
	EIGHT(VAESENC, Z19)
	EIGHT(VAESENC, Z20)
	EIGHT(VAESENC, Z21)
	EIGHT(VAESENC, Z22)
	EIGHT(VAESENCLAST, Z23)
	FOURTHS(Z0, Z1, Z2, Z3)
	FOURTHS(Z4, Z5, Z6, Z7)
	PAIRS(Z0, Z4, 0)
	PAIRS(Z1, Z5, 128)
	PAIRS(Z2, Z6, 256)
	PAIRS(Z3, Z7, 384)
	ADDQ R14, BX
	DECQ CX
	JNZ  drawFour

	ADDQ $1024, DI
	ADDQ $16, SI
	DECQ R13
	JNZ  drawVector
	VZEROUPPER
	RET
