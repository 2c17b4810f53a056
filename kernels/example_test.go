package kernels_test

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

func ExampleMatMul() {
	w := packed.NewMatrix(2, 3)
	w.Pack([]int8{
		1, -2, 0,
		2, 2, -1,
	})
	const n = 2 // columns
	x := make([]int8, kernels.Quads(3)*n*4)
	kernels.Interleave(x, []int8{
		10, 20, 30, // the first column
		-1, 0, 100, // the second
	}, 3, n)

	y := make([]int32, 2*n)
	kernels.MatMul(y, w, x, n)
	fmt.Println(y[:n], y[n:])
	// Output: [-30 -1] [30 -102]
}

// A population of two antithetic pairs, each member with one column: the product
// with W is shared, every member adds the product with its own perturbation of
// rank 1, and W itself does not change.
func ExamplePerturb() {
	const m, k = 3, 40
	pop := kernels.Population{Pairs: 2, Rank: 1, Columns: 1}
	w := packed.NewMatrix(m, k) // zero weights, so that only the perturbations show

	// Any part of the noise can be drawn again: only the stream is remembered.
	a := make([]uint8, pop.Pairs*pop.Rank*packed.PaddedLen(m))
	b := make([]uint8, pop.Pairs*pop.Rank*packed.PaddedLen(k))
	for p := range pop.Pairs {
		for tensor, factors := range [][]uint8{a, b} {
			length := []int{m, k}[tensor]
			vector := factors[p*packed.PaddedLen(length):][:packed.PaddedLen(length)]
			kernels.Noise(vector, kernels.Binomial, kernels.Stream{Seed: 1, Tensor: uint32(tensor), Pair: uint32(p)})
			for j := length; j < len(vector); j++ {
				vector[j] = 2 // the padding is the zero weight
			}
		}
	}

	x := make([]int8, kernels.Quads(k)*pop.TotalColumns()*4)
	for i := range x {
		x[i] = 10
	}
	y := make([]int32, m*pop.TotalColumns())
	t := make([]int32, pop.Rank*pop.TotalColumns())
	kernels.MatMul(y, w, x, pop.TotalColumns())
	kernels.Project(t, b, x, pop, k)
	kernels.Perturb(y, a, t, pop, m, 4)
	for i := range m {
		fmt.Println(y[i*pop.TotalColumns() : (i+1)*pop.TotalColumns()])
	}
	// Output:
	// [0 0 7 -7]
	// [0 0 -14 14]
	// [0 0 7 -7]
}

func ExampleImplementations() {
	// The slowest comes first and runs everywhere; others depend on the CPU.
	fmt.Println(kernels.Implementations()[0])
	// Output: generic
}
