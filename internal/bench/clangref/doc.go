// Package clangref holds what a C compiler makes of the hot loops of package
// kernels: the dot product, the product of packed weights with a vector, and the
// micro-kernel of the matrix product, written in C for AVX2, compiled by clang and
// turned into Go assembly by c2goasm. To tests it is one more implementation to
// agree with; to benchmarks it is the line that hand-written assembly has to beat.
// Nothing else imports it.
//
// The compiler gets the algorithm, the layouts and the blocking of package kernels,
// and intrinsics where it would not find the instructions by itself, so that the
// difference is the code alone. One handicap is c2goasm's: it drops the alignment
// of loops.
//
// The functions exist on amd64 without the build tag purego, and need a CPU with
// AVX2.
package clangref
