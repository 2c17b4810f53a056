// Package nn builds networks of integer layers from matrices of pents and evaluates them for
// a whole population at once.
//
// Activations are int8 in quads, accumulators int32, and weights pents, as in package
// kernels; nothing in training or inference is a float. An activation has four fraction
// bits: 16 is one.
// A Model is a list of layers. NewMLP makes one of dense layers, NewLanguageModel one for
// bytes, NewLlama one for tokens, NewModel one of any layers; Load and Model.File read and write
// .pent files. Model.Predict runs a model on one sample, a Runner on batches and sequences.
//
// An Evaluator scores a model for package es on a Task: Classify, Regress and Scored are
// tasks on a data.Dataset, Text on bytes, Tokens on texts of tokens. A Completer scores a model by
// what it writes, with a Rater that the program supplies. Package control trains policies.
//
//	model := nn.NewMLP(seed, samples.Features, 64, samples.Classes)
//	evaluator, err := nn.NewEvaluator(model, nn.Classify(samples), nn.EvaluatorOptions{})
//	...
//	opt, err := es.New(model.Parameters(), evaluator, es.Options{Generations: 400})
//	...
//	err = opt.Run(ctx)
//
// Layers and tasks can be implemented outside this package: see Layer, Register and Task.
//
// # Random numbers
//
// Randomize draws the weights of parameter number i, in the order of Parameters, as
// lowrank.Randomize does: in generation 0 of tensor i. DrawBatch and Text say which
// samples a generation sees.
package nn
