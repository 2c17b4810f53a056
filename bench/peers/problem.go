package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// A shape describes a product Y = W·X: W is m×k, X is k×n.
type shape struct{ m, k, n int }

var shapes = []shape{
	{256, 256, 256},
	{1024, 1024, 1024},
	{4096, 4096, 4096},
	{1024, 1024, 1},
	{1024, 1024, 4},
	{1024, 1024, 8},
	{1024, 1024, 64},
	{4096, 4096, 1},
	{4096, 4096, 4},
	{4096, 4096, 8},
}

func (s shape) kernel() string {
	if s.n <= 8 {
		return "MatVec"
	}
	return "MatMul"
}

// A problem is a product's operands in the layouts that contenders take. Its X is
// not negative, so that it is also the unsigned operand that int8 libraries want,
// and no sum reaches 2^24, so that float32 is exact too.
type problem struct {
	shape
	weights *packed.Matrix
	w       []int8 // the same weights, row-major
	x       []int8 // X in quads
}

func newProblem(s shape) *problem {
	r := rand.New(rand.NewPCG(1, 2))
	p := &problem{s, packed.NewMatrix(s.m, s.k), make([]int8, s.m*s.k), make([]int8, kernels.Quads(s.k)*4*s.n)}
	for i := range p.w {
		p.w[i] = int8(r.IntN(5) - 2)
	}
	p.weights.Pack(p.w)
	for i := range p.x {
		p.x[i] = int8(r.IntN(128))
	}
	return p
}

// at returns x[κ, c].
func (p *problem) at(k, c int) int8 { return p.x[(k/4*p.n+c)*4+k%4] }

// floats returns W and X in float32, row-major.
func (p *problem) floats() (w, x []float32) {
	w, x = make([]float32, p.m*p.k), make([]float32, p.k*p.n)
	for i, v := range p.w {
		w[i] = float32(v)
	}
	for i := range x {
		x[i] = float32(p.at(i/p.n, i%p.n))
	}
	return w, x
}

func integers(y []float32) []int32 {
	out := make([]int32, len(y))
	for i, v := range y {
		out[i] = int32(v)
	}
	return out
}

// check compares results of the problem, all of which are exact.
func (p *problem) check(got, want []int32) error {
	for i, v := range want {
		if got[i] != v {
			return fmt.Errorf("%d×%d×%d: y[%d, %d] is %d, not %d", p.m, p.k, p.n, i/p.n, i%p.n, got[i], v)
		}
	}
	return nil
}
