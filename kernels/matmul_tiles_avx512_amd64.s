//go:build !purego

#include "textflag.h"

// func packTilesAVX512(dst, x *int8, ldx, quads, cols int)
//
//	DI  dst    CX  quads left       R8      ldx
//	SI  x      DX  quads left of a tile  K1, K2  columns that exist
TEXT ·packTilesAVX512(SB), NOSPLIT, $0-40
	MOVQ  dst+0(FP), DI
	MOVQ  x+8(FP), SI
	MOVQ  ldx+16(FP), R8
	MOVQ  cols+32(FP), CX
	MOVQ  $1, AX
	SHLQ  CX, AX
	DECQ  AX
	KMOVW AX, K1
	SHRQ  $16, AX
	KMOVW AX, K2
	MOVQ  quads+24(FP), CX

sixteen:
	MOVQ    $16, DX
	CMPQ    CX, DX
	CMOVQLT CX, DX
	SUBQ    DX, CX

quad:
	VMOVDQU32.Z (SI), K1, Z0
	VMOVDQU32.Z 64(SI), K2, Z1
	VMOVDQU64   Z0, (DI)
	VMOVDQU64   Z1, 1024(DI)
	ADDQ        R8, SI
	ADDQ        $64, DI
	DECQ        DX
	JNZ         quad
	ADDQ        $1024, DI
	TESTQ       CX, CX
	JNZ         sixteen
	VZEROUPPER
	RET
