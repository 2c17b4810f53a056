// Instructions that Go's assembler lacks, as macros over the numbers of registers.
// The comment over each macro is the instruction as GNU as reads it, with the
// macro's parameters in braces; the tests assemble it and compare. Register
// parameters are d, n and m; an index i is from 0 to 3.

// smlal v{d}.8h, v{n}.8b, v{m}.8b
#define SMLAL(m, n, d) WORD $(0x0e208000 | ((m) << 16) | ((n) << 5) | (d))

// smlal2 v{d}.8h, v{n}.16b, v{m}.16b
#define SMLAL2(m, n, d) WORD $(0x4e208000 | ((m) << 16) | ((n) << 5) | (d))

// smull v{d}.8h, v{n}.8b, v{m}.8b
#define SMULL(m, n, d) WORD $(0x0e20c000 | ((m) << 16) | ((n) << 5) | (d))

// smull2 v{d}.8h, v{n}.16b, v{m}.16b
#define SMULL2(m, n, d) WORD $(0x4e20c000 | ((m) << 16) | ((n) << 5) | (d))

// saddlp v{d}.8h, v{n}.16b
#define SADDLP_B(n, d) WORD $(0x4e202800 | ((n) << 5) | (d))

// saddlp v{d}.4s, v{n}.8h
#define SADDLP_H(n, d) WORD $(0x4e602800 | ((n) << 5) | (d))

// sadalp v{d}.4s, v{n}.8h
#define SADALP_H(n, d) WORD $(0x4e606800 | ((n) << 5) | (d))

// sdot v{d}.4s, v{n}.16b, v{m}.16b
#define SDOT(m, n, d) WORD $(0x4e809400 | ((m) << 16) | ((n) << 5) | (d))

// sdot v{d}.4s, v{n}.16b, v{m}.4b[{i}]
#define SDOT_LANE(m, i, n, d) WORD $(0x4f80e000 | (((i) & 1) << 21) | (((i) >> 1) << 11) | ((m) << 16) | ((n) << 5) | (d))

// smmla v{d}.4s, v{n}.16b, v{m}.16b
#define SMMLA(m, n, d) WORD $(0x4e80a400 | ((m) << 16) | ((n) << 5) | (d))

// mul v{d}.16b, v{n}.16b, v{m}.16b
#define MUL_B(m, n, d) WORD $(0x4e209c00 | ((m) << 16) | ((n) << 5) | (d))

// ushl v{d}.16b, v{n}.16b, v{m}.16b
#define USHL_B(m, n, d) WORD $(0x6e204400 | ((m) << 16) | ((n) << 5) | (d))
