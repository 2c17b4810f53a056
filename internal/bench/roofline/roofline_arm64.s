//go:build !purego

#include "textflag.h"

// Loops that do nothing but a tier's multiply-add on registers, twenty-four
// independent accumulators, and one that does nothing but load.

// The products of V24 and V25, which Go's assembler lacks, by the number of their
// accumulator.
#define M(acc) WORD $(0x0e388320 | (acc)) // smlal v{acc}.8h, v25.8b, v24.8b
#define D(acc) WORD $(0x4e989720 | (acc)) // sdot v{acc}.4s, v25.16b, v24.16b
#define B(acc) WORD $(0x4e98a720 | (acc)) // smmla v{acc}.4s, v25.16b, v24.16b

// EACH applies a macro to all accumulators.
#define EACH(OP) \
	OP(0)  \
	OP(1)  \
	OP(2)  \
	OP(3)  \
	OP(4)  \
	OP(5)  \
	OP(6)  \
	OP(7)  \
	OP(8)  \
	OP(9)  \
	OP(10) \
	OP(11) \
	OP(12) \
	OP(13) \
	OP(14) \
	OP(15) \
	OP(16) \
	OP(17) \
	OP(18) \
	OP(19) \
	OP(20) \
	OP(21) \
	OP(22) \
	OP(23)

// func smlal(n int)
TEXT ·smlal(SB), NOSPLIT, $0-8
	MOVD n+0(FP), R0

loop:
	EACH(M)
	SUBS $1, R0
	BNE  loop
	RET

// func sdot(n int)
TEXT ·sdot(SB), NOSPLIT, $0-8
	MOVD n+0(FP), R0

loop:
	EACH(D)
	SUBS $1, R0
	BNE  loop
	RET

// func smmla(n int)
TEXT ·smmla(SB), NOSPLIT, $0-8
	MOVD n+0(FP), R0

loop:
	EACH(B)
	SUBS $1, R0
	BNE  loop
	RET

// func load128(p *byte, n int)
TEXT ·load128(SB), NOSPLIT, $0-16
	MOVD p+0(FP), R0
	MOVD n+8(FP), R1

loop:
	VLD1.P 64(R0), [V0.B16, V1.B16, V2.B16, V3.B16]
	VLD1.P 64(R0), [V4.B16, V5.B16, V6.B16, V7.B16]
	VLD1.P 64(R0), [V0.B16, V1.B16, V2.B16, V3.B16]
	VLD1.P 64(R0), [V4.B16, V5.B16, V6.B16, V7.B16]
	SUBS   $256, R1
	BGT    loop
	RET
