package lowrank

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
)

// Estimator is what a generation perturbs to estimate the gradient.
type Estimator uint8

const (
	// PerturbWeights perturbs W by σ·A·Bᵀ/√r. Each member has one score for all of its
	// samples, and an update needs no data.
	PerturbWeights Estimator = iota

	// PerturbActivations perturbs the output of a layer for a batch, Y = W·X, by σ·A·Sᵀ/√r:
	// random signs S, one for each sample, replace XᵀB. Each sample of a member has its own
	// score.
	//
	// With PerturbWeights, the score of a sample x depends on B only through the number Bᵀx:
	// it is evidence about the component of B along x, and the rest of B adds noise to Z.
	// PerturbActivations sums over pairs first: D = Σ_p A_p·(f_p·S_p)ᵀ estimates the gradient
	// by each sample's outputs, of which there are k times fewer than weights, and then
	// Z = D·Xᵀ. A layer with several columns for a sample, such as a convolution, has a sign
	// for each column, and the same f_p for all of them
	// (docs/decisions.md#signs-of-the-columns-of-a-sample).
	PerturbActivations
)

// String returns what the estimator perturbs.
func (e Estimator) String() string {
	switch e {
	case PerturbWeights:
		return "weights"
	case PerturbActivations:
		return "activations"
	}
	return fmt.Sprintf("Estimator(%d)", uint8(e))
}

// wantWeights panics unless the noise is a matrix beside W.
func (n Noise) wantWeights(fn string) {
	if n.Estimator != PerturbWeights {
		panic(fmt.Sprintf("lowrank: %s: noise in %v, want %v", fn, n.Estimator, PerturbWeights))
	}
}

// signBytes draws the random bytes whose bit 0 says which samples of a pair have a
// minus, for all samples of one rank after another.
func (n Noise) signBytes(dst []uint8, tensor uint32, pair int) {
	kernels.Random(dst, n.Stream(Signs, tensor, pair))
}

func checkUnit(w Parameter) {
	if w.Log2Scale > MaxLog2Scale {
		panic(fmt.Sprintf("lowrank: parameter %d has scale 2^%d, want at most 2^%d", w.Number, w.Log2Scale, MaxLog2Scale))
	}
}
