// Package interchange writes and reads models in the formats of other tools.
//
// A pent is exactly a value of int8, of int4, of Q4_0 and of MXFP4, whose E2M1 elements
// hold 0, ±1 and ±2; scales are powers of two in all of them. What is written is therefore
// not an approximation: the same weights, and where the format holds a computation (ONNX,
// C), the same outputs.
package interchange
