// Package product checks the kernels against a naive loop, on every implementation that the
// CPU can run.
package product

import (
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/kernels/kerneltest"
	"github.com/Kaleaon/pentary-go/packed"
)

func TestMatMul(t *testing.T) {
	kerneltest.Run(t, func(t *testing.T, impl string) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, size := range [][3]int{{1, 1, 1}, {3, 5, 1}, {64, 64, 8}, {33, 257, 3}, {7, 1000, 100}} {
			m, k, n := size[0], size[1], size[2]
			levels, columns := make([]int8, m*k), make([]int8, n*k)
			for i := range levels {
				levels[i] = int8(rng.IntN(5) - 2)
			}
			for i := range columns {
				columns[i] = int8(rng.IntN(255) - 127)
			}
			w, x, y := packed.NewMatrix(m, k), make([]int8, 4*kernels.Quads(k)*n), make([]int32, m*n)
			w.Pack(levels)
			kernels.Interleave(x, columns, k, n)
			kernels.MatMul(y, w, x, n)
			for i := range m {
				for c := range n {
					want := int32(0)
					for j := range k {
						want += int32(levels[i*k+j]) * int32(columns[c*k+j])
					}
					if got := y[i*n+c]; got != want {
						t.Fatalf("%s, %v: output %d of column %d is %d, want %d", impl, size, i, c, got, want)
					}
				}
			}
		}
	})
}
