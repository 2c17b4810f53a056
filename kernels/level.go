package kernels

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/internal/impl"
)

// A tier is an instruction set that kernels are written for. A platform's tiers are
// ordered: a kernel takes the best one that it has a version for and that is not above
// the level.
type tier uint8

// generic is Go without assembly, the lowest tier.
const generic tier = 0

// level is the tier in use.
var level tier

// An implementation is one complete set of kernels, a tier's.
type implementation struct {
	name string
	tier tier
}

// implementations are those that the CPU can run, in the order of their tiers.
var implementations = append([]implementation{{"generic", generic}}, platform()...)

// envError is what EnvError returns.
var envError error

func init() {
	impl.Select, impl.Selected = use, Selected
	best := implementations[len(implementations)-1].name
	name := cmp.Or(os.Getenv(environment), best)
	if err := use(name); err != nil {
		envError = fmt.Errorf("%s=%s: %w", environment, name, err)
		// A library does not end the program that imports it.
		fmt.Fprintf(os.Stderr, "kernels: %v; using %s\n", envError, best)
		_ = use(best)
	}
}

// environment names an implementation, for a whole process.
const environment = "PENTARY_KERNELS"

// EnvError returns an error if the environment variable PENTARY_KERNELS names an
// implementation that this CPU does not run, and nil otherwise. The package then uses
// the best one, and has said so on the standard error; a program for which another
// implementation than the one asked for is the wrong one may refuse to run.
func EnvError() error { return envError }

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
// Implementations, or the one that the environment variable PENTARY_KERNELS names.
// Package kernels/kerneltest selects others, for tests and benchmarks.
func Selected() string {
	return implementations[slices.IndexFunc(implementations, func(impl implementation) bool { return impl.tier == level })].name
}

// use switches to the named implementation.
func use(name string) error {
	i := slices.IndexFunc(implementations, func(impl implementation) bool { return impl.name == name })
	if i < 0 {
		return fmt.Errorf("no implementation %q here; this CPU runs %s", name, strings.Join(Implementations(), ", "))
	}
	level = implementations[i].tier
	return nil
}
