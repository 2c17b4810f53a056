//go:build !purego

package kernels

import (
	"github.com/klauspost/cpuid/v2"
	"golang.org/x/sys/cpu"
)

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

func platform() []implementation { return detect().implementations() }

// features are what a CPU and its operating system offer.
type features struct {
	avx2       bool
	avxvnni    bool
	avx512     bool // F, BW, DQ and VL
	avx512vnni bool
	maskState  bool // the operating system keeps Z and mask registers
}

// detect asks two packages. klauspost/cpuid knows all instruction sets, and that the
// operating system has enabled the registers in XCR0, or would on first use, as macOS
// does. x/sys/cpu also knows kernels that lose mask registers on return from a signal:
// macOS before 12.2 (golang.org/issue/49233).
func detect() features {
	return features{
		avx2:       cpuid.CPU.Supports(cpuid.AVX2),
		avxvnni:    cpuid.CPU.Supports(cpuid.AVXVNNI),
		avx512:     cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL),
		avx512vnni: cpuid.CPU.Supports(cpuid.AVX512VNNI),
		maskState:  cpu.X86.HasAVX512F,
	}
}

// implementations lists the implementations that the features allow, the slowest first.
// Without AVX2 there are none.
func (f features) implementations() (impls []implementation) {
	if !f.avx2 {
		return nil
	}
	impls = append(impls, implementation{"avx2", func() { enable(true, false, false, false) }})
	if f.avxvnni {
		impls = append(impls, implementation{"avxvnni", func() { enable(true, true, false, false) }})
	}
	if f.avx512 && f.maskState {
		impls = append(impls, implementation{"avx512bw", func() { enable(true, false, true, false) }})
		if f.avx512vnni {
			impls = append(impls, implementation{"avx512vnni", func() { enable(true, false, true, true) }})
		}
	}
	return impls
}
