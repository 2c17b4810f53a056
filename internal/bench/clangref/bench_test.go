//go:build amd64 && !purego

package clangref

import (
	"fmt"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// BenchmarkKernels measures the compiler's code and the assembly for the same instruction set,
// with the names of the root package's benchmark:
//
//	GOMAXPROCS=1 go test -bench . -count 10 ./internal/bench/clangref | benchstat -col /impl -
func BenchmarkKernels(b *testing.B) {
	needAVX2(b)
	use(b, "avx2")
	ws := new(Workspace)
	for _, size := range []int{1024, 4096, 16384} {
		w, x, y := packed.NewMatrix(size, size), make([]int8, size), make([]int32, size)
		measure(b, "MatVec", "avx2", size, size, 1, func() { kernels.MatVec(y, w, x, 1) })
		measure(b, "MatVec", "clang", size, size, 1, func() { ws.MatVec(y, w, x) })
	}
	for _, size := range []int{256, 1024, 4096} {
		w, x, y := packed.NewMatrix(size, size), make([]int8, size*size), make([]int32, size*size)
		measure(b, "MatMul", "avx2", size, size, size, func() { kernels.MatMul(y, w, x, size) })
		measure(b, "MatMul", "clang", size, size, size, func() { ws.MatMul(y, w, x, size) })
	}
	codes, x := make([]uint8, 4096), make([]int8, 4096)
	measure(b, "dot", "clang", 1, len(x), 1, func() { sink = Dot(codes, x) })
}

// sink keeps unused results alive.
var sink int32

func measure(b *testing.B, kernel, impl string, m, k, n int, run func()) {
	b.Run(fmt.Sprintf("kernel=%s/impl=%s/m=%d/k=%d/n=%d/rank=0", kernel, impl, m, k, n), func(b *testing.B) {
		b.SetBytes(int64(m*packed.RowBytes(k) + k*n + 4*m*n))
		for b.Loop() {
			run()
		}
		b.ReportMetric(float64(m)*float64(k)*float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GMAC/s")
	})
}
