//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "columns_avx512_amd64.h"

// The projection of at most eight columns of one pair by many vectors: two quads at a
// time, whose columns take turns in the lanes, so that eight bytes of codes, broadcast,
// meet both.

// Dwords 1 16 3 18 …, of two registers.
DATA oddEven<>+0(SB)/8, $0x1607140512031001
DATA oddEven<>+8(SB)/8, $0x1e0f1c0d1a0b1809
GLOBL oddEven<>(SB), RODATA|NOPTR, $16

// Register map
//
//	SI  t of the pair                R14  codes of the pair    R15  columns of the pair
//	DI  t, row by row                R8   codes of vector 0, R9 of vector 8, advancing
//	BX  columns, advancing           R10  bytes from a vector of codes to the next
//	DX  bytes from a quad of         R11, R12, R13  3, 5 and 7 times that
//	    columns to the next          CX   quads left; bytes from a row of t to the next
//
//	Z0–Z15  Σ c·x of each vector: lane 2c of the even quads of column c, 2c+1 of the odd
//	Z16     Σ 2·x, the same for all vectors
//	Z17     two quads of the columns                      Z18–Z21  codes
//	Z28     oddEven    Z29  unzip    Z30  zipQuads    Z31  bytes of 2
//	K1      the columns    K2  odd lanes

// EIGHT_VECTORS applies a macro to the codes of eight vectors and their sums.
#define EIGHT_VECTORS(OP, b, s0, s1, s2, s3, s4, s5, s6, s7) \
	OP((b), s0, Z18)         \
	OP((b)(R10*1), s1, Z19)  \
	OP((b)(R10*2), s2, Z20)  \
	OP((b)(R11*1), s3, Z21)  \
	OP((b)(R10*4), s4, Z18)  \
	OP((b)(R12*1), s5, Z19)  \
	OP((b)(R11*2), s6, Z20)  \
	OP((b)(R13*1), s7, Z21)

// FIRST_EIGHT and SIXTEEN apply a macro to as many vectors.
#define FIRST_EIGHT(OP) \
	EIGHT_VECTORS(OP, R8, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)

#define SIXTEEN(OP) \
	FIRST_EIGHT(OP)                                            \
	EIGHT_VECTORS(OP, R9, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15)

#define CLEAR(mem, sum, codes) \
	VPXORD sum, sum, sum

// DOT adds the products of two quads of codes with Z17.
#define DOT(mem, sum, codes) \
	VPBROADCASTQ mem, codes      \
	VPDPBUSD     Z17, codes, sum

// TWO_QUADS multiplies the quads of columns in Z17 and Z18 with all vectors.
#define TWO_QUADS(VECTORS) \
	VPERMT2D Z18, Z30, Z17 \
	VPDPBUSD Z17, Z31, Z16 \
	VECTORS(DOT)           \
	ADDQ     $8, R8        \
	ADDQ     $8, R9

// STORE2 stores what both quads of two vectors add up to, less twice the columns, as rows of t:
// the even dwords of a and the odd ones of b are added to the others.
#define STORE2(a, ya, b) \
	VMOVDQA32     a, Z18             \
	VPERMT2D      b, Z28, Z18        \
	VMOVDQA32     b, K2, a           \
	VPADDD        Z18, a, a          \
	VPSUBD        Z16, a, a          \
	VPERMD        a, Z29, a          \
	VMOVDQU32     ya, K1, (DI)       \
	VEXTRACTI32X8 $1, a, Y18         \
	VMOVDQU32     Y18, K1, (DI)(CX*1) \
	LEAQ          (DI)(CX*2), DI

#define STORE8 \
	STORE2(Z0, Y0, Z1) \
	STORE2(Z2, Y2, Z3) \
	STORE2(Z4, Y4, Z5) \
	STORE2(Z6, Y6, Z7)

#define STORE16 \
	STORE8               \
	STORE2(Z8, Y8, Z9)   \
	STORE2(Z10, Y10, Z11) \
	STORE2(Z12, Y12, Z13) \
	STORE2(Z14, Y14, Z15)

// PROJECT is the body of the kernels, which differ in their number of vectors.
#define PROJECT(VECTORS, STORE) \
	MOVQ       args+0(FP), AX          \
	MOVQ       projectArgs_cols(AX), CX \
	MOVL       $1, DX                  \
	SHLL       CX, DX                  \
	DECL       DX                      \
	KMOVW      DX, K1                  \
	MOVL       $0xAAAA, DX             \
	KMOVW      DX, K2                  \
	MOVQ       projectArgs_t(AX), SI   \
	MOVQ       projectArgs_b(AX), R14  \
	MOVQ       projectArgs_bRow(AX), R10 \
	LEAQ       (R10)(R10*2), R11       \
	LEAQ       (R10)(R10*4), R12       \
	LEAQ       (R11)(R10*4), R13       \
	MOVQ       projectArgs_x(AX), R15  \
	MOVQ       projectArgs_xRow(AX), DX \
	VPMOVZXBD  zipQuads<>(SB), Z30     \
	VPMOVZXBD  unzip<>(SB), Z29        \
	VPMOVZXBD  oddEven<>(SB), Z28      \
	VPTERNLOGD $0xFF, Z0, Z0, Z0       \
	VPABSB     Z0, Z31                 \
	VPADDB     Z31, Z31, Z31           \
                                       \
pair:                                  \
	MOVQ        R15, BX                \
	MOVQ        R14, R8                \
	LEAQ        (R8)(R10*8), R9        \
	MOVQ        projectArgs_quads(AX), CX \
	VPXORD      Z16, Z16, Z16          \
	VECTORS(CLEAR)                     \
	SUBQ        $2, CX                 \
	JLT         one                    \
                                       \
two:                                   \
	VMOVDQU32.Z (BX), K1, Y17          \
	VMOVDQU32.Z (BX)(DX*1), K1, Y18    \
	TWO_QUADS(VECTORS)                 \
	LEAQ        (BX)(DX*2), BX         \
	SUBQ        $2, CX                 \
	JGE         two                    \
                                       \
one:                                   \
	ADDQ        $2, CX                 \
	JZ          store                  \
	VMOVDQU32.Z (BX), K1, Y17          \
	VPXORD      Z18, Z18, Z18          \
	TWO_QUADS(VECTORS)                 \
                                       \
store:                                 \
	VPRORQ      $32, Z16, Z17          \
	VPADDD      Z17, Z16, Z16          \
	MOVQ        SI, DI                 \
	MOVQ        projectArgs_tRow(AX), CX \
	STORE                              \
	ADDQ        projectArgs_tGroup(AX), SI  \
	ADDQ        projectArgs_bGroup(AX), R14 \
	ADDQ        projectArgs_xGroup(AX), R15 \
	DECQ        projectArgs_groups(AX) \
	JNZ         pair                   \
	VZEROUPPER

// func project16VNNI512(args *projectArgs)
TEXT ·project16VNNI512(SB), NOSPLIT, $0-8
	PROJECT(SIXTEEN, STORE16)
	RET

// func project8VNNI512(args *projectArgs)
TEXT ·project8VNNI512(SB), NOSPLIT, $0-8
	PROJECT(FIRST_EIGHT, STORE8)
	RET

// A quad of sixteen columns, of which the first eight belong to one pair and the others to
// the next.

// PAIRS_QUAD multiplies the quad of columns at x with the codes of either pair, bytes from
// R8 and R9, and adds them up in sum, and twice the columns in twice.
#define PAIRS_QUAD(x, at, codes, sum, twice) \
	VMOVDQU32    x, Z17               \
	VPBROADCASTD at(R8), codes        \
	VPBROADCASTD at(R9), K1, codes    \
	VPDPBUSD     Z17, codes, sum      \
	VPDPBUSD     Z17, Z31, twice

// func projectPairsVNNI512(args *projectArgs)
//
//	DI  t                            R8   codes of the first pair, R9 of the second, advancing
//	BX  columns, advancing           R10  bytes from the codes of a pair to the next
//	DX  bytes from a quad of         R11  3 times that
//	    columns to the next          CX   quads left    R12  pairs of pairs left
//
//	Z0–Z3  Σ c·x of every fourth quad    Z4–Z7  Σ 2·x    Z17  columns    Z18–Z21  codes
//	Z31    bytes of 2                    K1     the columns of the second pair
TEXT ·projectPairsVNNI512(SB), NOSPLIT, $0-8
	MOVQ       args+0(FP), AX
	MOVL       $0xFF00, CX
	KMOVW      CX, K1
	MOVQ       projectArgs_t(AX), DI
	MOVQ       projectArgs_b(AX), R8
	MOVQ       projectArgs_bRow(AX), R10
	MOVQ       projectArgs_x(AX), SI
	MOVQ       projectArgs_xRow(AX), DX
	LEAQ       (DX)(DX*2), R11
	MOVQ       projectArgs_cols(AX), R12
	SHRQ       $4, R12
	VPTERNLOGD $0xFF, Z0, Z0, Z0
	VPABSB     Z0, Z31
	VPADDB     Z31, Z31, Z31

pairs:
	MOVQ   R8, R13
	LEAQ   (R8)(R10*1), R9
	MOVQ   SI, BX
	MOVQ   projectArgs_quads(AX), CX
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	VPXORD Z4, Z4, Z4
	VPXORD Z5, Z5, Z5
	VPXORD Z6, Z6, Z6
	VPXORD Z7, Z7, Z7
	SUBQ   $4, CX
	JLT    ones

fours:
	PAIRS_QUAD((BX), 0, Z18, Z0, Z4)
	PAIRS_QUAD((BX)(DX*1), 4, Z19, Z1, Z5)
	PAIRS_QUAD((BX)(DX*2), 8, Z20, Z2, Z6)
	PAIRS_QUAD((BX)(R11*1), 12, Z21, Z3, Z7)
	LEAQ (BX)(DX*4), BX
	ADDQ $16, R8
	ADDQ $16, R9
	SUBQ $4, CX
	JGE  fours

ones:
	ADDQ $4, CX
	JZ   sum

one:
	PAIRS_QUAD((BX), 0, Z18, Z0, Z4)
	ADDQ DX, BX
	ADDQ $4, R8
	ADDQ $4, R9
	DECQ CX
	JNZ  one

sum:
	VPADDD    Z1, Z0, Z0
	VPADDD    Z3, Z2, Z2
	VPADDD    Z5, Z4, Z4
	VPADDD    Z7, Z6, Z6
	VPADDD    Z2, Z0, Z0
	VPADDD    Z6, Z4, Z4
	VPSUBD    Z4, Z0, Z0
	VMOVDQU32 Z0, (DI)
	ADDQ      $64, DI
	ADDQ      $64, SI
	LEAQ      (R13)(R10*2), R8
	DECQ      R12
	JNZ       pairs
	VZEROUPPER
	RET
