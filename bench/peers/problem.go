package main

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// A shape describes a product Y = W·X: W is m×k, X is k×n.
type shape struct{ m, k, n int }

var shapes = []shape{
	{256, 256, 256},
	{1024, 1024, 1024},
	{4096, 4096, 4096},
	{256, 256, 1},
	{256, 256, 4},
	{256, 256, 8},
	{1024, 1024, 1},
	{1024, 1024, 4},
	{1024, 1024, 8},
	{1024, 1024, 64},
	{1024, 1024, 256},
	{4096, 4096, 1},
	{4096, 4096, 4},
	{4096, 4096, 8},
	{4096, 4096, 64},
	{4096, 4096, 256},
	{16384, 16384, 1},
}

// bitnet has the shapes of the products that bitnet.cpp publishes times of, in microseconds,
// of its kernel for weights of two bits on a GPU, an NVIDIA A100
// (github.com/microsoft/BitNet, gpu/README.md).
var bitnet = map[shape]float64{
	{2560, 2560, 1}: 13.32, {3840, 2560, 1}: 14.90, {13824, 2560, 1}: 18.75, {2560, 6912, 1}: 14.49,
	{3200, 3200, 1}: 14.61, {4800, 3200, 1}: 13.09, {3200, 10240, 1}: 19.64, {20480, 3200, 1}: 30.99,
}

// parseShapes reads shapes as in 1024x1024x4,256x256x1; none are the default ones.
func parseShapes(text string) (list []shape, err error) {
	switch text {
	case "":
		return shapes, nil
	case "bitnet":
		list = slices.Collect(maps.Keys(bitnet))
		slices.SortFunc(list, func(a, b shape) int { return cmp.Or(a.m*a.k-b.m*b.k, a.m-b.m) })
		return list, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		var s shape
		if n, err := fmt.Sscanf(part, "%dx%dx%d", &s.m, &s.k, &s.n); n < 3 || err != nil || min(s.m, s.k, s.n) < 1 {
			return nil, fmt.Errorf("shape %q, want as in 1024x1024x4", part)
		}
		list = append(list, s)
	}
	return list, nil
}

func (s shape) kernel() string {
	if s.n <= 8 {
		return "MatVec"
	}
	return "MatMul"
}

// A problem is a product's operands in the layouts that contenders take. Its X is
// not negative, so that it is also the unsigned operand that int8 libraries want,
// and no sum reaches 2^24, so that float32 is exact too. The largest of each 32 is 127, so that
// libraries that quantize X find it as it is.
type problem struct {
	shape
	weights *packed.Matrix
	w       []int8 // the same weights, row-major
	x       []int8 // X in quads
	want    []int32
}

func newProblem(s shape) *problem {
	r := rand.New(rand.NewPCG(1, 2))
	p := &problem{shape: s, weights: packed.NewMatrix(s.m, s.k), w: make([]int8, s.m*s.k), x: make([]int8, kernels.Quads(s.k)*4*s.n)}
	for i := range p.w {
		p.w[i] = int8(r.IntN(5) - 2)
	}
	p.weights.Pack(p.w)
	for i := range p.x {
		p.x[i] = int8(r.IntN(128))
	}
	for k := 0; k < s.k; k += 32 {
		for c := range s.n {
			p.x[(k/4*s.n+c)*4] = 127
		}
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

// transposed returns Y from Yᵀ.
func (p *problem) transposed(y []float32) []int32 {
	out := make([]int32, len(y))
	for i, v := range y {
		out[i%p.m*p.n+i/p.m] = int32(v)
	}
	return out
}

// expected returns Y of the weights, or of what becomes of them.
func (p *problem) expected(clip func(int8) int8) []int32 {
	if clip == nil && p.want != nil {
		return p.want
	}
	w := p.weights
	if clip != nil {
		clipped := make([]int8, len(p.w))
		for i, v := range p.w {
			clipped[i] = clip(v)
		}
		w = packed.NewMatrix(p.m, p.k)
		w.Pack(clipped)
	}
	y := make([]int32, p.m*p.n)
	kernels.MatMul(y, w, p.x, p.n)
	if clip == nil {
		p.want = y
	}
	return y
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
