// Package pentary documents a module that trains and runs neural networks whose
// weights are pents: balanced base-5 digits {-2, -1, 0, +1, +2}, stored at three bits
// each. It has no API of its own; its example trains a network.
//
// Training is EGGROLL (arXiv 2511.16652): evolution strategies whose
// perturbations are low-rank, so that a whole population is evaluated by one
// shared matrix product and two thin ones for each member. There is no
// backpropagation and no floating point in the training path: one seed, data and
// configuration give the same weights, bit for bit, on every CPU and any number
// of threads.
//
// The packages, each built on those above it in this list:
//
//   - trit5: the digit, its codes, rounding, and balanced base-5 numbers
//   - packed: vectors and matrices of pents, and their file format
//   - kernels: the hot loops over packed weights, in Go and in assembly
//   - lowrank: perturbations A·Bᵀ, their products, and the update they add up to
//   - es: the optimizer, with ask/tell and a run loop
//   - data: datasets from IDX, CSV and text files, and embedded ones
//   - nn: integer layers and networks, evaluated for a population at once
//   - train: a run of any task, with journal, resume, early stopping and replay
//   - tune: search for settings by successive halving
//
// Two modules stand beside it: cluster trains a run on many processes, and interchange reads
// and writes other formats. The command pentary, in cmd/pentary, trains and runs networks
// without a line of code.
package pentary
