//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "columns_avx2_amd64.h"

// The perturbation A·t, in blocks of up to eight columns.

DATA one<>+0(SB)/4, $1
GLOBL one<>(SB), RODATA|NOPTR, $4

// The bits of eight codes.
DATA seven<>+0(SB)/8, $0x0707070707070707
GLOBL seven<>(SB), RODATA|NOPTR, $8

// Registers of the perturbation:
//
// DI   y, SI codes, BX t, of the pair
// R8   args
// R9   multiples of t: eight vectors, one for each code
// R10  bytes from a row of y to the next, or base of the row
// R11  row of y
// R12  codes of the row
// R13  rows left
// R15  bytes from the plus member's columns to the minus member's
// AX, CX, DX  codes
//
// Y8–Y11  t, 2·t, -t, -2·t
// Y12     2^(shift-1), Y13 shift, Y14 -1 where the member is the minus one
// Y15     mask of the columns

// SETUP_ROUND sets Y12 and Y13 for a shift in AX: half is 1<<shift>>1.
#define SETUP_ROUND \
	VMOVD        AX, X13        \
	VPBROADCASTD X13, Y13       \
	VPBROADCASTD one<>(SB), Y12 \
	VPSLLVD      Y13, Y12, Y12  \
	VPSRLD       $1, Y12, Y12

// SETUP_SIGN sets Y14 where the lane is beyond the plus member's, of which there
// are AX in the block. It destroys R13.
#define SETUP_SIGN \
	LANES(AX, R13, Y14)   \
	VPCMPEQD Y0, Y0, Y0   \
	VPXOR    Y0, Y14, Y14

// ROUND is RoundShift(v, shift).
#define ROUND(v) \
	VPADDD  Y12, v, v \
	VPSRAVD Y13, v, v

// SIGN negates the lanes of minus members.
#define SIGN(v) \
	VPXOR  Y14, v, v \
	VPSUBD Y14, v, v

// ALIGN rounds a pointer to scratch up to a cache line.
#define ALIGN(r) \
	ADDQ $63, r  \
	ANDQ $-64, r

// CLEAR_MULTIPLES writes zero for the codes of zero weights.
#define CLEAR_MULTIPLES \
	VPXOR   Y8, Y8, Y8  \
	VMOVDQU Y8, 64(R9)  \
	VMOVDQU Y8, 160(R9) \
	VMOVDQU Y8, 192(R9) \
	VMOVDQU Y8, 224(R9)

// MULTIPLES sets Y9 = 2t, Y10 = -t and Y11 = -2t from Y8 = t.
#define MULTIPLES \
	VPXOR  Y11, Y11, Y11 \
	VPADDD Y8, Y8, Y9    \
	VPSUBD Y8, Y11, Y10  \
	VPSUBD Y9, Y11, Y11

// STORE_MULTIPLES writes the multiples of the codes 0, 1, 3 and 4.
#define STORE_MULTIPLES \
	VMOVDQU Y11, 0(R9)  \
	VMOVDQU Y10, 32(R9) \
	VMOVDQU Y8, 96(R9)  \
	VMOVDQU Y9, 128(R9)

// CODE sets AX to the place in the multiples of the next code at R12.
#define CODE \
	MOVBLZX (R12), AX \
	ANDL    $7, AX    \
	SHLL    $5, AX    \
	INCQ    R12

// FOUR_CODES sets AX to the next four codes at R12, TWO_CODES sets CX and DX to the
// next two in AX: an eighth of their places in the multiples.
#define FOUR_CODES \
	MOVL (R12), AX       \
	ANDL $0x07070707, AX \
	SHLL $2, AX          \
	ADDQ $4, R12

#define TWO_CODES \
	MOVBLZX AX, CX  \
	MOVBLZX AH, DX  \
	SHRQ    $16, AX

// ADD_TWO adds multiples to the next two rows of y.
#define ADD_TWO(LOAD, STORE) \
	TWO_CODES                 \
	LOAD((R11), Y0)           \
	VPADDD (R9)(CX*8), Y0, Y0 \
	STORE(Y0, (R11))          \
	LOAD((R11)(R10*1), Y1)    \
	VPADDD (R9)(DX*8), Y1, Y1 \
	STORE(Y1, (R11)(R10*1))   \
	LEAQ   (R11)(R10*2), R11

// ADD_ROWS_1 adds multiples to R13 rows, by fours, which takes a quarter less time
// than one by one, then one by one, and goes to done unless it ends there anyway.
#define ADD_ROWS_1(LOAD, STORE, four, last, one, done) \
	SUBQ   $4, R13            \
	JLT    last               \
	four:                     \
	FOUR_CODES                \
	ADD_TWO(LOAD, STORE)      \
	ADD_TWO(LOAD, STORE)      \
	SUBQ   $4, R13            \
	JGE    four               \
	last:                     \
	ADDQ   $4, R13            \
	JEQ    done               \
	one:                      \
	CODE                      \
	LOAD((R11), Y0)           \
	VPADDD (R9)(AX*1), Y0, Y0 \
	STORE(Y0, (R11))          \
	ADDQ   R10, R11           \
	DECQ   R13                \
	JNZ    one

// func perturb1AVX2(args *perturbArgs)
TEXT ·perturb1AVX2(SB), NOSPLIT, $8-8
	MOVQ args+0(FP), R8
	MOVQ perturbArgs_pairs(R8), AX
	MOVQ AX, left-8(SP)
	MOVQ perturbArgs_y(R8), DI
	MOVQ perturbArgs_a(R8), SI
	MOVQ perturbArgs_t(R8), BX
	MOVQ perturbArgs_cols(R8), AX
	LANES(AX, R13, MASK)
	MOVQ perturbArgs_plus(R8), AX
	SETUP_SIGN
	MOVQ perturbArgs_shift(R8), AX
	SETUP_ROUND
	MOVQ perturbArgs_multiples(R8), R9
	ALIGN(R9)
	CLEAR_MULTIPLES
	MOVQ perturbArgs_yRow(R8), R10

pair1:
	LOAD_PART((BX), Y8)
	MULTIPLES
	ROUND(Y8)
	SIGN(Y8)
	ROUND(Y9)
	SIGN(Y9)
	ROUND(Y10)
	SIGN(Y10)
	ROUND(Y11)
	SIGN(Y11)
	STORE_MULTIPLES

	MOVQ DI, R11
	MOVQ SI, R12
	MOVQ perturbArgs_rows(R8), R13
	CMPQ perturbArgs_cols(R8), $8
	JNE  part1
	ADD_ROWS_1(LOAD_WHOLE, STORE_WHOLE, whole1Four, whole1Last, whole1One, next1)
	JMP  next1

part1:
	ADD_ROWS_1(LOAD_PART, STORE_PART, part1Four, part1Last, part1One, next1)

next1:
	ADDQ perturbArgs_yPair(R8), DI
	ADDQ perturbArgs_aPair(R8), SI
	ADDQ perturbArgs_tPair(R8), BX
	DECQ left-8(SP)
	JNZ  pair1
	VZEROUPPER
	RET

// SPREAD_ROWS_1 writes DX rows of the members that share a base: base plus and
// minus the multiple. CX = bytes from a row of base to the next, R13 = from a row of
// y to the next.
#define SPREAD_ROWS_1(LOAD, STORE, loop) \
loop:                       \
	CODE                    \
	VMOVDQU (R9)(AX*1), Y1  \
	LOAD((R10), Y0)         \
	VPADDD  Y1, Y0, Y2      \
	VPSUBD  Y1, Y0, Y3      \
	STORE(Y2, (R11))        \
	STORE(Y3, (R11)(R15*1)) \
	ADDQ    CX, R10         \
	ADDQ    R13, R11        \
	DECQ    DX              \
	JNZ     loop

// func spread1AVX2(args *perturbArgs)
TEXT ·spread1AVX2(SB), NOSPLIT, $8-8
	MOVQ args+0(FP), R8
	MOVQ perturbArgs_pairs(R8), AX
	MOVQ AX, left-8(SP)
	MOVQ perturbArgs_y(R8), DI
	MOVQ perturbArgs_a(R8), SI
	MOVQ perturbArgs_t(R8), BX
	MOVQ perturbArgs_cols(R8), AX
	LANES(AX, R13, MASK)
	MOVQ perturbArgs_shift(R8), AX
	SETUP_ROUND
	MOVQ perturbArgs_multiples(R8), R9
	ALIGN(R9)
	CLEAR_MULTIPLES
	MOVQ perturbArgs_baseRow(R8), CX
	MOVQ perturbArgs_yRow(R8), R13
	MOVQ perturbArgs_yMinus(R8), R15

pair:
	LOAD_PART((BX), Y8)
	MULTIPLES
	ROUND(Y8)
	ROUND(Y9)
	ROUND(Y10)
	ROUND(Y11)
	STORE_MULTIPLES

	MOVQ perturbArgs_base(R8), R10
	MOVQ DI, R11
	MOVQ SI, R12
	MOVQ perturbArgs_rows(R8), DX
	CMPQ perturbArgs_cols(R8), $8
	JNE  part
	SPREAD_ROWS_1(LOAD_WHOLE, STORE_WHOLE, wholeRow)
	JMP  next

part:
	SPREAD_ROWS_1(LOAD_PART, STORE_PART, partRow)

next:
	ADDQ perturbArgs_yPair(R8), DI
	ADDQ perturbArgs_aPair(R8), SI
	ADDQ perturbArgs_tPair(R8), BX
	DECQ left-8(SP)
	JNZ  pair
	VZEROUPPER
	RET

// TWO_SUMS adds the multiples of the next two codes in AX, scaled to an eighth of a
// vector, to the sums of their rows.
#define TWO_SUMS(sum0, sum1) \
	TWO_CODES                     \
	VPADDD (R9)(CX*8), sum0, sum0 \
	VPADDD (R9)(DX*8), sum1, sum1

// func combineAVX2(args *perturbArgs)
//
// DI   sums of the block of rows
// SI   codes of the block, first rank; R12 of the rank
// BX   t, first rank; R13 of the rank
// R8   ranks left
// R10  bytes from a rank of codes to the next, R11 of t
// R15  rows left
// AX   codes of eight rows, CX and DX two of them
//
// Y0–Y7  Σ of the eight rows
// Y8–Y11 t, 2·t, -t, -2·t
TEXT ·combineAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R8
	MOVQ perturbArgs_sums(R8), DI
	ALIGN(DI)
	MOVQ perturbArgs_a(R8), SI
	MOVQ perturbArgs_t(R8), BX
	MOVQ perturbArgs_rows(R8), R15
	MOVQ perturbArgs_cols(R8), AX
	LANES(AX, R13, MASK)
	MOVQ perturbArgs_multiples(R8), R9
	ALIGN(R9)
	CLEAR_MULTIPLES
	MOVQ perturbArgs_aRank(R8), R10
	MOVQ perturbArgs_tRank(R8), R11

block:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	MOVQ  SI, R12
	MOVQ  BX, R13
	MOVQ  args+0(FP), R8
	MOVQ  perturbArgs_ranks(R8), R8

rank:
	LOAD_PART((R13), Y8)
	MULTIPLES
	STORE_MULTIPLES

	MOVQ (R12), AX       // eight codes
	ANDQ seven<>(SB), AX
	SHLQ $2, AX          // times 32, by the scale of the address
	TWO_SUMS(Y0, Y1)
	TWO_SUMS(Y2, Y3)
	TWO_SUMS(Y4, Y5)
	TWO_SUMS(Y6, Y7)

	ADDQ R10, R12
	ADDQ R11, R13
	DECQ R8
	JNZ  rank

	VMOVDQU Y0, 0(DI)
	VMOVDQU Y1, 32(DI)
	VMOVDQU Y2, 64(DI)
	VMOVDQU Y3, 96(DI)
	VMOVDQU Y4, 128(DI)
	VMOVDQU Y5, 160(DI)
	VMOVDQU Y6, 192(DI)
	VMOVDQU Y7, 224(DI)
	ADDQ    $256, DI
	ADDQ    $8, SI
	SUBQ    $8, R15
	JG      block
	VZEROUPPER
	RET

// ADD_ROWS adds the rounded sums at SI to DX rows of y.
#define ADD_ROWS(LOAD, STORE, loop) \
loop:                  \
	VMOVDQU (SI), Y0   \
	ROUND(Y0)          \
	SIGN(Y0)           \
	LOAD((DI), Y1)     \
	VPADDD  Y1, Y0, Y0 \
	STORE(Y0, (DI))    \
	ADDQ    $32, SI    \
	ADDQ    R10, DI    \
	DECQ    DX         \
	JNZ     loop

// func addRoundedAVX2(args *perturbArgs)
TEXT ·addRoundedAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R8
	MOVQ perturbArgs_y(R8), DI
	MOVQ perturbArgs_sums(R8), SI
	ALIGN(SI)
	MOVQ perturbArgs_rows(R8), DX
	MOVQ perturbArgs_cols(R8), AX
	LANES(AX, R13, MASK)
	MOVQ perturbArgs_plus(R8), AX
	SETUP_SIGN
	MOVQ perturbArgs_shift(R8), AX
	SETUP_ROUND
	MOVQ perturbArgs_yRow(R8), R10
	CMPQ perturbArgs_cols(R8), $8
	JNE  part
	ADD_ROWS(LOAD_WHOLE, STORE_WHOLE, wholeRow)
	VZEROUPPER
	RET

part:
	ADD_ROWS(LOAD_PART, STORE_PART, partRow)
	VZEROUPPER
	RET

// SPREAD_ROWS writes DX rows of the members that share a base at BX, R11 bytes from
// row to row: base plus and minus the rounded sums at SI.
#define SPREAD_ROWS(LOAD, STORE, loop) \
loop:                      \
	VMOVDQU (SI), Y1       \
	ROUND(Y1)              \
	LOAD((BX), Y0)         \
	VPADDD  Y1, Y0, Y2     \
	VPSUBD  Y1, Y0, Y3     \
	STORE(Y2, (DI))        \
	STORE(Y3, (DI)(R15*1)) \
	ADDQ    $32, SI        \
	ADDQ    R11, BX        \
	ADDQ    R10, DI        \
	DECQ    DX             \
	JNZ     loop

// func spreadRoundedAVX2(args *perturbArgs)
TEXT ·spreadRoundedAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R8
	MOVQ perturbArgs_y(R8), DI
	MOVQ perturbArgs_base(R8), BX
	MOVQ perturbArgs_sums(R8), SI
	ALIGN(SI)
	MOVQ perturbArgs_rows(R8), DX
	MOVQ perturbArgs_cols(R8), AX
	LANES(AX, R13, MASK)
	MOVQ perturbArgs_shift(R8), AX
	SETUP_ROUND
	MOVQ perturbArgs_yRow(R8), R10
	MOVQ perturbArgs_baseRow(R8), R11
	MOVQ perturbArgs_yMinus(R8), R15
	CMPQ perturbArgs_cols(R8), $8
	JNE  part
	SPREAD_ROWS(LOAD_WHOLE, STORE_WHOLE, wholeRow)
	VZEROUPPER
	RET

part:
	SPREAD_ROWS(LOAD_PART, STORE_PART, partRow)
	VZEROUPPER
	RET
