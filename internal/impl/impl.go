// Package impl selects the implementation of package kernels for tests and measurements. Users of
// the module use kernels/kerneltest.
package impl

// These variables are set by package kernels.
var (
	// Select switches package kernels to the named implementation, one of
	// kernels.Implementations, for the whole process. It must not be called while a kernel runs.
	Select func(name string) error

	// Selected is kernels.Selected.
	Selected func() string
)

// Use selects an implementation; it panics if the CPU does not support it. restore selects the
// previous implementation.
func Use(name string) (restore func()) {
	before := Selected()
	if err := Select(name); err != nil {
		panic(err)
	}
	return func() { Use(before) }
}
