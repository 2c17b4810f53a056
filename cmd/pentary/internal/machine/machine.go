// Package machine describes the machine and the build, for reports of measurements and
// tests.
package machine

import (
	"cmp"
	"runtime"

	"github.com/klauspost/cpuid/v2"
)

// Machine is a processor with its software.
type Machine struct {
	CPU      string `json:"cpu"` // the name it gives itself, or its architecture
	Platform string `json:"platform"`
	Go       string `json:"go"`
	Caches   Caches `json:"caches"`
}

// Caches are the sizes in bytes of the data caches of one core; 0 if unknown.
type Caches struct {
	L1 int `json:"l1"`
	L2 int `json:"l2"`
	L3 int `json:"l3"`
}

// This returns the machine that the program runs on.
func This() Machine {
	c := cpuid.CPU
	return Machine{
		CPU:      cmp.Or(c.BrandName, runtime.GOARCH),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Go:       runtime.Version(),
		Caches:   Caches{max(c.Cache.L1D, 0), max(c.Cache.L2, 0), max(c.Cache.L3, 0)},
	}
}
