//go:build xnnpack && cgo

package main

// #cgo LDFLAGS: -lXNNPACK
// #include <stdlib.h>
// #include <xnnpack.h>
import "C"

import (
	"fmt"
	"math"
	"unsafe"
)

func init() {
	for _, bits := range []int{8, 4} {
		others = append(others, contender{fmt.Sprintf("xnnpack-%d", bits), func(p *problem) (job, error) { return xnnpack(p, bits) }})
	}
}

// xnnpack computes Yᵀ = Xᵀ·Wᵀ by the fully connected operator of dynamically quantized
// inputs, whose weights have bits each. X is quantized before; all scales are 1.
func xnnpack(p *problem, bits int) (job, error) {
	if status := C.xnn_initialize(nil); status != C.xnn_status_success {
		return job{}, fmt.Errorf("status %d", status)
	}
	scales := make([]C.float, p.m)
	for i := range scales {
		scales[i] = 1
	}
	m, k, n := C.size_t(p.m), C.size_t(p.k), C.size_t(p.n)
	var op C.xnn_operator_t
	var status C.enum_xnn_status
	infinity := C.float(math.Inf(1))
	if bits == 8 {
		status = C.xnn_create_fully_connected_nc_qd8_f32_qc8w(k, m, k, m, &scales[0], (*C.int8_t)(&p.w[0]), nil,
			-infinity, infinity, 0, nil, nil, &op)
	} else {
		nibbles := make([]uint8, p.m*((p.k+1)/2)) // w + 8, the even ones low
		for i, w := range p.w {
			at := i % p.k
			nibbles[i/p.k*((p.k+1)/2)+at/2] |= uint8(w+8) << (at % 2 * 4)
		}
		status = C.xnn_create_fully_connected_nc_qd8_f32_qc4w(k, m, k, m, 8, &scales[0], unsafe.Pointer(&nibbles[0]), nil,
			-infinity, infinity, 0, nil, nil, &op)
	}
	if status != C.xnn_status_success {
		return job{}, fmt.Errorf("no operator: status %d", status)
	}

	// Memory of C's, because the operator keeps pointers to it.
	x := unsafe.Slice((*int8)(C.calloc(1, k*n+C.XNN_EXTRA_BYTES)), p.k*p.n)
	y := unsafe.Slice((*float32)(C.calloc(m*n, 4)), p.m*p.n)
	const spare = C.XNN_EXTRA_QUANTIZATION_PARAMS
	quantization := (*C.struct_xnn_quantization_params)(C.calloc(n+spare, C.sizeof_struct_xnn_quantization_params))
	for i := range unsafe.Slice(quantization, p.n+spare) {
		unsafe.Slice(quantization, p.n+spare)[i].scale = 1
	}
	for i := range x {
		x[i] = p.at(i%p.k, i/p.k)
	}
	px, py := (*C.int8_t)(&x[0]), (*C.float)(&y[0])
	if bits == 8 {
		if status = C.xnn_reshape_fully_connected_nc_qd8_f32_qc8w(op, n, nil); status == C.xnn_status_success {
			status = C.xnn_setup_fully_connected_nc_qd8_f32_qc8w(op, px, py, quantization)
		}
	} else if status = C.xnn_reshape_fully_connected_nc_qd8_f32_qc4w(op, n, nil); status == C.xnn_status_success {
		status = C.xnn_setup_fully_connected_nc_qd8_f32_qc4w(op, px, py, quantization)
	}
	if status != C.xnn_status_success {
		return job{}, fmt.Errorf("no product of %d×%d×%d: status %d", p.m, p.k, p.n, status)
	}
	return job{
		by: fmt.Sprintf("XNNPACK, qd8-f32-qc%dw", bits),
		run: func() {
			if status := C.xnn_run_operator(op, nil); status != C.xnn_status_success {
				panic(fmt.Sprintf("XNNPACK: status %d", status))
			}
		},
		result: func() []int32 { return p.transposed(y) },
		close: func() {
			C.xnn_delete_operator(op)
			C.free(unsafe.Pointer(px))
			C.free(unsafe.Pointer(py))
			C.free(unsafe.Pointer(quantization))
		},
	}, nil
}
