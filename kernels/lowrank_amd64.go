//go:build !purego

package kernels

func project(t []int32, b []uint8, x []int8, l Layout, k int) { projectGeneric(t, b, x, l, k) }

func projectShared(t []int32, b []uint8, x []int8, l Layout, k int) {
	projectSharedGeneric(t, b, x, l, k)
}

func perturb(y []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	perturbGeneric(y, a, t, l, m, shift)
}

func perturbShared(y, base []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	perturbSharedGeneric(y, base, a, t, l, m, shift)
}
