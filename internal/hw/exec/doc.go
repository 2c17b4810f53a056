// Package exec runs programs of package isa. The tensor instructions call this
// library's kernels, so that what a program computes is bit for bit what the library
// does; observers see each instruction with all that its time and energy depend on.
package exec
