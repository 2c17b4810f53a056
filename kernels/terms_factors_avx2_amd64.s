//go:build !purego

#include "textflag.h"
#include "constants_amd64.h"

// Factors in quads of terms, AVX2: four rows of bytes become dwords. "|" separates
// the lanes of 16 bytes below.

// TRANSPOSE turns columns 0 to 31 of four rows of bytes into quads. Row u starts
// at SI + u·R8, R9 is 3·R8. Columns 0 to 7 go to Y4, 8 to 15 to Y5, 16 to 23 to Y6
// and 24 to 31 to Y7. It clobbers Y0 to Y3.
#define TRANSPOSE \
	VMOVDQU    (SI), Y0;                                        \
	VMOVDQU    (SI)(R8*2), Y1;                                  \
	VMOVDQU    (SI)(R8*1), Y2;                                  \
	VMOVDQU    (SI)(R9*1), Y3;                                  \
	VPUNPCKLBW Y2, Y0, Y4; /* rows 0 1, columns 0-7 | 16-23  */ \
	VPUNPCKHBW Y2, Y0, Y5; /* rows 0 1, columns 8-15 | 24-31 */ \
	VPUNPCKLBW Y3, Y1, Y6; /* rows 2 3, columns 0-7 | 16-23  */ \
	VPUNPCKHBW Y3, Y1, Y7; /* rows 2 3, columns 8-15 | 24-31 */ \
	VPUNPCKLWD Y6, Y4, Y0; /* quads of columns 0-3 | 16-19   */ \
	VPUNPCKHWD Y6, Y4, Y1; /* quads of columns 4-7 | 20-23   */ \
	VPUNPCKLWD Y7, Y5, Y2; /* quads of columns 8-11 | 24-27  */ \
	VPUNPCKHWD Y7, Y5, Y3; /* quads of columns 12-15 | 28-31 */ \
	VPERM2I128 $0x20, Y1, Y0, Y4;                               \
	VPERM2I128 $0x20, Y3, Y2, Y5;                               \
	VPERM2I128 $0x31, Y1, Y0, Y6;                               \
	VPERM2I128 $0x31, Y3, Y2, Y7

// WEIGH replaces codes c in y by f·(c-2), byte by byte and modulo 256. A product of
// words keeps the low byte of the product of their low bytes, and the product of their
// high bytes once the low ones are cleared. It clobbers Y0.
#define WEIGH(y) \
	VPAND   Y15, y, Y0;  /* c1 c3, in the high bytes     */  \
	VPMULLW Y13, Y0, Y0; /* f1·c1 f3·c3                  */  \
	VPMULLW Y14, y, y;   /* f0·c0 f2·c2, in the low bytes */ \
	VPANDN  y, Y15, y;                                       \
	VPOR    Y0, y, y;                                        \
	VPSUBB  Y12, y, y

// func weighQuadAVX2(dst *int8, a *uint8, f *[4]int8, m, mp int)
//
//	DI  dst        Y15  0xff00 in every word
//	SI  a, row 0   Y14  weights f0 f2 in the low bytes
//	R8  mp         Y13  weights f1 f3 in the low bytes
//	R9  3·mp       Y12  2·f in bytes
//	CX  rows left
TEXT ·weighQuadAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ f+16(FP), AX
	MOVQ m+24(FP), CX
	MOVQ mp+32(FP), R8
	LEAQ (R8)(R8*2), R9

	VPBROADCASTD (AX), Y14
	VPCMPEQW     Y15, Y15, Y15
	VPSLLW       $8, Y15, Y15
	VPSRLW       $8, Y14, Y13
	VPADDB       Y14, Y14, Y12

loop:
	TRANSPOSE
	WEIGH(Y4)
	WEIGH(Y5)
	WEIGH(Y6)
	WEIGH(Y7)

	CMPQ CX, $32
	JLT  tail
	VMOVDQU Y4, (DI)
	VMOVDQU Y5, 32(DI)
	VMOVDQU Y6, 64(DI)
	VMOVDQU Y7, 96(DI)
	ADDQ $32, SI
	ADDQ $128, DI
	SUBQ $32, CX
	JNZ  loop
	JMP  done

tail:
	// Rows of a are padded, rows of dst are not: store the CX < 32 quads left.
	CMPQ CX, $8
	JLT  mask
	VMOVDQU Y4, (DI)
	VMOVDQU Y5, Y4
	VMOVDQU Y6, Y5
	VMOVDQU Y7, Y6
	ADDQ $32, DI
	SUBQ $8, CX
	JMP  tail

mask:
	VMOVD        CX, X0
	VPBROADCASTD X0, Y0
	VPCMPGTD     dwordIndex<>(SB), Y0, Y0
	VPMASKMOVD   Y4, Y0, (DI)

done:
	VZEROUPPER
	RET

// func interleaveFactorsAVX2(dst, b *uint8, quads, stripQuads, kp int)
//
//	DI  dst of the quad  R8   kp
//	SI  b, first of four R9   3·kp
//	CX  quads left       R10  columns left
//	DX  dst, advancing   R11  bytes of a strip of dst
TEXT ·interleaveFactorsAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ b+8(FP), SI
	MOVQ quads+16(FP), CX
	MOVQ stripQuads+24(FP), R11
	SHLQ $6, R11
	MOVQ kp+32(FP), R8
	LEAQ (R8)(R8*2), R9

quad:
	MOVQ R8, R10
	MOVQ DI, DX

loop:
	TRANSPOSE
	VMOVDQU Y4, (DX)            // columns 0–15: one strip
	VMOVDQU Y5, 32(DX)
	VMOVDQU Y6, (DX)(R11*1)     // columns 16–31: the next
	VMOVDQU Y7, 32(DX)(R11*1)
	ADDQ    $32, SI
	LEAQ    (DX)(R11*2), DX
	SUBQ    $32, R10
	JNZ     loop

	ADDQ R9, SI // the next four; the loop has passed one
	ADDQ $64, DI
	DECQ CX
	JNZ  quad

	VZEROUPPER
	RET
