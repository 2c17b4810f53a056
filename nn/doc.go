// Package nn builds networks out of the lower floors: integer layers over
// pentary matrices, evaluated for a whole population at once.
//
// Activations are int8 in quads, accumulators int32, and weights pents, as in
// package kernels; nothing in training or inference is a float.
package nn
