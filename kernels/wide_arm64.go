//go:build !purego

package kernels

// Batches of two digits have no assembly for arm64 yet.

func addWide(_, _, _, _ []int8) (done int)     { return 0 }
func swiGLU(_, _, _ []int8, _ uint) (done int) { return 0 }

func rootMeanSquare(dst, high, low []int8, k, n, target int) {
	rootColumns(dst, high, low, k, n, target, 0, n)
}
