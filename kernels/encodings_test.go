//go:build !purego && (amd64 || arm64)

package kernels

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
)

// TestInstructionSets has GNU as assemble what objdump reads in every kernel, for a
// CPU with nothing but the kernel's tier: as refuses any other instruction, and
// what objdump cannot read.
func TestInstructionSets(t *testing.T) {
	kernels := asmtest.Disassemble(t, "github.com/Kaleaon/pentary-go/kernels")
	for tier, arch := range tiers {
		t.Run(tier, func(t *testing.T) {
			var source strings.Builder
			fmt.Fprintln(&source, arch)
			count := 0
			for _, name := range slices.Sorted(maps.Keys(kernels)) {
				if strings.HasSuffix(name, tier) {
					count++
					fmt.Fprintf(&source, "# 1 %q\n", name) // what as calls the lines that follow
					for _, instruction := range kernels[name].Code {
						if strings.HasPrefix(instruction, ".") { // a directive that makes the word
							t.Errorf("%s has %s", name, instruction)
						}
						fmt.Fprintln(&source, instruction)
					}
				}
			}
			if count == 0 {
				t.Fatal("no kernel of this tier")
			}
			asmtest.Assemble(t, source.String())
		})
	}
	for name := range kernels {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(tiers)), func(tier string) bool { return strings.HasSuffix(name, tier) }) {
			t.Errorf("%s does not say its tier", name)
		}
	}
}
