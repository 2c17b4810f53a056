//go:build !purego

package kernels

import "testing"

// TestSlowGFNI compares the product of few columns as CPUs unpack that have fast GFNI, and
// as those that have slow one.
func TestSlowGFNI(t *testing.T) {
	defer func(slow bool) { slowGFNI = slow }(slowGFNI)
	forEachImpl(t, func(t *testing.T) {
		for _, slowGFNI = range []bool{false, true} {
			for n := 1; n <= 8; n++ {
				for _, k := range []int{31, 256, 300, 1100} {
					const m = 53
					o := newOperands(t, uint64(n*k), 0, 0)
					w, x := o.weights(m, k), o.batch(k, n)
					got, want := make([]int32, m*n), make([]int32, m*n)
					MatMul(got, w, x, n)
					matMulGeneric(want, w, x, n)
					equal(t, "MatMul", got, want)
				}
			}
		}
	})
}
