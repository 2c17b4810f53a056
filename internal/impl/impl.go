// Package impl selects the implementation of package kernels, for tests and
// measurements. Users of the module have kernels/kerneltest.
package impl

// Select switches package kernels to the named implementation, one of
// kernels.Implementations, for the whole process. It must not run while a kernel does.
// Package kernels sets it.
var Select func(name string) error
