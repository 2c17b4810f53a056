// Blocks of eight, four, two or one columns, one column to a dword.

#define CLEAR(v) VEOR v.B16, v.B16, v.B16

// The ways to move a block between memory and two vectors, of which a block of four
// or less takes the first: at r, and, LOAD_NEXT and STORE_NEXT, with a step of r to
// the next row.
#define LOAD_8(r, f0, f1)  FLDPQ (r), (f0, f1)
#define LOAD_4(r, f0, f1)  FMOVQ (r), f0
#define LOAD_2(r, f0, f1)  FMOVD (r), f0
#define LOAD_1(r, f0, f1)  FMOVS (r), f0
#define STORE_8(f0, f1, r) FSTPQ (f0, f1), (r)
#define STORE_4(f0, f1, r) FMOVQ f0, (r)
#define STORE_2(f0, f1, r) FMOVD f0, (r)
#define STORE_1(f0, f1, r) FMOVS f0, (r)

#define LOAD_NEXT_8(r, step, v0, v1)  VLD1.P (r)(step), [v0.S4, v1.S4]
#define LOAD_NEXT_4(r, step, v0, v1)  VLD1.P (r)(step), [v0.S4]
#define LOAD_NEXT_2(r, step, v0, v1)  VLD1.P (r)(step), [v0.S2]
#define LOAD_NEXT_1(r, step, v0, v1)  VLD1.P (r)(step), v0.S[0]
#define STORE_NEXT_8(v0, v1, r, step) VST1.P [v0.S4, v1.S4], (r)(step)
#define STORE_NEXT_4(v0, v1, r, step) VST1.P [v0.S4], (r)(step)
#define STORE_NEXT_2(v0, v1, r, step) VST1.P [v0.S2], (r)(step)
#define STORE_NEXT_1(v0, v1, r, step) VST1.P v0.S[0], (r)(step)

// BY_WIDTH goes to the code for the columns in R8.
#define BY_WIDTH(four, two, one) \
	CMP $4, R8; \
	BEQ four;   \
	CMP $2, R8; \
	BEQ two;    \
	BLT one
