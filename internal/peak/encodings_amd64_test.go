//go:build !purego

package peak

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/binutils"
)

// TestDotEncoding has objdump read the raw bytes of the AVX-VNNI loop.
func TestDotEncoding(t *testing.T) {
	want := map[string]int{}
	for acc := range 12 {
		want[fmt.Sprintf("{vex} vpdpbusd %%ymm12,%%ymm13,%%ymm%d", acc)] = 1
	}
	got := map[string]int{}
	for _, instruction := range binutils.Disassemble(t, "github.com/Kaleaon/pentary-go/internal/peak")["dot256"].Code {
		if strings.Contains(instruction, "vpdpbusd") {
			got[instruction]++
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("dot256 has the products %v, want %v", got, want)
	}
}
