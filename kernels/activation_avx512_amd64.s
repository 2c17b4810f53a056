//go:build !purego

#include "textflag.h"
#include "constants_amd64.h"

// Kernels on the elements of up to three operands, AVX-512 BW: as activation_avx2_amd64.s
// at 64 elements a register.

// BYTES and WORDS set every lane of z to value. They clobber AX.
#define BYTES(value, z) MOVL $value, AX; VPBROADCASTB AX, z
#define WORDS(value, z) MOVL $value, AX; VPBROADCASTW AX, z

// EACH runs STEP on all elements. A step loads 64 of every operand from an offset of
// R10, and stores them there.
//
//	DI  dst                    K1   mask of the elements
//	SI  x                      K2   mask of the last elements
//	DX  gate                   R10  offset
//	R8  elements
//	R9  elements of whole registers
#define EACH(STEP) \
	MOVQ   R8, CX;     \
	MOVQ   $-1, AX;    \
	SHLQ   CX, AX;     \
	NOTQ   AX;         \
	KMOVQ  AX, K2;     \
	KXNORQ K1, K1, K1; \
	XORQ   R10, R10;   \
	MOVQ   R8, R9;     \
	ANDQ   $-64, R9;   \
	JMP    test;       \
                       \
elements:              \
	STEP;              \
	ADDQ $64, R10;     \
                       \
test:                  \
	CMPQ  R10, R9;     \
	JLT   elements;    \
	KMOVQ K2, K1;      \
	CMPQ  R10, R8;     \
	JLT   elements;    \
	VZEROUPPER

// ADD is the step of Add. Where the sum saturates at -128 it becomes -127.
//
//	Z14  -127 in every byte
#define ADD \
	VMOVDQU8.Z (DI)(R10*1), K1, Z0; \
	VMOVDQU8.Z (SI)(R10*1), K1, Z1; \
	VPADDSB    Z1, Z0, Z0;          \
	VPMAXSB    Z14, Z0, Z0;         \
	VMOVDQU8   Z0, K1, (DI)(R10*1)

// func addAVX512(dst, x *int8, n int)
TEXT ·addAVX512(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	BYTES(-127, Z14)
	EACH(ADD)
	RET

// MAX is the step of Max.
//
//	Z14  -127 in every byte
#define MAX \
	VMOVDQU8.Z (DI)(R10*1), K1, Z0; \
	VMOVDQU8.Z (SI)(R10*1), K1, Z1; \
	VPMAXSB    Z1, Z0, Z0;          \
	VPMAXSB    Z14, Z0, Z0;         \
	VMOVDQU8   Z0, K1, (DI)(R10*1)

// func maxAVX512(dst, x *int8, n int)
TEXT ·maxAVX512(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	BYTES(-127, Z14)
	EACH(MAX)
	RET

// ROUND divides the words of lo and hi by 2^8, to nearest, and packs them into the
// bytes of lo: in each lane first lo's, then hi's.
//
//	Z13  128 in every word: a multiplication by 2^7, of which VPMULHRSW drops 15 bits
#define ROUND(lo, hi) \
	VPMULHRSW Z13, lo, lo; \
	VPMULHRSW Z13, hi, hi; \
	VPACKSSWB hi, lo, lo

// GATE is the step of Gate. Even gates and odd ones go separate ways, with zeros
// for the others, so that a sum of two products is one.
//
//	Z14  127 in every byte     K3   mask of the even bytes
//	Z13  for ROUND             K4   mask of the odd bytes
//	Z11  zipHalves             Z10  -127 in every byte
#define GATE \
	VMOVDQU8.Z (DX)(R10*1), K1, Z0; \
	VMOVDQU8.Z (SI)(R10*1), K1, Z2; \
	VPMAXSB    Z10, Z0, Z0;         \
	VPADDB.Z   Z14, Z0, K3, Z1;     \
	VPADDB.Z   Z14, Z0, K4, Z0;     \
	VPMADDUBSW Z2, Z1, Z1;          \
	VPMADDUBSW Z2, Z0, Z0;          \
	ROUND(Z1, Z0);                  \
	VPSHUFB    Z11, Z1, Z1;         \
	VMOVDQU8   Z1, K1, (DI)(R10*1)

// func gateAVX512(dst, gate, x *int8, n int)
TEXT ·gateAVX512(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ gate+8(FP), DX
	MOVQ x+16(FP), SI
	MOVQ n+24(FP), R8
	BYTES(127, Z14)
	WORDS(128, Z13)
	BYTES(-127, Z10)
	VBROADCASTI32X4 zipHalves<>(SB), Z11
	MOVQ  $0x5555555555555555, AX
	KMOVQ AX, K3
	KNOTQ K3, K4
	EACH(GATE)
	RET

// BLEND is the step of Blend: open·x + (256-open)·dst in a word, rounded. Only where a
// gate is closed does the weight of dst not fit a byte. At 255 it leaves dst as it is
// all the same, but -128, which is to become -127.
//
//	Z14  127 in every byte     Z12  128 in every byte
//	Z13  for ROUND             Z11  1 in every byte
//	                           Z10  -127 in every byte
#define BLEND \
	VMOVDQU8.Z (DX)(R10*1), K1, Z0;                            \
	VMOVDQU8.Z (SI)(R10*1), K1, Z2;                            \
	VMOVDQU8.Z (DI)(R10*1), K1, Z3;                            \
	VPMAXSB    Z10, Z0, Z0;                                    \
	VPSUBB     Z0, Z12, Z1;  /* 255-open                    */ \
	VPADDB     Z14, Z0, Z0;  /* open                        */ \
	VPADDUSB   Z11, Z1, Z1;  /* 256-open, at most 255       */ \
	VPUNPCKLBW Z1, Z0, Z4;   /* pairs of weights            */ \
	VPUNPCKHBW Z1, Z0, Z5;                                     \
	VPUNPCKLBW Z3, Z2, Z6;   /* x and dst, which they weigh */ \
	VPUNPCKHBW Z3, Z2, Z7;                                     \
	VPMADDUBSW Z6, Z4, Z4;                                     \
	VPMADDUBSW Z7, Z5, Z5;                                     \
	ROUND(Z4, Z5);                                             \
	VPMAXSB    Z10, Z4, Z4;                                    \
	VMOVDQU8   Z4, K1, (DI)(R10*1)

// func blendAVX512(dst, gate, x *int8, n int)
TEXT ·blendAVX512(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ gate+8(FP), DX
	MOVQ x+16(FP), SI
	MOVQ n+24(FP), R8
	BYTES(127, Z14)
	WORDS(128, Z13)
	BYTES(128, Z12)
	BYTES(1, Z11)
	BYTES(-127, Z10)
	EACH(BLEND)
	RET
