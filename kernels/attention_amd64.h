// The tables of exp2: round(2^(12+i/16)), of 16 dwords.
DATA exp2Sixteenths<>+0(SB)/8, $0x000010b500001000
DATA exp2Sixteenths<>+8(SB)/8, $0x0000123800001173
DATA exp2Sixteenths<>+16(SB)/8, $0x000013df00001307
DATA exp2Sixteenths<>+24(SB)/8, $0x000015ab000014c0
DATA exp2Sixteenths<>+32(SB)/8, $0x000017a1000016a1
DATA exp2Sixteenths<>+40(SB)/8, $0x000019c5000018ad
DATA exp2Sixteenths<>+48(SB)/8, $0x00001c1a00001ae9
DATA exp2Sixteenths<>+56(SB)/8, $0x00001ea500001d58
GLOBL exp2Sixteenths<>(SB), RODATA|NOPTR, $64

// The lowest byte of every dword, four times, in each lane.
DATA dwordBytes<>+0(SB)/8, $0x0404040400000000
DATA dwordBytes<>+8(SB)/8, $0x0c0c0c0c08080808
GLOBL dwordBytes<>(SB), RODATA|NOPTR, $16
