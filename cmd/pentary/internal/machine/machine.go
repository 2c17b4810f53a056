// Package machine describes the machine and the build in reports of measurements and tests.
package machine

import (
	"cmp"
	"runtime"

	"github.com/klauspost/cpuid/v2"
)

// Machine describes a processor and its software.
type Machine struct {
	CPU      string `json:"cpu"` // the brand name, or the architecture
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

// This returns the machine on which the program runs.
func This() Machine {
	c := cpuid.CPU
	return Machine{
		CPU:      cmp.Or(c.BrandName, runtime.GOARCH),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Go:       runtime.Version(),
		Caches:   Caches{max(c.Cache.L1D, 0), max(c.Cache.L2, 0), max(c.Cache.L3, 0)},
	}
}
