// Package cases lists the measurements of the kernels: what bench_test.go runs
// under go test and the command's bench prints as a table.
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

// Case is one kernel at one shape.
type Case struct {
	Kernel string
	catalogue.Measured

	// New makes the operands and returns the run, on one thread unless the kernel
	// spreads itself.
	New func() (run func())

	plain *Case // of a population's product
}

// All returns all measurements. Shapes run from what stays in the first-level
// cache to what leaves all of them.
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
	// The products first.
	slices.SortStableFunc(cases, func(a, b Case) int { return cmp.Compare(min(b.MACs, 1), min(a.MACs, 1)) })
	return cases
}

// Plain returns the plain product that the efficiency of a population's product is
// measured against: of the same operands, once New has made them, so that neither
// finds its own in the cache and the other's not.
func (c Case) Plain() Case { return *c.plain }

// PopulationForward is the name of the product of a population with its noise drawn
// live, by package lowrank.
const PopulationForward = "PopulationForward"

// populationForward is the product of a population of n columns, four a member, by an
// m×m matrix. Its work is counted as the plain product's of as many columns, so
// that the ratio of the two rates is its efficiency.
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
