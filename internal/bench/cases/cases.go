// Package cases lists the measurements of the kernels: what bench_test.go runs
// under go test and the command's bench prints as a table.
package cases

import (
	"math/rand/v2"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Case is one kernel at one shape.
type Case struct {
	Kernel  string
	M, K, N int
	Rank    int   // of low-rank kernels, else 0
	MACs    int64 // multiply-adds of a run, or 0 where that is not the work
	Pents   int64 // pents drawn, packed or unpacked by a run, or 0
	Bytes   int64 // bytes of the operands that a run reads and writes

	// New makes the operands and returns the run, on one thread unless the kernel
	// spreads itself.
	New func() (run func())

	plain *Case // of a population's product
}

// All returns all measurements. Shapes run from what stays in the first-level
// cache to what leaves all of them.
func All() []Case {
	var cases []Case
	for _, size := range []int{64, 256, 1024, 2048, 4096} {
		cases = append(cases, matMul(size, size, size))
	}
	cases = append(cases, matMul(256, 784, 512))
	for _, size := range []int{256, 1024, 4096, 16384} {
		for _, n := range []int{1, 4, 8} {
			cases = append(cases, matVec(size, size, n))
		}
	}
	for _, size := range []int{256, 1024} {
		for _, rank := range []int{1, 4, 16} {
			cases = append(cases, populationForward(size, size, 4096/size*64, rank))
		}
	}
	for _, size := range []int{256, 1024} {
		cases = append(cases, update("update", size, size, 1024, size*size, residual))
	}
	cases = append(cases,
		update("update_residual4", 1024, 1024, 1024, 1<<19, residual4),
		update("update_stochastic", 1024, 1024, 1024, 0, stochastic),
		update("update_flip", 1024, 1024, 1024, 1<<20, flip),
		update("update_threshold", 1024, 1024, 1024, 0, threshold),
		shrink(256, 1024), saturated(256, 1024))
	cases = append(cases,
		noise("noise", kernels.Binomial, 1<<16), noise("noise_uniform", kernels.Uniform, 1<<16), random(1<<16),
		unpack(1<<14), pack(1<<14),
		interleave(1024, 512), columnSums(1024, 512),
		perturbSharedRequantize(256, 4, 128), requantize(1024, 512), normalize(1024, 512), score(256, 512),
		add(256, 64), gate(256, 64), blend(256, 64), updateTermsOfInputs(256))
	return cases
}

func rng() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func weights(m, k int) *packed.Matrix {
	w := packed.NewMatrix(m, k)
	lowrank.Randomize(lowrank.Tensor{W: w}, kernels.Uniform, 1)
	return w
}

func activations(k, n int) []int8 {
	x, r := make([]int8, kernels.Quads(k)*4*n), rng()
	for i := range x {
		x[i] = int8(r.IntN(255) - 127)
	}
	return x
}

func accumulators(n int) []int32 {
	y, r := make([]int32, n), rng()
	for i := range y {
		y[i] = int32(r.IntN(1<<16) - 1<<15)
	}
	return y
}

func product(name string, m, k, n int, f func([]int32, *packed.Matrix, []int8, int)) Case {
	return Case{
		Kernel: name, M: m, K: k, N: n,
		MACs:  int64(m) * int64(k) * int64(n),
		Bytes: int64(m*packed.RowBytes(k) + k*n + 4*m*n),
		New: func() func() {
			w, x, y := weights(m, k), activations(k, n), make([]int32, m*n)
			return func() { f(y, w, x, n) }
		},
	}
}

func matMul(m, k, n int) Case { return product("matmul", m, k, n, kernels.MatMul) }
func matVec(m, k, n int) Case { return product("matvec", m, k, n, kernels.MatVec) }

// Plain returns the plain product that the efficiency of a population's product is
// measured against: of the same operands, once New has made them, so that neither
// finds its own in the cache and the other's not.
func (c Case) Plain() Case { return *c.plain }

// populationForward is the product of a population of n columns, four a member,
// with its noise drawn live. Its work is counted as that of the plain product of
// as many columns, so that the ratio of the two rates is its efficiency.
func populationForward(m, k, n, rank int) Case {
	const streams = 4
	var (
		w lowrank.Tensor
		x []int8
		y []int32
	)
	plain := product("matmul", m, k, n, kernels.MatMul)
	plain.New = func() func() { return func() { kernels.MatMul(y, w.W, x, n) } }
	c := plain
	c.Kernel, c.Rank, c.plain = "population_forward", rank, &plain
	c.New = func() func() {
		w, x, y = lowrank.Tensor{W: weights(m, k)}, activations(k, n), make([]int32, m*n)
		noise := lowrank.Noise{Seed: 1, Rank: rank, Sigma: 4}
		var ws lowrank.Workspace
		return func() {
			noise.Generation++
			noise.Product(&ws, y, w, x, 0, n/(2*streams), streams)
		}
	}
	return c
}

// A rule is an update rule on an m×k matrix, with whatever it keeps of it.
type rule func(w *packed.Matrix, t kernels.Terms) (step func())

var scale = kernels.Scale{Mul: 1 << 12, Shift: 16, Limit: 1 << 12}

func residual(w *packed.Matrix, t kernels.Terms) func() {
	state := make([]int8, w.Rows()*packed.PaddedLen(w.Cols()))
	return func() { kernels.UpdateResidual(w, state, t, scale, 0, w.Rows()) }
}

func residual4(w *packed.Matrix, t kernels.Terms) func() {
	state := make([]uint8, w.Rows()*packed.PaddedLen(w.Cols())/2)
	return func() { kernels.UpdateResidual4(w, state, t, scale, kernels.Stream{}, 0, w.Rows()) }
}

func stochastic(w *packed.Matrix, t kernels.Terms) func() {
	return func() { kernels.UpdateStochastic(w, t, scale, kernels.Stream{}, 0, w.Rows()) }
}

func flip(w *packed.Matrix, t kernels.Terms) func() {
	state := make([]int8, w.Rows()*packed.PaddedLen(w.Cols()))
	return func() {
		kernels.UpdateFlip(w, state, t, kernels.Flip{Scale: scale, Decay: 4, Threshold: 8}, kernels.Stream{}, 0, w.Rows())
	}
}

func threshold(w *packed.Matrix, t kernels.Terms) func() {
	return func() { kernels.UpdateThreshold(w, t, 400*kernels.ThresholdUnit+1, kernels.Stream{}, 0, w.Rows()) }
}

// update is the update of an m×k matrix by a rule that keeps so many bytes of it.
func update(name string, m, k, pairs, state int, step rule) Case {
	return Case{
		Kernel: name, M: m, K: k, N: pairs, Rank: 1,
		MACs:  int64(m) * int64(k) * int64(pairs),
		Bytes: int64(2*m*packed.RowBytes(k) + 2*state + pairs*(m+k)),
		New: func() func() {
			w := weights(m, k)
			t := kernels.Terms{
				Count: pairs, Rows: m,
				Left:  make([]int8, kernels.Quads(pairs)*4*m),
				Right: make([]uint8, kernels.Quads(pairs)*4*packed.PaddedLen(k)),
			}
			a, b := make([]uint8, pairs*packed.PaddedLen(m)), make([]uint8, pairs*packed.PaddedLen(k))
			kernels.Noise(a, kernels.Binomial, kernels.Stream{Seed: 1})
			kernels.Noise(b, kernels.Binomial, kernels.Stream{Seed: 2})
			f, r := make([]int8, pairs), rng()
			for i := range f {
				f[i] = int8(r.IntN(15) - 7)
			}
			kernels.WeighFactors(t.Left, a, f, 1, m)
			kernels.InterleaveFactors(t.Right, b, pairs, packed.PaddedLen(k))
			return step(w, t)
		},
	}
}

// shrink always draws, and never moves, so that every run is alike.
func shrink(m, k int) Case {
	return Case{Kernel: "shrink", M: m, K: k, Pents: int64(m * k), Bytes: int64(2 * m * packed.RowBytes(k)), New: func() func() {
		w := packed.NewMatrix(m, k)
		return func() { kernels.Shrink(w, 1<<8, kernels.Stream{}, 0, m) }
	}}
}

func saturated(m, k int) Case {
	return Case{Kernel: "saturated", M: m, K: k, Pents: int64(m * k), Bytes: int64(m * packed.RowBytes(k)), New: func() func() {
		w := weights(m, k)
		return func() { kernels.CountSaturated(w, 0, m) }
	}}
}

func noise(name string, law kernels.Distribution, n int) Case {
	return Case{Kernel: name, N: n, Pents: int64(n), Bytes: int64(n), New: func() func() {
		dst, s := make([]uint8, n), kernels.Stream{Seed: 1}
		return func() {
			s.Generation++
			kernels.Noise(dst, law, s)
		}
	}}
}

func random(n int) Case {
	return Case{Kernel: "random", N: n, Bytes: int64(n), New: func() func() {
		dst, s := make([]uint8, n), kernels.Stream{Seed: 1}
		return func() {
			s.Generation++
			kernels.Random(dst, s)
		}
	}}
}

func codes(n int) []uint8 {
	c := make([]uint8, packed.PaddedLen(n))
	kernels.Noise(c, kernels.Binomial, kernels.Stream{Seed: 1})
	return c
}

func unpack(n int) Case {
	return Case{Kernel: "unpack", K: n, Pents: int64(n), Bytes: int64(n + packed.RowBytes(n)), New: func() func() {
		row, dst := weights(1, n).Bytes(), codes(n)
		return func() { kernels.Unpack(dst, row, n) }
	}}
}

func pack(n int) Case {
	return Case{Kernel: "pack", K: n, Pents: int64(n), Bytes: int64(n + packed.RowBytes(n)), New: func() func() {
		row, src := weights(1, n).Bytes(), codes(n)
		return func() { kernels.Pack(row, src, n) }
	}}
}

func interleave(k, n int) Case {
	return Case{Kernel: "interleave", K: k, N: n, Bytes: int64(2 * k * n), New: func() func() {
		dst, src := activations(k, n), activations(k, n)
		return func() { kernels.Interleave(dst, src[:k*n], k, n) }
	}}
}

func columnSums(k, n int) Case {
	return Case{Kernel: "columnsums", K: k, N: n, Bytes: int64(k*n + 4*n), New: func() func() {
		x, sums := activations(k, n), make([]int32, n)
		return func() { kernels.ColumnSums(sums, x, k, n) }
	}}
}

// perturbSharedRequantize is the first layer of a population, of rank 1.
func perturbSharedRequantize(m, pairs, streams int) Case {
	pop := kernels.Population{Pairs: pairs, Rank: 1, Columns: streams}
	size := m*pop.TotalColumns() + 4*m*streams + pairs*(m+4*streams)
	return Case{Kernel: "perturb_shared_requantize", M: m, N: pop.TotalColumns(), Rank: 1, Bytes: int64(size), New: func() func() {
		dst, base, t := activations(m, pop.TotalColumns()), accumulators(m*streams), accumulators(pairs*streams)
		for i := range t {
			t[i] >>= 3 // as a projection of a few hundred activations
		}
		a, bias := codes(pairs*packed.PaddedLen(m)), accumulators(m)
		return func() {
			kernels.PerturbSharedRequantize(dst, base, a, t, pop, m, 6, kernels.Output{Bias: bias, Shift: 7, ReLU: true})
		}
	}}
}

func requantize(m, n int) Case {
	return Case{Kernel: "requantize", M: m, N: n, Bytes: int64(5 * m * n), New: func() func() {
		y, dst := accumulators(m*n), activations(m, n)
		bias := accumulators(m)
		return func() { kernels.Requantize(dst, y, m, n, kernels.Output{Bias: bias, Shift: 8, ReLU: true}) }
	}}
}

func normalize(k, n int) Case {
	return Case{Kernel: "normalize", K: k, N: n, Bytes: int64(2 * k * n), New: func() func() {
		x, dst := activations(k, n), activations(k, n)
		return func() { kernels.Normalize(dst, x, k, n, 32) }
	}}
}

// updateTermsOfInputs is one strip of columns.
func updateTermsOfInputs(n int) Case {
	const k = kernels.StripCols
	return Case{Kernel: "interleave_inputs", K: k, N: n, Bytes: int64((1 + kernels.UpdateTermsPerInput) * k * n), New: func() func() {
		strip, x := make([]uint8, kernels.UpdateTermsPerInput*k*n), activations(k, n)
		return func() { kernels.UpdateTermsOfInputs(strip, x, k, n) }
	}}
}

func add(m, n int) Case {
	return Case{Kernel: "add", M: m, N: n, Bytes: int64(3 * m * n), New: func() func() {
		dst, x := activations(m, n), activations(m, n)
		return func() { kernels.Add(dst, x) }
	}}
}

func gate(m, n int) Case {
	return Case{Kernel: "gate", M: m, N: n, Bytes: int64(3 * m * n), New: func() func() {
		dst, gates, x := activations(m, n), activations(m, n), activations(m, n)
		return func() { kernels.Gate(dst, gates, x) }
	}}
}

func blend(m, n int) Case {
	return Case{Kernel: "blend", M: m, N: n, Bytes: int64(4 * m * n), New: func() func() {
		dst, gates, x := activations(m, n), activations(m, n), activations(m, n)
		return func() { kernels.Blend(dst, gates, x) }
	}}
}

func score(m, n int) Case {
	return Case{Kernel: "score", M: m, N: n, Bytes: int64(m*n + 5*n), New: func() func() {
		logits, scores, targets := activations(m, n), make([]int32, n), make([]uint8, n)
		return func() { kernels.LogProb(scores, logits, targets, m, n) }
	}}
}
