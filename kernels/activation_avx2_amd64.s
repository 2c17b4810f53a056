//go:build !purego

#include "textflag.h"
#include "constants_amd64.h"
#include "columns_avx2_amd64.h"

// Kernels on the elements of up to three operands, AVX2. A register holds 32 of them;
// those beyond the last multiple of 32 are loaded and stored under a mask.

// BYTES and WORDS set every lane of y to value. They clobber AX.
#define BYTES(value, x, y) MOVL $value, AX; VMOVD AX, x; VPBROADCASTB x, y
#define WORDS(value, x, y) MOVL $value, AX; VMOVD AX, x; VPBROADCASTW x, y

// EACH runs STEP on all elements. A step loads 32 of every operand from o bytes after
// an offset of CX, and stores them there.
//
//	DI  dst                    Y15  MASK of the last elements
//	SI  x                      CX   offset
//	DX  gate                   R8   elements, then quads left
//	R9  elements of whole turns
#define EACH(STEP) \
	XORQ CX, CX;                       \
	MOVQ R8, R9;                       \
	ANDQ $-64, R9;                     \
	JMP  test;                         \
                                       \
turn:                                  \
	STEP(0, LOAD_WHOLE, STORE_WHOLE);  \
	STEP(32, LOAD_WHOLE, STORE_WHOLE); \
	ADDQ $64, CX;                      \
                                       \
test:                                  \
	CMPQ CX, R9;                       \
	JLT  turn;                         \
	SUBQ CX, R8;                       \
	SHRQ $2, R8;                       \
	CMPQ R8, $8;                       \
	JLT  last;                         \
	STEP(0, LOAD_WHOLE, STORE_WHOLE);  \
	ADDQ $32, CX;                      \
	SUBQ $8, R8;                       \
                                       \
last:                                  \
	TESTQ R8, R8;                      \
	JEQ   done;                        \
	LANES(R8, R9, MASK);               \
	STEP(0, LOAD_PART, STORE_PART);    \
                                       \
done:                                  \
	VZEROUPPER

// ADD is the step of Add. Where the sum saturates at -128 it becomes -127.
//
//	Y14  -127 in every byte
#define ADD(o, LOAD, STORE) \
	LOAD(o(DI)(CX*1), Y0); \
	LOAD(o(SI)(CX*1), Y1); \
	VPADDSB Y1, Y0, Y0;    \
	VPMAXSB Y14, Y0, Y0;   \
	STORE(Y0, o(DI)(CX*1))

// func addAVX2(dst, x *int8, n int)
TEXT ·addAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	BYTES(-127, X14, Y14)
	EACH(ADD)
	RET

// MAX is the step of Max.
//
//	Y14  -127 in every byte
#define MAX(o, LOAD, STORE) \
	LOAD(o(DI)(CX*1), Y0); \
	LOAD(o(SI)(CX*1), Y1); \
	VPMAXSB Y1, Y0, Y0;    \
	VPMAXSB Y14, Y0, Y0;   \
	STORE(Y0, o(DI)(CX*1))

// func maxAVX2(dst, x *int8, n int)
TEXT ·maxAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	BYTES(-127, X14, Y14)
	EACH(MAX)
	RET

// ROUND divides the words of lo and hi by 2^8, to nearest, and packs them into the
// bytes of lo: in each lane first lo's, then hi's.
//
//	Y13  128 in every word: a multiplication by 2^7, of which VPMULHRSW drops 15 bits
#define ROUND(lo, hi) \
	VPMULHRSW Y13, lo, lo; \
	VPMULHRSW Y13, hi, hi; \
	VPACKSSWB hi, lo, lo

// GATE is the step of Gate. Even gates and odd ones go separate ways, with zeros
// for the others, so that a sum of two products is one.
//
//	Y14  127 in every byte     Y12  0x00ff in every word
//	Y13  for ROUND             Y11  zipHalves
//	                           Y10  -127 in every byte
#define GATE(o, LOAD, STORE) \
	LOAD(o(DX)(CX*1), Y0);  \
	LOAD(o(SI)(CX*1), Y2);  \
	VPMAXSB    Y10, Y0, Y0; \
	VPADDB     Y14, Y0, Y0; \
	VPAND      Y12, Y0, Y1; \
	VPANDN     Y0, Y12, Y0; \
	VPMADDUBSW Y2, Y1, Y1;  \
	VPMADDUBSW Y2, Y0, Y0;  \
	ROUND(Y1, Y0);          \
	VPSHUFB    Y11, Y1, Y1; \
	STORE(Y1, o(DI)(CX*1))

// func gateAVX2(dst, gate, x *int8, n int)
TEXT ·gateAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ gate+8(FP), DX
	MOVQ x+16(FP), SI
	MOVQ n+24(FP), R8
	BYTES(127, X14, Y14)
	WORDS(128, X13, Y13)
	WORDS(0x00ff, X12, Y12)
	VBROADCASTI128 zipHalves<>(SB), Y11
	BYTES(-127, X10, Y10)
	EACH(GATE)
	RET

// BLEND is the step of Blend: open·x + (256-open)·dst in a word, rounded. Only where a
// gate is closed does the weight of dst not fit a byte. At 255 it leaves dst as it is
// all the same, but -128, which is to become -127.
//
//	Y14  127 in every byte     Y12  128 in every byte
//	Y13  for ROUND             Y11  1 in every byte
//	                           Y10  -127 in every byte
#define BLEND(o, LOAD, STORE) \
	LOAD(o(DX)(CX*1), Y0);                                     \
	LOAD(o(SI)(CX*1), Y2);                                     \
	LOAD(o(DI)(CX*1), Y3);                                     \
	VPMAXSB    Y10, Y0, Y0;                                    \
	VPSUBB     Y0, Y12, Y1;  /* 255-open                    */ \
	VPADDB     Y14, Y0, Y0;  /* open                        */ \
	VPADDUSB   Y11, Y1, Y1;  /* 256-open, at most 255       */ \
	VPUNPCKLBW Y1, Y0, Y4;   /* pairs of weights            */ \
	VPUNPCKHBW Y1, Y0, Y5;                                     \
	VPUNPCKLBW Y3, Y2, Y6;   /* x and dst, which they weigh */ \
	VPUNPCKHBW Y3, Y2, Y7;                                     \
	VPMADDUBSW Y6, Y4, Y4;                                     \
	VPMADDUBSW Y7, Y5, Y5;                                     \
	ROUND(Y4, Y5);                                             \
	VPMAXSB    Y10, Y4, Y4;                                    \
	STORE(Y4, o(DI)(CX*1))

// func blendAVX2(dst, gate, x *int8, n int)
TEXT ·blendAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ gate+8(FP), DX
	MOVQ x+16(FP), SI
	MOVQ n+24(FP), R8
	BYTES(127, X14, Y14)
	WORDS(128, X13, Y13)
	BYTES(128, X12, Y12)
	BYTES(1, X11, Y11)
	BYTES(-127, X10, Y10)
	EACH(BLEND)
	RET
