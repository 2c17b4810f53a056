// Blocks of up to eight columns, one column to a 32-bit lane. A block of eight is
// loaded and stored whole, a smaller one through the mask in MASK.

#define MASK Y15

DATA laneMasks<>+0(SB)/8, $-1
DATA laneMasks<>+8(SB)/8, $-1
DATA laneMasks<>+16(SB)/8, $-1
DATA laneMasks<>+24(SB)/8, $-1
DATA laneMasks<>+32(SB)/8, $0
DATA laneMasks<>+40(SB)/8, $0
DATA laneMasks<>+48(SB)/8, $0
DATA laneMasks<>+56(SB)/8, $0
GLOBL laneMasks<>(SB), RODATA|NOPTR, $64

// LANES sets the first n lanes of v to -1 and the rest to 0. It destroys n and r.
#define LANES(n, r, v) \
	NEGQ    n                     \
	LEAQ    laneMasks<>+32(SB), r \
	VMOVDQU (r)(n*4), v

// The ways to move a block between memory and a vector.
#define LOAD_WHOLE(mem, v)  VMOVDQU mem, v
#define LOAD_PART(mem, v)   VPMASKMOVD mem, MASK, v
#define STORE_WHOLE(v, mem) VMOVDQU v, mem
#define STORE_PART(v, mem)  VPMASKMOVD v, MASK, mem
