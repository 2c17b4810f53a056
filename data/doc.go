// Package data holds what networks are trained on: labelled samples, the readers of
// their files, and how they are divided into training, validation and test parts.
package data
