// Package exec runs programs of package isa. The tensor instructions call this
// library's kernels (docs/decisions.md#machine-on-the-kernels), so a program's results are
// bit-identical to the library's; observers see each instruction with everything that its time
// and energy depend on.
package exec
