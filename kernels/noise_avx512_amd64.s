//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"

// Random pents and bytes from Philox4x32-10, sixteen blocks at a time: the structure of
// noise_avx2_amd64.s with eight blocks to a chain.
//
// DI   dst
// CX   steps left
// R8   first block of the step
// SI   counter: block, pair, tensor, generation
// DX   round keys
// Z0–Z5, Z6–Z11   the two chains: words 0 to 3, then two products
// Z12, Z13        multipliers
// Z14, Z15        scratch
// Z16, Z17        the block of each lane, counted from the first of the step
// Z18–Z21         constants of the distribution

#define M0 Z12
#define M1 Z13

DATA multipliers512<>+0(SB)/4, $const_philoxM0
DATA multipliers512<>+4(SB)/4, $const_philoxM1
GLOBL multipliers512<>(SB), RODATA|NOPTR, $8

// The block of each lane of a chain for the binomial distribution and for bytes; qwordIndex
// is that for the uniform distribution. BLOCKS gathers the even lanes in one vector and the
// odd lanes in another, where neighbours are wanted.
DATA lanesNeighbours<>+0(SB)/8, $0
DATA lanesNeighbours<>+8(SB)/8, $4
DATA lanesNeighbours<>+16(SB)/8, $1
DATA lanesNeighbours<>+24(SB)/8, $5
DATA lanesNeighbours<>+32(SB)/8, $2
DATA lanesNeighbours<>+40(SB)/8, $6
DATA lanesNeighbours<>+48(SB)/8, $3
DATA lanesNeighbours<>+56(SB)/8, $7
GLOBL lanesNeighbours<>(SB), RODATA|NOPTR, $64

DATA nextChain<>+0(SB)/4, $8
GLOBL nextChain<>(SB), RODATA|NOPTR, $4

DATA one<>+0(SB)/8, $1
GLOBL one<>(SB), RODATA|NOPTR, $8

DATA nibble512<>+0(SB)/4, $0x0f0f0f0f
GLOBL nibble512<>(SB), RODATA|NOPTR, $4

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

// ROUND is round r of a chain: words c0, c1, c2, c3 become c0, p1, c2, p0, where p0
// and p1 are the products, whose low halves are the new words 3 and 1. The high
// halves move by VPSHUFD, which leaves VPMULUDQ its port; 0x96 is the exclusive or
// of three.
#define ROUND(r, c0, c1, c2, c3, p0, p1) \
	VPMULUDQ        M0, c0, p0                 \
	VPMULUDQ        M1, c2, p1                 \
	VPSHUFD         $0xF5, p1, c0              \
	VPTERNLOGD.BCST $0x96, (8*r+0)(DX), c1, c0 \
	VPSHUFD         $0xF5, p0, c2              \
	VPTERNLOGD.BCST $0x96, (8*r+4)(DX), c3, c2

// TWO_ROUNDS is rounds r and s = r+1 of both chains. Products and words change
// places in the first and back in the second.
#define TWO_ROUNDS(r, s) \
	ROUND(r, Z0, Z1, Z2, Z3, Z4, Z5)   \
	ROUND(r, Z6, Z7, Z8, Z9, Z10, Z11) \
	ROUND(s, Z0, Z5, Z2, Z4, Z3, Z1)   \
	ROUND(s, Z6, Z11, Z8, Z10, Z9, Z7)

// SETUP loads the arguments, the multipliers and the blocks of the lanes.
#define SETUP(lanes) \
	MOVQ         dst+0(FP), DI              \
	MOVQ         steps+8(FP), CX            \
	MOVQ         counter+16(FP), SI         \
	MOVQ         keys+24(FP), DX            \
	MOVL         (SI), R8                   \
	VPBROADCASTD multipliers512<>+0(SB), M0 \
	VPBROADCASTD multipliers512<>+4(SB), M1 \
	VMOVDQU64    lanes(SB), Z16             \
	VPADDD.BCST  nextChain<>(SB), Z16, Z17

// ROUNDS is all rounds of both chains.
#define ROUNDS \
	TWO_ROUNDS(0, 1) \
	TWO_ROUNDS(2, 3) \
	TWO_ROUNDS(4, 5) \
	TWO_ROUNDS(6, 7) \
	TWO_ROUNDS(8, 9)

// PHILOX leaves blocks R8 to R8+15 in the chains Z0–Z3 and Z6–Z9.
#define PHILOX \
	VPBROADCASTD R8, Z0      \
	VPADDD       Z17, Z0, Z6 \
	VPADDD       Z16, Z0, Z0 \
	VPBROADCASTD 4(SI), Z1   \
	VPBROADCASTD 8(SI), Z2   \
	VPBROADCASTD 12(SI), Z3  \
	VMOVDQA64    Z1, Z7      \
	VMOVDQA64    Z2, Z8      \
	VMOVDQA64    Z3, Z9      \
	ROUNDS

// BLOCKS turns a chain of four words into whole blocks: w0 = those of the even
// lanes, w1 = those of the odd lanes. It destroys w2.
#define BLOCKS(w0, w1, w2, w3) \
	VSHUFPS $0x88, w1, w0, w0 \
	VSHUFPS $0x88, w3, w2, w2 \
	VSHUFPS $0xDD, w2, w0, w1 \
	VSHUFPS $0x88, w2, w0, w0

// POPCOUNTS writes the pents of the four blocks of v. Z18 = nibble mask, Z19 =
// popcounts, Z20 and Z21 = indices; it uses Z14 and Z15.
#define POPCOUNTS(v, off) \
	VPSRLW    $4, v, Z15        \
	VPANDD    Z18, v, v         \
	VPANDD    Z18, Z15, Z15     \
	VPSHUFB   v, Z19, v         \
	VPSHUFB   Z15, Z19, Z15     \
	VMOVDQA64 v, Z14            \
	VPERMT2Q  Z15, Z20, v       \
	VPERMT2Q  Z15, Z21, Z14     \
	VMOVDQU64 v, off(DI)        \
	VMOVDQU64 Z14, (off+64)(DI)

// func binomialAVX512(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)
TEXT ·binomialAVX512(SB), NOSPLIT, $0-32
	SETUP(lanesNeighbours<>)
	VPBROADCASTD    nibble512<>(SB), Z18
	VBROADCASTI32X4 popcount<>(SB), Z19
	VMOVDQU64       nibbles01<>(SB), Z20
	VMOVDQU64       nibbles23<>(SB), Z21

binomialStep:
	PHILOX

	BLOCKS(Z0, Z1, Z2, Z3)
	POPCOUNTS(Z0, 0)
	POPCOUNTS(Z1, 128)

	BLOCKS(Z6, Z7, Z8, Z9)
	POPCOUNTS(Z6, 256)
	POPCOUNTS(Z7, 384)

	ADDL $16, R8
	ADDQ $512, DI
	DECQ CX
	JNZ  binomialStep
	VZEROUPPER
	RET

// LEVELS turns 32 halves u of v into (5u+2)>>16. That is 5u>>16 except that the
// two thresholds below 32768 lie one lower, so these u count one more first.
// Z18 = 5, Z19 = 1, Z20 = sign bits; it uses K1.
#define LEVELS(v) \
	VPTESTNMW Z20, v, K1    \
	VPADDW    Z19, v, K1, v \
	VPMULHUW  Z18, v, v

// func uniformAVX512(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)
TEXT ·uniformAVX512(SB), NOSPLIT, $0-32
	SETUP(qwordIndex<>)
	VPBROADCASTD levels512<>+0(SB), Z18
	VPBROADCASTD levels512<>+4(SB), Z19
	VPBROADCASTD levels512<>+8(SB), Z20

uniformStep:
	PHILOX

	BLOCKS(Z0, Z1, Z2, Z3)
	LEVELS(Z0)
	LEVELS(Z1)
	VPACKUSWB Z1, Z0, Z0 // blocks 0 to 7 in eight bytes each
	VMOVDQU64 Z0, (DI)

	BLOCKS(Z6, Z7, Z8, Z9)
	LEVELS(Z6)
	LEVELS(Z7)
	VPACKUSWB Z7, Z6, Z6 // blocks 8 to 15
	VMOVDQU64 Z6, 64(DI)

	ADDL $16, R8
	ADDQ $128, DI
	DECQ CX
	JNZ  uniformStep
	VZEROUPPER
	RET

// func randomAVX512(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)
TEXT ·randomAVX512(SB), NOSPLIT, $0-32
	SETUP(lanesNeighbours<>)

randomStep:
	PHILOX

	BLOCKS(Z0, Z1, Z2, Z3)
	VMOVDQU64 Z0, (DI)   // blocks 0 to 3
	VMOVDQU64 Z1, 64(DI) // blocks 4 to 7

	BLOCKS(Z6, Z7, Z8, Z9)
	VMOVDQU64 Z6, 128(DI) // blocks 8 to 11
	VMOVDQU64 Z7, 192(DI) // blocks 12 to 15

	ADDL $16, R8
	ADDQ $256, DI
	DECQ CX
	JNZ  randomStep
	VZEROUPPER
	RET

// ADVANCE moves the lanes of a chain on to the next step: Z26 = perPair, Z27 = add,
// Z28 = skip, Z29 = 1, Z30 = last. 6 compares for greater; it uses K1.
#define ADVANCE(block, pair) \
	VPADDQ   Z27, block, block       \
	VPADDQ   Z28, pair, pair         \
	VPCMPUQ  $6, Z30, block, K1      \
	VPSUBQ   Z26, block, K1, block   \
	VPADDQ   Z29, pair, K1, pair

// func binomialPairsAVX512(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys, l *lanes)
TEXT ·binomialPairsAVX512(SB), NOSPLIT, $0-40
	SETUP(lanesNeighbours<>)
	MOVQ            l+32(FP), R9
	VPBROADCASTD    nibble512<>(SB), Z18
	VBROADCASTI32X4 popcount<>(SB), Z19
	VMOVDQU64       nibbles01<>(SB), Z20
	VMOVDQU64       nibbles23<>(SB), Z21

	// The lanes of the chains, Z22 and Z24 of the first, in the order of neighbours.
	VPERMQ       lanes_block(R9), Z16, Z22
	VPERMQ       (lanes_block+64)(R9), Z16, Z23
	VPERMQ       lanes_pair(R9), Z16, Z24
	VPERMQ       (lanes_pair+64)(R9), Z16, Z25
	VPBROADCASTQ lanes_perPair(R9), Z26
	VPBROADCASTQ lanes_add(R9), Z27
	VPBROADCASTQ lanes_skip(R9), Z28
	VPBROADCASTQ one<>(SB), Z29
	VPBROADCASTQ lanes_last(R9), Z30

binomialPairsStep:
	VMOVDQA64    Z22, Z0
	VMOVDQA64    Z23, Z6
	VMOVDQA64    Z24, Z1
	VMOVDQA64    Z25, Z7
	VPBROADCASTD 8(SI), Z2
	VPBROADCASTD 12(SI), Z3
	VMOVDQA64    Z2, Z8
	VMOVDQA64    Z3, Z9
	ADVANCE(Z22, Z24)
	ADVANCE(Z23, Z25)
	ROUNDS

	BLOCKS(Z0, Z1, Z2, Z3)
	POPCOUNTS(Z0, 0)
	POPCOUNTS(Z1, 128)

	BLOCKS(Z6, Z7, Z8, Z9)
	POPCOUNTS(Z6, 256)
	POPCOUNTS(Z7, 384)

	ADDQ $512, DI
	DECQ CX
	JNZ  binomialPairsStep
	VZEROUPPER
	RET
