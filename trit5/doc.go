// Package trit5 implements the pent, a balanced base-5 digit: one of -2, -1, 0, +1, +2.
//
// Multiplying by a pent takes a shift and an addition: p·t is 0, ±t or ±2t. Numbers in
// pents are negated digit by digit and need no sign bit. A word's range is symmetric about
// zero, so negation never overflows.
//
// # The code
//
// A pent is stored as the 3-bit offset code c = p + 2:
//
//	pent     -2   -1    0   +1   +2
//	code    000  001  010  011  100
//	symbol    ⊖    -    0    +    ⊕
//
// Codes 5, 6 and 7 are invalid and are rejected wherever bytes come from
// outside. Zeroed memory holds the pent -2, not 0; code that allocates pents
// fills them with [CodeZero].
//
// The offset has three advantages. A code is the unsigned operand of an
// unsigned×signed byte multiply, so the dot product of weights w, with codes c,
// is Σ w·x = Σ c·x − 2·Σ x, and all rows share Σ x. The code of −p is 4 − c,
// without borrows between digits. Codes are in the order of their pents, so
// numbers made of them compare as unsigned integers.
//
// # Contents
//
// [Pent] is the digit, [Add] and [MulInt] are its arithmetic, [QuantizeQ16] rounds
// fixed-point values to pents, and [Word] is the 16-pent number of the Pentary architecture.
package trit5
