//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"

// Random pents and bytes from Philox4x32-10, eight blocks at a time.
//
// Four blocks, one in each 64-bit lane, are a chain of four vectors: word w of the
// block is the low half of its lane of vector w. The high halves hold rubbish,
// which VPMULUDQ does not read. Two chains run side by side.
//
// DI   dst
// CX   steps left
// R8   first block of the step
// SI   counter: block, pair, tensor, generation
// DX   round keys
// Y0–Y5, Y6–Y11   the two chains: words 0 to 3, then two products
// Y12, Y13        multipliers
// Y14, Y15        keys of the round

#define M0 Y12
#define M1 Y13
#define K0 Y14
#define K1 Y15

DATA multiplier0<>+0(SB)/4, $const_philoxM0
GLOBL multiplier0<>(SB), RODATA|NOPTR, $4

DATA multiplier1<>+0(SB)/4, $const_philoxM1
GLOBL multiplier1<>(SB), RODATA|NOPTR, $4

// The block of each lane of two registers, counted from the first of the step.
DATA blockIndex<>+0(SB)/8, $0
DATA blockIndex<>+8(SB)/8, $1
DATA blockIndex<>+16(SB)/8, $2
DATA blockIndex<>+24(SB)/8, $3
DATA blockIndex<>+32(SB)/8, $4
DATA blockIndex<>+40(SB)/8, $5
DATA blockIndex<>+48(SB)/8, $6
DATA blockIndex<>+56(SB)/8, $7
GLOBL blockIndex<>(SB), RODATA|NOPTR, $64

// ROUND is one round of a chain: words c0, c1, c2, c3 become c0, p1, c2, p0, where
// p0 and p1 are the products, whose low halves are the new words 3 and 1.
#define ROUND(c0, c1, c2, c3, p0, p1) \
	VPMULUDQ M0, c0, p0  \
	VPMULUDQ M1, c2, p1  \
	VPSRLQ   $32, p1, c0 \
	VPXOR    c1, c0, c0  \
	VPXOR    K0, c0, c0  \
	VPSRLQ   $32, p0, c2 \
	VPXOR    c3, c2, c2  \
	VPXOR    K1, c2, c2

// TWO_ROUNDS is rounds r and r+1 of both chains. Products and words change places
// in the first and back in the second.
#define TWO_ROUNDS(r) \
	VPBROADCASTD (8*r+0)(DX), K0    \
	VPBROADCASTD (8*r+4)(DX), K1    \
	ROUND(Y0, Y1, Y2, Y3, Y4, Y5)   \
	ROUND(Y6, Y7, Y8, Y9, Y10, Y11) \
	VPBROADCASTD (8*r+8)(DX), K0    \
	VPBROADCASTD (8*r+12)(DX), K1   \
	ROUND(Y0, Y5, Y2, Y4, Y3, Y1)   \
	ROUND(Y6, Y11, Y8, Y10, Y9, Y7)

// SETUP loads the arguments and the multipliers.
#define SETUP \
	MOVQ         dst+0(FP), DI         \
	MOVQ         steps+8(FP), CX       \
	MOVQ         counter+16(FP), SI    \
	MOVQ         k+24(FP), DX          \
	MOVL         (SI), R8              \
	VPBROADCASTD multiplier0<>(SB), M0 \
	VPBROADCASTD multiplier1<>(SB), M1

// PHILOX leaves blocks R8 to R8+7 in the chains Y0–Y3 and Y6–Y9.
#define PHILOX \
	VMOVD        R8, X0                     \
	VPBROADCASTD X0, Y0                     \
	VPADDD       blockIndex<>+32(SB), Y0, Y6 \
	VPADDD       blockIndex<>+0(SB), Y0, Y0  \
	VPBROADCASTD 4(SI), Y1                  \
	VPBROADCASTD 8(SI), Y2                  \
	VPBROADCASTD 12(SI), Y3                 \
	VMOVDQA      Y1, Y7                     \
	VMOVDQA      Y2, Y8                     \
	VMOVDQA      Y3, Y9                     \
	TWO_ROUNDS(0)                           \
	TWO_ROUNDS(2)                           \
	TWO_ROUNDS(4)                           \
	TWO_ROUNDS(6)                           \
	TWO_ROUNDS(8)

// BLOCKS turns a chain of four words into whole blocks: w0 = blocks 0 and 2 of the
// chain, w1 = blocks 1 and 3. It destroys w2.
#define BLOCKS(w0, w1, w2, w3) \
	VSHUFPS $0x88, w1, w0, w0 \
	VSHUFPS $0x88, w3, w2, w2 \
	VSHUFPS $0xDD, w2, w0, w1 \
	VSHUFPS $0x88, w2, w0, w0

// POPCOUNTS writes the pents of the two blocks of v, the first at off and the
// second 64 bytes on. Y4 = nibble mask, Y5 = popcounts; it uses Y14 and Y15.
#define POPCOUNTS(v, off) \
	VPSRLW     $4, v, Y15           \
	VPAND      Y4, v, Y14           \
	VPAND      Y4, Y15, Y15         \
	VPSHUFB    Y14, Y5, Y14         \
	VPSHUFB    Y15, Y5, Y15         \
	VPERM2I128 $0x20, Y15, Y14, v   \
	VPERM2I128 $0x31, Y15, Y14, Y14 \
	VMOVDQU    v, off(DI)           \
	VMOVDQU    Y14, (off+64)(DI)

// func binomialPhiloxAVX2(dst *uint8, steps int, counter *[2]uint64, k *roundKeys)
TEXT ·binomialPhiloxAVX2(SB), NOSPLIT, $0-32
	SETUP

binomialStep:
	PHILOX
	VMOVDQU        nibble<>(SB), Y4
	VBROADCASTI128 popcount<>(SB), Y5

	BLOCKS(Y0, Y1, Y2, Y3)
	POPCOUNTS(Y0, 0)
	POPCOUNTS(Y1, 32)

	BLOCKS(Y6, Y7, Y8, Y9)
	POPCOUNTS(Y6, 128)
	POPCOUNTS(Y7, 160)

	ADDL $8, R8
	ADDQ $256, DI
	DECQ CX
	JNZ  binomialStep
	VZEROUPPER
	RET

// LEVELS turns sixteen halves u of v into (5u+2)>>16. That is 5u>>16 except that
// the two thresholds below 32768 lie one lower, so these u count one more first.
// Y4 = -1, Y5 = 5; it uses Y14.
#define LEVELS(v) \
	VPCMPGTW Y4, v, Y14 \
	VPSUBW   Y14, v, v  \
	VPMULHUW Y5, v, v

// func uniformPhiloxAVX2(dst *uint8, steps int, counter *[2]uint64, k *roundKeys)
TEXT ·uniformPhiloxAVX2(SB), NOSPLIT, $0-32
	SETUP

uniformStep:
	PHILOX
	VPCMPEQD     Y4, Y4, Y4
	VPBROADCASTD five<>(SB), Y5

	BLOCKS(Y0, Y1, Y2, Y3)
	LEVELS(Y0)
	LEVELS(Y1)
	VPACKUSWB Y1, Y0, Y0 // blocks 0, 1, 2, 3 in eight bytes each
	VMOVDQU   Y0, (DI)

	BLOCKS(Y6, Y7, Y8, Y9)
	LEVELS(Y6)
	LEVELS(Y7)
	VPACKUSWB Y7, Y6, Y6 // blocks 4, 5, 6, 7
	VMOVDQU   Y6, 32(DI)

	ADDL $8, R8
	ADDQ $64, DI
	DECQ CX
	JNZ  uniformStep
	VZEROUPPER
	RET

// BYTES writes the four blocks of a chain, of which v holds 0 and 2, w 1 and 3. It
// uses Y4 and Y5.
#define BYTES(v, w, off) \
	VPERM2I128 $0x20, w, v, Y4  \
	VPERM2I128 $0x31, w, v, Y5  \
	VMOVDQU    Y4, off(DI)      \
	VMOVDQU    Y5, (off+32)(DI)

// func randomPhiloxAVX2(dst *uint8, steps int, counter *[2]uint64, k *roundKeys)
TEXT ·randomPhiloxAVX2(SB), NOSPLIT, $0-32
	SETUP

randomStep:
	PHILOX

	BLOCKS(Y0, Y1, Y2, Y3)
	BYTES(Y0, Y1, 0)

	BLOCKS(Y6, Y7, Y8, Y9)
	BYTES(Y6, Y7, 64)

	ADDL $8, R8
	ADDQ $128, DI
	DECQ CX
	JNZ  randomStep
	VZEROUPPER
	RET
