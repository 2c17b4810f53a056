// Package programs holds programs for the machine of package exec: networks trained by
// this library compiled to instructions, and whole runs of evolution strategies.
//
// The programs are assembly text, templates of which the Go side fills in the sizes.
// Each yields what the library yields, bit for bit.
package programs
