//go:build !purego

package kernels

import (
	"slices"
	"testing"
)

// TestFeatures lists the implementations of CPUs and operating systems that this
// machine need not be.
func TestFeatures(t *testing.T) {
	for _, test := range []struct {
		name string
		features
		want []string
	}{
		{"none", features{}, nil},
		{"AVX-512 without AVX2", features{avx512: true, avx512vnni: true, maskState: true}, nil},
		{"AVX-VNNI without AVX2", features{avxvnni: true}, nil},
		{"Haswell", features{avx2: true}, []string{"avx2"}},
		{"Alder Lake", features{avx2: true, avxvnni: true}, []string{"avx2", "avxvnni"}},
		{"Skylake-X", features{avx2: true, avx512: true, maskState: true}, []string{"avx2", "avx512bw"}},
		{"Cascade Lake", features{avx2: true, avx512: true, avx512vnni: true, maskState: true}, []string{"avx2", "avx512bw", "avx512vnni"}},
		{"Ice Lake", features{avx2: true, avx512: true, avx512vnni: true, gfni: true, maskState: true}, []string{"avx2", "avx512bw", "avx512vnni", "avx512gfni"}},
		{"Ice Lake, macOS 12.1", features{avx2: true, avx512: true, avx512vnni: true, gfni: true}, []string{"avx2"}},
		{"Sapphire Rapids", features{true, true, true, true, true, true, true, true}, []string{"avx2", "avxvnni", "avx512bw", "avx512vnni", "avx512gfni", "amx"}},
		{"Sapphire Rapids, no permission for tiles", features{true, true, true, true, true, true, true, false}, []string{"avx2", "avxvnni", "avx512bw", "avx512vnni", "avx512gfni"}},
		{"Permission without AMX", features{true, true, true, true, true, true, false, true}, []string{"avx2", "avxvnni", "avx512bw", "avx512vnni", "avx512gfni"}},
		{"Sapphire Rapids, registers not enabled", features{avx2: true, avxvnni: true, avx512: true, avx512vnni: true}, []string{"avx2", "avxvnni"}},
		{"GFNI without VNNI", features{avx2: true, avx512: true, gfni: true, maskState: true}, []string{"avx2", "avx512bw"}},
		{"VNNI without BW", features{avx2: true, avx512vnni: true, maskState: true}, []string{"avx2"}},
		{"F alone", features{avx2: true, maskState: true}, []string{"avx2"}},
	} {
		var got []string
		for _, impl := range test.implementations() {
			got = append(got, impl.name)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
