// Package es implements the optimizer: evolution strategies over matrices of pents, in
// integers.
//
// A generation draws antithetic pairs of low-rank perturbations (package lowrank),
// has them scored, turns the difference of each pair's two scores into a small
// signed code f, and moves the weights by Z = Σ f·A·Bᵀ under an update rule. Members
// exchange only these codes.
//
// Use Run with an Evaluator, or Ask and Tell in your own loop:
//
//	for !opt.Done() {
//		generation := opt.Ask()
//		// ... score both members of every pair ...
//		opt.Tell(scores)
//	}
//
// With Options.Estimator = lowrank.PerturbActivations the noise enters the activations
// instead: every sample of a pair has a code, and updates need the inputs of each layer.
//
// EvaluateEach scores members by any function of their weights. The Record of each generation
// is enough to move the weights again without an evaluation (Replay), and AppendState holds
// all state of a run except its weights; package journal keeps both on disk.
//
// The table shows the memory of each rule, in bits a weight including the weight's own three,
// and the mean squared error on the pattern task (pattern_test.go), which begins at 2.05, by
// members × generations, with Raw fitness and each rule at the best of the rates tried:
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
