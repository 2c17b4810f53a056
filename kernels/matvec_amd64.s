//go:build !purego

#include "textflag.h"
#include "constants_amd64.h"

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
	MOVQ y+0(FP), DI        \
	MOVQ w+8(FP), SI        \
	MOVQ rows+16(FP), CX    \
	MOVQ blocks+24(FP), R9  \
	MOVQ smalls+32(FP), R10 \
	MOVQ x+40(FP), R8       \
	MOVQ start+48(FP), R11

#define MASKS \
	VPBROADCASTQ blockMasks<>+0(SB), Y13  \
	VPBROADCASTQ blockMasks<>+8(SB), Y14  \
	VPBROADCASTQ blockMasks<>+16(SB), Y15

// MAC adds the pair sums of 32 codes and a chunk of a vector.
#define MAC(x, acc) \
	VPMADDUBSW x, Y8, Y9    \
	VPADDW     Y9, acc, acc

// COLSn multiplies the codes of a group with its chunk of each vector.
#define COLS1(at) \
	MAC(at+0(DX), Y0)

#define COLS2(at) \
	COLS1(at)          \
	MAC(at+32(DX), Y1)

#define COLS4(at) \
	COLS2(at)          \
	MAC(at+64(DX), Y2) \
	MAC(at+96(DX), Y3)

#define COLS8(at) \
	COLS4(at)           \
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
	COLS(0*n)       \
	UPPER(Y10)      \
	COLS(1*n)       \
	LOWER(Y11)      \
	COLS(2*n)       \
	UPPER(Y11)      \
	COLS(3*n)       \
	LOWER(Y12)      \
	COLS(4*n)       \
	UPPER(Y12)      \
	COLS(5*n)       \
	SPLIT(Y10, 4)   \
	COLS(6*n)       \
	SPLIT(Y11, 5)   \
	COLS(7*n)       \
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
// of x a chunk, eight times those of a row of y.
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
	COLS(0)         \
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

// func matVec1AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec1AVX2(SB), NOSPLIT, $0-56
	MATVEC(CLEAR1, SETONES, BEGIN1, COLS1, WIDEN1, ENDSUMS1, 32)
	RET

// func matVec2AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec2AVX2(SB), NOSPLIT, $64-56
	MATVEC(CLEAR2, SETONES, BEGIN2, COLS2, WIDEN2, END2, 64)
	RET

// func matVec4AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec4AVX2(SB), NOSPLIT, $128-56
	MATVEC(CLEAR4, SETONES, BEGIN4, COLS4, WIDEN4, END4, 128)
	RET

// func matVec8AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec8AVX2(SB), NOSPLIT, $256-56
	MATVEC(CLEAR8, NOONES, BEGIN8, COLS8, WIDEN8, END8, 256)
	RET

// The AVX-512 VNNI versions unpack a block in four registers of two groups each,
// and add products in 32-bit lanes. The chunks of a block of x come in pairs in
// the order of these registers, 64 bytes a vector: groups 0 and 2, 1 and 3, 4 and
// 5, 6 and 7.
//
//	Z0–Z7  sums of each vector over the even registers   Z16–Z23  over the odd
//	Z8     codes                Z9   high bits
//	Z10    A and B              Z12  C twice
//	Z13    3 in bytes           Z15  7 in bytes
//	Z24    shifts to groups 4 and 5                      Z25  to high bits of 6, 7

DATA wideShifts<>+0(SB)/8, $0x0003000300030003
DATA wideShifts<>+8(SB)/8, $0x0004000400040004
DATA wideShifts<>+16(SB)/8, $0x0005000500050005
GLOBL wideShifts<>(SB), RODATA|NOPTR, $24

// WIDEMASKS loads the masks and shifts.
#define WIDEMASKS \
	VPBROADCASTQ blockMasks<>+0(SB), Z13  \
	VPBROADCASTQ blockMasks<>+16(SB), Z15 \
	VPXORD       Z24, Z24, Z24            \
	VPBROADCASTQ wideShifts<>+0(SB), Y9   \
	VINSERTI64X4 $1, Y9, Z24, Z24         \
	VPBROADCASTQ wideShifts<>+8(SB), Z25  \
	VPBROADCASTQ wideShifts<>+16(SB), Y9  \
	VINSERTI64X4 $1, Y9, Z25, Z25

// EVENn and ODDn multiply the codes of a register with its chunks.
#define EVEN1(at) \
	VPDPBUSD at+0(DX), Z8, Z0

#define ODD1(at) \
	VPDPBUSD at+0(DX), Z8, Z16

#define EVEN2(at) \
	EVEN1(at)                  \
	VPDPBUSD at+64(DX), Z8, Z1

#define ODD2(at) \
	ODD1(at)                    \
	VPDPBUSD at+64(DX), Z8, Z17

#define EVEN4(at) \
	EVEN2(at)                   \
	VPDPBUSD at+128(DX), Z8, Z2 \
	VPDPBUSD at+192(DX), Z8, Z3

#define ODD4(at) \
	ODD2(at)                     \
	VPDPBUSD at+128(DX), Z8, Z18 \
	VPDPBUSD at+192(DX), Z8, Z19

#define EVEN8(at) \
	EVEN4(at)                   \
	VPDPBUSD at+256(DX), Z8, Z4 \
	VPDPBUSD at+320(DX), Z8, Z5 \
	VPDPBUSD at+384(DX), Z8, Z6 \
	VPDPBUSD at+448(DX), Z8, Z7

#define ODD8(at) \
	ODD4(at)                     \
	VPDPBUSD at+256(DX), Z8, Z20 \
	VPDPBUSD at+320(DX), Z8, Z21 \
	VPDPBUSD at+384(DX), Z8, Z22 \
	VPDPBUSD at+448(DX), Z8, Z23

// WIDEBLOCK unpacks a block and multiplies each register; n is bytes of x a
// register. The last select (0xE4) takes low bits by the mask, the high bit else.
#define WIDEBLOCK(EVEN, ODD, n) \
	PREFETCHT0      4096(SI)           \
	PREFETCHT0      4160(SI)           \
	VMOVDQU64       (SI), Z10          \
	VBROADCASTI64X4 64(SI), Z12        \
	VPANDD          Z15, Z10, Z8       \
	EVEN(0*n)                          \
	VPSRLW          $3, Z10, Z8        \
	VPANDD          Z15, Z8, Z8        \
	ODD(1*n)                           \
	VPSRLVW         Z24, Z12, Z8       \
	VPANDD          Z15, Z8, Z8        \
	EVEN(2*n)                          \
	VPSRLW          $6, Z10, Z8        \
	VPSRLVW         Z25, Z12, Z9       \
	VPTERNLOGD      $0xE4, Z13, Z9, Z8 \
	VPANDD          Z15, Z8, Z8        \
	ODD(3*n)                           \
	ADDQ            $96, SI            \
	ADDQ            $(4*n), DX

// WIDESMALLn multiplies the 32 codes in Y8, above which Z8 is zero; it reads 64
// bytes of x.
#define WIDESMALL1 \
	VPDPBUSD 0(DX), Z8, Z0

#define WIDESMALL2 \
	WIDESMALL1              \
	VPDPBUSD 32(DX), Z8, Z1

#define WIDESMALL4 \
	WIDESMALL2              \
	VPDPBUSD 64(DX), Z8, Z2 \
	VPDPBUSD 96(DX), Z8, Z3

#define WIDESMALL8 \
	WIDESMALL4               \
	VPDPBUSD 128(DX), Z8, Z4 \
	VPDPBUSD 160(DX), Z8, Z5 \
	VPDPBUSD 192(DX), Z8, Z6 \
	VPDPBUSD 224(DX), Z8, Z7

#define CLEARZ(even, odd) \
	VPXORD even, even, even \
	VPXORD odd, odd, odd

#define WIDECLEAR1 \
	CLEARZ(Z0, Z16)

#define WIDECLEAR2 \
	WIDECLEAR1      \
	CLEARZ(Z1, Z17)

#define WIDECLEAR4 \
	WIDECLEAR2      \
	CLEARZ(Z2, Z18) \
	CLEARZ(Z3, Z19)

#define WIDECLEAR8 \
	WIDECLEAR4      \
	CLEARZ(Z4, Z20) \
	CLEARZ(Z5, Z21) \
	CLEARZ(Z6, Z22) \
	CLEARZ(Z7, Z23)

// FOLD adds both sums of a vector, and their halves, into the lower half.
#define FOLD(even, odd, low) \
	VPADDD        odd, even, even \
	VEXTRACTI64X4 $1, even, Y9    \
	VPADDD        Y9, low, low

#define FOLD1 \
	FOLD(Z0, Z16, Y0)

#define FOLD2 \
	FOLD1             \
	FOLD(Z1, Z17, Y1)

#define FOLD4 \
	FOLD2             \
	FOLD(Z2, Z18, Y2) \
	FOLD(Z3, Z19, Y3)

#define FOLD8 \
	FOLD4             \
	FOLD(Z4, Z20, Y4) \
	FOLD(Z5, Z21, Y5) \
	FOLD(Z6, Z22, Y6) \
	FOLD(Z7, Z23, Y7)

// WIDEMATVEC is the body of the AVX-512 VNNI kernels; n is bytes of x a register,
// sixteen times those of a row of y.
#define WIDEMATVEC(CLEAR, EVEN, ODD, WIDESMALL, FOLD, END, n) \
	ARGS                    \
	WIDEMASKS               \
                            \
row:                        \
	MOVQ  R8, DX            \
	CLEAR                   \
	MOVQ  R9, BX            \
	TESTQ BX, BX            \
	JZ    smalls            \
                            \
block:                      \
	WIDEBLOCK(EVEN, ODD, n) \
	DECQ BX                 \
	JNZ  block              \
                            \
smalls:                     \
	MOVQ  R10, BX           \
	TESTQ BX, BX            \
	JZ    end               \
                            \
small:                      \
	SMALL                   \
	WIDESMALL               \
	ADDQ $(n/2), DX         \
	DECQ BX                 \
	JNZ  small              \
                            \
end:                        \
	FOLD                    \
	END                     \
	ADDQ $(n/16), DI        \
	DECQ CX                 \
	JNZ  row                \
	VZEROUPPER

// func matVec1VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec1VNNI512(SB), NOSPLIT, $0-56
	WIDEMATVEC(WIDECLEAR1, EVEN1, ODD1, WIDESMALL1, FOLD1, END1, 64)
	RET

// func matVec2VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec2VNNI512(SB), NOSPLIT, $0-56
	WIDEMATVEC(WIDECLEAR2, EVEN2, ODD2, WIDESMALL2, FOLD2, END2, 128)
	RET

// func matVec4VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec4VNNI512(SB), NOSPLIT, $0-56
	WIDEMATVEC(WIDECLEAR4, EVEN4, ODD4, WIDESMALL4, FOLD4, END4, 256)
	RET

// func matVec8VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec8VNNI512(SB), NOSPLIT, $0-56
	WIDEMATVEC(WIDECLEAR8, EVEN8, ODD8, WIDESMALL8, FOLD8, END8, 512)
	RET
