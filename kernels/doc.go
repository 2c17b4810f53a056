// Package kernels holds the hot loops of integer evolution strategies on pentary
// weights. Each function's documentation is its reference loop: the generic Go
// implementation is that loop, and every other implementation equals it bit for
// bit on every input, activations of -128 and int32 sums that wrap around included.
// Codes above 4 are undefined; packed and the noise never produce them.
//
// # Layouts
//
// Weights W are a packed.Matrix of m rows and k columns, at three bits each.
//
// Activations X are int8 in [-127, 127], interleaved by quads: four consecutive
// k of one column are neighbours, X[k/4][n][4]. That is what VPMADDUBSW,
// VPDPBUSD and SDOT read without shuffling, and element (κ, c) of a k×n batch is
// x[(κ/4·n+c)·4+κ%4]. A batch takes Quads(k)·n·4 bytes; producers write zero to
// the lanes beyond k. For n = 1 the layout is a plain vector.
//
// Accumulators Y are int32, row-major [m][n]; the bound |Σ w·x| ≤ 254·k makes
// them exact for k ≤ MaxK.
//
// Factors are codes in bytes, 0 to 4, one vector after another; each vector is
// padded to packed.PaddedLen with code 2, the zero weight. Sums over k run over
// whole quads: padding contributes nothing, because one side of it is zero.
//
// # Columns of a population
//
// A population is evaluated as columns of one batch. Pair p has the plus member
// and the minus member, each with Population.Columns columns.
//
// # Tiles of AMX
//
// On Linux and a CPU with AMX, the package asks for the state of tiles as it is initialized
// (arch_prctl(2), ARCH_REQ_XCOMP_PERM), for all threads of the process. From then on signal frames
// of a thread that has used tiles take 8 KiB more, and sigaltstack(2) refuses stacks too small for
// them. Go's have 32 KiB. If a host program written in C already has a thread whose signal stack
// is too small, the request fails, and the package uses AVX-512. No state stays in tiles from one
// call to the next, and on other systems the package does not use them.
//
// # Errors
//
// Shape mistakes panic before any work, naming both shapes. Sizes are computed without
// wrapping around: dimensions that are negative or whose product exceeds an int are
// mistakes, too.
package kernels

import "github.com/Kaleaon/pentary-go/trit5"

// MaxK is the largest inner dimension: 254·MaxK fits an int32 accumulator.
const MaxK = 8 << 20

// zero is the code of the zero weight: a weight is its code minus zero.
const zero = trit5.CodeZero

// Quads returns the groups of four that k elements take.
func Quads(k int) int { return k/4 + (k%4+3)/4 }

// RoundShift returns v / 2^n rounded to nearest, ties upward: (v + 2^(n-1)) >> n,
// and v for n = 0. n is at most 30; the sum must not overflow.
func RoundShift(v int32, n uint) int32 {
	return (v + int32(1)<<n>>1) >> n
}
