// Package data has the data on which networks train: labelled samples of int8, texts, the
// readers of their files, and their division into training, validation and test parts.
//
//	table, err := data.ReadCSV("iris.csv", data.CSVOptions{Label: "species"})
//	...
//	split, err := table.Split(data.SplitOptions{Seed: 1, Validation: 20, Test: 20}) // per cent
//	...
//	split.Train, split.Validation, split.Test // *Dataset
//	split.Scaler                              // turns new rows into samples
//
// Readers take memory in proportion to the size of their input, whatever it claims, and their
// errors name the file, the line or offset, and the column.
package data
