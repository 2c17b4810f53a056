//go:build !purego

package kernels

import "github.com/klauspost/cpuid/v2"

// The instruction sets in use: useAVX2 underlies all others, useVNNI512 includes
// useAVX512. A kernel takes the best that it has a version for.
var (
	useAVX2    bool // AVX2
	useAVXVNNI bool // and VPDPBUSD on Y registers, VEX-encoded
	useAVX512  bool // and AVX-512 F, BW, DQ, VL
	useVNNI512 bool // and VPDPBUSD on Z registers
)

func enable(avx2, avxvnni, avx512, vnni512 bool) {
	useAVX2, useAVXVNNI, useAVX512, useVNNI512 = avx2, avxvnni, avx512, vnni512
}

// useAssembly reports whether any implementation but the generic one is in use.
func useAssembly() bool { return useAVX2 }

func enableGeneric() { enable(false, false, false, false) }

func platform() []implementation {
	var impls []implementation
	if !cpuid.CPU.Supports(cpuid.AVX2) {
		return nil
	}
	impls = append(impls, implementation{"avx2", func() { enable(true, false, false, false) }})
	if cpuid.CPU.Supports(cpuid.AVXVNNI) {
		impls = append(impls, implementation{"avxvnni", func() { enable(true, true, false, false) }})
	}
	if cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL) {
		impls = append(impls, implementation{"avx512bw", func() { enable(true, false, true, false) }})
		if cpuid.CPU.Supports(cpuid.AVX512VNNI) {
			impls = append(impls, implementation{"avx512vnni", func() { enable(true, false, true, true) }})
		}
	}
	return impls
}
