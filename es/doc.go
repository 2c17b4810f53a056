// Package es is the optimizer: evolution strategies over pentary matrices, by
// integers alone.
//
// A generation draws antithetic pairs of low-rank perturbations (package lowrank),
// has them scored, shapes the difference of each pair's two scores to a small
// signed code, and moves the weights by Z = Σ f·A·Bᵀ under an update rule. The
// codes are the only thing that the members exchange.
//
// Use Run with an Evaluator, or Ask and Tell to keep the loop to yourself:
//
//	for !opt.Done() {
//		generation := opt.Ask()
//		// ... score both members of every pair ...
//		opt.Tell(scores)
//	}
//
// One (seed, data, options) gives one sequence of weights, on any CPU and any
// number of threads.
package es
