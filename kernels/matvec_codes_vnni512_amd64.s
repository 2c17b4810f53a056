//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "constants_amd64.h"

// Products of codes in bytes with 1, 2, 4 or 8 vectors, AVX-512 VNNI. A register holds a
// quad of codes of each of the 16 rows of a tile, and is multiplied with a quad of x that
// is in all lanes: each lane of the sums is a row, and there are no lanes to add up.
//
// A pass takes several tiles, whose codes are a tile apart; the last tiles come one by one.
//
// Register map
//
//	Z0–Z15   sums, tiles × vectors      Z16–Z23  quads of x
//	Z24      codes                      Z16–Z29  of the end of a pass
//	Z30,Z31  indexes that zip dwords    AX       codes of the pass
//	R8, R9   tiles 0 and 4, advancing   DX, R12  bytes of a tile, of three
//	BX       x, advancing               CX       quads left
//	DI       y                          R13      tiles left
//	SI       start                      R10      args

// XSn loads quads of n vectors.
#define XS1 \
	VPBROADCASTD (BX), Z16

#define XS2 \
	XS1 \
	VPBROADCASTD 4(BX), Z17

#define XS4 \
	XS2 \
	VPBROADCASTD 8(BX), Z18  \
	VPBROADCASTD 12(BX), Z19

#define XS8 \
	XS4 \
	VPBROADCASTD 16(BX), Z20 \
	VPBROADCASTD 20(BX), Z21 \
	VPBROADCASTD 24(BX), Z22 \
	VPBROADCASTD 28(BX), Z23

// TILEn adds the products of a quad of a tile and of n vectors.
#define TILE1(at, a0) \
	VMOVDQU32 at, Z24     \
	VPDPBUSD Z16, Z24, a0

#define TILE2(at, a0, a1) \
	TILE1(at, a0)         \
	VPDPBUSD Z17, Z24, a1

#define TILE4(at, a0, a1, a2, a3) \
	TILE2(at, a0, a1)     \
	VPDPBUSD Z18, Z24, a2 \
	VPDPBUSD Z19, Z24, a3

#define TILE8(at, a0, a1, a2, a3, a4, a5, a6, a7) \
	TILE4(at, a0, a1, a2, a3) \
	VPDPBUSD Z20, Z24, a4     \
	VPDPBUSD Z21, Z24, a5     \
	VPDPBUSD Z22, Z24, a6     \
	VPDPBUSD Z23, Z24, a7

// A quad of the tiles of a pass.
#define QUAD1 \
	XS1                     \
	TILE1((R8), Z0)         \
	TILE1((R8)(DX*1), Z1)   \
	TILE1((R8)(DX*2), Z2)   \
	TILE1((R8)(R12*1), Z3)  \
	TILE1((R9), Z4)         \
	TILE1((R9)(DX*1), Z5)   \
	TILE1((R9)(DX*2), Z6)   \
	TILE1((R9)(R12*1), Z7)  \
	ADDQ $64, R9

#define QUAD2 \
	XS2                          \
	TILE2((R8), Z0, Z1)          \
	TILE2((R8)(DX*1), Z2, Z3)    \
	TILE2((R8)(DX*2), Z4, Z5)    \
	TILE2((R8)(R12*1), Z6, Z7)   \
	TILE2((R9), Z8, Z9)          \
	TILE2((R9)(DX*1), Z10, Z11)  \
	TILE2((R9)(DX*2), Z12, Z13)  \
	TILE2((R9)(R12*1), Z14, Z15) \
	ADDQ $64, R9

#define QUAD4 \
	XS4                                    \
	TILE4((R8), Z0, Z1, Z2, Z3)            \
	TILE4((R8)(DX*1), Z4, Z5, Z6, Z7)      \
	TILE4((R8)(DX*2), Z8, Z9, Z10, Z11)    \
	TILE4((R8)(R12*1), Z12, Z13, Z14, Z15)

#define QUAD8 \
	XS8                                                      \
	TILE8((R8), Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)              \
	TILE8((R8)(DX*1), Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15)

// A quad of one tile.
#define ONE1 \
	XS1             \
	TILE1((R8), Z0)

#define ONE2 \
	XS2                 \
	TILE2((R8), Z0, Z1)

#define ONE4 \
	XS4                         \
	TILE4((R8), Z0, Z1, Z2, Z3)

#define ONE8 \
	XS8                                         \
	TILE8((R8), Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)

// ZIP sets a and high to the dwords of a and b in turn: the first half of them, and the
// second.
#define ZIP(a, b, high) \
	VMOVDQA64 a, high       \
	VPERMT2D  b, Z31, high  \
	VPERMT2D  b, Z30, a

// ZIPINDEXES sets Z30 to the indexes 0, 16, 1, 17, … 23, and Z31 to those after it.
DATA zips<>+0(SB)/8, $0x0000001000000000
DATA zips<>+8(SB)/8, $0x0000000800000008
GLOBL zips<>(SB), RODATA|NOPTR, $16

#define ZIPINDEXES \
	VPMOVZXDQ   dwordIndex<>(SB), Z30    \
	VPSLLQ      $32, Z30, Z31            \
	VPORQ       Z31, Z30, Z30            \
	VPADDQ.BCST zips<>+0(SB), Z30, Z30   \
	VPADDD.BCST zips<>+8(SB), Z30, Z31

// STORE adds the start to sixteen elements of y and stores them.
#define STORE(a, at) \
	VPADDD    (SI), a, a \
	VMOVDQU32 a, at(DI)

// ENDn stores a tile's sums of n vectors, bytes on in y, in the order of y.
#define END1(at, a) \
	STORE(a, at)

#define END2(at, a, b) \
	ZIP(a, b, Z16)     \
	STORE(a, at+0)     \
	STORE(Z16, at+64)

#define END4(at, a, b, c, d) \
	ZIP(a, c, Z16)      \
	ZIP(b, d, Z17)      \
	ZIP(a, b, Z18)      \
	ZIP(Z16, Z17, Z19)  \
	STORE(a, at+0)      \
	STORE(Z18, at+64)   \
	STORE(Z16, at+128)  \
	STORE(Z19, at+192)

#define END8(at, a, b, c, d, e, f, g, h) \
	ZIP(a, e, Z16)      \
	ZIP(b, f, Z17)      \
	ZIP(c, g, Z18)      \
	ZIP(d, h, Z19)      \
	ZIP(a, c, Z20)      \
	ZIP(b, d, Z21)      \
	ZIP(Z16, Z18, Z22)  \
	ZIP(Z17, Z19, Z23)  \
	ZIP(a, b, Z24)      \
	ZIP(Z20, Z21, Z25)  \
	ZIP(Z16, Z17, Z26)  \
	ZIP(Z22, Z23, Z27)  \
	STORE(a, at+0)      \
	STORE(Z24, at+64)   \
	STORE(Z20, at+128)  \
	STORE(Z25, at+192)  \
	STORE(Z16, at+256)  \
	STORE(Z26, at+320)  \
	STORE(Z22, at+384)  \
	STORE(Z27, at+448)

#define ENDS1 \
	END1(0, Z0)   \
	END1(64, Z1)  \
	END1(128, Z2) \
	END1(192, Z3) \
	END1(256, Z4) \
	END1(320, Z5) \
	END1(384, Z6) \
	END1(448, Z7)

#define ENDS2 \
	END2(0, Z0, Z1)     \
	END2(128, Z2, Z3)   \
	END2(256, Z4, Z5)   \
	END2(384, Z6, Z7)   \
	END2(512, Z8, Z9)   \
	END2(640, Z10, Z11) \
	END2(768, Z12, Z13) \
	END2(896, Z14, Z15)

#define ENDS4 \
	END4(0, Z0, Z1, Z2, Z3)       \
	END4(256, Z4, Z5, Z6, Z7)     \
	END4(512, Z8, Z9, Z10, Z11)   \
	END4(768, Z12, Z13, Z14, Z15)

#define ENDS8 \
	END8(0, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)         \
	END8(512, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15)

#define CLEAR(a, b, c, d) \
	VPXORD a, a, a \
	VPXORD b, b, b \
	VPXORD c, c, c \
	VPXORD d, d, d

// MATVECCODES is the body of the kernels, for passes of group tiles and n vectors.
#define MATVECCODES(QUADS, ENDS, ONE, END, group, n) \
	MOVQ args+0(FP), R10       \
	MOVQ matVecCodesArgs_y(R10), DI      \
	MOVQ matVecCodesArgs_codes(R10), AX  \
	MOVQ matVecCodesArgs_tiles(R10), R13 \
	MOVQ matVecCodesArgs_stride(R10), DX \
	LEAQ (DX)(DX*2), R12       \
	MOVQ matVecCodesArgs_start(R10), SI  \
	ZIPINDEXES                 \
	SUBQ $group, R13           \
	JLT  rest                  \
                               \
pass:                          \
	MOVQ AX, R8                \
	LEAQ (AX)(DX*4), R9        \
	MOVQ matVecCodesArgs_x(R10), BX      \
	MOVQ matVecCodesArgs_quads(R10), CX  \
	CLEAR(Z0, Z1, Z2, Z3)      \
	CLEAR(Z4, Z5, Z6, Z7)      \
	CLEAR(Z8, Z9, Z10, Z11)    \
	CLEAR(Z12, Z13, Z14, Z15)  \
                               \
quad:                          \
	QUADS                      \
	ADDQ $64, R8               \
	ADDQ $(4*n), BX            \
	DECQ CX                    \
	JNZ  quad                  \
	ENDS                       \
	ADDQ $(group*n*64), DI     \
	MOVQ $group, CX            \
	IMULQ DX, CX               \
	ADDQ CX, AX                \
	SUBQ $group, R13           \
	JGE  pass                  \
                               \
rest:                          \
	ADDQ $group, R13           \
	JZ   done                  \
                               \
tile:                          \
	MOVQ AX, R8                \
	MOVQ matVecCodesArgs_x(R10), BX      \
	MOVQ matVecCodesArgs_quads(R10), CX  \
	CLEAR(Z0, Z1, Z2, Z3)      \
	CLEAR(Z4, Z5, Z6, Z7)      \
                               \
single:                        \
	ONE                        \
	ADDQ $64, R8               \
	ADDQ $(4*n), BX            \
	DECQ CX                    \
	JNZ  single                \
	END                        \
	ADDQ $(n*64), DI           \
	ADDQ DX, AX                \
	DECQ R13                   \
	JNZ  tile                  \
                               \
done:                          \
	VZEROUPPER

#define LAST1 \
	END1(0, Z0)

#define LAST2 \
	END2(0, Z0, Z1)

#define LAST4 \
	END4(0, Z0, Z1, Z2, Z3)

#define LAST8 \
	END8(0, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)

// func matVecCodes1VNNI512(args *matVecCodesArgs)
TEXT ·matVecCodes1VNNI512(SB), NOSPLIT, $0-8
	MATVECCODES(QUAD1, ENDS1, ONE1, LAST1, 8, 1)
	RET

// func matVecCodes2VNNI512(args *matVecCodesArgs)
TEXT ·matVecCodes2VNNI512(SB), NOSPLIT, $0-8
	MATVECCODES(QUAD2, ENDS2, ONE2, LAST2, 8, 2)
	RET

// func matVecCodes4VNNI512(args *matVecCodesArgs)
TEXT ·matVecCodes4VNNI512(SB), NOSPLIT, $0-8
	MATVECCODES(QUAD4, ENDS4, ONE4, LAST4, 4, 4)
	RET

// func matVecCodes8VNNI512(args *matVecCodesArgs)
TEXT ·matVecCodes8VNNI512(SB), NOSPLIT, $0-8
	MATVECCODES(QUAD8, ENDS8, ONE8, LAST8, 2, 8)
	RET
