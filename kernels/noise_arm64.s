//go:build !purego

#include "go_asm.h"
#include "neon_elementwise_arm64.h"
#include "textflag.h"

// Random pents and bytes from ARS4x32-7, four blocks at a time, each in a register.
//
// R0   dst
// R1   blocks left
// R2   p
// R3   the low half of the next counter, of block and pair
// R4   perPair - 1
// R5   from the last counter of a pair to the next: 2^32 - perPair + 1
// R6   scratch
// V0–V3    the blocks
// V4–V7    scratch
// V16–V23  keys of the rounds
// V24      a counter, whose high half all share
// V25, V26 constants of the distribution

DATA weyl<>+0(SB)/8, $const_arsW0
DATA weyl<>+8(SB)/8, $const_arsW1
GLOBL weyl<>(SB), RODATA|NOPTR, $16

// SETUP loads the arguments, the counter and the keys.
#define SETUP \
	MOVD  dst+0(FP), R0              \
	MOVD  blocks+8(FP), R1           \
	MOVD  p+16(FP), R2               \
	MOVD  pairBlocks_counter(R2), R3 \
	FMOVQ pairBlocks_counter(R2), F24 \
	MOVD  pairBlocks_perPair(R2), R6 \
	SUB   $1, R6, R4                 \
	MOVD  $(1<<32), R5               \
	SUB   R4, R5, R5                 \
	FMOVD pairBlocks_seed(R2), F16   \
	MOVD  $weyl<>(SB), R6            \
	VLD1  (R6), [V4.D2]              \
	VADD  V4.D2, V16.D2, V17.D2      \
	VADD  V4.D2, V17.D2, V18.D2      \
	VADD  V4.D2, V18.D2, V19.D2      \
	VADD  V4.D2, V19.D2, V20.D2      \
	VADD  V4.D2, V20.D2, V21.D2      \
	VADD  V4.D2, V21.D2, V22.D2      \
	VADD  V4.D2, V22.D2, V23.D2

// COUNT puts the counter into v and advances it.
#define COUNT(v) \
	VMOV V24.B16, v.B16  \
	VMOV R3, v.D[0]      \
	ADD  R5, R3, R6      \
	CMPW R4, R3          \
	ADD  $1, R3          \
	CSEL EQ, R6, R3, R3

// ROUND is a round of four blocks but for the key at its end, with which AESE begins the
// next.
#define ROUND(key) \
	AESE  key.B16, V0.B16 \
	AESMC V0.B16, V0.B16  \
	AESE  key.B16, V1.B16 \
	AESMC V1.B16, V1.B16  \
	AESE  key.B16, V2.B16 \
	AESMC V2.B16, V2.B16  \
	AESE  key.B16, V3.B16 \
	AESMC V3.B16, V3.B16

// BLOCKS leaves the next four blocks in V0 to V3.
#define BLOCKS \
	COUNT(V0)                      \
	COUNT(V1)                      \
	COUNT(V2)                      \
	COUNT(V3)                      \
	ROUND(V16)                     \
	ROUND(V17)                     \
	ROUND(V18)                     \
	ROUND(V19)                     \
	ROUND(V20)                     \
	ROUND(V21)                     \
	AESE       V22.B16, V0.B16     \
	AESE       V22.B16, V1.B16     \
	AESE       V22.B16, V2.B16     \
	AESE       V22.B16, V3.B16     \
	VEOR       V23.B16, V0.B16, V0.B16 \
	VEOR       V23.B16, V1.B16, V1.B16 \
	VEOR       V23.B16, V2.B16, V2.B16 \
	VEOR       V23.B16, V3.B16, V3.B16

// POPCOUNTS writes the pents of the block v. V25 = 15 in every byte; it uses V4 and V5.
#define POPCOUNTS(v) \
	VAND    V25.B16, v.B16, V4.B16 \
	VUSHR   $4, v.B16, V5.B16      \
	VCNT    V4.B16, V4.B16         \
	VCNT    V5.B16, V5.B16         \
	FSTPQ.P (F4, F5), 32(R0)

// func binomialAES(dst *uint8, blocks int, p *pairBlocks)
TEXT ·binomialAES(SB), NOSPLIT, $0-24
	SETUP
	VMOVI $15, V25.B16

binomialStep:
	BLOCKS
	POPCOUNTS(V0)
	SUBS $1, R1
	BEQ  binomialDone
	POPCOUNTS(V1)
	SUBS $1, R1
	BEQ  binomialDone
	POPCOUNTS(V2)
	SUBS $1, R1
	BEQ  binomialDone
	POPCOUNTS(V3)
	SUBS $1, R1
	BNE  binomialStep

binomialDone:
	RET

// LEVELS turns the eight halves u of register n into (5u+2)>>16. V25 = 5 in every
// half, V26 = 2 in every word; it uses V4 and V5.
#define LEVELS(n) \
	UMULL_H(25, n, 4)  \
	UMULL2_H(25, n, 5) \
	ADDHN_S(26, 4, n)  \
	ADDHN2_S(26, 5, n)

// func uniformAES(dst *uint8, blocks int, p *pairBlocks)
//
// Noise comes in units of four blocks.
TEXT ·uniformAES(SB), NOSPLIT, $0-24
	SETUP
	MOVD $5, R6
	VDUP R6, V25.H8
	MOVD $2, R6
	VDUP R6, V26.S4

uniformStep:
	BLOCKS
	LEVELS(0)
	LEVELS(1)
	LEVELS(2)
	LEVELS(3)
	VUZP1   V1.B16, V0.B16, V0.B16 // blocks 0 and 1 in eight bytes each
	VUZP1   V3.B16, V2.B16, V1.B16 // blocks 2 and 3
	FSTPQ.P (F0, F1), 32(R0)
	SUBS    $4, R1
	BNE     uniformStep
	RET

// func randomAES(dst *uint8, blocks int, p *pairBlocks)
//
// Bytes come in units of two blocks.
TEXT ·randomAES(SB), NOSPLIT, $0-24
	SETUP

randomStep:
	BLOCKS
	FSTPQ.P (F0, F1), 32(R0)
	SUBS    $2, R1
	BEQ     randomDone
	FSTPQ.P (F2, F3), 32(R0)
	SUBS    $2, R1
	BNE     randomStep

randomDone:
	RET
