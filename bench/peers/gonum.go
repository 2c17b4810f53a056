package main

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

func init() { others = append(others, contender{"gonum", gonum}) }

func gonum(p *problem) (job, error) {
	w, x := p.floats()
	y := make([]float32, p.m*p.n)
	a := blas32.General{Rows: p.m, Cols: p.k, Stride: p.k, Data: w}
	run := func() {
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, a,
			blas32.General{Rows: p.k, Cols: p.n, Stride: p.n, Data: x},
			0, blas32.General{Rows: p.m, Cols: p.n, Stride: p.n, Data: y})
	}
	if p.n == 1 {
		run = func() {
			blas32.Gemv(blas.NoTrans, 1, a, blas32.Vector{N: p.k, Inc: 1, Data: x}, 0, blas32.Vector{N: p.m, Inc: 1, Data: y})
		}
	}
	return job{by: "blas32 of gonum " + version("gonum.org/v1/gonum"), run: run, result: func() []int32 { return integers(y) }}, nil
}
