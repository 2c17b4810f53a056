//go:build openblas && cgo

package main

// #cgo pkg-config: openblas
// #include <cblas.h>
import "C"

import (
	"strings"
	"unsafe"
)

func init() {
	C.openblas_set_num_threads(1)
	others = append(others, contender{"openblas", openBLAS})
}

func openBLAS(p *problem) (job, error) {
	w, x := p.floats()
	y := make([]float32, p.m*p.n)
	m, k, n := C.blasint(p.m), C.blasint(p.k), C.blasint(p.n)
	pw, px, py := (*C.float)(unsafe.SliceData(w)), (*C.float)(unsafe.SliceData(x)), (*C.float)(unsafe.SliceData(y))
	by, run := "sgemm", func() {
		C.cblas_sgemm(C.CblasRowMajor, C.CblasNoTrans, C.CblasNoTrans, m, n, k, 1, pw, k, px, n, 0, py, n)
	}
	if p.n == 1 {
		by, run = "sgemv", func() { C.cblas_sgemv(C.CblasRowMajor, C.CblasNoTrans, m, k, 1, pw, k, px, 1, 0, py, 1) }
	}
	version := strings.Fields(C.GoString(C.openblas_get_config()))[:2] // "OpenBLAS 0.3.21"
	by += " of " + strings.Join(version, " ") + ", " + C.GoString(C.openblas_get_corename())
	return job{by: by, run: run, result: func() []int32 { return integers(y) }}, nil
}
