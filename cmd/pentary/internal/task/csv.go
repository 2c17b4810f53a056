package task

import "github.com/Kaleaon/pentary-go/es"

// CSV is what trains on a table: the settings that validation parts chose, see
// docs/csv.md.
var CSV = Task{
	Name:    "csv",
	Title:   "a CSV file: to tell classes, or with --regress to predict a number",
	Hidden:  []int{32},
	Batch:   128,
	Options: es.Options{Generations: 1000, Pairs: 64},
	Rate:    "0.1",
}
