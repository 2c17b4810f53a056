//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

func matMul(y []int32, w *packed.Matrix, x []int8, n int) { matMulGeneric(y, w, x, n) }
func matVec(y []int32, w *packed.Matrix, x []int8, n int) { matMulGeneric(y, w, x, n) }
