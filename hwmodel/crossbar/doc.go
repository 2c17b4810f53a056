// Package crossbar models a matrix of pents in memristive crossbars: the products that an
// analog accelerator computes instead of kernels.MatMul.
//
// A pent is a differential pair of cells with three linear levels of conductance:
//
//	pent      -2  -1   0  +1  +2
//	plus       0   0   0   1   2
//	minus      2   1   0   0   0
//
// Inputs drive the word lines, the currents of a pair of bit lines are subtracted, and a
// converter turns the difference into a number. Large matrices take several arrays, whose
// numbers are added digitally.
//
// # Imperfections
//
// Static imperfections belong to the chip and its last writes: programming error,
// program-and-verify, stuck and worn cells, drift with time and temperature, wire
// resistance; reference cells cancel their mean. Read noise and the converter's steps and
// range differ from read to read. Checksum columns check each product. Writes are counted
// cell by cell, and rows may be moved to level them.
//
// An ideal crossbar equals kernels.MatMul bit for bit.
//
// # Numbers
//
// Physics is in floating point, microsiemens and seconds. The weight of a pair as
// programmed is then rounded to Unit-ths of a pent, once for each programming. In
// base 5 such a weight is six digits, which are pents themselves: a product as
// programmed is six exact products of package kernels, summed by Horner's rule, at
// the speed of their assembly and the same on every machine.
//
// All random numbers are Philox blocks, addressed by the chip's seed, array, cell and
// write, or by the read: one seed and one order of writes give one chip. Sums of
// eight random bytes approximate normal numbers. No operation is used that
// platforms may round differently.
package crossbar
