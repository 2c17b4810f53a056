//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"

// Random pents and bytes from ARS4x32-7, four blocks at a time, each in a register. Counting
// is left to the scalar units.
//
// DI   dst
// CX   blocks left
// SI   p
// R8   the low half of the next counter, of block and pair
// R9   the seed, which is the low half of the first round's key; the high half is zero
// R10  perPair - 1
// R11  from the last counter of a pair to the next: 2^32 - perPair + 1
// R12  scratch
// X0–X3    the blocks
// X4       scratch
// X5       the high half of the counters, of tensor and generation
// X6, X7   constants of the distribution
// X8–X14   keys of the rounds but the first

DATA weyl<>+0(SB)/8, $const_arsW0
DATA weyl<>+8(SB)/8, $const_arsW1
GLOBL weyl<>(SB), RODATA|NOPTR, $16

// SETUP loads the arguments, the counter and the keys.
#define SETUP \
	MOVQ   dst+0(FP), DI                  \
	MOVQ   blocks+8(FP), CX               \
	MOVQ   p+16(FP), SI                   \
	MOVQ   pairBlocks_counter(SI), R8     \
	VMOVQ  (pairBlocks_counter+8)(SI), X5 \
	MOVQ   pairBlocks_seed(SI), R9        \
	MOVQ   pairBlocks_perPair(SI), R10    \
	MOVQ   $((1<<32)+1), R11              \
	SUBQ   R10, R11                       \
	DECQ   R10                            \
	VMOVQ  R9, X8                         \
	VPADDQ weyl<>(SB), X8, X8             \
	VPADDQ weyl<>(SB), X8, X9             \
	VPADDQ weyl<>(SB), X9, X10            \
	VPADDQ weyl<>(SB), X10, X11           \
	VPADDQ weyl<>(SB), X11, X12           \
	VPADDQ weyl<>(SB), X12, X13           \
	VPADDQ weyl<>(SB), X13, X14

// COUNT puts the counter, exclusive or the first key, into x and advances it.
#define COUNT(x) \
	MOVQ        R8, R12          \
	XORQ        R9, R12          \
	VMOVQ       R12, x           \
	VPUNPCKLQDQ X5, x, x         \
	LEAQ        (R8)(R11*1), R12 \
	CMPL        R8, R10          \
	LEAQ        1(R8), R8        \
	CMOVQEQ     R12, R8

// ROUND is a round of four blocks.
#define ROUND(key) \
	VAESENC key, X0, X0 \
	VAESENC key, X1, X1 \
	VAESENC key, X2, X2 \
	VAESENC key, X3, X3

// BLOCKS leaves the next four blocks in X0 to X3.
#define BLOCKS \
	COUNT(X0)               \
	COUNT(X1)               \
	COUNT(X2)               \
	COUNT(X3)               \
	ROUND(X8)               \
	ROUND(X9)               \
	ROUND(X10)              \
	ROUND(X11)              \
	ROUND(X12)              \
	ROUND(X13)              \
	VAESENCLAST X14, X0, X0 \
	VAESENCLAST X14, X1, X1 \
	VAESENCLAST X14, X2, X2 \
	VAESENCLAST X14, X3, X3

// POPCOUNTS writes the pents of the block v. X6 = nibble mask, X7 = popcounts; it uses X4.
#define POPCOUNTS(v, off) \
	VPSRLW  $4, v, X4          \
	VPAND   X6, v, v           \
	VPAND   X6, X4, X4         \
	VPSHUFB v, X7, v           \
	VPSHUFB X4, X7, X4         \
	VMOVDQU v, off(DI)         \
	VMOVDQU X4, (off+16)(DI)

// func binomialAES(dst *uint8, blocks int, p *pairBlocks)
TEXT ·binomialAES(SB), NOSPLIT, $0-24
	SETUP
	VMOVDQU nibble<>(SB), X6
	VMOVDQU popcount<>(SB), X7

binomialStep:
	BLOCKS
	POPCOUNTS(X0, 0)
	SUBQ $1, CX
	JZ   binomialDone
	POPCOUNTS(X1, 32)
	SUBQ $1, CX
	JZ   binomialDone
	POPCOUNTS(X2, 64)
	SUBQ $1, CX
	JZ   binomialDone
	POPCOUNTS(X3, 96)
	ADDQ $128, DI
	SUBQ $1, CX
	JNZ  binomialStep

binomialDone:
	RET

// LEVELS turns the eight halves u of v into (5u+2)>>16. That is 5u>>16 except that
// the two thresholds below 32768 lie one lower, so these u count one more first.
// X6 = -1, X7 = 5; it uses X4.
#define LEVELS(v) \
	VPCMPGTW X6, v, X4 \
	VPSUBW   X4, v, v  \
	VPMULHUW X7, v, v

// func uniformAES(dst *uint8, blocks int, p *pairBlocks)
//
// Noise comes in units of four blocks.
TEXT ·uniformAES(SB), NOSPLIT, $0-24
	SETUP
	VPCMPEQD     X6, X6, X6
	VPBROADCASTD five<>(SB), X7

uniformStep:
	BLOCKS
	LEVELS(X0)
	LEVELS(X1)
	LEVELS(X2)
	LEVELS(X3)
	VPACKUSWB X1, X0, X0 // blocks 0 and 1 in eight bytes each
	VPACKUSWB X3, X2, X2 // blocks 2 and 3
	VMOVDQU   X0, (DI)
	VMOVDQU   X2, 16(DI)
	ADDQ      $32, DI
	SUBQ      $4, CX
	JNZ       uniformStep
	RET

// func randomAES(dst *uint8, blocks int, p *pairBlocks)
//
// Bytes come in units of two blocks.
TEXT ·randomAES(SB), NOSPLIT, $0-24
	SETUP

randomStep:
	BLOCKS
	VMOVDQU X0, (DI)
	VMOVDQU X1, 16(DI)
	SUBQ    $2, CX
	JZ      randomDone
	VMOVDQU X2, 32(DI)
	VMOVDQU X3, 48(DI)
	ADDQ    $64, DI
	SUBQ    $2, CX
	JNZ     randomStep

randomDone:
	RET
