//go:build dnnl && cgo

package main

// #cgo CFLAGS: -std=c11 -Wall -Wextra
// #cgo LDFLAGS: -ldnnl -lgomp
// #include <oneapi/dnnl/dnnl.h>
// #include "onednn.h"
import "C"

import (
	"fmt"
	"unsafe"
)

func init() {
	others = append(others, contender{"onednn", oneDNN})
}

// oneDNN computes Yᵀ = Xᵀ·Wᵀ, for the weights have to be the signed operand on the
// right.
func oneDNN(p *problem) (job, error) {
	transposed := make([]int8, len(p.w))
	for i, v := range p.w {
		transposed[i%p.k*p.m+i/p.k] = v
	}
	var status C.int
	product := C.product_new(C.int64_t(p.m), C.int64_t(p.k), C.int64_t(p.n),
		(*C.int8_t)(unsafe.SliceData(transposed)), &status)
	if product == nil {
		return job{}, fmt.Errorf("no product of %d×%d×%d: status %d", p.m, p.k, p.n, status)
	}
	x := unsafe.Slice((*uint8)(C.product_x(product)), p.k*p.n)
	for i := range x {
		x[i] = uint8(p.at(i%p.k, i/p.k))
	}
	v := C.dnnl_version()
	return job{
		by: fmt.Sprintf("u8s8s32 matmul of oneDNN %d.%d.%d, %s", v.major, v.minor, v.patch, C.GoString(C.product_info(product))),
		run: func() {
			if status := C.product_run(product); status != 0 {
				panic(fmt.Sprintf("oneDNN: product of %d×%d×%d: status %d", p.m, p.k, p.n, status))
			}
		},
		result: func() []int32 {
			y := make([]int32, p.m*p.n)
			for i, v := range unsafe.Slice((*int32)(C.product_y(product)), len(y)) {
				y[i%p.m*p.n+i/p.m] = v
			}
			return y
		},
		close: func() { C.product_free(product) },
	}, nil
}
