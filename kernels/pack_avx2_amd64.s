//go:build !purego

#include "textflag.h"
#include "constants_amd64.h"

// Rows of pents and the transposition into quads, AVX2. "|" separates the lanes of
// 16 bytes of a register below.

// BYTES sets every byte of y to value. It clobbers AX.
#define BYTES(value, x, y) \
	MOVL         $value, AX; \
	VMOVD        AX, x;      \
	VPBROADCASTB x, y

// func unpackRowsAVX2(dst *uint8, stride int, w *byte, ldw, rows, blocks int)
//
//	DI  dst         R8  dst of the row   Y15  7 in every byte
//	SI  row         R9  w of the row     Y14  3 in every byte
//	BX  blocks left R10 stride           Y13  4 in every byte
//	CX  rows left   R11 ldw              DX   blocks
TEXT ·unpackRowsAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), R8
	MOVQ stride+8(FP), R10
	MOVQ w+16(FP), R9
	MOVQ ldw+24(FP), R11
	MOVQ rows+32(FP), CX
	MOVQ blocks+40(FP), DX

	BYTES(7, X15, Y15)
	BYTES(3, X14, Y14)
	BYTES(4, X13, Y13)

row:
	MOVQ R8, DI
	MOVQ R9, SI
	MOVQ DX, BX

block:
	VMOVDQU (SI), Y0   // A
	VMOVDQU 32(SI), Y1 // B
	VMOVDQU 64(SI), Y2 // C

	// Groups 0, 2 and 4 are the low three bits.
	VPAND   Y15, Y0, Y3
	VPAND   Y15, Y1, Y4
	VPAND   Y15, Y2, Y5
	VMOVDQU Y3, (DI)
	VMOVDQU Y4, 64(DI)
	VMOVDQU Y5, 128(DI)

	// Groups 1, 3 and 5 are the next three.
	VPSRLW  $3, Y0, Y3
	VPSRLW  $3, Y1, Y4
	VPSRLW  $3, Y2, Y5
	VPAND   Y15, Y3, Y3
	VPAND   Y15, Y4, Y4
	VPAND   Y15, Y5, Y5
	VMOVDQU Y3, 32(DI)
	VMOVDQU Y4, 96(DI)
	VMOVDQU Y5, 160(DI)

	// Groups 6 and 7: two bits of A or B, one of C.
	VPSRLW  $6, Y0, Y0
	VPSRLW  $6, Y1, Y1
	VPSRLW  $4, Y2, Y3
	VPSRLW  $5, Y2, Y4
	VPAND   Y14, Y0, Y0
	VPAND   Y14, Y1, Y1
	VPAND   Y13, Y3, Y3
	VPAND   Y13, Y4, Y4
	VPOR    Y3, Y0, Y0
	VPOR    Y4, Y1, Y1
	VMOVDQU Y0, 192(DI)
	VMOVDQU Y1, 224(DI)

	ADDQ $96, SI
	ADDQ $256, DI
	DECQ BX
	JNZ  block

	ADDQ R10, R8
	ADDQ R11, R9
	DECQ CX
	JNZ  row

	VZEROUPPER
	RET

// func unpackSmallAVX2(dst *uint8, row *byte, small int)
//
//	DI  dst               Y8   smallFrom   Y11  smallHighShift
//	SI  row               Y9   smallShift  Y12  smallHighMask
//	CX  small blocks left Y10  smallMask
TEXT ·unpackSmallAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ row+8(FP), SI
	MOVQ small+16(FP), CX

	VMOVDQU smallFrom<>(SB), Y8
	VMOVDQU smallShift<>(SB), Y9
	VMOVDQU smallMask<>(SB), Y10
	VMOVDQU smallHighShift<>(SB), Y11
	VMOVDQU smallHighMask<>(SB), Y12

small:
	VMOVQ        (SI), X0
	VPINSRD      $2, 8(SI), X0, X0 // A B C _
	VPBROADCASTD 8(SI), Y1         // C C C C | C C C C

	VPERMD  Y0, Y8, Y0             // A A B B | C C A B
	VPSRLVD Y9, Y0, Y0
	VPSRLVD Y11, Y1, Y1
	VPAND   Y10, Y0, Y0            // groups 0 to 5, low bits of 6 and 7
	VPAND   Y12, Y1, Y1            // high bits of 6 and 7
	VPOR    Y1, Y0, Y0
	VMOVDQU Y0, (DI)

	ADDQ $12, SI
	ADDQ $32, DI
	DECQ CX
	JNZ  small

	VZEROUPPER
	RET

// func packBlocksAVX2(row *byte, src *uint8, blocks int)
//
//	DI  row         Y15  3 in every byte
//	SI  src         Y14  4 in every byte
//	CX  blocks left
TEXT ·packBlocksAVX2(SB), NOSPLIT, $0-24
	MOVQ row+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ blocks+16(FP), CX

	BYTES(3, X15, Y15)
	BYTES(4, X14, Y14)

block:
	VMOVDQU 192(SI), Y6 // group 6
	VMOVDQU 224(SI), Y7 // group 7

	// A and B: two whole codes and the low bits of groups 6 and 7.
	VMOVDQU 32(SI), Y0
	VMOVDQU 96(SI), Y1
	VPSLLW  $3, Y0, Y0
	VPSLLW  $3, Y1, Y1
	VPAND   Y15, Y6, Y2
	VPAND   Y15, Y7, Y3
	VPSLLW  $6, Y2, Y2
	VPSLLW  $6, Y3, Y3
	VPOR    (SI), Y0, Y0
	VPOR    64(SI), Y1, Y1
	VPOR    Y2, Y0, Y0
	VPOR    Y3, Y1, Y1
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)

	// C: two whole codes and the high bits.
	VMOVDQU 160(SI), Y0
	VPSLLW  $3, Y0, Y0
	VPAND   Y14, Y6, Y6
	VPAND   Y14, Y7, Y7
	VPSLLW  $4, Y6, Y6
	VPSLLW  $5, Y7, Y7
	VPOR    128(SI), Y0, Y0
	VPOR    Y7, Y6, Y6
	VPOR    Y6, Y0, Y0
	VMOVDQU Y0, 64(DI)

	ADDQ $256, SI
	ADDQ $96, DI
	DECQ CX
	JNZ  block

	VZEROUPPER
	RET

// func packSmallAVX2(row *byte, src *uint8, small int)
//
//	DI  row               X15  3 in every byte
//	SI  src               X14  4 in every byte
//	CX  small blocks left
TEXT ·packSmallAVX2(SB), NOSPLIT, $0-24
	MOVQ row+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ small+16(FP), CX

	BYTES(3, X15, Y15)
	BYTES(4, X14, Y14)

small:
	VMOVDQU (SI), X0   // groups 0 1 2 3
	VMOVDQU 16(SI), X1 // groups 4 5 6 7

	// Bring groups 1, 3 and 5 next to 0, 2 and 4: A B in X0, C in X1.
	VPSHUFD $0x0D, X0, X2 // 1 3 _ _
	VPSHUFD $0x08, X0, X0 // 0 2 _ _
	VPSHUFD $0x01, X1, X3 // 5 _ _ _
	VPSHUFD $0x0E, X1, X4 // 6 7 _ _
	VPSLLW  $3, X2, X2
	VPSLLW  $3, X3, X3
	VPOR    X2, X0, X0
	VPOR    X3, X1, X1

	// The low bits of groups 6 and 7 go to A and B.
	VPAND  X15, X4, X2
	VPSLLW $6, X2, X2
	VPOR   X2, X0, X0
	VMOVQ  X0, (DI)

	// Their high bits go to C.
	VPAND   X14, X4, X4
	VPSLLW  $4, X4, X4
	VPSHUFD $0x01, X4, X3
	VPSLLW  $1, X3, X3
	VPOR    X4, X1, X1
	VPOR    X3, X1, X1
	VMOVD   X1, 8(DI)

	ADDQ $32, SI
	ADDQ $12, DI
	DECQ CX
	JNZ  small

	VZEROUPPER
	RET

// func interleaveAVX2(dst, src *int8, quads, k, n int)
//
// The matrix of n columns by quads dwords is transposed in strips of at most 16
// quads, one cache line of each column, and a strip in tiles of 4 quads by 8
// columns. The last strip and the last columns reach back over what is done.
//
//	DI   dst of the strip         AX   src of the tile, columns 0 to 3
//	SI   src of the strip         BX   src of the tile, columns 4 to 7
//	CX   quads left               DX   dst of the tile
//	R8   k                        R12  column of the tile
//	R9   3k                       R13  n
//	R10  bytes of a quad of n     R14  tiles in the height of the strip
//	R11  3·R10                    R15  tiles left of these 8 columns
TEXT ·interleaveAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ quads+16(FP), CX
	MOVQ k+24(FP), R8
	MOVQ n+32(FP), R13
	LEAQ (R8)(R8*2), R9
	LEAQ (R13*4), R10
	LEAQ (R10)(R10*2), R11

strip:
	CMPQ CX, $4
	JGE  height

	// Fewer than 4 quads are left: start 4 before the end.
	SUBQ  $4, CX
	LEAQ  (SI)(CX*4), SI
	IMULQ R10, CX
	ADDQ  CX, DI
	MOVQ  $4, CX

height:
	MOVQ    $16, R14
	CMPQ    CX, R14
	CMOVQLT CX, R14
	SHRQ    $2, R14
	XORQ    R12, R12

columns:
	MOVQ  R12, AX
	IMULQ R8, AX
	ADDQ  SI, AX
	LEAQ  (AX)(R8*4), BX
	LEAQ  (DI)(R12*4), DX
	MOVQ  R14, R15

tile:
	// Yc: four quads of column c | of column c+4.
	VMOVDQU     (AX), X0
	VMOVDQU     (AX)(R8*1), X1
	VMOVDQU     (AX)(R8*2), X2
	VMOVDQU     (AX)(R9*1), X3
	VINSERTI128 $1, (BX), Y0, Y0
	VINSERTI128 $1, (BX)(R8*1), Y1, Y1
	VINSERTI128 $1, (BX)(R8*2), Y2, Y2
	VINSERTI128 $1, (BX)(R9*1), Y3, Y3

	// Columns 0 1 or 2 3 of two quads.
	VPUNPCKLDQ Y1, Y0, Y4
	VPUNPCKLDQ Y3, Y2, Y5
	VPUNPCKHDQ Y1, Y0, Y6
	VPUNPCKHDQ Y3, Y2, Y7

	// Columns 0 … 3 | 4 … 7 of one quad.
	VPUNPCKLQDQ Y5, Y4, Y0
	VPUNPCKHQDQ Y5, Y4, Y1
	VPUNPCKLQDQ Y7, Y6, Y2
	VPUNPCKHQDQ Y7, Y6, Y3
	VMOVDQU     Y0, (DX)
	VMOVDQU     Y1, (DX)(R10*1)
	VMOVDQU     Y2, (DX)(R10*2)
	VMOVDQU     Y3, (DX)(R11*1)

	ADDQ $16, AX
	ADDQ $16, BX
	LEAQ (DX)(R10*4), DX
	DECQ R15
	JNZ  tile

	ADDQ $8, R12
	CMPQ R12, R13
	JEQ  next

	// If fewer than 8 columns are left, start 8 before the end.
	LEAQ    -8(R13), AX
	CMPQ    R12, AX
	CMOVQGT AX, R12
	JMP     columns

next:
	SHLQ  $2, R14 // quads in the height of the strip
	SUBQ  R14, CX
	LEAQ  (SI)(R14*4), SI
	IMULQ R10, R14
	ADDQ  R14, DI
	TESTQ CX, CX
	JNZ   strip

	VZEROUPPER
	RET
