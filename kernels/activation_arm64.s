//go:build !purego

#include "neon_elementwise_arm64.h"
#include "textflag.h"

// Kernels on the elements of up to three operands, NEON. A turn takes 32 of them, in
// two registers of each operand; the quads that are left are taken one by one.

// EACH runs TURN on 32 elements at a time and QUAD on those that are left. Both move
// the pointers on.
//
//	R0  dst
//	R1  x
//	R2  gate
//	R3  elements left
#define EACH(TURN, QUAD) \
	SUBS $32, R3; \
	BLT  some;    \
                  \
turn:             \
	TURN;         \
	SUBS $32, R3; \
	BGE  turn;    \
                  \
some:             \
	ADDS $32, R3; \
	BEQ  done;    \
                  \
quad:             \
	QUAD;         \
	SUBS $4, R3;  \
	BNE  quad;    \
                  \
done:

// ADD sets h to its sum with x, where -128 becomes -127.
//
//	V31  -127 in every byte
#define ADD(h, x) \
	SQADD_B(x, h, h); \
	SMAX_B(31, h, h)

// MAX sets h to the larger of it and x, where -128 becomes -127.
//
//	V31  -127 in every byte
#define MAX(h, x) \
	SMAX_B(x, h, h); \
	SMAX_B(31, h, h)

#define TWO_TURN(OP) \
	FLDPQ   (R0), (F0, F1);   \
	FLDPQ.P 32(R1), (F2, F3); \
	OP(0, 2);                 \
	OP(1, 3);                 \
	FSTPQ.P (F0, F1), 32(R0)

#define TWO_QUAD(OP) \
	VLD1   (R0), V0.S[0];  \
	VLD1.P 4(R1), V2.S[0]; \
	OP(0, 2);              \
	VST1.P V0.S[0], 4(R0)

// func addNEON(dst, x *int8, n int)
TEXT ·addNEON(SB), NOSPLIT, $0-24
	MOVD  dst+0(FP), R0
	MOVD  x+8(FP), R1
	MOVD  n+16(FP), R3
	VMOVI $0x81, V31.B16
	EACH(TWO_TURN(ADD), TWO_QUAD(ADD))
	RET

// func maxNEON(dst, x *int8, n int)
TEXT ·maxNEON(SB), NOSPLIT, $0-24
	MOVD  dst+0(FP), R0
	MOVD  x+8(FP), R1
	MOVD  n+16(FP), R3
	VMOVI $0x81, V31.B16
	EACH(TWO_TURN(MAX), TWO_QUAD(MAX))
	RET

// MOVED sets g to (g·(x-h) + 128) >> 8, modulo 2^8, for bytes without sign. The products
// are words, and their difference is one modulo 2^16: its upper byte is right. It
// clobbers lo and hi.
#define MOVED(g, x, h, lo, hi) \
	UMULL_B(x, g, lo);  \
	UMULL2_B(x, g, hi); \
	UMLSL_B(h, g, lo);  \
	UMLSL2_B(h, g, hi); \
	RSHRN_H(8, lo, g);  \
	RSHRN2_H(8, hi, g)

// The turns below hold activations without sign, 128 more than they are.
//
//	V31  127 in every byte
//	V30  128 in every byte, or an activation of zero
//	V29  -127 in every byte

#define GATE_TURN \
	FLDPQ.P 32(R2), (F0, F1);        \
	FLDPQ.P 32(R1), (F2, F3);        \
	SMAX_B(29, 0, 0);                \
	SMAX_B(29, 1, 1);                \
	VADD    V31.B16, V0.B16, V0.B16; \
	VADD    V31.B16, V1.B16, V1.B16; \
	VEOR    V30.B16, V2.B16, V2.B16; \
	VEOR    V30.B16, V3.B16, V3.B16; \
	MOVED(0, 2, 30, 16, 17);         \
	MOVED(1, 3, 30, 18, 19);         \
	FSTPQ.P (F0, F1), 32(R0)

#define GATE_QUAD \
	VLD1.P 4(R2), V0.S[0];          \
	VLD1.P 4(R1), V2.S[0];          \
	SMAX_B(29, 0, 0);               \
	VADD   V31.B16, V0.B16, V0.B16; \
	VEOR   V30.B16, V2.B16, V2.B16; \
	MOVED(0, 2, 30, 16, 17);        \
	VST1.P V0.S[0], 4(R0)

// func gateNEON(dst, gate, x *int8, n int)
TEXT ·gateNEON(SB), NOSPLIT, $0-32
	MOVD  dst+0(FP), R0
	MOVD  gate+8(FP), R2
	MOVD  x+16(FP), R1
	MOVD  n+24(FP), R3
	VMOVI $127, V31.B16
	VMOVI $128, V30.B16
	VMOVI $0x81, V29.B16
	EACH(GATE_TURN, GATE_QUAD)
	RET

#define BLEND_TURN \
	FLDPQ.P 32(R2), (F0, F1);        \
	FLDPQ.P 32(R1), (F2, F3);        \
	FLDPQ   (R0), (F4, F5);          \
	SMAX_B(29, 0, 0);                \
	SMAX_B(29, 1, 1);                \
	VADD    V31.B16, V0.B16, V0.B16; \
	VADD    V31.B16, V1.B16, V1.B16; \
	VEOR    V30.B16, V2.B16, V2.B16; \
	VEOR    V30.B16, V3.B16, V3.B16; \
	VEOR    V30.B16, V4.B16, V6.B16; \
	VEOR    V30.B16, V5.B16, V7.B16; \
	MOVED(0, 2, 6, 16, 17);          \
	MOVED(1, 3, 7, 18, 19);          \
	VADD    V4.B16, V0.B16, V0.B16;  \
	VADD    V5.B16, V1.B16, V1.B16;  \
	SMAX_B(29, 0, 0);                \
	SMAX_B(29, 1, 1);                \
	FSTPQ.P (F0, F1), 32(R0)

#define BLEND_QUAD \
	VLD1.P 4(R2), V0.S[0];          \
	VLD1.P 4(R1), V2.S[0];          \
	VLD1   (R0), V4.S[0];           \
	SMAX_B(29, 0, 0);               \
	VADD   V31.B16, V0.B16, V0.B16; \
	VEOR   V30.B16, V2.B16, V2.B16; \
	VEOR   V30.B16, V4.B16, V6.B16; \
	MOVED(0, 2, 6, 16, 17);         \
	VADD   V4.B16, V0.B16, V0.B16;  \
	SMAX_B(29, 0, 0);               \
	VST1.P V0.S[0], 4(R0)

// func blendNEON(dst, gate, x *int8, n int)
TEXT ·blendNEON(SB), NOSPLIT, $0-32
	MOVD  dst+0(FP), R0
	MOVD  gate+8(FP), R2
	MOVD  x+16(FP), R1
	MOVD  n+24(FP), R3
	VMOVI $127, V31.B16
	VMOVI $128, V30.B16
	VMOVI $0x81, V29.B16
	EACH(BLEND_TURN, BLEND_QUAD)
	RET
