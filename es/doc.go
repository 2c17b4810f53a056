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
// With Options.Estimator = lowrank.PerturbActivations the noise enters the activations
// instead: every sample of a pair has a code, and updates take what the layers see.
//
// Ask also serves any function of whole weights: see EvaluateEach. A Record of each
// generation is enough to move the weights again without evaluating anything (Replay),
// and AppendState holds all that a run keeps beside its weights; package journal makes
// both survive.
//
// What a rule costs, in bits a weight with the weight's own three, and the mean squared
// error that it reaches on the pattern task (pattern_test.go) from 2.05, by members and
// generations, with Raw fitness and each rule at the best of the rates tried:
//
//	rule                   bits   100×50  1000×50  1000×200  1000×200 in noise
//	ErrorFeedback            11    1.060    0.004     0.000     0.013
//	ErrorFeedback, 4 bits     7    1.074    0.034     0.017     0.152
//	QES, window 32            3    0.933    0.004     0.000     0.198
//	Bop                      11    1.133    0.081     0.000     0.341
//	Threshold                 3    1.538    0.513     0.327     1.126
//	Stochastic                3    1.745    1.095     1.096     1.597
//
// An update under QES takes (Window+1)/2 times as long as under the others.
//
// One (seed, data, options) gives one sequence of weights, on any CPU and any
// number of threads.
package es
