//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

func unpack(dst []uint8, row []byte, n int) { packed.UnpackCodes(dst, row, n) }
func pack(row []byte, src []uint8, n int)   { packed.PackCodes(row, src, n) }

func interleave(dst, src []int8, k, n int) { interleaveGeneric(dst, src, k, n) }
