package kernels

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// An implementation is one complete set of kernels. The platform's list holds
// those that the CPU can run; enable switches the package to it.
type implementation struct {
	name   string
	enable func()
}

var (
	implementations = append([]implementation{{"generic", enableGeneric}}, platform()...)
	selected        string
)

func init() {
	name := implementations[len(implementations)-1].name
	if env := os.Getenv("PENTARY_KERNELS"); env != "" {
		name = env
	}
	if err := Select(name); err != nil {
		// No caller could take the error, and another implementation than the one
		// asked for would answer the wrong question.
		fmt.Fprintln(os.Stderr, "PENTARY_KERNELS:", err)
		os.Exit(2)
	}
}

// Implementations lists the implementations that this CPU can run, the slowest
// first. The first is always "generic".
func Implementations() []string {
	names := make([]string, len(implementations))
	for i, impl := range implementations {
		names[i] = impl.name
	}
	return names
}

// Selected returns the name of the implementation in use: the last of
// Implementations, or the one that the environment variable PENTARY_KERNELS or
// Select named.
func Selected() string { return selected }

// Select switches to the named implementation, for tests and measurements. It
// must not run while a kernel does.
func Select(name string) error {
	i := slices.IndexFunc(implementations, func(impl implementation) bool { return impl.name == name })
	if i < 0 {
		return fmt.Errorf("kernels: no implementation %q here; this CPU runs %s",
			name, strings.Join(Implementations(), ", "))
	}
	implementations[i].enable()
	selected = name
	return nil
}
