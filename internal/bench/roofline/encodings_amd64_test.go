//go:build !purego

package roofline

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
)

// TestDotEncoding has objdump read the raw bytes of the AVX-VNNI loop.
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
