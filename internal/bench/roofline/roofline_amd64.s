//go:build !purego

#include "textflag.h"

// Loops that do nothing but a tier's multiply-add on registers, four, twelve or
// twenty-four independent accumulators, and one that does nothing but load.

// M is vpmaddubsw and vpaddw, the 16-bit multiply-add of pents and activations.
#define M(acc) \
	VPMADDUBSW Y12, Y13, Y14 \
	VPADDW     Y14, acc, acc

// func madd256(n int)
TEXT ·madd256(SB), NOSPLIT, $0-8
	MOVQ n+0(FP), CX

loop:
	M(Y0)
	M(Y1)
	M(Y2)
	M(Y3)
	M(Y4)
	M(Y5)
	M(Y6)
	M(Y7)
	M(Y8)
	M(Y9)
	M(Y10)
	M(Y11)
	DECQ CX
	JNZ  loop
	VZEROUPPER
	RET

// D is VPDPBUSD in its VEX encoding, VEX.256.66.0F38.W0 50 /r, with Y12 and Y13.
#define D(acc) \
	BYTE $0xC4                        \
	BYTE $(0xC2 ^ (((acc) >> 3) << 7)) \
	BYTE $(0x05 | ((15 - 13) << 3))   \
	BYTE $0x50                        \
	BYTE $(0xC0 | (((acc) & 7) << 3) | (12 & 7))

// func dot256(n int)
TEXT ·dot256(SB), NOSPLIT, $0-8
	MOVQ n+0(FP), CX

loop:
	D(0)
	D(1)
	D(2)
	D(3)
	D(4)
	D(5)
	D(6)
	D(7)
	D(8)
	D(9)
	D(10)
	D(11)
	DECQ CX
	JNZ  loop
	VZEROUPPER
	RET

// EACH applies a macro to twelve accumulators.
#define EACH(OP) \
	OP(Z0) OP(Z1) OP(Z2) OP(Z3) OP(Z4) OP(Z5) OP(Z6) OP(Z7) OP(Z8) OP(Z9) OP(Z10) OP(Z11)

#define M512(acc) \
	VPMADDUBSW Z24, Z25, Z26; \
	VPADDW     Z26, acc, acc;

// func madd512(n int)
TEXT ·madd512(SB), NOSPLIT, $0-8
	MOVQ n+0(FP), CX

loop:
	EACH(M512)
	DECQ CX
	JNZ  loop
	VZEROUPPER
	RET

#define D512(acc) VPDPBUSD Z24, Z25, acc;

// func dot512(n int)
TEXT ·dot512(SB), NOSPLIT, $0-8
	MOVQ n+0(FP), CX

loop:
	EACH(D512)
	DECQ CX
	JNZ  loop
	VZEROUPPER
	RET

// Eight tiles of 16 rows of 64 bytes, the operand of LDTILECFG.
DATA tiles<>+0(SB)/8, $1
DATA tiles<>+8(SB)/8, $0
DATA tiles<>+16(SB)/8, $0x0040004000400040
DATA tiles<>+24(SB)/8, $0x0040004000400040
DATA tiles<>+32(SB)/8, $0
DATA tiles<>+40(SB)/8, $0
DATA tiles<>+48(SB)/8, $0x1010101010101010
DATA tiles<>+56(SB)/8, $0
GLOBL tiles<>(SB), RODATA|NOPTR, $64

// T is TDPBSSD tile 6, tile 4, acc: VEX.128.F2.0F38.W0 5E 11:rrr:bbb.
#define T(acc) \
	BYTE $0xC4; BYTE $0xE2; BYTE $(0x03 | ((15 - 6) << 3)); BYTE $0x5E; BYTE $(0xC0 | ((acc) << 3) | 4)

// func dotAMX(n int)
TEXT ·dotAMX(SB), NOSPLIT, $0-8
	MOVQ n+0(FP), CX
	LEAQ tiles<>(SB), AX
	BYTE $0xC4; BYTE $0xE2; BYTE $0x78; BYTE $0x49; BYTE $0x00 // LDTILECFG (AX)

loop:
	T(0)
	T(1)
	T(2)
	T(3)
	DECQ CX
	JNZ  loop
	BYTE $0xC4; BYTE $0xE2; BYTE $0x78; BYTE $0x49; BYTE $0xC0 // TILERELEASE
	RET

// func load256(p *byte, n int)
TEXT ·load256(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX

loop:
	VPOR 0(SI), Y0, Y0
	VPOR 32(SI), Y1, Y1
	VPOR 64(SI), Y2, Y2
	VPOR 96(SI), Y3, Y3
	VPOR 128(SI), Y4, Y4
	VPOR 160(SI), Y5, Y5
	VPOR 192(SI), Y6, Y6
	VPOR 224(SI), Y7, Y7
	ADDQ $256, SI
	SUBQ $256, CX
	JG   loop
	VZEROUPPER
	RET
