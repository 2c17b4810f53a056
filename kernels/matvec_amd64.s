//go:build !purego

#include "textflag.h"

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
//	Y9     products                     Y10–Y12  vectors A, B, C of the block
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

DATA third<>+0(SB)/8, $0x0303030303030303
DATA third<>+8(SB)/8, $0x0404040404040404
DATA third<>+16(SB)/8, $0x0707070707070707
GLOBL third<>(SB), RODATA|NOPTR, $24

// The dwords of a small block [A, B, C, 0] that hold its eight groups, their
// shifts and masks; then the dwords, shifts and masks of the high bits.
DATA small<>+0(SB)/8, $0x0000000000000000   // A A
DATA small<>+8(SB)/8, $0x0000000100000001   // B B
DATA small<>+16(SB)/8, $0x0000000200000002  // C C
DATA small<>+24(SB)/8, $0x0000000100000000  // A B
DATA small<>+32(SB)/8, $0x0000000300000000
DATA small<>+40(SB)/8, $0x0000000300000000
DATA small<>+48(SB)/8, $0x0000000300000000
DATA small<>+56(SB)/8, $0x0000000600000006
DATA small<>+64(SB)/8, $0x0707070707070707
DATA small<>+72(SB)/8, $0x0707070707070707
DATA small<>+80(SB)/8, $0x0707070707070707
DATA small<>+88(SB)/8, $0x0303030303030303
DATA small<>+96(SB)/8, $0x0000000300000003  // 0 0
DATA small<>+104(SB)/8, $0x0000000300000003 // 0 0
DATA small<>+112(SB)/8, $0x0000000300000003 // 0 0
DATA small<>+120(SB)/8, $0x0000000200000002 // C C
DATA small<>+128(SB)/8, $0x0000000000000000
DATA small<>+136(SB)/8, $0x0000000000000000
DATA small<>+144(SB)/8, $0x0000000000000000
DATA small<>+152(SB)/8, $0x0000000500000004
GLOBL small<>(SB), RODATA|NOPTR, $160

// MATVECARGS loads the arguments and masks.
#define MATVECARGS \
	MOVQ         y+0(FP), DI        \
	MOVQ         w+8(FP), SI        \
	MOVQ         rows+16(FP), CX    \
	MOVQ         blocks+24(FP), R9  \
	MOVQ         smalls+32(FP), R10 \
	MOVQ         x+40(FP), R8       \
	MOVQ         start+48(FP), R11  \
	VPBROADCASTQ third<>+0(SB), Y13 \
	VPBROADCASTQ third<>+8(SB), Y14 \
	VPBROADCASTQ third<>+16(SB), Y15

// MAC adds the pair sums of 32 codes and a chunk of a vector.
#define MAC(x, acc) \
	VPMADDUBSW x, Y8, Y9     \
	VPADDW     Y9, acc, acc

// COLSn multiplies the codes of a group with its chunk of each vector.
#define COLS1(at) \
	MAC(at+0(DX), Y0)

#define COLS2(at) \
	COLS1(at)           \
	MAC(at+32(DX), Y1)

#define COLS4(at) \
	COLS2(at)           \
	MAC(at+64(DX), Y2)  \
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
	PREFETCHT0 4096(SI) \
	PREFETCHT0 4160(SI) \
	VMOVDQU (SI), Y10   \
	VMOVDQU 32(SI), Y11 \
	VMOVDQU 64(SI), Y12

// LOWER and UPPER take the whole codes of a vector, SPLIT the code whose low bits
// are the spare bits of one vector and whose high bit is one of C's.
#define LOWER(v) \
	VPAND Y15, v, Y8

#define UPPER(v) \
	VPSRLW $3, v, Y8   \
	VPAND  Y15, Y8, Y8

#define SPLIT(v, shift) \
	VPSRLW $6, v, Y8        \
	VPAND  Y13, Y8, Y8      \
	VPSRLW $shift, Y12, Y9  \
	VPAND  Y14, Y9, Y9      \
	VPOR   Y9, Y8, Y8

// BLOCK unpacks a block and multiplies each of its groups; n is bytes of x a chunk.
#define BLOCK(COLS, n) \
	LOADBLOCK      \
	LOWER(Y10)     \
	COLS(0*n)      \
	UPPER(Y10)     \
	COLS(1*n)      \
	LOWER(Y11)     \
	COLS(2*n)      \
	UPPER(Y11)     \
	COLS(3*n)      \
	LOWER(Y12)     \
	COLS(4*n)      \
	UPPER(Y12)     \
	COLS(5*n)      \
	SPLIT(Y10, 4)  \
	COLS(6*n)      \
	SPLIT(Y11, 5)  \
	COLS(7*n)      \
	ADDQ $96, SI   \
	ADDQ $(8*n), DX

// SMALL unpacks the 32 codes of a small block: dword g holds group g.
#define SMALL \
	VMOVQ    (SI), X8                \
	VPINSRD  $2, 8(SI), X8, X8       \
	VMOVDQU  small<>+0(SB), Y9       \
	VPERMD   Y8, Y9, Y9              \
	VMOVDQU  small<>+96(SB), Y10     \
	VPERMD   Y8, Y10, Y10            \
	VPSRLVD  small<>+32(SB), Y9, Y9  \
	VPAND    small<>+64(SB), Y9, Y9  \
	VPSRLVD  small<>+128(SB), Y10, Y10 \
	VPAND    Y14, Y10, Y10           \
	VPOR     Y9, Y10, Y8

// CLEARn zeroes the accumulators, BEGINn the int32 sums.
#define CLEAR1 \
	VPXOR Y0, Y0, Y0

#define CLEAR2 \
	CLEAR1            \
	VPXOR Y1, Y1, Y1

#define CLEAR4 \
	CLEAR2            \
	VPXOR Y2, Y2, Y2  \
	VPXOR Y3, Y3, Y3

#define CLEAR8 \
	CLEAR4            \
	VPXOR Y4, Y4, Y4  \
	VPXOR Y5, Y5, Y5  \
	VPXOR Y6, Y6, Y6  \
	VPXOR Y7, Y7, Y7

#define BEGIN1 \
	VPXOR   Y9, Y9, Y9 \
	VMOVDQU Y9, 0(SP)

#define BEGIN2 \
	BEGIN1             \
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

// WIDEN adds the pair sums of an accumulator to its int32 sums, which it then
// holds, too. Y8 holds ones.
#define WIDEN(acc, sums) \
	VPMADDWD acc, Y8, acc    \
	VPADDD   sums, acc, acc  \
	VMOVDQU  acc, sums

#define ONES \
	VPCMPEQW Y8, Y8, Y8 \
	VPSRLW   $15, Y8, Y8

#define WIDEN1 \
	ONES              \
	WIDEN(Y0, 0(SP))

#define WIDEN2 \
	WIDEN1            \
	WIDEN(Y1, 32(SP))

#define WIDEN4 \
	WIDEN2             \
	WIDEN(Y2, 64(SP))  \
	WIDEN(Y3, 96(SP))

#define WIDEN8 \
	WIDEN4             \
	WIDEN(Y4, 128(SP)) \
	WIDEN(Y5, 160(SP)) \
	WIDEN(Y6, 192(SP)) \
	WIDEN(Y7, 224(SP))

// ENDn adds the lanes of each accumulator, and the start values, and stores a row
// of y.
#define END1 \
	VEXTRACTI128 $1, Y0, X1     \
	VPADDD       X1, X0, X0     \
	VPSHUFD      $0x4E, X0, X1  \
	VPADDD       X1, X0, X0     \
	VPSHUFD      $0xB1, X0, X1  \
	VPADDD       X1, X0, X0     \
	VMOVD        X0, AX         \
	ADDL         (R11), AX      \
	MOVL         AX, (DI)

#define END2 \
	VPHADDD      Y1, Y0, Y0  \
	VEXTRACTI128 $1, Y0, X1  \
	VPADDD       X1, X0, X0  \
	VPHADDD      X0, X0, X0  \
	VMOVQ        (R11), X1   \
	VPADDD       X1, X0, X0  \
	VMOVQ        X0, (DI)

#define END4 \
	VPHADDD      Y1, Y0, Y0  \
	VPHADDD      Y3, Y2, Y2  \
	VPHADDD      Y2, Y0, Y0  \
	VEXTRACTI128 $1, Y0, X1  \
	VPADDD       X1, X0, X0  \
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

// func matVec1AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec1AVX2(SB), NOSPLIT, $32-56
	MATVECARGS

row:
	MOVQ R8, DX
	MOVQ R9, BX
	BEGIN1

run:
	MOVQ    $4, AX
	CMPQ    BX, AX
	CMOVQLT BX, AX
	SUBQ    AX, BX
	CLEAR1
	TESTQ   AX, AX
	JZ      widen

block:
	BLOCK(COLS1, 32)
	DECQ AX
	JNZ  block

widen:
	WIDEN1
	TESTQ BX, BX
	JNZ   run

	MOVQ  R10, BX
	TESTQ BX, BX
	JZ    end
	CLEAR1

small:
	SMALL
	COLS1(0)
	ADDQ $12, SI
	ADDQ $32, DX
	DECQ BX
	JNZ  small
	WIDEN1

end:
	END1
	ADDQ $4, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET

// func matVec2AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec2AVX2(SB), NOSPLIT, $64-56
	MATVECARGS

row:
	MOVQ R8, DX
	MOVQ R9, BX
	BEGIN2

run:
	MOVQ    $4, AX
	CMPQ    BX, AX
	CMOVQLT BX, AX
	SUBQ    AX, BX
	CLEAR2
	TESTQ   AX, AX
	JZ      widen

block:
	BLOCK(COLS2, 64)
	DECQ AX
	JNZ  block

widen:
	WIDEN2
	TESTQ BX, BX
	JNZ   run

	MOVQ  R10, BX
	TESTQ BX, BX
	JZ    end
	CLEAR2

small:
	SMALL
	COLS2(0)
	ADDQ $12, SI
	ADDQ $64, DX
	DECQ BX
	JNZ  small
	WIDEN2

end:
	END2
	ADDQ $8, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET

// func matVec4AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec4AVX2(SB), NOSPLIT, $128-56
	MATVECARGS

row:
	MOVQ R8, DX
	MOVQ R9, BX
	BEGIN4

run:
	MOVQ    $4, AX
	CMPQ    BX, AX
	CMOVQLT BX, AX
	SUBQ    AX, BX
	CLEAR4
	TESTQ   AX, AX
	JZ      widen

block:
	BLOCK(COLS4, 128)
	DECQ AX
	JNZ  block

widen:
	WIDEN4
	TESTQ BX, BX
	JNZ   run

	MOVQ  R10, BX
	TESTQ BX, BX
	JZ    end
	CLEAR4

small:
	SMALL
	COLS4(0)
	ADDQ $12, SI
	ADDQ $128, DX
	DECQ BX
	JNZ  small
	WIDEN4

end:
	END4
	ADDQ $16, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET

// func matVec8AVX2(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec8AVX2(SB), NOSPLIT, $256-56
	MATVECARGS

row:
	MOVQ R8, DX
	MOVQ R9, BX
	BEGIN8

run:
	MOVQ    $4, AX
	CMPQ    BX, AX
	CMOVQLT BX, AX
	SUBQ    AX, BX
	CLEAR8
	TESTQ   AX, AX
	JZ      widen

block:
	BLOCK(COLS8, 256)
	DECQ AX
	JNZ  block

widen:
	WIDEN8
	TESTQ BX, BX
	JNZ   run

	MOVQ  R10, BX
	TESTQ BX, BX
	JZ    end
	CLEAR8

small:
	SMALL
	COLS8(0)
	ADDQ $12, SI
	ADDQ $256, DX
	DECQ BX
	JNZ  small
	WIDEN8

end:
	END8
	ADDQ $32, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET

// The AVX-512 VNNI versions unpack a block in four registers of two groups each,
// and add products in 32-bit lanes. The chunks of a block of x come in pairs in
// the order of these registers, 64 bytes a vector: groups 0 and 2, 1 and 3, 4 and
// 5, 6 and 7.
//
//	Z0–Z7  sums of each vector over the even registers   Z16–Z23  over the odd
//	Z8     codes                Z10  A and B             Z12  C twice
//	Z13    3 in bytes           Z14  4 in bytes          Z15  7 in bytes
//	Z24    shifts to groups 4 and 5                      Z25  to high bits of 6, 7

DATA wide<>+0(SB)/8, $0x0003000300030003
DATA wide<>+8(SB)/8, $0x0004000400040004
DATA wide<>+16(SB)/8, $0x0005000500050005
GLOBL wide<>(SB), RODATA|NOPTR, $24

#define WIDEARGS \
	MATVECARGS                          \
	VPBROADCASTQ  third<>+0(SB), Z13    \
	VPBROADCASTQ  third<>+16(SB), Z15   \
	VPXORD        Z24, Z24, Z24         \
	VPBROADCASTQ  wide<>+0(SB), Y9      \
	VINSERTI64X4  $1, Y9, Z24, Z24      \
	VPBROADCASTQ  wide<>+8(SB), Z25     \
	VPBROADCASTQ  wide<>+16(SB), Y9     \
	VINSERTI64X4  $1, Y9, Z25, Z25

// EVENn and ODDn multiply the codes of a register with its chunks.
#define EVEN1(at) \
	VPDPBUSD at+0(DX), Z8, Z0

#define ODD1(at) \
	VPDPBUSD at+0(DX), Z8, Z16

#define EVEN2(at) \
	EVEN1(at)                   \
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
	PREFETCHT0      4096(SI)            \
	PREFETCHT0      4160(SI)            \
	VMOVDQU64       (SI), Z10           \
	VBROADCASTI64X4 64(SI), Z12         \
	VPANDD          Z15, Z10, Z8        \
	EVEN(0*n)                           \
	VPSRLW          $3, Z10, Z8         \
	VPANDD          Z15, Z8, Z8         \
	ODD(1*n)                            \
	VPSRLVW         Z24, Z12, Z8        \
	VPANDD          Z15, Z8, Z8         \
	EVEN(2*n)                           \
	VPSRLW          $6, Z10, Z8         \
	VPSRLVW         Z25, Z12, Z9        \
	VPTERNLOGD      $0xE4, Z13, Z9, Z8  \
	VPANDD          Z15, Z8, Z8         \
	ODD(3*n)                            \
	ADDQ            $96, SI             \
	ADDQ            $(4*n), DX

// WIDESMALLn multiplies the 32 codes in Y8, above which Z8 is zero; it reads 64
// bytes of x.
#define WIDESMALL1 \
	VPDPBUSD 0(DX), Z8, Z0

#define WIDESMALL2 \
	WIDESMALL1               \
	VPDPBUSD 32(DX), Z8, Z1

#define WIDESMALL4 \
	WIDESMALL2               \
	VPDPBUSD 64(DX), Z8, Z2  \
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
	WIDECLEAR1       \
	CLEARZ(Z1, Z17)

#define WIDECLEAR4 \
	WIDECLEAR2       \
	CLEARZ(Z2, Z18)  \
	CLEARZ(Z3, Z19)

#define WIDECLEAR8 \
	WIDECLEAR4       \
	CLEARZ(Z4, Z20)  \
	CLEARZ(Z5, Z21)  \
	CLEARZ(Z6, Z22)  \
	CLEARZ(Z7, Z23)

// FOLD adds both sums of a vector, and their halves, into the lower half.
#define FOLD(even, odd, low) \
	VPADDD        odd, even, even    \
	VEXTRACTI64X4 $1, even, Y9       \
	VPADDD        Y9, low, low

#define FOLD1 \
	FOLD(Z0, Z16, Y0)

#define FOLD2 \
	FOLD1              \
	FOLD(Z1, Z17, Y1)

#define FOLD4 \
	FOLD2              \
	FOLD(Z2, Z18, Y2)  \
	FOLD(Z3, Z19, Y3)

#define FOLD8 \
	FOLD4              \
	FOLD(Z4, Z20, Y4)  \
	FOLD(Z5, Z21, Y5)  \
	FOLD(Z6, Z22, Y6)  \
	FOLD(Z7, Z23, Y7)

// func matVec1VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec1VNNI512(SB), NOSPLIT, $0-56
	WIDEARGS

row:
	MOVQ  R8, DX
	WIDECLEAR1
	MOVQ  R9, BX
	TESTQ BX, BX
	JZ    smalls

block:
	WIDEBLOCK(EVEN1, ODD1, 64)
	DECQ BX
	JNZ  block

smalls:
	MOVQ  R10, BX
	TESTQ BX, BX
	JZ    end

small:
	SMALL
	WIDESMALL1
	ADDQ $12, SI
	ADDQ $32, DX
	DECQ BX
	JNZ  small

end:
	FOLD1
	END1
	ADDQ $4, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET

// func matVec2VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec2VNNI512(SB), NOSPLIT, $0-56
	WIDEARGS

row:
	MOVQ  R8, DX
	WIDECLEAR2
	MOVQ  R9, BX
	TESTQ BX, BX
	JZ    smalls

block:
	WIDEBLOCK(EVEN2, ODD2, 128)
	DECQ BX
	JNZ  block

smalls:
	MOVQ  R10, BX
	TESTQ BX, BX
	JZ    end

small:
	SMALL
	WIDESMALL2
	ADDQ $12, SI
	ADDQ $64, DX
	DECQ BX
	JNZ  small

end:
	FOLD2
	END2
	ADDQ $8, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET

// func matVec4VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec4VNNI512(SB), NOSPLIT, $0-56
	WIDEARGS

row:
	MOVQ  R8, DX
	WIDECLEAR4
	MOVQ  R9, BX
	TESTQ BX, BX
	JZ    smalls

block:
	WIDEBLOCK(EVEN4, ODD4, 256)
	DECQ BX
	JNZ  block

smalls:
	MOVQ  R10, BX
	TESTQ BX, BX
	JZ    end

small:
	SMALL
	WIDESMALL4
	ADDQ $12, SI
	ADDQ $128, DX
	DECQ BX
	JNZ  small

end:
	FOLD4
	END4
	ADDQ $16, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET

// func matVec8VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec8VNNI512(SB), NOSPLIT, $0-56
	WIDEARGS

row:
	MOVQ  R8, DX
	WIDECLEAR8
	MOVQ  R9, BX
	TESTQ BX, BX
	JZ    smalls

block:
	WIDEBLOCK(EVEN8, ODD8, 512)
	DECQ BX
	JNZ  block

smalls:
	MOVQ  R10, BX
	TESTQ BX, BX
	JZ    end

small:
	SMALL
	WIDESMALL8
	ADDQ $12, SI
	ADDQ $256, DX
	DECQ BX
	JNZ  small

end:
	FOLD8
	END8
	ADDQ $32, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET
