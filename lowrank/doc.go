// Package lowrank implements the algebra of EGGROLL (arXiv 2511.16652): perturbations
// E = A·Bᵀ/√r of a weight matrix, their product with activations, and the update
// as their weighted sum.
//
// The factors of a member are a pure function of (seed, generation, tensor,
// pair): they are drawn when they are needed and never stored for a run. The two
// members of an antithetic pair share them and differ in sign.
//
// A perturbed product is the product W·x plus a correction of rank r, which is
// added in the accumulator:
//
//	y = W·x ± RoundShift(A·(Bᵀx)·2^e/√r, Sigma+e)
//
// With v the variance of an entry of A·Bᵀ (Noise.Variance), e is the least integer such
// that 2^e ≥ √v. Bᵀx is multiplied by c/128, c = round(128·2^e/√v), and rounded to nearest,
// ties up. If √v is a power of two, as for ranks 1, 4, 16, 64 and 256, c is 128, and nothing is
// rounded before the shift (docs/decisions.md#scale-of-other-ranks).
//
// The correction is rounded to nearest (docs/decisions.md#rounding-of-perturbations) and never
// quantized to five levels, which would destroy its rank and, at small σ, round it to zero.
//
// PerturbActivations is a second estimator of the same gradient
// (docs/decisions.md#noise-in-activations). It perturbs the output of a layer for each sample by
// σ·A·s/√r with a random sign s. Every sample of a pair has a fitness code, and the update is
// the sum over samples of an estimate D of the gradient by the layer's outputs, times its
// inputs:
//
//	y = W·x ± RoundShift(A·s·2^Log2Scale·2^e/√r, Sigma+e)
//	Z = Σ_b D_b·x̂_bᵀ,  D_b = Σ_p f_pb·A_p·s_pb
//
// On a single layer, the update of N pairs has a cos² of about N/(N + m) with the gradient;
// with noise in weights it is N/(N + m·k), see TestActivationGradient. In return, an update
// needs the data, and a record has a code for each sample.
//
// FullRank noise, a matrix of independent pents, is for comparison with low rank.
package lowrank
