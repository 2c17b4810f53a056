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
// Ask also serves any function of whole weights: see Each. A Record of each
// generation is enough to move the weights again without evaluating anything (Replay),
// and AppendState holds all that a run keeps beside its weights; package journal makes
// both survive.
//
// What an update rule costs, in bits a weight with the weight's own three, and what it
// reaches on the pattern task (pattern_test.go), in mean squared error from 2.05:
//
//	TABLE
//
// One (seed, data, options) gives one sequence of weights, on any CPU and any
// number of threads.
package es
