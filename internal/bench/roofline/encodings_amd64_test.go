//go:build !purego

package roofline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
)

// TestDotEncoding disassembles the raw bytes of the AVX-VNNI loop with objdump.
func TestDotEncoding(t *testing.T) {
	want := map[string]int{}
	for acc := range 12 {
		want[fmt.Sprintf("{vex} vpdpbusd %%ymm12,%%ymm13,%%ymm%d", acc)] = 1
	}
	got := map[string]int{}
	for _, instruction := range asmtest.Disassemble(t, "github.com/Kaleaon/pentary-go/internal/bench/roofline")["dot256"].Code {
		if strings.Contains(instruction, "vpdpbusd") {
			got[instruction]++
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("dot256 has the products %v, want %v", got, want)
	}
}

// TestTileEncoding disassembles the raw bytes of the AMX loop with objdump.
func TestTileEncoding(t *testing.T) {
	want := []string{"ldtilecfg (%rax)"}
	for acc := range 4 {
		want = append(want, fmt.Sprintf("tdpbssd %%tmm6,%%tmm4,%%tmm%d", acc))
	}
	want = append(want, "tilerelease")
	var got []string
	for _, instruction := range asmtest.Disassemble(t, "github.com/Kaleaon/pentary-go/internal/bench/roofline")["dotAMX"].Code {
		if strings.HasPrefix(instruction, "t") && !strings.HasPrefix(instruction, "test") || strings.HasPrefix(instruction, "ld") {
			got = append(got, instruction)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("dotAMX has %q, want %q", got, want)
	}
}
