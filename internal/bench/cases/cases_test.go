package cases

import (
	"fmt"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
)

// TestCases runs the smallest case of every kernel; kernels panic if shapes do not match.
func TestCases(t *testing.T) {
	smallest := map[string]Case{}
	seen := map[string]bool{}
	for _, c := range All() {
		if old, ok := smallest[c.Kernel]; !ok || c.MACs < old.MACs {
			smallest[c.Kernel] = c
		}
		name := fmt.Sprintf("%s of %d×%d×%d, rank %d", c.Kernel, c.M, c.K, c.N, c.Rank)
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
	}
	for name, c := range smallest {
		t.Run(name, func(t *testing.T) {
			if c.Bytes <= 0 {
				t.Errorf("%d bytes", c.Bytes)
			}
			run := c.New()
			if c.MACs > 1<<28 && (testing.Short() || kernels.Selected() == "generic") {
				t.Skip("takes a second")
			}
			run()
			if c.plain != nil {
				c.Plain().New()()
			}
		})
	}
}

// TestMeasure checks that every function runs at least three times, after one warm-up, whatever
// the budget.
func TestMeasure(t *testing.T) {
	var counts [2]int
	samples := Measure(0, func() { counts[0]++ }, func() { counts[1]++ })
	for i, s := range samples {
		if s.Runs != 3 || counts[i] < 4 || s.Best > s.Median {
			t.Errorf("function %d ran %d times: %+v", i, counts[i], s)
		}
	}
}
