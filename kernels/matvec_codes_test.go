package kernels_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// TestMatVecCodes compares products of kept codes with MatMul, and products without
// inputs with zeros.
func TestMatVecCodes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const m = 150 // passes of several tiles, single ones, and a part
	for i, k := range []int{1, 30, 300, 2, 31, 257} {
		n := []int{1, 2, 3, 4, 8, 2}[i]
		w, weights := packed.NewMatrix(m, k), make([]int8, m*k)
		x := make([]int8, kernels.Quads(k)*4*n)
		for i := range weights {
			weights[i] = int8(r.IntN(5) - 2)
		}
		for i := range x {
			x[i] = int8(r.IntN(255) - 127)
		}
		w.Pack(weights)
		codes := make([]uint8, kernels.CodesLen(m, k))
		kernels.InterleaveCodes(codes, w)
		got, want := make([]int32, m*n), make([]int32, m*n)
		kernels.MatVecCodes(got, codes, x, m, k, n)
		kernels.MatMul(want, w, x, n)
		if !slices.Equal(got, want) {
			t.Errorf("%d inputs: %v, want %v", k, got, want)
		}
	}
	y := []int32{1, 2}
	if kernels.MatVecCodes(y, nil, nil, 2, 0, 1); !slices.Equal(y, []int32{0, 0}) {
		t.Errorf("no inputs: %v", y)
	}
}
