//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"
#include "vpdpbusd_amd64.h"

// Products of a packed matrix with 1, 2, 4 or 8 vectors, straight from the packed
// weights: a block is unpacked in registers and meets all vectors at once.
//
//	y[i*n+c] = start[c] + Σ_κ code[i, κ] · x[c, κ]
//
// Here lanes run along k. The vectors come in chunks of 32 consecutive k, chunk by
// chunk: x[κ/32][n][32]. Rows are blocks·96 + smalls·12 bytes each.
//
// Register map
//
//	Y0–Y7  accumulators, one a vector   Y8   codes of a group
//	Y9     products, high bits          Y10–Y12  vectors A, B, C of the block
//	Y13    3 in bytes                   Y14  4 in bytes      Y15  7 in bytes
//	DI     y                            SI   packed weights, advancing
//	DX     x, advancing                 R8   x from the start
//	CX     rows left                    R9   blocks a row    R10  small blocks a row
//	BX     blocks or small blocks left  AX   blocks left in this run
//	R11    start
//
// Products add up in 16-bit lanes: a block adds 8 pair sums of -1024 to 1016 to
// each, so that 4 blocks fit exactly; after such a run, and after the small
// blocks, they widen into int32 sums on the stack, 32 bytes a vector.

// The masks of a block, in bytes: low bits of the split codes, their high bit, and
// whole codes.
DATA blockMasks<>+0(SB)/8, $0x0303030303030303
DATA blockMasks<>+8(SB)/8, $0x0404040404040404
DATA blockMasks<>+16(SB)/8, $0x0707070707070707
GLOBL blockMasks<>(SB), RODATA|NOPTR, $24

// ARGS loads the arguments, MASKS the masks.
#define ARGS \
	MOVQ args+0(FP), AX            \
	MOVQ matVecArgs_y(AX), DI      \
	MOVQ matVecArgs_w(AX), SI      \
	MOVQ matVecArgs_rows(AX), CX   \
	MOVQ matVecArgs_blocks(AX), R9 \
	MOVQ matVecArgs_smalls(AX), R10 \
	MOVQ matVecArgs_x(AX), R8      \
	MOVQ matVecArgs_start(AX), R11

#define MASKS \
	VPBROADCASTQ blockMasks<>+0(SB), Y13  \
	VPBROADCASTQ blockMasks<>+8(SB), Y14  \
	VPBROADCASTQ blockMasks<>+16(SB), Y15

// MAC adds the pair sums of 32 codes and a chunk of a vector.
#define MAC(x, acc) \
	VPMADDUBSW x, Y8, Y9    \
	VPADDW     Y9, acc, acc

// COLSn multiplies the codes of group g with its chunk of each vector.
#define COLS1(g, at) \
	MAC(at+0(DX), Y0)

#define COLS2(g, at) \
	COLS1(g, at)       \
	MAC(at+32(DX), Y1)

#define COLS4(g, at) \
	COLS2(g, at)       \
	MAC(at+64(DX), Y2) \
	MAC(at+96(DX), Y3)

#define COLS8(g, at) \
	COLS4(g, at)        \
	MAC(at+128(DX), Y4) \
	MAC(at+160(DX), Y5) \
	MAC(at+192(DX), Y6) \
	MAC(at+224(DX), Y7)

// LOADBLOCK loads the three vectors of a block, and asks for what is 4 KiB ahead:
// from DRAM, one vector streams at 92 % of the core's read bandwidth with this
// prefetch and at 55 % without.
#define LOADBLOCK \
	PREFETCHT0 4096(SI)    \
	PREFETCHT0 4160(SI)    \
	VMOVDQU    (SI), Y10   \
	VMOVDQU    32(SI), Y11 \
	VMOVDQU    64(SI), Y12

// LOWER and UPPER take the whole codes of a vector, SPLIT the code whose low bits
// are the spare bits of one vector and whose high bit is one of C's.
#define LOWER(v) \
	VPAND Y15, v, Y8

#define UPPER(v) \
	VPSRLW $3, v, Y8   \
	VPAND  Y15, Y8, Y8

#define SPLIT(v, shift) \
	VPSRLW $6, v, Y8       \
	VPAND  Y13, Y8, Y8     \
	VPSRLW $shift, Y12, Y9 \
	VPAND  Y14, Y9, Y9     \
	VPOR   Y9, Y8, Y8

// BLOCK unpacks a block and multiplies each of its groups; n is bytes of x a chunk.
#define BLOCK(COLS, n) \
	LOADBLOCK       \
	LOWER(Y10)      \
	COLS(0, 0*n)       \
	UPPER(Y10)      \
	COLS(1, 1*n)       \
	LOWER(Y11)      \
	COLS(2, 2*n)       \
	UPPER(Y11)      \
	COLS(3, 3*n)       \
	LOWER(Y12)      \
	COLS(4, 4*n)       \
	UPPER(Y12)      \
	COLS(5, 5*n)       \
	SPLIT(Y10, 4)   \
	COLS(6, 6*n)       \
	SPLIT(Y11, 5)   \
	COLS(7, 7*n)       \
	ADDQ $96, SI    \
	ADDQ $(8*n), DX

// SMALL unpacks the 32 codes of a small block, as unpackSmallAVX2 does: dword g
// holds group g.
#define SMALL \
	VMOVQ        (SI), X8                      \
	VPINSRD      $2, 8(SI), X8, X8             \
	VMOVDQU      smallFrom<>(SB), Y9            \
	VPERMD       Y8, Y9, Y9                    \
	VPSRLVD      smallShift<>(SB), Y9, Y9       \
	VPAND        smallMask<>(SB), Y9, Y9        \
	VPBROADCASTD 8(SI), Y10                    \
	VPSRLVD      smallHighShift<>(SB), Y10, Y10 \
	VPAND        smallHighMask<>(SB), Y10, Y10  \
	VPOR         Y9, Y10, Y8                   \
	ADDQ         $12, SI

// CLEARn zeroes the accumulators, BEGINn the int32 sums.
#define CLEAR1 \
	VPXOR Y0, Y0, Y0

#define CLEAR2 \
	CLEAR1           \
	VPXOR Y1, Y1, Y1

#define CLEAR4 \
	CLEAR2           \
	VPXOR Y2, Y2, Y2 \
	VPXOR Y3, Y3, Y3

#define CLEAR8 \
	CLEAR4           \
	VPXOR Y4, Y4, Y4 \
	VPXOR Y5, Y5, Y5 \
	VPXOR Y6, Y6, Y6 \
	VPXOR Y7, Y7, Y7

// A single vector keeps its int32 sums in Y1, and up to four leave Y7 free for ones.
#define BEGIN1 \
	VPXOR Y1, Y1, Y1

#define BEGIN2 \
	VPXOR   Y9, Y9, Y9 \
	VMOVDQU Y9, 0(SP)  \
	VMOVDQU Y9, 32(SP)

#define BEGIN4 \
	BEGIN2             \
	VMOVDQU Y9, 64(SP) \
	VMOVDQU Y9, 96(SP)

#define BEGIN8 \
	BEGIN4              \
	VMOVDQU Y9, 128(SP) \
	VMOVDQU Y9, 160(SP) \
	VMOVDQU Y9, 192(SP) \
	VMOVDQU Y9, 224(SP)

// ONES sets every word of a register to 1.
#define ONES(y) \
	VPCMPEQW y, y, y  \
	VPSRLW   $15, y, y

#define SETONES \
	ONES(Y7)

// NOONES is for eight vectors, which leave no register free.
#define NOONES

// WIDEN adds the pair sums of an accumulator to its int32 sums, which it then
// holds, too.
#define WIDEN(ones, acc, sums) \
	VPMADDWD acc, ones, acc \
	VPADDD   sums, acc, acc \
	VMOVDQU  acc, sums

#define WIDEN1 \
	VPMADDWD Y0, Y7, Y0 \
	VPADDD   Y0, Y1, Y1

#define WIDEN2 \
	WIDEN(Y7, Y0, 0(SP)) \
	WIDEN(Y7, Y1, 32(SP))

#define WIDEN4 \
	WIDEN2                \
	WIDEN(Y7, Y2, 64(SP)) \
	WIDEN(Y7, Y3, 96(SP))

#define WIDEN8 \
	ONES(Y8)               \
	WIDEN(Y8, Y0, 0(SP))   \
	WIDEN(Y8, Y1, 32(SP))  \
	WIDEN(Y8, Y2, 64(SP))  \
	WIDEN(Y8, Y3, 96(SP))  \
	WIDEN(Y8, Y4, 128(SP)) \
	WIDEN(Y8, Y5, 160(SP)) \
	WIDEN(Y8, Y6, 192(SP)) \
	WIDEN(Y8, Y7, 224(SP))

// ENDn adds the lanes of each accumulator, and the start values, and stores a row
// of y.
#define END1 \
	VEXTRACTI128 $1, Y0, X1    \
	VPADDD       X1, X0, X0    \
	VPSHUFD      $0x4E, X0, X1 \
	VPADDD       X1, X0, X0    \
	VPSHUFD      $0xB1, X0, X1 \
	VPADDD       X1, X0, X0    \
	VMOVD        X0, AX        \
	ADDL         (R11), AX     \
	MOVL         AX, (DI)

// ENDSUMS1 is END1 for sums in Y1.
#define ENDSUMS1 \
	VMOVDQA Y1, Y0 \
	END1

#define END2 \
	VPHADDD      Y1, Y0, Y0 \
	VEXTRACTI128 $1, Y0, X1 \
	VPADDD       X1, X0, X0 \
	VPHADDD      X0, X0, X0 \
	VMOVQ        (R11), X1  \
	VPADDD       X1, X0, X0 \
	VMOVQ        X0, (DI)

#define END4 \
	VPHADDD      Y1, Y0, Y0    \
	VPHADDD      Y3, Y2, Y2    \
	VPHADDD      Y2, Y0, Y0    \
	VEXTRACTI128 $1, Y0, X1    \
	VPADDD       X1, X0, X0    \
	VPADDD       (R11), X0, X0 \
	VMOVDQU      X0, (DI)

#define END8 \
	VPHADDD    Y1, Y0, Y0        \
	VPHADDD    Y3, Y2, Y2        \
	VPHADDD    Y2, Y0, Y0        \
	VPHADDD    Y5, Y4, Y4        \
	VPHADDD    Y7, Y6, Y6        \
	VPHADDD    Y6, Y4, Y4        \
	VPERM2I128 $0x31, Y4, Y0, Y1 \
	VPERM2I128 $0x20, Y4, Y0, Y0 \
	VPADDD     Y1, Y0, Y0        \
	VPADDD     (R11), Y0, Y0     \
	VMOVDQU    Y0, (DI)

// MATVEC is the body of the AVX2 kernels, which differ in their vectors; n is bytes
// of x a chunk, eight times the bytes of a row of y.
#define MATVEC(CLEAR, SETUP, BEGIN, COLS, WIDEN, END, n) \
	ARGS            \
	MASKS           \
	SETUP           \
                    \
row:                \
	MOVQ R8, DX     \
	MOVQ R9, BX     \
	BEGIN           \
                    \
run:                \
	MOVQ    $4, AX  \
	CMPQ    BX, AX  \
	CMOVQLT BX, AX  \
	SUBQ    AX, BX  \
	CLEAR           \
	TESTQ   AX, AX  \
	JZ      widen   \
                    \
block:              \
	BLOCK(COLS, n)  \
	DECQ AX         \
	JNZ  block      \
                    \
widen:              \
	WIDEN           \
	TESTQ BX, BX    \
	JNZ   run       \
	MOVQ  R10, BX   \
	TESTQ BX, BX    \
	JZ    end       \
	CLEAR           \
                    \
small:              \
	SMALL           \
	COLS(0, 0)      \
	ADDQ $n, DX     \
	DECQ BX         \
	JNZ  small      \
	WIDEN           \
                    \
end:                \
	END             \
	ADDQ $(n/8), DI \
	DECQ CX         \
	JNZ  row        \
	VZEROUPPER

// func matVec1AVX2(args *matVecArgs)
TEXT ·matVec1AVX2(SB), NOSPLIT, $0-8
	MATVEC(CLEAR1, SETONES, BEGIN1, COLS1, WIDEN1, ENDSUMS1, 32)
	RET

// func matVec2AVX2(args *matVecArgs)
TEXT ·matVec2AVX2(SB), NOSPLIT, $64-8
	MATVEC(CLEAR2, SETONES, BEGIN2, COLS2, WIDEN2, END2, 64)
	RET

// func matVec4AVX2(args *matVecArgs)
TEXT ·matVec4AVX2(SB), NOSPLIT, $128-8
	MATVEC(CLEAR4, SETONES, BEGIN4, COLS4, WIDEN4, END4, 128)
	RET

// func matVec8AVX2(args *matVecArgs)
TEXT ·matVec8AVX2(SB), NOSPLIT, $256-8
	MATVEC(CLEAR8, NOONES, BEGIN8, COLS8, WIDEN8, END8, 256)
	RET

// With AVX-VNNI products add up in 32-bit lanes, four at a time, and need no runs.
// A product has a latency of five cycles: groups take turns in the eight accumulators,
// for fewer vectors than eight.

// DOTSn is COLSn by VPDPBUSD.
#define DOTS1(g, at) \
	VPDPBUSD_VEX_DX(at, 8, g)

#define DOTS2(g, at) \
	VPDPBUSD_VEX_DX(at, 8, (2*(g)&7))     \
	VPDPBUSD_VEX_DX(at+32, 8, (2*(g)&7)+1)

#define DOTS4(g, at) \
	VPDPBUSD_VEX_DX(at, 8, (4*(g)&7))      \
	VPDPBUSD_VEX_DX(at+32, 8, (4*(g)&7)+1) \
	VPDPBUSD_VEX_DX(at+64, 8, (4*(g)&7)+2) \
	VPDPBUSD_VEX_DX(at+96, 8, (4*(g)&7)+3)

#define DOTS8(g, at) \
	VPDPBUSD_VEX_DX(at, 8, 0)     \
	VPDPBUSD_VEX_DX(at+32, 8, 1)  \
	VPDPBUSD_VEX_DX(at+64, 8, 2)  \
	VPDPBUSD_VEX_DX(at+96, 8, 3)  \
	VPDPBUSD_VEX_DX(at+128, 8, 4) \
	VPDPBUSD_VEX_DX(at+160, 8, 5) \
	VPDPBUSD_VEX_DX(at+192, 8, 6) \
	VPDPBUSD_VEX_DX(at+224, 8, 7)

// ENDDOTSn adds the accumulators of each vector, then their lanes by ENDn.
#define ENDDOTS8 \
	END8

#define ENDDOTS4 \
	VPADDD Y4, Y0, Y0 \
	VPADDD Y5, Y1, Y1 \
	VPADDD Y6, Y2, Y2 \
	VPADDD Y7, Y3, Y3 \
	END4

#define ENDDOTS2 \
	VPADDD Y4, Y0, Y0 \
	VPADDD Y5, Y1, Y1 \
	VPADDD Y6, Y2, Y2 \
	VPADDD Y7, Y3, Y3 \
	VPADDD Y2, Y0, Y0 \
	VPADDD Y3, Y1, Y1 \
	END2

#define ENDDOTS1 \
	VPADDD Y4, Y0, Y0 \
	VPADDD Y5, Y1, Y1 \
	VPADDD Y6, Y2, Y2 \
	VPADDD Y7, Y3, Y3 \
	VPADDD Y2, Y0, Y0 \
	VPADDD Y3, Y1, Y1 \
	VPADDD Y1, Y0, Y0 \
	END1

// MATVECDOT is MATVEC by VPDPBUSD.
#define MATVECDOT(DOTS, END, n) \
	ARGS            \
	MASKS           \
                    \
row:                \
	MOVQ  R8, DX    \
	CLEAR8          \
	MOVQ  R9, BX    \
	TESTQ BX, BX    \
	JZ    rest      \
                    \
block:              \
	BLOCK(DOTS, n)  \
	DECQ BX         \
	JNZ  block      \
                    \
rest:               \
	MOVQ  R10, BX   \
	TESTQ BX, BX    \
	JZ    end       \
                    \
small:              \
	SMALL           \
	DOTS(0, 0)      \
	ADDQ $n, DX     \
	DECQ BX         \
	JNZ  small      \
                    \
end:                \
	END             \
	ADDQ $(n/8), DI \
	DECQ CX         \
	JNZ  row        \
	VZEROUPPER

// func matVec1AVXVNNI(args *matVecArgs)
TEXT ·matVec1AVXVNNI(SB), NOSPLIT, $0-8
	MATVECDOT(DOTS1, ENDDOTS1, 32)
	RET

// func matVec2AVXVNNI(args *matVecArgs)
TEXT ·matVec2AVXVNNI(SB), NOSPLIT, $0-8
	MATVECDOT(DOTS2, ENDDOTS2, 64)
	RET

// func matVec4AVXVNNI(args *matVecArgs)
TEXT ·matVec4AVXVNNI(SB), NOSPLIT, $0-8
	MATVECDOT(DOTS4, ENDDOTS4, 128)
	RET

// func matVec8AVXVNNI(args *matVecArgs)
TEXT ·matVec8AVXVNNI(SB), NOSPLIT, $0-8
	MATVECDOT(DOTS8, ENDDOTS8, 256)
	RET
