// VPDPBUSD_VEX is VPDPBUSD s, u, d on Y registers, given by number, with its VEX
// encoding, which Go's assembler lacks (its own is EVEX, for AVX-512): the dwords
// of d gain the sums of four products of bytes of u, unsigned, and of s, signed.
// VEX.256.66.0F38.W0 50 /r.
#define VPDPBUSD_VEX(s, u, d) \
	BYTE $0xC4                                           \
	BYTE $(0xE2 ^ (((d) >> 3) << 7) ^ (((s) >> 3) << 5)) \
	BYTE $(0x05 | ((15 - (u)) << 3))                     \
	BYTE $0x50                                           \
	BYTE $(0xC0 | (((d) & 7) << 3) | ((s) & 7))

// VPDPBUSD_VEX_DX is the same with s in memory, at bytes from DX.
#define VPDPBUSD_VEX_DX(at, u, d) \
	BYTE $0xC4                       \
	BYTE $(0xE2 ^ (((d) >> 3) << 7)) \
	BYTE $(0x05 | ((15 - (u)) << 3)) \
	BYTE $0x50                       \
	BYTE $(0x82 | (((d) & 7) << 3))  \
	LONG $(at)
