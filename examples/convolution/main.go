// Command convolution classifies the embedded digits with a convolution and a dense layer.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// channels returns the images with four channels a pixel, as layers take it: the pixel,
// and a constant that makes up for a bias.
func channels(images *data.Dataset) *data.Dataset {
	d := images.Empty()
	d.Features, d.Labels = 4*images.Features, images.Labels
	for _, pixel := range images.Inputs {
		d.Inputs = append(d.Inputs, pixel, 0, 0, 64)
	}
	return d
}

func main() {
	train, test, err := digits.Load()
	check(err)
	filters := nn.NewConv2D(digits.Side, digits.Side, 4, 32, 4, 2, true) // 32 filters of 4×4, stride 2
	model := nn.NewModel(filters, nn.NewDense(filters.Outputs(), digits.Classes, false))
	model.Randomize(1)
	evaluator, err := nn.NewEvaluator(model, nn.Classify(channels(train)), nn.EvaluatorOptions{Streams: 256})
	check(err)
	opt, err := es.New(model.Parameters(), evaluator, es.Options{
		Seed: 1, Generations: 1500, Pairs: 64, Rule: es.Residual{Rate: es.Ratio(15, 100)},
	})
	check(err)
	check(opt.Run(context.Background()))
	right, err := model.Accuracy(channels(test))
	check(err)
	fmt.Printf("%d of %d test samples right, %v\n", right, test.Len(), model)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
