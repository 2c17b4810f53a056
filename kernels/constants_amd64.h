// Constants that several files read. Each file has copies of its own (<>): the
// address of a package-wide symbol would come from a table in code that is linked
// dynamically, which takes R15 for it.

// The index of every dword of a register.
DATA dwordIndex<>+0(SB)/8, $0x0000000100000000
DATA dwordIndex<>+8(SB)/8, $0x0000000300000002
DATA dwordIndex<>+16(SB)/8, $0x0000000500000004
DATA dwordIndex<>+24(SB)/8, $0x0000000700000006
DATA dwordIndex<>+32(SB)/8, $0x0000000900000008
DATA dwordIndex<>+40(SB)/8, $0x0000000b0000000a
DATA dwordIndex<>+48(SB)/8, $0x0000000d0000000c
DATA dwordIndex<>+56(SB)/8, $0x0000000f0000000e
GLOBL dwordIndex<>(SB), RODATA|NOPTR, $64

// The transposition of 4×4 bytes, in each lane.
DATA transpose4x4<>+0(SB)/8, $0x0d0905010c080400
DATA transpose4x4<>+8(SB)/8, $0x0f0b07030e0a0602
GLOBL transpose4x4<>(SB), RODATA|NOPTR, $16

// Bytes 0 8 1 9 …, in each lane.
DATA zipHalves<>+0(SB)/8, $0x0b030a0209010800
DATA zipHalves<>+8(SB)/8, $0x0f070e060d050c04
GLOBL zipHalves<>(SB), RODATA|NOPTR, $16

// exp2Table - 384, which is in [-128, 106].
DATA exp2Fraction<>+0(SB)/8, $0xdbccbeb0a4978b80
DATA exp2Fraction<>+8(SB)/8, $0x6a56422f1c0bfaea
GLOBL exp2Fraction<>(SB), RODATA|NOPTR, $16

// The power 2^(l>>4+8) of a logit l by its upper four bits, where l is negative;
// zero elsewhere.
DATA exp2Low<>+0(SB)/8, $0x0000000000000000
DATA exp2Low<>+8(SB)/8, $0x8040201008040201
GLOBL exp2Low<>(SB), RODATA|NOPTR, $16

// The power 2^(l>>4), where l is not negative; zero elsewhere.
DATA exp2High<>+0(SB)/8, $0x8040201008040201
DATA exp2High<>+8(SB)/8, $0x0000000000000000
GLOBL exp2High<>(SB), RODATA|NOPTR, $16

// The weights of the codes 0 to 4; the other codes' are zero.
DATA codeWeights<>+0(SB)/8, $0x000000020100fffe
DATA codeWeights<>+8(SB)/8, $0
GLOBL codeWeights<>(SB), RODATA|NOPTR, $16

// The low words of dwords 0 and 1, and of 2 and 3, four times each, in each lane.
DATA spreadLow<>+0(SB)/8, $0x0100010001000100
DATA spreadLow<>+8(SB)/8, $0x0504050405040504
GLOBL spreadLow<>(SB), RODATA|NOPTR, $16
DATA spreadHigh<>+0(SB)/8, $0x0908090809080908
DATA spreadHigh<>+8(SB)/8, $0x0d0c0d0c0d0c0d0c
GLOBL spreadHigh<>(SB), RODATA|NOPTR, $16

// The low nibble of every byte.
DATA nibble<>+0(SB)/8, $0x0f0f0f0f0f0f0f0f
DATA nibble<>+8(SB)/8, $0x0f0f0f0f0f0f0f0f
DATA nibble<>+16(SB)/8, $0x0f0f0f0f0f0f0f0f
DATA nibble<>+24(SB)/8, $0x0f0f0f0f0f0f0f0f
GLOBL nibble<>(SB), RODATA|NOPTR, $32

// 5 in two words.
DATA five<>+0(SB)/4, $0x00050005
GLOBL five<>(SB), RODATA|NOPTR, $4

// The number of bits of each nibble.
DATA popcount<>+0(SB)/8, $0x0302020102010100
DATA popcount<>+8(SB)/8, $0x0403030203020201
GLOBL popcount<>(SB), RODATA|NOPTR, $16

// Small blocks are unpacked with one group a dword, here and in matvec_amd64.s.
// Which of A, B and C holds the group: A A B B | C C A B.
DATA smallFrom<>+0(SB)/8, $0x0000000000000000
DATA smallFrom<>+8(SB)/8, $0x0000000100000001
DATA smallFrom<>+16(SB)/8, $0x0000000200000002
DATA smallFrom<>+24(SB)/8, $0x0000000100000000
GLOBL smallFrom<>(SB), RODATA|NOPTR, $32

// The right shift that brings the group to bit 0; of groups 6 and 7, the low bits.
DATA smallShift<>+0(SB)/8, $0x0000000300000000
DATA smallShift<>+8(SB)/8, $0x0000000300000000
DATA smallShift<>+16(SB)/8, $0x0000000300000000
DATA smallShift<>+24(SB)/8, $0x0000000600000006
GLOBL smallShift<>(SB), RODATA|NOPTR, $32

// The bits of the group among those.
DATA smallMask<>+0(SB)/8, $0x0707070707070707
DATA smallMask<>+8(SB)/8, $0x0707070707070707
DATA smallMask<>+16(SB)/8, $0x0707070707070707
DATA smallMask<>+24(SB)/8, $0x0303030303030303
GLOBL smallMask<>(SB), RODATA|NOPTR, $32

// Shift and mask of the high bits of groups 6 and 7, from bits 6 and 7 of C.
DATA smallHighShift<>+0(SB)/8, $0x0000000000000000
DATA smallHighShift<>+8(SB)/8, $0x0000000000000000
DATA smallHighShift<>+16(SB)/8, $0x0000000000000000
DATA smallHighShift<>+24(SB)/8, $0x0000000500000004
GLOBL smallHighShift<>(SB), RODATA|NOPTR, $32

DATA smallHighMask<>+0(SB)/8, $0x0000000000000000
DATA smallHighMask<>+8(SB)/8, $0x0000000000000000
DATA smallHighMask<>+16(SB)/8, $0x0000000000000000
DATA smallHighMask<>+24(SB)/8, $0x0404040404040404
GLOBL smallHighMask<>(SB), RODATA|NOPTR, $32

// The order of the dwords of four registers of dwords that are packed to bytes.
DATA packedOrder<>+0(SB)/8, $0x0000000400000000
DATA packedOrder<>+8(SB)/8, $0x0000000500000001
DATA packedOrder<>+16(SB)/8, $0x0000000600000002
DATA packedOrder<>+24(SB)/8, $0x0000000700000003
GLOBL packedOrder<>(SB), RODATA|NOPTR, $32
