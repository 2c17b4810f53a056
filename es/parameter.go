package es

import "github.com/Kaleaon/pentary-go/packed"

// Parameter is a tensor of a model: exactly one of Matrix and Vector is set. The
// optimizer trains it in place.
type Parameter struct {
	Name   string         // for messages and Identity; may be empty
	Matrix *packed.Matrix // weights
	Vector []int8         // a bias or gain, within ±127
	Frozen bool           // neither perturbed nor moved
	Sparse bool
}
