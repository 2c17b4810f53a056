// Blocks of nine to sixteen columns, one column to a 32-bit lane. All loads and
// stores of a block are masked by K1, which costs nothing.

// Dwords 0 16 1 17 …, of two registers.
DATA zipQuads<>+0(SB)/8, $0x1303120211011000
DATA zipQuads<>+8(SB)/8, $0x1707160615051404
GLOBL zipQuads<>(SB), RODATA|NOPTR, $16

// Dwords 0 2 … 14 1 3 … 15.
DATA unzip<>+0(SB)/8, $0x0e0c0a0806040200
DATA unzip<>+8(SB)/8, $0x0f0d0b0907050301
GLOBL unzip<>(SB), RODATA|NOPTR, $16

// LANES sets bits 0 to n-1 of k, for n up to 16 in CX. It destroys AX.
#define LANES(k) \
	MOVL  $1, AX \
	SHLL  CX, AX \
	DECL  AX     \
	KMOVW AX, k

// ALIGN rounds a pointer to scratch up to a cache line.
#define ALIGN(r) \
	ADDQ $63, r  \
	ANDQ $-64, r
