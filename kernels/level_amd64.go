//go:build !purego

package kernels

import (
	"github.com/klauspost/cpuid/v2"
	"golang.org/x/sys/cpu"
)

// The tiers. AVX-512 is no superset of AVX-VNNI; a kernel that has versions for both
// asks for AVX-512 first, which keeps them in order.
const (
	avx2       tier = iota + 1 // AVX2
	avxvnni                    // and VPDPBUSD on Y registers, VEX-encoded
	avx512bw                   // AVX2 and AVX-512 F, BW, DQ, VL
	avx512vnni                 // and VPDPBUSD on Z registers
	avx512gfni                 // and VGF2P8AFFINEQB, VAESENC and VPERMB on Z registers
	amx                        // and tiles of bytes
)

// aes says that the CPU has AES-NI, which those with AVX2 have unless it is switched off.
var aes = cpuid.CPU.Supports(cpuid.AESNI)

func platform() []implementation { return detect().implementations() }

// features are what a CPU and its operating system offer.
type features struct {
	avx2       bool
	avxvnni    bool
	avx512     bool // F, BW, DQ and VL
	avx512vnni bool
	gfni       bool // GFNI, VAES and VBMI, which came together
	maskState  bool // the operating system keeps Z and mask registers
	amx        bool // AMX-INT8
	tileState  bool // the operating system keeps tiles, for this process too
}

// detect asks two packages. klauspost/cpuid knows all instruction sets, and that the
// operating system has enabled the registers in XCR0, or would on first use, as macOS
// does. x/sys/cpu also knows kernels that lose mask registers on return from a signal:
// macOS before 12.2 (golang.org/issue/49233).
func detect() features {
	amx := cpuid.CPU.Supports(cpuid.AMXTILE, cpuid.AMXINT8)
	return features{
		avx2:       cpuid.CPU.Supports(cpuid.AVX2),
		avxvnni:    cpuid.CPU.Supports(cpuid.AVXVNNI),
		avx512:     cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL),
		avx512vnni: cpuid.CPU.Supports(cpuid.AVX512VNNI),
		gfni:       cpuid.CPU.Supports(cpuid.GFNI, cpuid.VAES, cpuid.AVX512VBMI),
		maskState:  cpu.X86.HasAVX512F,
		amx:        amx,
		tileState:  amx && requestTiles(),
	}
}

// implementations lists the implementations that the features allow, the slowest first.
// Without AVX2 there are none.
func (f features) implementations() (impls []implementation) {
	if !f.avx2 {
		return nil
	}
	impls = append(impls, implementation{"avx2", avx2})
	if f.avxvnni {
		impls = append(impls, implementation{"avxvnni", avxvnni})
	}
	if f.avx512 && f.maskState {
		impls = append(impls, implementation{"avx512bw", avx512bw})
		if f.avx512vnni {
			impls = append(impls, implementation{"avx512vnni", avx512vnni})
			if f.gfni {
				impls = append(impls, implementation{"avx512gfni", avx512gfni})
				if f.amx && f.tileState {
					impls = append(impls, implementation{"amx", amx})
				}
			}
		}
	}
	return impls
}
