// AMX, which Go's assembler lacks. Tiles and general registers are given by number: AX 0,
// CX 1, DX 2, BX 3, SI 6, DI 7, R8 to R15 8 to 15.

// LDTILECFG_SP configures the tiles by the 64 bytes at bytes from SP: LDTILECFG,
// VEX.128.NP.0F38.W0 49 /0.
#define LDTILECFG_SP(at) \
	BYTE $0xC4; BYTE $0xE2; BYTE $0x78; BYTE $0x49; BYTE $0x84; BYTE $0x24 \
	LONG $(at)

// TILERELEASE_ puts all tiles into their initial state: TILERELEASE,
// VEX.128.NP.0F38.W0 49 C0.
#define TILERELEASE_ \
	BYTE $0xC4; BYTE $0xE2; BYTE $0x78; BYTE $0x49; BYTE $0xC0

// TILEZERO_ clears tile t: TILEZERO t, VEX.128.F2.0F38.W0 49 11:rrr:000.
#define TILEZERO_(t) \
	BYTE $0xC4; BYTE $0xE2; BYTE $0x7B; BYTE $0x49; BYTE $(0xC0 | ((t) << 3))

// TILEMEM has the operands of a load or store of tile t: rows that are index bytes apart, from
// base + at on.
#define TILEMEM(pp, at, base, index, t) \
	BYTE $0xC4                                             \
	BYTE $(0xE2 ^ (((index) >> 3) << 6) ^ (((base) >> 3) << 5)) \
	BYTE $(0x78 | (pp))                                    \
	BYTE $0x4B                                             \
	BYTE $(0x84 | ((t) << 3))                              \
	BYTE $((((index) & 7) << 3) | ((base) & 7))            \
	LONG $(at)

// TILELOADD_ is TILELOADD at(base)(index*1), t: VEX.128.F2.0F38.W0 4B /r.
#define TILELOADD_(at, base, index, t) TILEMEM(3, at, base, index, t)

// TILESTORED_ is TILESTORED t, at(base)(index*1): VEX.128.F3.0F38.W0 4B /r.
#define TILESTORED_(t, at, base, index) TILEMEM(2, at, base, index, t)

// TDP has the operands of a product: the dwords of tile c gain the sums of four products of
// bytes of a row of a and of a column of b.
#define TDP(pp, b, a, c) \
	BYTE $0xC4                          \
	BYTE $0xE2                          \
	BYTE $(0x40 | ((15 - (b)) << 3) & 0x78 | (pp)) \
	BYTE $0x5E                          \
	BYTE $(0xC0 | ((c) << 3) | (a))

// TDPBSSD_ is TDPBSSD b, a, c, of signed bytes: VEX.128.F2.0F38.W0 5E 11:rrr:bbb.
#define TDPBSSD_(b, a, c) TDP(3, b, a, c)

// TDPBSUD_ is TDPBSUD b, a, c, of signed bytes of a and unsigned bytes of b:
// VEX.128.F3.0F38.W0 5E 11:rrr:bbb.
#define TDPBSUD_(b, a, c) TDP(2, b, a, c)
