package kernels

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
)

// Dimensions at and next to the edges of the blocks that kernels work in.
var (
	edgesK = []int{
		1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128, 129,
		255, 256, 257, 287, 288, 289, 511, 512, 513, 1023, 1025, 2047, 2049,
	}
	edgesN = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 49, 63, 64, 65}
	edgesM = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 31, 32, 33, 127, 128, 129}

	pairs   = []int{0, 1, 2, 3, 5}
	ranks   = []int{1, 2, 3, 4, 5, 8, 16}
	streams = []int{1, 2, 3, 4, 5, 7, 8, 9, 16, 17}
)

// upTo returns 0, 1, …, n.
func upTo(n int) []int {
	all := make([]int, n+1)
	for i := range all {
		all[i] = i
	}
	return all
}

// sample returns shapes in which every value of every dimension occurs and,
// except in short mode and under the race detector, every pair of values of every
// two dimensions.
func sample(dims [][]int) (shapes [][]int) {
	rng := rand.New(rand.NewPCG(1, 2))
	with := func(fixed map[int]int) {
		shape := make([]int, len(dims))
		for i, values := range dims {
			shape[i] = values[rng.IntN(len(values))]
		}
		for i, v := range fixed {
			shape[i] = v
		}
		shapes = append(shapes, shape)
	}
	for i, values := range dims {
		for _, v := range values {
			with(map[int]int{i: v})
			for j, others := range dims[:i] {
				for _, u := range others {
					if !testing.Short() && !race.Enabled {
						with(map[int]int{i: v, j: u})
					}
				}
			}
		}
	}
	return shapes
}

// conform runs check, which compares a kernel with its reference, on every
// implementation: on a sample of shapes with every operand right before a guard
// page, on some of them with every operand right after one, and with operands at
// all alignments.
func conform(t *testing.T, check func(o *operands, shape []int), dims ...[]int) {
	shapes := sample(dims)
	forEachImpl(t, func(t *testing.T) {
		failures := 0
		run := func(i int, place, step asmtest.Place) {
			shape := shapes[i%len(shapes)]
			ok := t.Run(fmt.Sprintf("%v at %d", shape, place), func(t *testing.T) {
				asmtest.Faults(t, func() { check(newOperands(t, uint64(i), place, step), shape) })
			})
			if !ok {
				failures++
			}
			if failures > 4 {
				t.Fatal("the remaining shapes are left out")
			}
		}
		for i := range shapes {
			run(i, asmtest.End, 0)
			if i%4 == 0 {
				run(i, asmtest.Start, 0)
			}
		}
		for i := range 64 {
			run(i*17, asmtest.Place(i), 11)
		}
	})
}
