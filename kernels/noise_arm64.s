//go:build !purego

#include "go_asm.h"
#include "neon_elementwise_arm64.h"
#include "textflag.h"

// Random pents from Philox4x32-10, eight blocks at a time.
//
// Four blocks are a chain of four vectors: word w of each block is in vector w. Two
// chains run side by side.
//
// R0   dst
// R1   steps left
// R2   counter: block, pair, tensor, generation
// R3   round keys, R6 of the round
// R4   first block of the step
// V0–V3, V4–V7      the two chains: words 0 to 3
// V8–V11, V12–V15   their products
// V16, V17          keys of the round
// V18–V20           words 1 to 3 of the counter
// V21               index of every dword
// V24, V25          multipliers
// V22, V23          constants of the distribution

DATA dwordIndex<>+0(SB)/8, $0x0000000100000000
DATA dwordIndex<>+8(SB)/8, $0x0000000300000002
GLOBL dwordIndex<>(SB), RODATA|NOPTR, $16

// ROUND is one round of both chains. Words 0 and 2 become the high halves of the
// products of words 2 and 0, xored with words 1 and 3 and the keys, words 1 and 3 the
// low halves.
#define ROUND \
	VLD2R.P 8(R6), [V16.S4, V17.S4] \
	UMULL_S(25, 2, 8)               \
	UMULL_S(25, 6, 12)              \
	UMULL2_S(25, 2, 9)              \
	UMULL2_S(25, 6, 13)             \
	UMULL_S(24, 0, 10)              \
	UMULL_S(24, 4, 14)              \
	UMULL2_S(24, 0, 11)             \
	UMULL2_S(24, 4, 15)             \
	VEOR    V16.B16, V1.B16, V1.B16 \
	VEOR    V16.B16, V5.B16, V5.B16 \
	VEOR    V17.B16, V3.B16, V3.B16 \
	VEOR    V17.B16, V7.B16, V7.B16 \
	VUZP2   V9.S4, V8.S4, V0.S4     \
	VUZP2   V13.S4, V12.S4, V4.S4   \
	VEOR    V1.B16, V0.B16, V0.B16  \
	VEOR    V5.B16, V4.B16, V4.B16  \
	VUZP1   V9.S4, V8.S4, V1.S4     \
	VUZP1   V13.S4, V12.S4, V5.S4   \
	VUZP2   V11.S4, V10.S4, V2.S4   \
	VUZP2   V15.S4, V14.S4, V6.S4   \
	VEOR    V3.B16, V2.B16, V2.B16  \
	VEOR    V7.B16, V6.B16, V6.B16  \
	VUZP1   V11.S4, V10.S4, V3.S4   \
	VUZP1   V15.S4, V14.S4, V7.S4

// SETUP loads the arguments, the multipliers and the counter.
#define SETUP \
	MOVD    dst+0(FP), R0                  \
	MOVD    steps+8(FP), R1                \
	MOVD    counter+16(FP), R2             \
	MOVD    keys+24(FP), R3                \
	MOVWU.P 4(R2), R4                      \
	VLD3R   (R2), [V18.S4, V19.S4, V20.S4] \
	MOVD    $dwordIndex<>(SB), R6          \
	VLD1    (R6), [V21.S4]                 \
	MOVD    $const_philoxM0, R6            \
	VDUP    R6, V24.S4                     \
	MOVD    $const_philoxM1, R6            \
	VDUP    R6, V25.S4

// ROUNDS is all rounds of both chains.
#define ROUNDS \
	MOVD R3, R6 \
	ROUND       \
	ROUND       \
	ROUND       \
	ROUND       \
	ROUND       \
	ROUND       \
	ROUND       \
	ROUND       \
	ROUND       \
	ROUND

// PHILOX leaves blocks R4 to R4+7 in the chains.
#define PHILOX \
	ADD  $4, R4, R6           \
	VDUP R4, V0.S4            \
	VDUP R6, V4.S4            \
	VADD V21.S4, V0.S4, V0.S4 \
	VADD V21.S4, V4.S4, V4.S4 \
	VMOV V18.B16, V1.B16      \
	VMOV V18.B16, V5.B16      \
	VMOV V19.B16, V2.B16      \
	VMOV V19.B16, V6.B16      \
	VMOV V20.B16, V3.B16      \
	VMOV V20.B16, V7.B16      \
	ROUNDS

// BLOCKS turns a chain of four words into four whole blocks. It uses V8 to V11.
#define BLOCKS(w0, w1, w2, w3) \
	VZIP1 w1.S4, w0.S4, V8.S4   \
	VZIP1 w3.S4, w2.S4, V9.S4   \
	VZIP2 w1.S4, w0.S4, V10.S4  \
	VZIP2 w3.S4, w2.S4, V11.S4  \
	VZIP1 V9.D2, V8.D2, w0.D2   \
	VZIP2 V9.D2, V8.D2, w1.D2   \
	VZIP1 V11.D2, V10.D2, w2.D2 \
	VZIP2 V11.D2, V10.D2, w3.D2

// POPCOUNTS writes the pents of the block v. V22 = 15 in every byte; it uses V8 and V9.
#define POPCOUNTS(v) \
	VAND    V22.B16, v.B16, V8.B16 \
	VUSHR   $4, v.B16, V9.B16      \
	VCNT    V8.B16, V8.B16         \
	VCNT    V9.B16, V9.B16         \
	FSTPQ.P (F8, F9), 32(R0)

// func binomialNEON(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)
TEXT ·binomialNEON(SB), NOSPLIT, $0-32
	SETUP
	VMOVI $15, V22.B16

binomialStep:
	PHILOX

	BLOCKS(V0, V1, V2, V3)
	POPCOUNTS(V0)
	POPCOUNTS(V1)
	POPCOUNTS(V2)
	POPCOUNTS(V3)

	BLOCKS(V4, V5, V6, V7)
	POPCOUNTS(V4)
	POPCOUNTS(V5)
	POPCOUNTS(V6)
	POPCOUNTS(V7)

	ADDW $8, R4
	SUBS $1, R1
	BNE  binomialStep
	RET

// LEVELS turns the eight halves u of register n into (5u+2)>>16. V22 = 5 in every
// half, V23 = 2 in every word; it uses V8 and V9.
#define LEVELS(n) \
	UMULL_H(22, n, 8)  \
	UMULL2_H(22, n, 9) \
	ADDHN_S(23, 8, n)  \
	ADDHN2_S(23, 9, n)

// func uniformNEON(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)
TEXT ·uniformNEON(SB), NOSPLIT, $0-32
	SETUP
	MOVD $5, R6
	VDUP R6, V22.H8
	MOVD $2, R6
	VDUP R6, V23.S4

uniformStep:
	PHILOX

	BLOCKS(V0, V1, V2, V3)
	LEVELS(0)
	LEVELS(1)
	LEVELS(2)
	LEVELS(3)
	VUZP1   V1.B16, V0.B16, V0.B16 // blocks 0 and 1 in eight bytes each
	VUZP1   V3.B16, V2.B16, V1.B16 // blocks 2 and 3
	FSTPQ.P (F0, F1), 32(R0)

	BLOCKS(V4, V5, V6, V7)
	LEVELS(4)
	LEVELS(5)
	LEVELS(6)
	LEVELS(7)
	VUZP1   V5.B16, V4.B16, V4.B16 // blocks 4 and 5
	VUZP1   V7.B16, V6.B16, V5.B16 // blocks 6 and 7
	FSTPQ.P (F4, F5), 32(R0)

	ADDW $8, R4
	SUBS $1, R1
	BNE  uniformStep
	RET

// func randomNEON(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys)
TEXT ·randomNEON(SB), NOSPLIT, $0-32
	SETUP

randomStep:
	PHILOX
	VST4.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0) // block by block
	VST4.P [V4.S4, V5.S4, V6.S4, V7.S4], 64(R0)
	ADDW   $8, R4
	SUBS   $1, R1
	BNE    randomStep
	RET

// ADVANCE loads the blocks and pairs of a chain's lanes, and leaves those of the next
// step in their place. It uses V8 to V13.
#define ADVANCE(at, block, pair) \
	FLDPQ (lanes_block+at)(R7), (F8, F9)  \
	FLDPQ (lanes_pair+at)(R7), (F10, F11) \
	VUZP1 V9.S4, V8.S4, block.S4          \
	VUZP1 V11.S4, V10.S4, pair.S4         \
	VADD  V26.D2, V8.D2, V8.D2            \
	VADD  V26.D2, V9.D2, V9.D2            \
	VADD  V27.D2, V10.D2, V10.D2          \
	VADD  V27.D2, V11.D2, V11.D2          \
	CMHI_D(28, 8, 12)                     \
	CMHI_D(28, 9, 13)                     \
	VSUB  V12.D2, V10.D2, V10.D2          \
	VSUB  V13.D2, V11.D2, V11.D2          \
	FSTPQ (F10, F11), (lanes_pair+at)(R7) \
	VAND  V29.B16, V12.B16, V12.B16       \
	VAND  V29.B16, V13.B16, V13.B16       \
	VSUB  V12.D2, V8.D2, V8.D2            \
	VSUB  V13.D2, V9.D2, V9.D2            \
	FSTPQ (F8, F9), (lanes_block+at)(R7)

// func binomialPairsNEON(dst *uint8, steps int, counter *[4]uint32, keys *roundKeys, l *lanes)
//
//	R7  l    V26, V27  add and skip    V28, V29  last and perPair
TEXT ·binomialPairsNEON(SB), NOSPLIT, $0-40
	SETUP
	VMOVI $15, V22.B16
	MOVD  l+32(FP), R7
	MOVD  lanes_add(R7), R6
	VDUP  R6, V26.D2
	MOVD  lanes_skip(R7), R6
	VDUP  R6, V27.D2
	MOVD  lanes_last(R7), R6
	VDUP  R6, V28.D2
	MOVD  lanes_perPair(R7), R6
	VDUP  R6, V29.D2

binomialPairsStep:
	ADVANCE(0, V0, V1)
	ADVANCE(32, V4, V5)
	VMOV V19.B16, V2.B16
	VMOV V19.B16, V6.B16
	VMOV V20.B16, V3.B16
	VMOV V20.B16, V7.B16
	ROUNDS

	BLOCKS(V0, V1, V2, V3)
	POPCOUNTS(V0)
	POPCOUNTS(V1)
	POPCOUNTS(V2)
	POPCOUNTS(V3)

	BLOCKS(V4, V5, V6, V7)
	POPCOUNTS(V4)
	POPCOUNTS(V5)
	POPCOUNTS(V6)
	POPCOUNTS(V7)

	SUBS $1, R1
	BNE  binomialPairsStep
	RET
