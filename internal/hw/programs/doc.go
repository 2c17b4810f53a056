// Package programs holds programs for the machine of package exec: networks trained by
// this library compiled to instructions, and whole runs of evolution strategies.
//
// The programs are templates of assembly text; Go fills in the sizes. The results of each
// are bit-identical to the library's.
package programs
