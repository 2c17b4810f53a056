//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "vpdpbusd_amd64.h"

// Products of codes in bytes with 1, 2, 4 or 8 vectors, AVX2 and AVX-VNNI. A register holds a
// quad of codes of eight rows, half a tile, and is multiplied with a quad of x that is in all
// lanes: each lane of the sums is a row, and there are no lanes to add up.
//
// A pass of one or two vectors takes 4 or 2 tiles, whose codes are a tile apart, and the last
// tiles come one by one; a pass of four takes a tile, of eight half of one.
//
// With AVX2 products add up in words, two a row: a pair sum is from -1024 to 1016, so that a run
// of 32 quads fits exactly. Then they widen into int32 sums on the stack.
//
// Register map
//
//	Y0–Y7    sums, halves of tiles × vectors   Y8   codes
//	Y9–Y12   quads of x                        Y13  products, with AVX2
//	Y14      1 in words, with AVX2             Y8–Y15  of the end of a pass
//	AX       codes of the pass                 R8   codes, advancing
//	DX, R12  bytes of a tile, of three         BX   x, advancing
//	CX       quads left after the run          R9   quads left of the run
//	DI       y                                 R13  tiles left, with 8 vectors halves
//	SI       start                             R10  args
//	R11      with 8 vectors, bytes from the codes of a half to the next's

// MUL adds the products of the codes in Y8 and a quad of x, each register by its name and its
// number.
#define MUL(X, x, A, a) \
	VPMADDUBSW X, Y8, Y13  \
	VPADDW     Y13, A, A

// QUADn multiplies a quad of a pass of n vectors, ONEn of one tile.
#define ONE1 \
	VPBROADCASTD (BX), Y9    \
	VMOVDQU      (R8), Y8    \
	MUL(Y9, 9, Y0, 0)        \
	VMOVDQU      32(R8), Y8  \
	MUL(Y9, 9, Y1, 1)

#define QUAD1 \
	ONE1                            \
	VMOVDQU      (R8)(DX*1), Y8     \
	MUL(Y9, 9, Y2, 2)               \
	VMOVDQU      32(R8)(DX*1), Y8   \
	MUL(Y9, 9, Y3, 3)               \
	VMOVDQU      (R8)(DX*2), Y8     \
	MUL(Y9, 9, Y4, 4)               \
	VMOVDQU      32(R8)(DX*2), Y8   \
	MUL(Y9, 9, Y5, 5)               \
	VMOVDQU      (R8)(R12*1), Y8    \
	MUL(Y9, 9, Y6, 6)               \
	VMOVDQU      32(R8)(R12*1), Y8  \
	MUL(Y9, 9, Y7, 7)

#define ONE2 \
	VPBROADCASTD (BX), Y9    \
	VPBROADCASTD 4(BX), Y10  \
	VMOVDQU      (R8), Y8    \
	MUL(Y9, 9, Y0, 0)        \
	MUL(Y10, 10, Y1, 1)      \
	VMOVDQU      32(R8), Y8  \
	MUL(Y9, 9, Y2, 2)        \
	MUL(Y10, 10, Y3, 3)

#define QUAD2 \
	ONE2                           \
	VMOVDQU      (R8)(DX*1), Y8    \
	MUL(Y9, 9, Y4, 4)              \
	MUL(Y10, 10, Y5, 5)            \
	VMOVDQU      32(R8)(DX*1), Y8  \
	MUL(Y9, 9, Y6, 6)              \
	MUL(Y10, 10, Y7, 7)

#define QUAD4 \
	VPBROADCASTD (BX), Y9    \
	VPBROADCASTD 4(BX), Y10  \
	VPBROADCASTD 8(BX), Y11  \
	VPBROADCASTD 12(BX), Y12 \
	VMOVDQU      (R8), Y8    \
	MUL(Y9, 9, Y0, 0)        \
	MUL(Y10, 10, Y1, 1)      \
	MUL(Y11, 11, Y2, 2)      \
	MUL(Y12, 12, Y3, 3)      \
	VMOVDQU      32(R8), Y8  \
	MUL(Y9, 9, Y4, 4)        \
	MUL(Y10, 10, Y5, 5)      \
	MUL(Y11, 11, Y6, 6)      \
	MUL(Y12, 12, Y7, 7)

#define QUAD8 \
	VMOVDQU      (R8), Y8    \
	VPBROADCASTD (BX), Y9    \
	VPBROADCASTD 4(BX), Y10  \
	VPBROADCASTD 8(BX), Y11  \
	VPBROADCASTD 12(BX), Y12 \
	MUL(Y9, 9, Y0, 0)        \
	MUL(Y10, 10, Y1, 1)      \
	MUL(Y11, 11, Y2, 2)      \
	MUL(Y12, 12, Y3, 3)      \
	VPBROADCASTD 16(BX), Y9  \
	VPBROADCASTD 20(BX), Y10 \
	VPBROADCASTD 24(BX), Y11 \
	VPBROADCASTD 28(BX), Y12 \
	MUL(Y9, 9, Y4, 4)        \
	MUL(Y10, 10, Y5, 5)      \
	MUL(Y11, 11, Y6, 6)      \
	MUL(Y12, 12, Y7, 7)

#define CLEAR \
	VPXOR Y0, Y0, Y0 \
	VPXOR Y1, Y1, Y1 \
	VPXOR Y2, Y2, Y2 \
	VPXOR Y3, Y3, Y3 \
	VPXOR Y4, Y4, Y4 \
	VPXOR Y5, Y5, Y5 \
	VPXOR Y6, Y6, Y6 \
	VPXOR Y7, Y7, Y7

// WIDEN adds the words of each row to its int32 sums, which a register of sums then holds, too.
#define WIDEN(acc, sums) \
	VPMADDWD acc, Y14, acc \
	VPADDD   sums, acc, acc \
	VMOVDQU  acc, sums

// RUNS runs a macro for all quads of a pass, and leaves the sums of rows in Y0 to Y7.
#define RUNS(QUADS, n, run, quad) \
	VPXOR    Y9, Y9, Y9     \
	VMOVDQU  Y9, 0(SP)      \
	VMOVDQU  Y9, 32(SP)     \
	VMOVDQU  Y9, 64(SP)     \
	VMOVDQU  Y9, 96(SP)     \
	VMOVDQU  Y9, 128(SP)    \
	VMOVDQU  Y9, 160(SP)    \
	VMOVDQU  Y9, 192(SP)    \
	VMOVDQU  Y9, 224(SP)    \
	VPCMPEQW Y14, Y14, Y14  \
	VPSRLW   $15, Y14, Y14  \
                            \
run:                        \
	MOVQ    $32, R9         \
	CMPQ    CX, R9          \
	CMOVQLT CX, R9          \
	SUBQ    R9, CX          \
	CLEAR                   \
                            \
quad:                       \
	QUADS                   \
	ADDQ $64, R8            \
	ADDQ $(4*n), BX         \
	DECQ R9                 \
	JNZ  quad               \
	WIDEN(Y0, 0(SP))        \
	WIDEN(Y1, 32(SP))       \
	WIDEN(Y2, 64(SP))       \
	WIDEN(Y3, 96(SP))       \
	WIDEN(Y4, 128(SP))      \
	WIDEN(Y5, 160(SP))      \
	WIDEN(Y6, 192(SP))      \
	WIDEN(Y7, 224(SP))      \
	TESTQ CX, CX            \
	JNZ   run

// STORE adds the start to eight elements of y and stores them.
#define STORE(a, at) \
	VPADDD  (SI), a, a \
	VMOVDQU a, at(DI)

// ENDn stores the sums of half a tile and n vectors, bytes on in y, in the order of y.
#define END2(a, b, at) \
	VPUNPCKLDQ b, a, Y8           \
	VPUNPCKHDQ b, a, Y9           \
	VPERM2I128 $0x20, Y9, Y8, Y10 \
	VPERM2I128 $0x31, Y9, Y8, Y11 \
	STORE(Y10, at)                \
	STORE(Y11, at+32)

// FOURS sets Y12 to Y15 to the sums of four vectors, rows 0 to 3 of each lane.
#define FOURS(a, b, c, d) \
	VPUNPCKLDQ  b, a, Y8    \
	VPUNPCKHDQ  b, a, Y9    \
	VPUNPCKLDQ  d, c, Y10   \
	VPUNPCKHDQ  d, c, Y11   \
	VPUNPCKLQDQ Y10, Y8, Y12 \
	VPUNPCKHQDQ Y10, Y8, Y13 \
	VPUNPCKLQDQ Y11, Y9, Y14 \
	VPUNPCKHQDQ Y11, Y9, Y15

#define END4(a, b, c, d, at) \
	FOURS(a, b, c, d)               \
	VPERM2I128 $0x20, Y13, Y12, Y8  \
	VPERM2I128 $0x20, Y15, Y14, Y9  \
	VPERM2I128 $0x31, Y13, Y12, Y10 \
	VPERM2I128 $0x31, Y15, Y14, Y11 \
	STORE(Y8, at)                   \
	STORE(Y9, at+32)                \
	STORE(Y10, at+64)               \
	STORE(Y11, at+96)

// ROWS stores two rows of eight vectors, of which low has the first four and high the others:
// the second is four rows on.
#define ROWS(low, high, at) \
	VPERM2I128 $0x20, high, low, Y8 \
	VPERM2I128 $0x31, high, low, Y9 \
	STORE(Y8, at)                   \
	STORE(Y9, at+128)

#define LAST1 \
	STORE(Y0, 0)  \
	STORE(Y1, 32)

#define ENDS1 \
	LAST1          \
	STORE(Y2, 64)  \
	STORE(Y3, 96)  \
	STORE(Y4, 128) \
	STORE(Y5, 160) \
	STORE(Y6, 192) \
	STORE(Y7, 224)

#define LAST2 \
	END2(Y0, Y1, 0)  \
	END2(Y2, Y3, 64)

#define ENDS2 \
	LAST2             \
	END2(Y4, Y5, 128) \
	END2(Y6, Y7, 192)

#define ENDS4 \
	END4(Y0, Y1, Y2, Y3, 0)   \
	END4(Y4, Y5, Y6, Y7, 128)

#define ENDS8 \
	FOURS(Y0, Y1, Y2, Y3) \
	VMOVDQA Y12, Y0       \
	VMOVDQA Y13, Y1       \
	VMOVDQA Y14, Y2       \
	VMOVDQA Y15, Y3       \
	FOURS(Y4, Y5, Y6, Y7) \
	ROWS(Y0, Y12, 0)      \
	ROWS(Y1, Y13, 32)     \
	ROWS(Y2, Y14, 64)     \
	ROWS(Y3, Y15, 96)

// ARGS loads the arguments, BEGIN what a pass begins with.
#define ARGS \
	MOVQ args+0(FP), R10               \
	MOVQ matVecCodesArgs_y(R10), DI      \
	MOVQ matVecCodesArgs_codes(R10), AX  \
	MOVQ matVecCodesArgs_tiles(R10), R13 \
	MOVQ matVecCodesArgs_stride(R10), DX \
	LEAQ (DX)(DX*2), R12               \
	MOVQ matVecCodesArgs_start(R10), SI

#define BEGIN \
	MOVQ AX, R8                        \
	MOVQ matVecCodesArgs_x(R10), BX     \
	MOVQ matVecCodesArgs_quads(R10), CX

// FEW is the body of the kernels for one and two vectors, n, in passes of group tiles.
#define FEW(QUADS, ENDS, ONE, LAST, group, n) \
	ARGS                       \
	SUBQ $group, R13           \
	JLT  rest                  \
                               \
pass:                          \
	BEGIN                      \
	RUNS(QUADS, n, run, quad)  \
	ENDS                       \
	ADDQ  $(group*n*64), DI    \
	MOVQ  $group, CX           \
	IMULQ DX, CX               \
	ADDQ  CX, AX               \
	SUBQ  $group, R13          \
	JGE   pass                 \
                               \
rest:                          \
	ADDQ $group, R13           \
	JZ   done                  \
                               \
tile:                          \
	BEGIN                      \
	RUNS(ONE, n, last, single) \
	LAST                       \
	ADDQ $(n*64), DI           \
	ADDQ DX, AX                \
	DECQ R13                   \
	JNZ  tile                  \
                               \
done:                          \
	VZEROUPPER

// FOUR is the body for four vectors, in passes of a tile, EIGHT for eight, in halves.
#define FOUR \
	ARGS                      \
                              \
pass:                         \
	BEGIN                     \
	RUNS(QUAD4, 4, run, quad) \
	ENDS4                     \
	ADDQ $256, DI             \
	ADDQ DX, AX               \
	DECQ R13                  \
	JNZ  pass                 \
	VZEROUPPER

#define EIGHT \
	ARGS                      \
	ADDQ R13, R13             \
	MOVQ $32, R11             \
                              \
pass:                         \
	BEGIN                     \
	RUNS(QUAD8, 8, run, quad) \
	ENDS8                     \
	ADDQ $256, DI             \
	ADDQ R11, AX              \
	NEGQ R11                  \
	ADDQ DX, R11              \
	DECQ R13                  \
	JNZ  pass                 \
	VZEROUPPER

// func matVecCodes1AVX2(args *matVecCodesArgs)
TEXT ·matVecCodes1AVX2(SB), NOSPLIT, $256-8
	FEW(QUAD1, ENDS1, ONE1, LAST1, 4, 1)
	RET

// func matVecCodes2AVX2(args *matVecCodesArgs)
TEXT ·matVecCodes2AVX2(SB), NOSPLIT, $256-8
	FEW(QUAD2, ENDS2, ONE2, LAST2, 2, 2)
	RET

// func matVecCodes4AVX2(args *matVecCodesArgs)
TEXT ·matVecCodes4AVX2(SB), NOSPLIT, $256-8
	FOUR
	RET

// func matVecCodes8AVX2(args *matVecCodesArgs)
TEXT ·matVecCodes8AVX2(SB), NOSPLIT, $256-8
	EIGHT
	RET

// With AVX-VNNI products add up in 32-bit lanes, four at a time, and need no runs.
#undef MUL
#define MUL(X, x, A, a) \
	VPDPBUSD_VEX(x, 8, a)

#undef RUNS
#define RUNS(QUADS, n, run, quad) \
	CLEAR           \
                    \
quad:               \
	QUADS           \
	ADDQ $64, R8    \
	ADDQ $(4*n), BX \
	DECQ CX         \
	JNZ  quad

// func matVecCodes1AVXVNNI(args *matVecCodesArgs)
TEXT ·matVecCodes1AVXVNNI(SB), NOSPLIT, $0-8
	FEW(QUAD1, ENDS1, ONE1, LAST1, 4, 1)
	RET

// func matVecCodes2AVXVNNI(args *matVecCodesArgs)
TEXT ·matVecCodes2AVXVNNI(SB), NOSPLIT, $0-8
	FEW(QUAD2, ENDS2, ONE2, LAST2, 2, 2)
	RET

// func matVecCodes4AVXVNNI(args *matVecCodesArgs)
TEXT ·matVecCodes4AVXVNNI(SB), NOSPLIT, $0-8
	FOUR
	RET

// func matVecCodes8AVXVNNI(args *matVecCodesArgs)
TEXT ·matVecCodes8AVXVNNI(SB), NOSPLIT, $0-8
	EIGHT
	RET
