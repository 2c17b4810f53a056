// Package crossbar models matrices of pents in memristive crossbars: analog arrays that
// compute the product of kernels.MatMul.
//
// A pent is a differential pair of cells with three linear levels of conductance:
//
//	pent      -2  -1   0  +1  +2
//	plus       0   0   0   1   2
//	minus      2   1   0   0   0
//
// Inputs drive the word lines. The currents of a pair of bit lines are subtracted, and an
// analog-to-digital converter turns the difference into a number. A large matrix is split into
// several arrays, whose numbers are added digitally.
//
// # Imperfections
//
// Static imperfections belong to the chip and its last writes: programming error,
// program-and-verify, stuck and worn cells, drift with time and temperature, and wire
// resistance. Reference cells cancel their mean. Read noise and the converter's rounding and
// clipping differ from read to read. Checksum columns check each product. Writes are counted
// per cell, and rows can be moved to level the wear.
//
// An ideal crossbar equals kernels.MatMul bit for bit.
//
// # Numbers
//
// The physics uses floating point, in microsiemens and seconds. After each programming, the
// weight of a pair is rounded to a multiple of 1/Unit of a pent. Such a weight has six digits
// in balanced base 5, and each digit is a pent. A product is therefore six exact products of
// package kernels, summed by Horner's rule: it has the speed of their assembly and is the same
// on every machine.
//
// All random numbers are Philox blocks, addressed by the chip's seed, array, cell and write,
// or by the read: the seed and the order of writes determine the chip. Sums of eight random
// bytes approximate normal numbers. All floating-point operations round identically on all
// platforms.
package crossbar
