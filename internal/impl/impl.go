// Package impl selects the implementation of package kernels, for tests and
// measurements. Users of the module have kernels/kerneltest.
package impl

// Package kernels sets these.
var (
	// Select switches package kernels to the named implementation, one of
	// kernels.Implementations, for the whole process. It must not run while a kernel does.
	Select func(name string) error

	// Selected is kernels.Selected.
	Selected func() string
)

// Use is Select of an implementation that this CPU runs; it panics for others. The function
// that it returns selects the one before again.
func Use(name string) (restore func()) {
	before := Selected()
	if err := Select(name); err != nil {
		panic(err)
	}
	return func() { Use(before) }
}
