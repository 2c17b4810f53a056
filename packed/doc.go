// Package packed holds vectors and matrices of pents at three bits each.
//
// # The 332 layout
//
// A block of 256 codes takes 96 bytes: three vectors A, B, C of 32 bytes. Every
// byte carries two whole codes, in bits 0–2 and 3–5, and two spare bits; the
// spare bits of A and B hold the low two bits of two further codes and the spare bits of
// C their high bits:
//
//	        bits 7 6      5 4 3      2 1 0
//	A[lane]  g6 low 2     group 1    group 0
//	B[lane]  g7 low 2     group 3    group 2
//	C[lane]  g7₂  g6₂     group 5    group 4
//
// Group g, lane l is code 32·g + l of the block, so that a SIMD unit unpacks a
// block into eight consecutive 32-byte vectors of codes with 19 operations, 2.4
// for each 32 pents. Layouts of separate bit planes cost five or more.
//
// A row consists of whole blocks, then of small blocks for the rest: the same layout
// with four lanes, 32 codes in 12 bytes. A row is therefore padded by at most 31
// pents, and multiples of 32 pents take exactly three bits each.
// Padding is always the zero weight (code 010), which makes the bytes of a
// matrix canonical: equal matrices have equal bytes and equal hashes
// (docs/decisions.md#blocks-of-256-and-32-codes).
//
// Zero memory is not zero weights: code 000 is the weight −2. The constructors
// fill zero weights.
package packed
