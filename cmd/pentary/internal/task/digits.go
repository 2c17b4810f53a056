package task

import (
	"github.com/Kaleaon/pentary-go/data"
	embedded "github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
)

// digits is the UCI digits: small enough to be embedded and to be learned in
// seconds.
var digits = Task{
	Name:     "digits",
	Title:    "8×8 images of handwritten digits (UCI, embedded)",
	Embedded: true,
	Source: `E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
Learning Repository, 1998, doi:10.24432/C50P49, licence CC BY 4.0. Every fifth
sample is held out.`,

	Hidden:  []int{64},
	Batch:   128,
	Options: es.Options{Generations: 400, Pairs: 256},
	Rate:    "0.2",

	load: func(string) (train, test *data.Dataset, err error) { return embedded.Load() },
}
