// Package clangref holds a C compiler's version of the hot loops of package kernels: the dot
// product, the product of packed weights with a vector, and the micro-kernel of the matrix
// product. They are written in C for AVX2, compiled by clang and converted to Go assembly by
// c2goasm. In tests, package clangref is another implementation to compare with; in benchmarks,
// it is the baseline for hand-written assembly. Nothing else imports it.
//
// The C source has the algorithm, the layouts and the blocking of package kernels, and
// intrinsics where the compiler would not find the instructions itself. The only difference is
// therefore the generated code. One handicap is due to c2goasm, which drops the alignment of
// loops.
//
// The functions exist on amd64 without the build tag purego, and need a CPU with AVX2.
package clangref
