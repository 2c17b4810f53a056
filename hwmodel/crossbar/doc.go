// Package crossbar models a matrix of pents in memristive crossbars: what an analog
// accelerator computes in place of kernels.MatMul.
//
// A pent is a differential pair of cells with three linear levels of conductance:
//
//	pent      -2  -1   0  +1  +2
//	plus       0   0   0   1   2
//	minus      2   1   0   0   0
//
// Inputs drive the word lines, the currents of a pair of bit lines subtract, and a
// converter makes a number of the difference. Large matrices take several arrays,
// whose numbers are added digitally.
//
// # What is modelled
//
// Static, a property of the chip and of what was last written: programming error,
// program-and-verify, stuck and worn cells, drift with time and temperature, wire
// resistance, and reference cells that take the mean of those away again. Of every
// read anew: read noise and the converter's steps and range. Checksum columns watch
// each product. Writes are counted cell by cell, and rows may be moved to level them.
//
// An ideal crossbar equals kernels.MatMul bit for bit.
//
// # Numbers
//
// Physics is in floating point, microsiemens and seconds. What a pair weighs as
// programmed is then rounded to Unit-ths of a pent, once for each programming. In
// base 5 such a weight is six digits, which are pents themselves: a product as
// programmed is six exact products of package kernels, added up by Horner's rule, at
// the speed of their assembly and the same on every machine.
//
// All random numbers are Philox blocks named by the chip's seed, array, cell and
// write, or by the read: one seed and one order of writes give one chip. Sums of
// eight random bytes stand in for normal numbers. No operation is used that
// platforms may round differently.
package crossbar
