//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

// Products of codes in bytes with 1, 2, 4 or 8 vectors. A register holds a quad of codes of
// four rows, and is multiplied with a quad of x that is in all lanes: each lane of the sums is
// a row, and there are no lanes to add up. The sums of a group of four rows follow one another
// by vector.
//
// A pass takes a tile, or as many of its rows as there are registers for: a part.
//
// Register map
//
//	V0–V15   sums; with NEON in words, and in dwords V16–V23
//	V24–V27  codes                     V28–V31  quads of x
//	R0  y, advancing                   R1   codes, advancing
//	R7  x, advancing                   R5   x from the start
//	R2  tiles left                     R3   quads
//	R8  quads left                     R6   start
//	R9  codes of the pass              R10  bytes of a tile less 64
//	R11 parts left of the tile         R12  bytes of a quad of codes
//	R13 with NEON, quads left of the run

#define ARGS \
	MOVD args+0(FP), R8               \
	MOVD matVecCodesArgs_y(R8), R0      \
	MOVD matVecCodesArgs_codes(R8), R9  \
	MOVD matVecCodesArgs_tiles(R8), R2  \
	MOVD matVecCodesArgs_quads(R8), R3  \
	MOVD matVecCodesArgs_stride(R8), R10 \
	MOVD matVecCodesArgs_x(R8), R5      \
	MOVD matVecCodesArgs_start(R8), R6  \
	MOVD $64, R12                     \
	SUB  $64, R10

// STARTn sets sums of 1, 2 or 4 vectors to their start values, for 16, 16 and 8
// rows.
#define START1(a, b, c, d) \
	VLD1R (R6), [a.S4] \
	VMOV  a.B16, b.B16 \
	VMOV  a.B16, c.B16 \
	VMOV  a.B16, d.B16

#define START2(a, b, c, d, e, f, g, h) \
	VLD2R (R6), [a.S4, b.S4] \
	VMOV  a.B16, c.B16 \
	VMOV  b.B16, d.B16 \
	VMOV  a.B16, e.B16 \
	VMOV  b.B16, f.B16 \
	VMOV  a.B16, g.B16 \
	VMOV  b.B16, h.B16

#define START4(a, b, c, d, e, f, g, h) \
	VLD4R (R6), [a.S4, b.S4, c.S4, d.S4] \
	VLD4R (R6), [e.S4, f.S4, g.S4, h.S4]

// START8 is for 4 rows. It clobbers R13.
#define START8(a, b, c, d, e, f, g, h) \
	ADD   $16, R6, R13                    \
	VLD4R (R6), [a.S4, b.S4, c.S4, d.S4]  \
	VLD4R (R13), [e.S4, f.S4, g.S4, h.S4]

// ENDn stores the sums of a group of four rows.
#define END2(a, b) \
	VST2.P [a.S4, b.S4], 32(R0)

#define END4(a, b, c, d) \
	VST4.P [a.S4, b.S4, c.S4, d.S4], 64(R0)

// TRANSPOSE turns the sums of four vectors into four rows.
#define TRANSPOSE(a, b, c, d) \
	VZIP1 b.S4, a.S4, V24.S4    \
	VZIP2 b.S4, a.S4, V25.S4    \
	VZIP1 d.S4, c.S4, V26.S4    \
	VZIP2 d.S4, c.S4, V27.S4    \
	VZIP1 V26.D2, V24.D2, a.D2  \
	VZIP2 V26.D2, V24.D2, b.D2  \
	VZIP1 V27.D2, V25.D2, c.D2  \
	VZIP2 V27.D2, V25.D2, d.D2

#define END8(a, b, c, d, e, f, g, h) \
	TRANSPOSE(a, b, c, d)    \
	TRANSPOSE(e, f, g, h)    \
	VST1.P [a.S4], 16(R0)    \
	VST1.P [e.S4], 16(R0)    \
	VST1.P [b.S4], 16(R0)    \
	VST1.P [f.S4], 16(R0)    \
	VST1.P [c.S4], 16(R0)    \
	VST1.P [g.S4], 16(R0)    \
	VST1.P [d.S4], 16(R0)    \
	VST1.P [h.S4], 16(R0)

// MATVECCODES is the body of the kernels, for tiles in parts of bytes a quad.
#define MATVECCODES(BEGIN, QUADS, END, parts, bytes) \
	ARGS                   \
                           \
tile:                      \
	MOVD $parts, R11       \
                           \
part:                      \
	MOVD R9, R1            \
	MOVD R5, R7            \
	MOVD R3, R8            \
	BEGIN                  \
	QUADS                  \
	END                    \
	ADD  $bytes, R9        \
	SUBS $1, R11           \
	BNE  part              \
	ADD  R10, R9           \
	SUBS $1, R2            \
	BNE  tile

// The dot-product kernels. QUADn multiplies the codes of a quad, LANES of them in V24 to V27,
// with quads of x that are lanes of V28 and V29.
#define LANE1(lane) \
	VLD1.P 64(R1), [V24.B16, V25.B16, V26.B16, V27.B16] \
	SDOT_LANE(28, lane, 24, 0)                          \
	SDOT_LANE(28, lane, 25, 1)                          \
	SDOT_LANE(28, lane, 26, 2)                          \
	SDOT_LANE(28, lane, 27, 3)

#define LANE2(lane) \
	VLD1.P 64(R1), [V24.B16, V25.B16, V26.B16, V27.B16] \
	SDOT_LANE(28, lane, 24, 0)                          \
	SDOT_LANE(28, lane + 1, 24, 1)                      \
	SDOT_LANE(28, lane, 25, 2)                          \
	SDOT_LANE(28, lane + 1, 25, 3)                      \
	SDOT_LANE(28, lane, 26, 4)                          \
	SDOT_LANE(28, lane + 1, 26, 5)                      \
	SDOT_LANE(28, lane, 27, 6)                          \
	SDOT_LANE(28, lane + 1, 27, 7)

// FOURS multiplies four rows with four vectors in x, with sums from number a on.
#define FOURS(x, codes, a) \
	SDOT_LANE(x, 0, codes, a)     \
	SDOT_LANE(x, 1, codes, a + 1) \
	SDOT_LANE(x, 2, codes, a + 2) \
	SDOT_LANE(x, 3, codes, a + 3)

// DOTSn multiplies all quads of a part.
#define DOTS1 \
	SUBS $4, R8             \
	BLT  rest               \
                            \
four:                       \
	FMOVQ.P 16(R7), F28     \
	LANE1(0)                \
	LANE1(1)                \
	LANE1(2)                \
	LANE1(3)                \
	SUBS $4, R8             \
	BGE  four               \
                            \
rest:                       \
	ADDS $4, R8             \
	BEQ  end                \
                            \
quad:                       \
	FMOVS.P 4(R7), F28      \
	LANE1(0)                \
	SUBS $1, R8             \
	BNE  quad               \
                            \
end:

#define DOTS2 \
	SUBS $2, R8             \
	BLT  rest               \
                            \
two:                        \
	FMOVQ.P 16(R7), F28     \
	LANE2(0)                \
	LANE2(2)                \
	SUBS $2, R8             \
	BGE  two                \
                            \
rest:                       \
	ADDS $2, R8             \
	BEQ  end                \
	FMOVD (R7), F28         \
	LANE2(0)                \
                            \
end:

#define DOTS4 \
quad:                       \
	VLD1.P 64(R1), [V24.B16, V25.B16, V26.B16, V27.B16] \
	FMOVQ.P 16(R7), F28     \
	FOURS(28, 24, 0)        \
	FOURS(28, 25, 4)        \
	FOURS(28, 26, 8)        \
	FOURS(28, 27, 12)       \
	SUBS $1, R8             \
	BNE  quad

#define DOTS8 \
quad:                                         \
	VLD1.P  (R1)(R12), [V24.B16, V25.B16]     \
	FLDPQ.P 32(R7), (F28, F29)                \
	FOURS(28, 24, 0)                          \
	FOURS(29, 24, 4)                          \
	FOURS(28, 25, 8)                          \
	FOURS(29, 25, 12)                         \
	SUBS $1, R8                               \
	BNE  quad

#define BEGIN1 \
	START1(V0, V1, V2, V3)

#define BEGIN2 \
	START2(V0, V1, V2, V3, V4, V5, V6, V7)

#define BEGIN4 \
	START4(V0, V1, V2, V3, V4, V5, V6, V7)       \
	START4(V8, V9, V10, V11, V12, V13, V14, V15)

#define BEGIN8 \
	START8(V0, V1, V2, V3, V4, V5, V6, V7)       \
	START8(V8, V9, V10, V11, V12, V13, V14, V15)

#define ENDS1 \
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)

#define ENDS2 \
	END2(V0, V1) \
	END2(V2, V3) \
	END2(V4, V5) \
	END2(V6, V7)

#define ENDS4 \
	END4(V0, V1, V2, V3)     \
	END4(V4, V5, V6, V7)     \
	END4(V8, V9, V10, V11)   \
	END4(V12, V13, V14, V15)

#define ENDS8 \
	END8(V0, V1, V2, V3, V4, V5, V6, V7)       \
	END8(V8, V9, V10, V11, V12, V13, V14, V15)

// func matVecCodes1DotProd(args *matVecCodesArgs)
TEXT ·matVecCodes1DotProd(SB), NOSPLIT, $0-8
	MATVECCODES(BEGIN1, DOTS1, ENDS1, 1, 64)
	RET

// func matVecCodes2DotProd(args *matVecCodesArgs)
TEXT ·matVecCodes2DotProd(SB), NOSPLIT, $0-8
	MATVECCODES(BEGIN2, DOTS2, ENDS2, 1, 64)
	RET

// func matVecCodes4DotProd(args *matVecCodesArgs)
TEXT ·matVecCodes4DotProd(SB), NOSPLIT, $0-8
	MATVECCODES(BEGIN4, DOTS4, ENDS4, 1, 64)
	RET

// func matVecCodes8DotProd(args *matVecCodesArgs)
TEXT ·matVecCodes8DotProd(SB), NOSPLIT, $0-8
	MATVECCODES(BEGIN8, DOTS8, ENDS8, 2, 32)
	RET

// The NEON kernels add products in words, two for a row. A product is from 4·-128 to 4·127, so
// that a run of 64 quads fits exactly. Then the sums of a row add up into dwords.

// ROWS multiplies four rows, in a register of codes, with a quad of x into two sums: of rows 0
// and 1, and of rows 2 and 3.
#define ROWS(x, codes, a) \
	SMLAL(x, codes, a)      \
	SMLAL2(x, codes, a + 1)

#define WORDS1 \
	VLD1.P  64(R1), [V24.B16, V25.B16, V26.B16, V27.B16] \
	VLD1R.P 4(R7), [V28.S4]                              \
	ROWS(28, 24, 0)                                      \
	ROWS(28, 25, 2)                                      \
	ROWS(28, 26, 4)                                      \
	ROWS(28, 27, 6)

#define WORDS2 \
	VLD1.P  64(R1), [V24.B16, V25.B16, V26.B16, V27.B16] \
	VLD2R.P 8(R7), [V28.S4, V29.S4]                      \
	ROWS(28, 24, 0)                                      \
	ROWS(29, 24, 2)                                      \
	ROWS(28, 25, 4)                                      \
	ROWS(29, 25, 6)                                      \
	ROWS(28, 26, 8)                                      \
	ROWS(29, 26, 10)                                     \
	ROWS(28, 27, 12)                                     \
	ROWS(29, 27, 14)

// FOURROWS multiplies four rows with four vectors.
#define FOURROWS(codes, a) \
	ROWS(28, codes, a)     \
	ROWS(29, codes, a + 2) \
	ROWS(30, codes, a + 4) \
	ROWS(31, codes, a + 6)

#define WORDS4 \
	VLD1.P  (R1)(R12), [V24.B16, V25.B16]                \
	VLD4R.P 16(R7), [V28.S4, V29.S4, V30.S4, V31.S4]     \
	FOURROWS(24, 0)                                      \
	FOURROWS(25, 8)

#define WORDS8 \
	VLD1.P  (R1)(R12), [V24.B16]                         \
	VLD4R.P 16(R7), [V28.S4, V29.S4, V30.S4, V31.S4]     \
	FOURROWS(24, 0)                                      \
	VLD4R.P 16(R7), [V28.S4, V29.S4, V30.S4, V31.S4]     \
	FOURROWS(24, 8)

// WIDEN adds the words of four rows to their sums in dwords, and clears them.
#define WIDEN(a, b, n, m, sums) \
	SADDLP_H(n, n)                  \
	SADDLP_H(m, m)                  \
	VADDP b.S4, a.S4, a.S4          \
	VADD  a.S4, sums.S4, sums.S4    \
	VEOR  a.B16, a.B16, a.B16       \
	VEOR  b.B16, b.B16, b.B16

#define WIDENFOUR \
	WIDEN(V0, V1, 0, 1, V16) \
	WIDEN(V2, V3, 2, 3, V17) \
	WIDEN(V4, V5, 4, 5, V18) \
	WIDEN(V6, V7, 6, 7, V19)

#define WIDENEIGHT \
	WIDENFOUR                    \
	WIDEN(V8, V9, 8, 9, V20)     \
	WIDEN(V10, V11, 10, 11, V21) \
	WIDEN(V12, V13, 12, 13, V22) \
	WIDEN(V14, V15, 14, 15, V23)

#define CLEAR(a, b, c, d) \
	VEOR a.B16, a.B16, a.B16 \
	VEOR b.B16, b.B16, b.B16 \
	VEOR c.B16, c.B16, c.B16 \
	VEOR d.B16, d.B16, d.B16

// RUNS runs a macro for all quads of a part.
#define RUNS(QUAD, WIDENALL) \
	CLEAR(V0, V1, V2, V3)     \
	CLEAR(V4, V5, V6, V7)     \
	CLEAR(V8, V9, V10, V11)   \
	CLEAR(V12, V13, V14, V15) \
                              \
run:                          \
	MOVD $64, R13             \
	CMP  R13, R8              \
	CSEL LT, R8, R13, R13     \
	SUB  R13, R8              \
                              \
quad:                         \
	QUAD                      \
	SUBS $1, R13              \
	BNE  quad                 \
	WIDENALL                  \
	CBNZ R8, run

#define WIDEBEGIN1 START1(V16, V17, V18, V19)
#define WIDEBEGIN2 START2(V16, V17, V18, V19, V20, V21, V22, V23)
#define WIDEBEGIN4 START4(V16, V17, V18, V19, V20, V21, V22, V23)
#define WIDEBEGIN8 START8(V16, V17, V18, V19, V20, V21, V22, V23)

#define WIDEENDS1 \
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R0)

#define WIDEENDS2 \
	END2(V16, V17) \
	END2(V18, V19) \
	END2(V20, V21) \
	END2(V22, V23)

#define WIDEENDS4 \
	END4(V16, V17, V18, V19) \
	END4(V20, V21, V22, V23)

#define WIDEENDS8 \
	END8(V16, V17, V18, V19, V20, V21, V22, V23)

#define WORDSALL1 RUNS(WORDS1, WIDENFOUR)
#define WORDSALL2 RUNS(WORDS2, WIDENEIGHT)
#define WORDSALL4 RUNS(WORDS4, WIDENEIGHT)
#define WORDSALL8 RUNS(WORDS8, WIDENEIGHT)

// func matVecCodes1NEON(args *matVecCodesArgs)
TEXT ·matVecCodes1NEON(SB), NOSPLIT, $0-8
	MATVECCODES(WIDEBEGIN1, WORDSALL1, WIDEENDS1, 1, 64)
	RET

// func matVecCodes2NEON(args *matVecCodesArgs)
TEXT ·matVecCodes2NEON(SB), NOSPLIT, $0-8
	MATVECCODES(WIDEBEGIN2, WORDSALL2, WIDEENDS2, 1, 64)
	RET

// func matVecCodes4NEON(args *matVecCodesArgs)
TEXT ·matVecCodes4NEON(SB), NOSPLIT, $0-8
	MATVECCODES(WIDEBEGIN4, WORDSALL4, WIDEENDS4, 2, 32)
	RET

// func matVecCodes8NEON(args *matVecCodesArgs)
TEXT ·matVecCodes8NEON(SB), NOSPLIT, $0-8
	MATVECCODES(WIDEBEGIN8, WORDSALL8, WIDEENDS8, 4, 16)
	RET
