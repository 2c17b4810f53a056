// Package programs generates programs for the machine of package exec: compiled networks trained
// by this library, and whole runs of evolution strategies.
//
// The programs are templates of assembly text, in which Go code fills in the sizes. Their results
// are bit-identical to the library's.
package programs
