// Package trit5 is the pent: a balanced base-5 digit, one of -2, -1, 0, +1, +2.
//
// Five levels symmetric about zero are what a product by shift and add gives
// for free: p·t is 0, ±t or ±2t. They negate digit by digit, need no sign bit,
// and make a word's range symmetric, so that negation never overflows.
//
// # The code
//
// A pent is stored as the 3-bit offset code c = p + 2:
//
//	pent     -2   -1    0   +1   +2
//	code    000  001  010  011  100
//	symbol    ⊖    -    0    +    ⊕
//
// Codes 5, 6 and 7 name no pent and are rejected wherever bytes come from
// outside. All-zero memory is therefore not zero: it reads as -2 throughout,
// and whoever allocates pents fills them with [CodeZero].
//
// The offset is worth that care three times over. A code is the unsigned
// operand of an unsigned×signed byte multiply, so a dot product with weights w
// and codes c is Σ w·x = Σ c·x − 2·Σ x, where Σ x is shared by every row.
// Negation is 4 − c, with no borrow between digits. And codes sort as their
// pents do, so that numbers made of them compare as plain unsigned integers.
//
// # Contents
//
// [Pent] is the digit, [Add] and [MulInt] its arithmetic, [QuantizeQ16] the way to it
// from fixed-point values, and [Word] the 16-pent number on which the Pentary
// architecture computes.
package trit5
