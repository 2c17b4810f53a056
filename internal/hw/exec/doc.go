// Package exec runs programs of package isa. Tensor instructions call this library's kernels
// (docs/decisions.md#machine-on-the-kernels), so a program's results are bit-identical to the
// library's. Observers receive each instruction with everything that determines its time and
// energy.
package exec
