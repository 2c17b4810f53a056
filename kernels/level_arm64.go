//go:build !purego

package kernels

import "github.com/klauspost/cpuid/v2"

// The instruction sets in use: useNEON underlies all others, useI8MM includes
// useDotProd. A kernel takes the best that it has a version for.
var (
	useNEON    bool // ASIMD, which every arm64 CPU that Go runs on has
	useDotProd bool // and SDOT
	useI8MM    bool // and SMMLA
)

func enable(neon, dotprod, i8mm bool) {
	useNEON, useDotProd, useI8MM = neon, dotprod, i8mm
}

// useAssembly reports whether any implementation but the generic one is in use.
func useAssembly() bool { return useNEON }

func enableGeneric() { enable(false, false, false) }

func platform() []implementation {
	impls := []implementation{{"neon", func() { enable(true, false, false) }}}
	if cpuid.CPU.Supports(cpuid.ASIMDDP) {
		impls = append(impls, implementation{"dotprod", func() { enable(true, true, false) }})
		if cpuid.CPU.Supports(cpuid.I8MM) {
			impls = append(impls, implementation{"i8mm", func() { enable(true, true, true) }})
		}
	}
	return impls
}
