package pentary

import (
	"fmt"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/bench/cases"
	"github.com/Kaleaon/pentary-go/internal/impl"
	"github.com/Kaleaon/pentary-go/kernels"
)

// BenchmarkKernels measures every kernel with every implementation that the CPU
// has, named for benchstat:
//
//	go test -bench '/kernel=MatMul$' -count 10 . | benchstat -col /impl -
//
// Set GOMAXPROCS=1 for figures of one core. The generic implementation skips the
// shapes that take it seconds.
func BenchmarkKernels(b *testing.B) {
	defer impl.Use(kernels.Selected())()
	for _, c := range cases.All() {
		for _, tier := range kernels.Implementations() {
			if tier == "generic" && c.MACs > 1<<30 {
				continue
			}
			name := fmt.Sprintf("kernel=%s/impl=%s/m=%d/k=%d/n=%d/rank=%d", c.Kernel, tier, c.M, c.K, c.N, c.Rank)
			b.Run(name, func(b *testing.B) {
				impl.Use(tier)
				run := c.New()
				b.SetBytes(c.Bytes)
				b.ReportAllocs()
				for b.Loop() {
					run()
				}
				perSecond := float64(b.N) / b.Elapsed().Seconds() / 1e9
				if c.MACs > 0 {
					b.ReportMetric(float64(c.MACs)*perSecond, "GMAC/s")
				}
				if c.Pents > 0 {
					b.ReportMetric(float64(c.Pents)*perSecond, "Gpents/s")
				}
			})
		}
	}
}
