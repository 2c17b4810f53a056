//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The tile of a thin product on 512-bit registers: 11 rows and 2 vectors of 16
// columns.
//
// Register map
//
//	Z0–Z21  accumulators: rows 0–10 × vectors 0–1
//	Z22–23  Σ 2·x            Z24–25  vectors of x, masked by K1 and K2
//	Z26     bytes of 2       Z27     the quad of codes
//	R8, R9, R12, R13  codes of rows 0, 3, 6 and 9, advancing
//	DX      stride of the code rows
//	SI      x, advancing     R10  bytes from one quad of x to the next
//	CX      quads left, then rows left
//	DI      y, row by row    R11  bytes from one row of y to the next
//	BX      *tileArgs

// DOT adds the products of a row's quad.
#define DOT(code, a0, a1) \
	VPBROADCASTD code, Z27    \
	VPDPBUSD     Z24, Z27, a0 \
	VPDPBUSD     Z25, Z27, a1

// STORE stores a row, and goes to done after the last.
#define STORE(a0, a1) \
	VPSUBD    Z22, a0, a0      \
	VPSUBD    Z23, a1, a1      \
	VMOVDQU32 a0, K1, (DI)     \
	VMOVDQU32 a1, K2, 64(DI)   \
	ADDQ      R11, DI          \
	DECQ      CX               \
	JZ        done

// CLEAR zeroes accumulators.
#define CLEAR(a0, a1) \
	VPXORD a0, a0, a0 \
	VPXORD a1, a1, a1

// func thinVNNI512(args *tileArgs)
TEXT ·thinVNNI512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), BX
	MOVQ tileArgs_y(BX), DI
	MOVQ tileArgs_ldy(BX), R11
	SHLQ $2, R11
	MOVQ tileArgs_codes(BX), R8
	MOVQ tileArgs_stride(BX), DX
	LEAQ (R8)(DX*2), R9
	ADDQ DX, R9
	LEAQ (R9)(DX*2), R12
	ADDQ DX, R12
	LEAQ (R12)(DX*2), R13
	ADDQ DX, R13
	MOVQ tileArgs_x(BX), SI
	MOVQ tileArgs_ldx(BX), R10

	// The first columns of 32.
	MOVQ  tileArgs_cols(BX), CX
	MOVQ  $1, AX
	SHLQ  CX, AX
	DECQ  AX
	KMOVW AX, K1
	SHRQ  $16, AX
	KMOVW AX, K2

	MOVL         $2, AX
	VPBROADCASTB AX, Z26
	CLEAR(Z0, Z1)
	CLEAR(Z2, Z3)
	CLEAR(Z4, Z5)
	CLEAR(Z6, Z7)
	CLEAR(Z8, Z9)
	CLEAR(Z10, Z11)
	CLEAR(Z12, Z13)
	CLEAR(Z14, Z15)
	CLEAR(Z16, Z17)
	CLEAR(Z18, Z19)
	CLEAR(Z20, Z21)
	CLEAR(Z22, Z23)
	MOVQ         tileArgs_quads(BX), CX

quad:
	VMOVDQU32.Z (SI), K1, Z24
	VMOVDQU32.Z 64(SI), K2, Z25
	DOT((R8), Z0, Z1)
	DOT((R8)(DX*1), Z2, Z3)
	DOT((R8)(DX*2), Z4, Z5)
	DOT((R9), Z6, Z7)
	DOT((R9)(DX*1), Z8, Z9)
	DOT((R9)(DX*2), Z10, Z11)
	DOT((R12), Z12, Z13)
	DOT((R12)(DX*1), Z14, Z15)
	DOT((R12)(DX*2), Z16, Z17)
	DOT((R13), Z18, Z19)
	DOT((R13)(DX*1), Z20, Z21)
	VPDPBUSD    Z24, Z26, Z22
	VPDPBUSD    Z25, Z26, Z23
	ADDQ        $4, R8
	ADDQ        $4, R9
	ADDQ        $4, R12
	ADDQ        $4, R13
	ADDQ        R10, SI
	DECQ        CX
	JNZ         quad

	MOVQ tileArgs_rows(BX), CX
	STORE(Z0, Z1)
	STORE(Z2, Z3)
	STORE(Z4, Z5)
	STORE(Z6, Z7)
	STORE(Z8, Z9)
	STORE(Z10, Z11)
	STORE(Z12, Z13)
	STORE(Z14, Z15)
	STORE(Z16, Z17)
	STORE(Z18, Z19)
	STORE(Z20, Z21)

done:
	VZEROUPPER
	RET
