package kernels

import (
	"sync"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
)

// TestConcurrent runs every kernel in several goroutines at once: they share
// nothing.
func TestConcurrent(t *testing.T) {
	cases := []struct {
		check func(*operands, []int)
		shape []int
	}{
		{checkUnpack, []int{1000}},
		{checkPack, []int{1000}},
		{checkInterleave, []int{70, 33}},
		{checkColumnSums, []int{70, 33}},
		{checkMatMul, []int{40, 530, 50}},
		{checkMatVec, []int{40, 530, 5}},
		{checkProject, []int{3, 4, 5, 290}},
		{checkProjectShared, []int{3, 4, 5, 290}},
		{checkPerturb, []int{3, 4, 5, 40, 6}},
		{checkPerturbShared, []int{3, 4, 5, 40, 6}},
		{checkPerturbSharedRequantize, []int{3, 1, 17, 40, 1, 5, 1}},
		{checkPerturbSharedRequantize, []int{3, 4, 5, 40, 6, 7, 0}},
		{checkMatMulPerturbed, []int{5, 1, 4, 10, 290, 6}},
		{checkMatMulPerturbed, []int{5, 1, 4, 40, 290, 6}},
		{checkMatMulPerturbed, []int{5, 2, 4, 40, 290, 6}},
		{checkRequantize, []int{41, 33, 7, 0}},
		{checkNormalize, []int{70, 33, 64}},
		{checkAdd, []int{150}},
		{checkGate, []int{150}},
		{checkBlend, []int{150}},
		{checkScore, []int{100, 33}},
		{checkNoise, []int{40, int(Binomial)}},
		{checkRandom, []int{40}},
		{checkWeighFactors, []int{9, 4, 40}},
		{checkInterleaveFactors, []int{65, 9}},
		{checkInterleaveInputs, []int{15, 70}},
		{checkUpdateResidual, []int{5, 290, 65}},
		{checkUpdateResidual4, []int{5, 290, 65}},
		{checkUpdateStochastic, []int{5, 290, 65}},
		{checkUpdateFlip, []int{5, 290, 65}},
		{checkUpdateThreshold, []int{5, 290, 65}},
		{checkShrink, []int{5, 290}},
		{checkSaturated, []int{5, 290}},
	}
	forEachImpl(t, func(t *testing.T) {
		for _, c := range cases {
			var all sync.WaitGroup
			for i := range uint64(4) {
				all.Go(func() {
					asmtest.Faults(t, func() {
						for j := range uint64(5) {
							c.check(newOperands(t, 5*i+j, asmtest.End, 0), c.shape)
						}
					})
				})
			}
			all.Wait()
		}
	})
}

// TestConcurrentScratch multiplies again and again in several goroutines, each
// with operands of its own. Nearly all of the time goes to the kernels, so that
// working memory shared by mistake shows in the results, also where the race
// detector sees nothing: in assembly.
func TestConcurrentScratch(t *testing.T) {
	const m, k, n = 70, 600, 48
	pop := Population{Pairs: 3, Rank: 4, Columns: 8}
	forEachImpl(t, func(t *testing.T) {
		var all sync.WaitGroup
		for i := range uint64(4) {
			o := newOperands(t, i, 0, 0)
			w, x, b := o.weights(m, k), o.batch(k, n), o.factors(pop.Pairs*pop.Rank, k)
			y, wantY := output[int32](o, m*n)
			low, wantLow := output[int32](o, pop.Rank*n)
			matMulGeneric(wantY, w, x, n)
			projectGeneric(wantLow, b, x, pop, k)
			all.Go(func() {
				for range 20 {
					MatMul(y, w, x, n)
					equal(t, "y", y, wantY)
					Project(low, b, x, pop, k)
					equal(t, "t", low, wantLow)
				}
			})
		}
		all.Wait()
	})
}
