//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

func updateResidual(w *packed.Matrix, residual []int8, t Terms, rule Residual, lo, hi int) int {
	return updateResidualGeneric(w, residual, t, rule, lo, hi)
}

func updateThreshold(w *packed.Matrix, t Terms, tau int32, lo, hi int) int {
	return updateThresholdGeneric(w, t, tau, lo, hi)
}
