// Package lowrank is the algebra of EGGROLL (arXiv 2511.16652): perturbations
// E = A·Bᵀ/√r of a weight matrix, their product with activations, and the update
// that they add up to.
//
// The factors of a member are a pure function of (seed, generation, tensor,
// pair): they are drawn when they are needed and never stored for a run. The two
// members of an antithetic pair share them and differ in sign.
//
// A perturbed product is the product all members share, plus a thin correction
// that is added in the accumulator:
//
//	y = W·x ± RoundShift(A·(Bᵀx)·2^e/√r, Sigma+e)
//
// It is never quantized to five levels: that would destroy its rank and, at small
// σ, round it to nothing.
//
// Embeddings are matrices of which a member looks rows up. Vectors, biases and gains,
// have a random pent for every element. FullRank noise, a matrix of independent pents,
// is what low rank is to be compared with.
package lowrank
