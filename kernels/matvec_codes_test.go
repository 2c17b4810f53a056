package kernels_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// TestMatVecCodes compares products of kept codes with MatMul, with random operands and with
// the largest, and products without inputs with zeros.
func TestMatVecCodes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const m = 150 // passes of several tiles, single ones, and a part
	for i, k := range []int{1, 30, 300, 2, 31, 257, 1030, 1030, 1030, 1030} {
		n := []int{1, 2, 3, 4, 8, 2, 1, 2, 4, 8}[i]
		w, weights := packed.NewMatrix(m, k), make([]int8, m*k)
		x := make([]int8, kernels.Quads(k)*4*n)
		for i := range weights {
			weights[i] = int8(r.IntN(5) - 2)
			if k > 1000 {
				weights[i] = 2
			}
		}
		for i := range x {
			x[i] = int8(r.IntN(255) - 127)
			if k > 1000 {
				x[i] = int8(127 - i/4%n%2*255) // 127 or -128 in a column
			}
		}
		w.Pack(weights)
		want := make([]int32, m*n)
		kernels.MatMul(want, w, x, n)
		for _, name := range kernels.Tested() {
			choose(t, name)
			codes, got := make([]uint8, kernels.CodesLen(m, k)), make([]int32, m*n)
			kernels.InterleaveCodes(codes, w)
			kernels.MatVecCodes(got, codes, x, m, k, n)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d inputs of %d columns: %v, want %v", name, k, n, got, want)
			}
		}
	}
	y := []int32{1, 2}
	if kernels.MatVecCodes(y, nil, nil, 2, 0, 1); !slices.Equal(y, []int32{0, 0}) {
		t.Errorf("no inputs: %v", y)
	}
}
