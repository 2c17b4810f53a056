//go:build !purego

package roofline

import (
	"fmt"
	"maps"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
)

// TestEncodings disassembles the raw words of the loops with objdump.
func TestEncodings(t *testing.T) {
	code := asmtest.Disassemble(t, "github.com/Kaleaon/pentary-go/internal/bench/roofline")
	for name, product := range map[string]string{
		"smlal": "smlal v%d.8h, v25.8b, v24.8b",
		"sdot":  "sdot v%d.4s, v25.16b, v24.16b",
		"smmla": "smmla v%d.4s, v25.16b, v24.16b",
	} {
		want := map[string]int{}
		for acc := range 24 {
			want[fmt.Sprintf(product, acc)] = 1
		}
		got := map[string]int{}
		for _, instruction := range code[name].Code {
			if _, ok := want[instruction]; ok {
				got[instruction]++
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s has the products %v, want %v", name, got, want)
		}
	}
}
