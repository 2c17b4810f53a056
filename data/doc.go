// Package data provides the data on which networks train: labelled samples of int8, texts,
// readers of their files, and splits into training, validation and test parts.
//
//	table, err := data.ReadCSV("iris.csv", data.CSVOptions{Label: "species"})
//	...
//	split, err := table.Split(data.SplitOptions{Seed: 1, Validation: 20, Test: 20}) // per cent
//	...
//	split.Train, split.Validation, split.Test // *Dataset
//	split.Scaler                              // turns new rows into samples
//
// Readers take memory proportional to the size of their input, whatever its header claims.
// Errors name the file, the line or offset, and the column.
package data
