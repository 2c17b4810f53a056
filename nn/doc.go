// Package nn builds networks out of the lower floors: integer layers over
// pentary matrices, evaluated for a whole population at once.
//
// Activations are int8 in quads, accumulators int32, and weights pents, as in
// package kernels; nothing in training or inference is a float. An activation has four
// fraction bits: 16 is one.
//
// An MLP is a stack of dense layers, which a Classifier scores on labelled samples. A
// Model is a list of any layers, recurrent ones among them, that goes through sequences
// step by step: a Predictor scores it on them, a Runner runs it, and
// NewLanguageModel makes one that reads bytes. Package control has what acts instead.
package nn
