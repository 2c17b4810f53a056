package kernels

import (
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
)

// dimension is the range of one dimension of a fuzzed shape.
type dimension struct{ least, most int }

// fuzz compares kernels of one family, whose shapes have the same dimensions,
// with their references on every implementation. Every dimension takes two bytes
// of shape; data is what the operands hold first, and seed makes the rest and
// says on which side of guard pages they lie.
func fuzz(f *testing.F, dims []dimension, checks ...func(*operands, []int)) {
	f.Add([]byte{}, uint64(0), []byte{})
	f.Add([]byte{3, 0, 2, 1, 9, 0, 5, 0, 7, 0}, uint64(1), []byte{})
	f.Add([]byte{4, 0, 32, 0, 33, 0, 64, 0, 30, 0}, uint64(2), []byte{0x7f, 0x80, 0x81, 0, 1, 2, 3, 4})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, uint64(3), []byte("pents"))
	f.Fuzz(func(t *testing.T, bytes []byte, seed uint64, data []byte) {
		shape := make([]int, len(dims))
		for i, d := range dims {
			v := 0
			if len(bytes) >= 2 {
				v, bytes = int(bytes[0])|int(bytes[1])<<8, bytes[2:]
			}
			shape[i] = d.least + v%(d.most-d.least+1)
		}
		place := asmtest.Place(seed%2) - 1 // End or Start
		for _, name := range Implementations() {
			choose(t, name)
			for _, check := range checks {
				o := newOperands(t, seed, place, 0)
				o.data = data
				asmtest.Faults(t, func() { check(o, shape) })
			}
			if t.Failed() {
				t.Fatalf("implementation %s, shape %v", name, shape)
			}
		}
	})
}

func FuzzUnpack(f *testing.F) { fuzz(f, []dimension{{0, 2100}}, checkUnpack, checkPack) }

func FuzzMatMul(f *testing.F) {
	fuzz(f, []dimension{{1, 20}, {1, 1100}, {0, 70}}, checkMatMul)
}

func FuzzMatVec(f *testing.F) {
	fuzz(f, []dimension{{1, 20}, {1, 2100}, {1, MaxVecs}}, checkMatVec)
}

func FuzzProject(f *testing.F) {
	fuzz(f, []dimension{{0, 4}, {1, 17}, {1, 70}, {1, 600}}, checkProject, checkProjectShared)
}

func FuzzMatMulPerturbed(f *testing.F) {
	fuzz(f, []dimension{{0, 4}, {1, 5}, {1, 40}, {1, 20}, {1, 600}, {0, 30}}, checkMatMulPerturbed)
}

func FuzzPerturb(f *testing.F) {
	fuzz(f, []dimension{{0, 4}, {1, 17}, {1, 40}, {1, 70}, {0, 30}}, checkPerturb, checkPerturbShared)
}

func FuzzPerturbSharedRequantize(f *testing.F) {
	fuzz(f, []dimension{{0, 4}, {1, 5}, {1, 300}, {1, 40}, {0, 30}, {0, 30}, {0, 1}}, checkPerturbSharedRequantize)
}

func FuzzTerms(f *testing.F) {
	fuzz(f, []dimension{{0, 20}, {1, 17}, {1, 70}}, checkWeighFactors, checkInterleaveFactors)
}

func FuzzInputs(f *testing.F) {
	fuzz(f, []dimension{{0, StripCols}, {0, 300}}, checkInterleaveInputs)
}

func FuzzUpdate(f *testing.F) {
	fuzz(f, []dimension{{1, 9}, {1, 600}, {0, 300}},
		checkUpdateResidual, checkUpdateResidual4, checkUpdateStochastic, checkUpdateFlip, checkUpdateThreshold)
}

func FuzzWeights(f *testing.F) {
	fuzz(f, []dimension{{1, 40}, {1, 1100}}, checkShrink, checkSaturated)
}

func FuzzBatch(f *testing.F) {
	fuzz(f, []dimension{{0, 300}, {0, 70}, {1, 127}}, checkInterleave, checkColumnSums, checkNormalize)
}

func FuzzRequantize(f *testing.F) {
	fuzz(f, []dimension{{0, 70}, {0, 70}, {0, 30}, {0, 1}}, checkRequantize)
}

func FuzzGates(f *testing.F) {
	fuzz(f, []dimension{{0, 300}}, checkAdd, checkGate, checkBlend)
}

func FuzzScore(f *testing.F) { fuzz(f, []dimension{{1, MaxClasses}, {0, 70}}, checkScore) }

func FuzzNoise(f *testing.F) { fuzz(f, []dimension{{0, 80}, {0, 1}}, checkNoise) }
func FuzzNoisePairs(f *testing.F) {
	fuzz(f, []dimension{{0, 40}, {0, 40}, {0, 1}}, checkNoisePairs)
}

func FuzzRandom(f *testing.F) { fuzz(f, []dimension{{0, 80}}, checkRandom) }
