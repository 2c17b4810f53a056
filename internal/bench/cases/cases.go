// Package cases lists the measurements of the kernels, for bench_test.go and for the command
// pentary bench.
package cases

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/catalogue"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Case is the measurement of one kernel at one shape.
type Case struct {
	Kernel string
	catalogue.Measured

	// New allocates the operands and returns the function to measure. It runs on one thread
	// unless the kernel uses several.
	New func() (run func())

	plain *Case // of the product of a population
}

// All returns all measurements. Shapes range from operands that fit in the first-level cache to
// operands larger than all caches.
func All() []Case {
	var cases []Case
	for _, k := range catalogue.All {
		for _, m := range k.Measured {
			cases = append(cases, Case{Kernel: cmp.Or(m.Name, k.Name), Measured: m, New: func() func() {
				call := k.Make(&catalogue.Operands{Rand: rand.New(rand.NewPCG(1, 2)), Typical: true}, m.Shape)
				return func() { call() }
			}})
		}
		if k.Name == "MatVec" {
			for _, size := range []int{256, 1024} {
				for _, rank := range []int{1, 4, 16} {
					cases = append(cases, populationForward(size, 4096/size*64, rank))
				}
			}
		}
	}
	// Products come first.
	slices.SortStableFunc(cases, func(a, b Case) int { return cmp.Compare(min(b.MACs, 1), min(a.MACs, 1)) })
	return cases
}

// Plain returns the plain product that is the baseline for the efficiency of a population's
// product. After New, both share the operands, so that the cache holds them for both or neither.
func (c Case) Plain() Case { return *c.plain }

// PopulationForward is the name of the product of a population by package lowrank, including the
// drawing of the noise.
const PopulationForward = "PopulationForward"

// populationForward returns the case of an m×m matrix and a population of n columns, four per
// member. Its work is the plain product's with the same number of columns, so that the ratio of
// both rates is the efficiency.
func populationForward(m, n, rank int) Case {
	const columns = 4
	var (
		w lowrank.Parameter
		x []int8
		y []int32
	)
	plain := Case{Kernel: "MatMul", Measured: catalogue.Product(m, m, n)}
	plain.New = func() func() { return func() { kernels.MatMul(y, w.W, x, n) } }
	c := plain
	c.Kernel, c.Rank, c.plain = PopulationForward, rank, &plain
	c.New = func() func() {
		w, x, y = lowrank.Parameter{W: packed.NewMatrix(m, m)}, make([]int8, kernels.Quads(m)*4*n), make([]int32, m*n)
		lowrank.Randomize(w, kernels.Uniform, 1)
		r := rand.New(rand.NewPCG(1, 2))
		for i := range x {
			x[i] = int8(r.IntN(255) - 127)
		}
		noise := lowrank.Noise{Seed: 1, Rank: rank, Sigma: 4}
		var ws lowrank.Workspace
		return func() {
			noise.Generation++
			noise.Product(&ws, y, w, x, 0, n/(2*columns), columns)
		}
	}
	return c
}
