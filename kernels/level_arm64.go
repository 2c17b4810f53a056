//go:build !purego

package kernels

import "github.com/klauspost/cpuid/v2"

// The tiers, each a superset of those before.
const (
	neon    tier = iota + 1 // ASIMD, which every arm64 CPU that Go runs on has
	dotprod                 // and SDOT
	i8mm                    // and SMMLA
)

// aes says that the CPU has the instructions for AES, which ARMv8 leaves open.
var aes = cpuid.CPU.Supports(cpuid.AESARM)

func platform() []implementation {
	impls := []implementation{{"neon", neon}}
	if cpuid.CPU.Supports(cpuid.ASIMDDP) {
		impls = append(impls, implementation{"dotprod", dotprod})
		if cpuid.CPU.Supports(cpuid.I8MM) {
			impls = append(impls, implementation{"i8mm", i8mm})
		}
	}
	return impls
}
