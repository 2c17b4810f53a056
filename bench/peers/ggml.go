//go:build ggml && cgo

package main

// #cgo CFLAGS: -std=c11 -Wall -Wextra -Wno-unused-parameter
// #cgo LDFLAGS: -lggml -lggml-base
// #include <ggml.h>
// #include "ggml_peer.h"
import "C"

import (
	"fmt"
	"sync"
	"unsafe"
)

// A blockType is a quantized type of ggml. Its scales are set to 1, so that pents are what
// they are; those beyond the type's range are cut off. ggml quantizes x to eight bits in each
// run; a problem's x comes out exact.
type blockType struct {
	name   string
	number C.enum_ggml_type
	pents  int // of a block
	bytes  int
	least  int8
	most   int8
	set    func(block []byte, i int, w int8) // sets pent i of a block of zero bytes
	scale  func(block []byte)
}

var half1 = [2]byte{0x00, 0x3c} // 1 in float16

var blockTypes = []blockType{
	{
		"ggml-q4_0", C.GGML_TYPE_Q4_0, 32, 18, -2, 2,
		func(b []byte, i int, w int8) { b[2+i%16] |= byte(w+8) << (i / 16 * 4) },
		func(b []byte) { copy(b, half1[:]) },
	},
	{
		"ggml-mxfp4", C.GGML_TYPE_MXFP4, 32, 17, -2, 2,
		func(b []byte, i int, w int8) { b[1+i%16] |= [5]byte{12, 10, 0, 2, 4}[w+2] << (i / 16 * 4) },
		func(b []byte) { b[0] = 127 },
	},
	{
		"ggml-tq2_0", C.GGML_TYPE_TQ2_0, 256, 66, -1, 1,
		func(b []byte, i int, w int8) { b[i/128*32+i%32] |= byte(w+1) << (i / 32 % 4 * 2) },
		func(b []byte) { copy(b[64:], half1[:]) },
	},
	{
		"ggml-q2_k", C.GGML_TYPE_Q2_K, 256, 84, -2, 1,
		func(b []byte, i int, w int8) { b[16+i/128*32+i%32] |= byte(w+2) << (i / 32 % 4 * 2) },
		func(b []byte) { // each sixteen have the scale 1 and the minimum -2
			for i := range 16 {
				b[i] = 0x21
			}
			copy(b[80:], half1[:])
			copy(b[82:], half1[:])
		},
	},
}

func init() {
	for _, t := range blockTypes {
		others = append(others, contender{name: t.name, prepare: t.prepare})
	}
}

var loadBackends = sync.OnceFunc(func() { C.low_bit_load() })

func (t blockType) prepare(p *problem) (job, error) {
	if p.k%t.pents != 0 {
		return job{}, errSkip
	}
	loadBackends()
	clip := func(w int8) int8 { return min(max(w, t.least), t.most) }
	blocks := make([]byte, p.m*p.k/t.pents*t.bytes)
	for i, w := range p.w {
		block := blocks[i/t.pents*t.bytes:][:t.bytes]
		if i%t.pents == 0 {
			t.scale(block)
		}
		t.set(block, i%t.pents, clip(w))
	}
	product := C.low_bit_new(C.int(t.number), C.int64_t(p.m), C.int64_t(p.k), C.int64_t(p.n), unsafe.Pointer(&blocks[0]))
	if product == nil {
		return job{}, fmt.Errorf("no product of %d×%d×%d", p.m, p.k, p.n)
	}
	x := make([]float32, p.k*p.n)
	for i := range x {
		x[i] = float32(p.at(i%p.k, i/p.k))
	}
	C.low_bit_set_x(product, (*C.float)(&x[0]))
	return job{
		by:   fmt.Sprintf("ggml %s, %s", C.GoString(C.ggml_version()), C.GoString(C.low_bit_where(product))),
		clip: clip,
		run: func() {
			if status := C.low_bit_run(product); status != 0 {
				panic(fmt.Sprintf("ggml: status %d", status))
			}
		},
		result: func() []int32 {
			y := make([]float32, p.m*p.n)
			C.low_bit_get_y(product, (*C.float)(&y[0]))
			return p.transposed(y)
		},
		close: func() { C.low_bit_free(product) },
	}, nil
}
