// Constants that several files read. Each file has copies of its own (<>), whose
// address takes no table in code that is linked dynamically.

// The weights of the codes 0 to 4; the other codes' are zero.
DATA codeWeights<>+0(SB)/8, $0x000000020100fffe
DATA codeWeights<>+8(SB)/8, $0
GLOBL codeWeights<>(SB), RODATA|NOPTR, $16
