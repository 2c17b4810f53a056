package roofline

import (
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
)

// Every implementation that the CPU supports has a bound, except the generic one.
func TestMultiplyAdd(t *testing.T) {
	impls := kernels.Implementations()
	for impl := range multiplyAdds {
		if slices.Contains(impls, impl) && MultiplyAdd(impl) <= 0 {
			t.Errorf("no bound for %s", impl)
		}
	}
	for _, impl := range impls[1:] {
		if MultiplyAdd(impl) <= 0 {
			t.Errorf("no bound for %s", impl)
		}
	}
	if bound := MultiplyAdd("generic"); bound != 0 {
		t.Errorf("bound %g for generic, want 0", bound)
	}
}

func TestRead(t *testing.T) {
	if got := Read(make([]byte, 4096)); got <= 0 {
		t.Errorf("read %g bytes a second", got)
	}
	for _, n := range []int{0, 255, 257} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a buffer of %d bytes did not panic", n)
				}
			}()
			Read(make([]byte, n))
		}()
	}
}

// The loads in Go reach every byte.
func TestLoadGo(t *testing.T) {
	for i := range 256 {
		buf := make([]byte, 256)
		buf[i] = 1
		if loadGo(buf); sink == 0 {
			t.Errorf("byte %d was not read", i)
		}
	}
}
