//go:build !purego

#include "textflag.h"
#include "constants_amd64.h"

// Products of a packed matrix with 1, 2, 4 or 8 vectors, AVX-512 VNNI: y as in
// matvec_amd64.s, with the start of sixteen elements of y, start[c%n].
//
// A pass computes sixteen elements of y: 16, 8, 4 or 2 rows. Each has a register of
// sums, which one transposition adds up. The last pass goes back over rows that are done
// if fewer are left.
//
// A block of a row is unpacked in four registers of two groups each: groups 0 and 2, 1
// and 3, 4 and 5, 6 and 7. The chunks of a block of x come in the order of these
// registers, 64 bytes a vector.
//
// Register map
//
//	Z0–Z15  sums, rows × vectors        Z16–Z23  x, of one register or of all
//	Z24     codes                       Z25      A and B of the row
//	Z26     C of the row, twice         Z27–Z31  constants of the unpacking
//	AX      weights of the pass         R8–R11   rows 0, 4, 8 and 12, advancing
//	DX      bytes of a row              R12      of three rows
//	BX      x, advancing                CX       blocks or small blocks left
//	DI      y                           R13      rows left
//	R14     bytes of a pass             SI       weights to prefetch

// FORn applies a macro to the rows of a pass of n: the group of four that a row belongs
// to, its place there, and its sums.
#define FOR16(ROW) \
	ROW((R8), Z0)          \
	ROW((R8)(DX*1), Z1)    \
	ROW((R8)(DX*2), Z2)    \
	ROW((R8)(R12*1), Z3)   \
	ROW((R9), Z4)          \
	ROW((R9)(DX*1), Z5)    \
	ROW((R9)(DX*2), Z6)    \
	ROW((R9)(R12*1), Z7)   \
	ROW((R10), Z8)         \
	ROW((R10)(DX*1), Z9)   \
	ROW((R10)(DX*2), Z10)  \
	ROW((R10)(R12*1), Z11) \
	ROW((R11), Z12)        \
	ROW((R11)(DX*1), Z13)  \
	ROW((R11)(DX*2), Z14)  \
	ROW((R11)(R12*1), Z15)

#define FOR8(ROW) \
	ROW((R8), Z0, Z1)          \
	ROW((R8)(DX*1), Z2, Z3)    \
	ROW((R8)(DX*2), Z4, Z5)    \
	ROW((R8)(R12*1), Z6, Z7)   \
	ROW((R9), Z8, Z9)          \
	ROW((R9)(DX*1), Z10, Z11)  \
	ROW((R9)(DX*2), Z12, Z13)  \
	ROW((R9)(R12*1), Z14, Z15)

#define FOR4(ROW) \
	ROW((R8), Z0, Z1, Z2, Z3)            \
	ROW((R8)(DX*1), Z4, Z5, Z6, Z7)      \
	ROW((R8)(DX*2), Z8, Z9, Z10, Z11)    \
	ROW((R8)(R12*1), Z12, Z13, Z14, Z15)

#define FOR2(ROW) \
	ROW((R8), Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)             \
	ROW((R8)(DX*1), Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15)

// NEXTn moves the rows of a pass of n on by bytes.
#define NEXT2(bytes) \
	ADDQ $bytes, R8

#define NEXT4(bytes) \
	ADDQ $bytes, R8

#define NEXT8(bytes) \
	ADDQ $bytes, R8 \
	ADDQ $bytes, R9

#define NEXT16(bytes) \
	ADDQ $bytes, R8  \
	ADDQ $bytes, R9  \
	ADDQ $bytes, R10 \
	ADDQ $bytes, R11

// AHEAD prefetches what the next pass reads of a block: its lines in the order of their
// addresses, which the CPU's own prefetching follows. If the pass is longer than limit, rows
// come from L3 or memory: AHEAD prefetches the lines of each row into L2 then, which is as many
// streams as the pass has rows, and memory serves several at a time.
#define AHEAD(LINES, ROWS, limit) \
	CMPQ R14, $limit     \
	JHI  far             \
	LINES                \
	JMP  fetched         \
                         \
far:                     \
	LEAQ (R8)(R14*1), SI \
	ROWS                 \
                         \
fetched:

// LINESn prefetches as many lines as a block of n rows has.
#define LINES2 \
	PREFETCHT0 (SI)    \
	PREFETCHT0 64(SI)  \
	PREFETCHT0 128(SI) \
	ADDQ       $192, SI

#define LINES4 \
	LINES2 \
	LINES2

#define LINES8 \
	LINES4 \
	LINES4

#define LINES16 \
	LINES8 \
	LINES8

// ROWSn prefetches the lines of a block of each of n rows.
#define ROWS2 \
	PREFETCHT1 (SI)         \
	PREFETCHT1 64(SI)       \
	PREFETCHT1 (SI)(DX*1)   \
	PREFETCHT1 64(SI)(DX*1)

#define ROWS4 \
	ROWS2                    \
	PREFETCHT1 (SI)(DX*2)    \
	PREFETCHT1 64(SI)(DX*2)  \
	PREFETCHT1 (SI)(R12*1)   \
	PREFETCHT1 64(SI)(R12*1)

#define ROWS8 \
	ROWS4               \
	LEAQ (SI)(DX*4), SI \
	ROWS4

#define ROWS16 \
	ROWS8               \
	LEAQ (SI)(DX*4), SI \
	ROWS8

// The codes of a register, unpacked into Z24 from A and B in Z25 and C in Z26. Without
// GFNI,
//
//	Z27  7 in bytes    Z29  shifts 0 and 3, to groups 4 and 5
//	Z28  3 in bytes    Z30  shifts 4 and 5, to the high bits of groups 6 and 7
//
// and the last select (0xE4) takes low bits by the mask, the high bit else.

DATA wideMasks<>+0(SB)/8, $0x0707070707070707
DATA wideMasks<>+8(SB)/8, $0x0303030303030303
GLOBL wideMasks<>(SB), RODATA|NOPTR, $16

DATA wideShifts<>+0(SB)/8, $0x0003000300030003
DATA wideShifts<>+8(SB)/8, $0x0004000400040004
DATA wideShifts<>+16(SB)/8, $0x0005000500050005
GLOBL wideShifts<>(SB), RODATA|NOPTR, $24

#define SHIFTMASK \
	VPBROADCASTQ wideMasks<>+0(SB), Z27   \
	VPBROADCASTQ wideMasks<>+8(SB), Z28   \
	VPXORD       Z29, Z29, Z29            \
	VPBROADCASTQ wideShifts<>+0(SB), Y0   \
	VINSERTI64X4 $1, Y0, Z29, Z29         \
	VPBROADCASTQ wideShifts<>+8(SB), Z30  \
	VPBROADCASTQ wideShifts<>+16(SB), Y0  \
	VINSERTI64X4 $1, Y0, Z30, Z30

#define SHIFTMASK02 \
	VPANDD Z27, Z25, Z24

#define SHIFTMASK13 \
	VPSRLW $3, Z25, Z24  \
	VPANDD Z27, Z24, Z24

#define SHIFTMASK45 \
	VPSRLVW Z29, Z26, Z24 \
	VPANDD  Z27, Z24, Z24

#define SHIFTMASK67 \
	VPSRLW     $6, Z25, Z24         \
	VPSRLVW    Z30, Z26, Z26        \
	VPTERNLOGD $0xE4, Z28, Z26, Z24 \
	VPANDD     Z27, Z24, Z24

// With GFNI, each byte is multiplied with a matrix of bits: byte 7 of a qword is the
// mask of the bits that sum to bit 0 of the result, byte 5 the mask of bit 2.
//
//	Z28  bits 3 to 5    Z29  of C: the codes of groups 4 and 5
//	Z31  bits 6 and 7   Z30  of C: the high bits of groups 6 and 7, to bit 2
//
// Bits 0 to 2 are masked, by 7 in the bytes of Z27: the products have one port for
// registers of this width, masks two.

DATA matrices<>+0(SB)/8, $0x0102040000000000
DATA matrices<>+8(SB)/8, $0x0810200000000000
DATA matrices<>+16(SB)/8, $0x0000400000000000
DATA matrices<>+24(SB)/8, $0x0000800000000000
DATA matrices<>+32(SB)/8, $0x4080000000000000
GLOBL matrices<>(SB), RODATA|NOPTR, $40

#define AFFINE \
	VPBROADCASTQ matrices<>+0(SB), Z29  \
	VPBROADCASTQ matrices<>+8(SB), Z28  \
	VINSERTI64X4 $1, Y28, Z29, Z29      \
	VPBROADCASTQ matrices<>+16(SB), Z30 \
	VPBROADCASTQ matrices<>+24(SB), Z31 \
	VINSERTI64X4 $1, Y31, Z30, Z30      \
	VPBROADCASTQ matrices<>+32(SB), Z31 \
	VPBROADCASTQ wideMasks<>+0(SB), Z27

#define AFFINE02 \
	VPANDD Z27, Z25, Z24

#define AFFINE13 \
	VGF2P8AFFINEQB $0, Z28, Z25, Z24

#define AFFINE45 \
	VGF2P8AFFINEQB $0, Z29, Z26, Z24

#define AFFINE67 \
	VGF2P8AFFINEQB $0, Z31, Z25, Z24 \
	VGF2P8AFFINEQB $0, Z30, Z26, Z26 \
	VPORD          Z26, Z24, Z24

// DOTn adds the products of the codes and n vectors of x; the variants of a pass of 16 or 8
// rows, which keeps all x of a block in registers, take a register of codes.
#define DOT1(x0, a0) \
	VPDPBUSD x0, Z24, a0

#define DOT2(x0, x1, a0, a1) \
	DOT1(x0, a0) \
	DOT1(x1, a1)

#define DOT4(a0, a1, a2, a3) \
	DOT2(Z16, Z17, a0, a1) \
	DOT2(Z18, Z19, a2, a3)

#define DOT8(a0, a1, a2, a3, a4, a5, a6, a7) \
	DOT4(a0, a1, a2, a3)   \
	DOT2(Z20, Z21, a4, a5) \
	DOT2(Z22, Z23, a6, a7)

// LOADn loads n registers of x, bytes on.
#define LOAD4(at) \
	VMOVDQU32 at+0(BX), Z16   \
	VMOVDQU32 at+64(BX), Z17  \
	VMOVDQU32 at+128(BX), Z18 \
	VMOVDQU32 at+192(BX), Z19

#define LOAD8(at) \
	LOAD4(at)                 \
	VMOVDQU32 at+256(BX), Z20 \
	VMOVDQU32 at+320(BX), Z21 \
	VMOVDQU32 at+384(BX), Z22 \
	VMOVDQU32 at+448(BX), Z23

// A pass of one or two vectors unpacks a block of each row and multiplies it with all of
// the block's x.
#define ROW1(row, a0) \
	VMOVDQU32       row, Z25    \
	VBROADCASTI64X4 64 row, Z26 \
	UNPACK02                    \
	DOT1(Z16, a0)               \
	UNPACK13                    \
	DOT1(Z17, a0)               \
	UNPACK45                    \
	DOT1(Z18, a0)               \
	UNPACK67                    \
	DOT1(Z19, a0)

#define ROW2(row, a0, a1) \
	VMOVDQU32       row, Z25    \
	VBROADCASTI64X4 64 row, Z26 \
	UNPACK02                    \
	DOT2(Z16, Z17, a0, a1)      \
	UNPACK13                    \
	DOT2(Z18, Z19, a0, a1)      \
	UNPACK45                    \
	DOT2(Z20, Z21, a0, a1)      \
	UNPACK67                    \
	DOT2(Z22, Z23, a0, a1)

#define BLOCK1 \
	LOAD4(0)                      \
	AHEAD(LINES16, ROWS16, 16384) \
	FOR16(ROW1)

#define BLOCK2 \
	LOAD8(0)                    \
	AHEAD(LINES8, ROWS8, 16384) \
	FOR8(ROW2)

// A pass of four or eight vectors unpacks one register of each row after another.
#define ROW4x02(row, a0, a1, a2, a3) \
	VMOVDQU32       row, Z25 \
	UNPACK02                 \
	DOT4(a0, a1, a2, a3)

#define ROW4x13(row, a0, a1, a2, a3) \
	VMOVDQU32       row, Z25 \
	UNPACK13                 \
	DOT4(a0, a1, a2, a3)

#define ROW4x45(row, a0, a1, a2, a3) \
	VBROADCASTI64X4 64 row, Z26 \
	UNPACK45                    \
	DOT4(a0, a1, a2, a3)

#define ROW4x67(row, a0, a1, a2, a3) \
	VMOVDQU32       row, Z25    \
	VBROADCASTI64X4 64 row, Z26 \
	UNPACK67                    \
	DOT4(a0, a1, a2, a3)

#define ROW8x02(row, a0, a1, a2, a3, a4, a5, a6, a7) \
	VMOVDQU32       row, Z25             \
	UNPACK02                             \
	DOT8(a0, a1, a2, a3, a4, a5, a6, a7)

#define ROW8x13(row, a0, a1, a2, a3, a4, a5, a6, a7) \
	VMOVDQU32       row, Z25             \
	UNPACK13                             \
	DOT8(a0, a1, a2, a3, a4, a5, a6, a7)

#define ROW8x45(row, a0, a1, a2, a3, a4, a5, a6, a7) \
	VBROADCASTI64X4 64 row, Z26          \
	UNPACK45                             \
	DOT8(a0, a1, a2, a3, a4, a5, a6, a7)

#define ROW8x67(row, a0, a1, a2, a3, a4, a5, a6, a7) \
	VMOVDQU32       row, Z25             \
	VBROADCASTI64X4 64 row, Z26          \
	UNPACK67                             \
	DOT8(a0, a1, a2, a3, a4, a5, a6, a7)

#define BLOCK4 \
	AHEAD(LINES4, ROWS4, 16384) \
	LOAD4(0)      \
	FOR4(ROW4x02) \
	LOAD4(256)    \
	FOR4(ROW4x13) \
	LOAD4(512)    \
	FOR4(ROW4x45) \
	LOAD4(768)    \
	FOR4(ROW4x67)

#define BLOCK8 \
	AHEAD(LINES2, ROWS2, 8192) \
	LOAD8(0)      \
	FOR2(ROW8x02) \
	LOAD8(512)    \
	FOR2(ROW8x13) \
	LOAD8(1024)   \
	FOR2(ROW8x45) \
	LOAD8(1536)   \
	FOR2(ROW8x67)

// Small blocks, of 32 codes, with constants of their own:
//
//	Y27  smallFrom     Y29  smallMask        Y31  smallHighMask
//	Y28  smallShift    Y30  smallHighShift
#define SMALLCONSTANTS \
	VMOVDQU32 smallFrom<>(SB), Y27      \
	VMOVDQU32 smallShift<>(SB), Y28     \
	VMOVDQU32 smallMask<>(SB), Y29      \
	VMOVDQU32 smallHighShift<>(SB), Y30 \
	VMOVDQU32 smallHighMask<>(SB), Y31

// SMALLCODES unpacks a small block as unpackSmallAVX2 does; the upper half of Z24
// becomes zero.
#define SMALLCODES(row) \
	VMOVQ        row, X24            \
	VPINSRD      $2, 8 row, X24, X24 \
	VPBROADCASTD 8 row, Y26          \
	VPERMD       Y24, Y27, Y24       \
	VPSRLVD      Y28, Y24, Y24       \
	VPSRLVD      Y30, Y26, Y26       \
	VPANDD       Y29, Y24, Y24       \
	VPANDD       Y31, Y26, Y26       \
	VPORD        Y26, Y24, Y24

#define SMALLROW1(row, a0) \
	SMALLCODES(row) \
	DOT1(Z16, a0)

#define SMALLROW2(row, a0, a1) \
	SMALLCODES(row)        \
	DOT2(Z16, Z17, a0, a1)

#define SMALLROW4(row, a0, a1, a2, a3) \
	SMALLCODES(row)      \
	DOT4(a0, a1, a2, a3)

#define SMALLROW8(row, a0, a1, a2, a3, a4, a5, a6, a7) \
	SMALLCODES(row)                      \
	DOT8(a0, a1, a2, a3, a4, a5, a6, a7)

// SMALLn loads a chunk of n vectors of x and multiplies it with a small block of each
// row.
#define SMALLLOAD1 \
	VMOVDQU32 (BX), Y16

#define SMALLLOAD2 \
	SMALLLOAD1            \
	VMOVDQU32 32(BX), Y17

#define SMALLLOAD4 \
	SMALLLOAD2            \
	VMOVDQU32 64(BX), Y18 \
	VMOVDQU32 96(BX), Y19

#define SMALLLOAD8 \
	SMALLLOAD4             \
	VMOVDQU32 128(BX), Y20 \
	VMOVDQU32 160(BX), Y21 \
	VMOVDQU32 192(BX), Y22 \
	VMOVDQU32 224(BX), Y23

#define SMALL1 \
	SMALLLOAD1       \
	FOR16(SMALLROW1)

#define SMALL2 \
	SMALLLOAD2      \
	FOR8(SMALLROW2)

#define SMALL4 \
	SMALLLOAD4      \
	FOR4(SMALLROW4)

#define SMALL8 \
	SMALLLOAD8      \
	FOR2(SMALLROW8)

#define CLEAR(a, b, c, d) \
	VPXORD a, a, a \
	VPXORD b, b, b \
	VPXORD c, c, c \
	VPXORD d, d, d

// DWORDS, QWORDS and LANES add the halves of two registers of sums into the first, where
// the sums of both then alternate: in dwords, qwords or lanes of 16 bytes.
#define DWORDS(a, b) \
	VPUNPCKLDQ b, a, Z16   \
	VPUNPCKHDQ b, a, Z17   \
	VPADDD     Z16, Z17, a

#define QWORDS(a, b) \
	VPUNPCKLQDQ b, a, Z16   \
	VPUNPCKHQDQ b, a, Z17   \
	VPADDD      Z16, Z17, a

#define LANES(a, b) \
	VSHUFI32X4 $0x88, b, a, Z16 \
	VSHUFI32X4 $0xDD, b, a, Z17 \
	VPADDD     Z16, Z17, a

// ADDUP adds the dwords of each of Z0 to Z15, and leaves their sums in Z0 in this order.
#define ADDUP \
	DWORDS(Z0, Z1)   \
	DWORDS(Z2, Z3)   \
	DWORDS(Z4, Z5)   \
	DWORDS(Z6, Z7)   \
	DWORDS(Z8, Z9)   \
	DWORDS(Z10, Z11) \
	DWORDS(Z12, Z13) \
	DWORDS(Z14, Z15) \
	QWORDS(Z0, Z2)   \
	QWORDS(Z4, Z6)   \
	QWORDS(Z8, Z10)  \
	QWORDS(Z12, Z14) \
	LANES(Z0, Z4)    \
	LANES(Z8, Z12)   \
	LANES(Z0, Z8)

// MATVEC is the body of the kernels, for passes of height rows of n vectors.
#define MATVEC(SETUP, BLOCK, SMALL, NEXT, height, n) \
	MOVQ  y+0(FP), DI              \
	MOVQ  w+8(FP), AX              \
	MOVQ  rows+16(FP), R13         \
	MOVQ  blocks+24(FP), DX        \
	SHLQ  $3, DX                   \
	ADDQ  smalls+32(FP), DX        \
	LEAQ  (DX)(DX*2), DX           \
	SHLQ  $2, DX                   \
	LEAQ  (DX)(DX*2), R12          \
	MOVQ  $height, R14             \
	IMULQ DX, R14                  \
                                   \
setup:                             \
	SETUP                          \
                                   \
pass:                              \
	MOVQ  AX, R8                   \
	LEAQ  (R8)(DX*4), R9           \
	LEAQ  (R9)(DX*4), R10          \
	LEAQ  (R10)(DX*4), R11         \
	LEAQ  (AX)(R14*1), SI          \
	MOVQ  x+40(FP), BX             \
	CLEAR(Z0, Z1, Z2, Z3)          \
	CLEAR(Z4, Z5, Z6, Z7)          \
	CLEAR(Z8, Z9, Z10, Z11)        \
	CLEAR(Z12, Z13, Z14, Z15)      \
	MOVQ  blocks+24(FP), CX        \
	TESTQ CX, CX                   \
	JZ    smalls                   \
                                   \
block:                             \
	BLOCK                          \
	NEXT(96)                       \
	ADDQ $(256*n), BX              \
	DECQ CX                        \
	JNZ  block                     \
                                   \
smalls:                            \
	MOVQ  smalls+32(FP), CX        \
	TESTQ CX, CX                   \
	JZ    end                      \
	SMALLCONSTANTS                 \
                                   \
small:                             \
	SMALL                          \
	NEXT(12)                       \
	ADDQ $(32*n), BX               \
	DECQ CX                        \
	JNZ  small                     \
                                   \
end:                               \
	ADDUP                          \
	MOVQ      start+48(FP), BX     \
	VPADDD    (BX), Z0, Z0         \
	VMOVDQU32 Z0, (DI)             \
	SUBQ      $height, R13         \
	JZ        done                 \
	ADDQ      R14, AX              \
	ADDQ      $64, DI              \
	CMPQ      R13, $height         \
	JGE       more                 \
                                   \
	MOVQ  R13, CX                  \
	SUBQ  $height, CX              \
	IMUL3Q $(4*n), CX, SI          \
	ADDQ  SI, DI                   \
	IMULQ DX, CX                   \
	ADDQ  CX, AX                   \
	MOVQ  $height, R13             \
                                   \
more:                              \
	CMPQ smalls+32(FP), $0         \
	JEQ  pass                      \
	JMP  setup                     \
                                   \
done:                              \
	VZEROUPPER

#define UNPACK02 SHIFTMASK02
#define UNPACK13 SHIFTMASK13
#define UNPACK45 SHIFTMASK45
#define UNPACK67 SHIFTMASK67

// func matVec1VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec1VNNI512(SB), NOSPLIT, $0-56
	MATVEC(SHIFTMASK, BLOCK1, SMALL1, NEXT16, 16, 1)
	RET

// func matVec2VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec2VNNI512(SB), NOSPLIT, $0-56
	MATVEC(SHIFTMASK, BLOCK2, SMALL2, NEXT8, 8, 2)
	RET

// func matVec4VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec4VNNI512(SB), NOSPLIT, $0-56
	MATVEC(SHIFTMASK, BLOCK4, SMALL4, NEXT4, 4, 4)
	RET

// func matVec8VNNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec8VNNI512(SB), NOSPLIT, $0-56
	MATVEC(SHIFTMASK, BLOCK8, SMALL8, NEXT2, 2, 8)
	RET

#undef UNPACK02
#define UNPACK02 AFFINE02
#undef UNPACK13
#define UNPACK13 AFFINE13
#undef UNPACK45
#define UNPACK45 AFFINE45
#undef UNPACK67
#define UNPACK67 AFFINE67

// func matVec1GFNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec1GFNI512(SB), NOSPLIT, $0-56
	MATVEC(AFFINE, BLOCK1, SMALL1, NEXT16, 16, 1)
	RET

// func matVec2GFNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec2GFNI512(SB), NOSPLIT, $0-56
	MATVEC(AFFINE, BLOCK2, SMALL2, NEXT8, 8, 2)
	RET

// func matVec4GFNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec4GFNI512(SB), NOSPLIT, $0-56
	MATVEC(AFFINE, BLOCK4, SMALL4, NEXT4, 4, 4)
	RET

// func matVec8GFNI512(y *int32, w *byte, rows, blocks, smalls int, x *int8, start *int32)
TEXT ·matVec8GFNI512(SB), NOSPLIT, $0-56
	MATVEC(AFFINE, BLOCK8, SMALL8, NEXT2, 2, 8)
	RET
