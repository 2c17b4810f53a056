// Kernels whose registers hold the same of four columns; the columns that are left are taken
// one by one, in the first lane.

// The ways to move a row of columns, and to go to the next.
#define LOAD_FOUR(r, v)  VLD1.P (r)(R9), [v.B16]
#define LOAD_LAST(r, v)  VLD1.P (r)(R9), v.S[0]
#define STORE_FOUR(v, r) VST1.P [v.B16], (r)(R9)
#define STORE_LAST(v, r) VST1.P v.S[0], (r)(R9)

// EACH runs a macro on four columns and on one, at the offset R3 of a row of n. Its last
// parameters are labels that it may use.
//
//	R3  offset of the columns    R4  columns left    R5  n    R9  bytes of a row
#define EACH(BODY) \
	MOVD ZR, R3;                                                        \
	MOVD R5, R4;                                                        \
	SUBS $4, R4;                                                        \
	BLT  some;                                                          \
                                                                        \
four:                                                                   \
	BODY(LOAD_FOUR, STORE_FOUR, four1, four2, four3, four4);            \
	ADD  $16, R3;                                                       \
	SUBS $4, R4;                                                        \
	BGE  four;                                                          \
                                                                        \
some:                                                                   \
	ADDS $4, R4;                                                        \
	BEQ  done;                                                          \
                                                                        \
one:                                                                    \
	BODY(LOAD_LAST, STORE_LAST, one1, one2, one3, one4);                \
	ADD  $4, R3;                                                        \
	SUBS $1, R4;                                                        \
	BNE  one;                                                           \
                                                                        \
done:

// JOIN sets V0 and V1 to the values of the digits at high and low, as words: of columns 0 and
// 1, and of columns 2 and 3. It clobbers V4 and V5, which LOAD_LAST loads in part.
//
//	V29  the bits of low that count: all, or none    V30  the shift of high, in words
#define JOIN(LOAD, high, low) \
	LOAD(high, V4);               \
	SSHLL_B(0, 4, 0);             \
	SSHLL2_B(0, 4, 1);            \
	SSHL_H(30, 0, 0);             \
	SSHL_H(30, 1, 1);             \
	LOAD(low, V5);                \
	VAND V29.B16, V5.B16, V5.B16; \
	SADDW_B(5, 0, 0);             \
	SADDW2_B(5, 1, 1)

// DIGITS sets V29 and V30 for high digits at R1 and low ones at R2, which becomes R1 if it is
// nil. It clobbers R6 and R7.
#define DIGITS \
	MOVD $7, R6;            \
	MOVD $-1, R7;           \
	CMP  ZR, R2;            \
	CSEL EQ, ZR, R6, R6;    \
	CSEL EQ, ZR, R7, R7;    \
	CSEL EQ, R1, R2, R2;    \
	VDUP R6, V30.H8;        \
	VDUP R7, V29.D2
