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
	// 32 filters of 4×4, stride 2. Of nine shapes and settings these, with the rate below,
	// were the best on a fifth of the training samples, held out: 96.5 % after 600
	// generations; 16 filters 94.8 %, 3×3 94.4 %, 5×5 with stride 1 the same in twice the time.
	filters := nn.NewConv2D(digits.Side, digits.Side, 4, 32, 4, 4, 2, true)
	model := nn.NewModel(filters, nn.NewDense(filters.Outputs(), digits.Classes, false))
	model.Randomize(1)
	evaluator, err := nn.NewEvaluator(model, nn.Classify(channels(train)), nn.EvaluatorOptions{Streams: 256})
	check(err)
	opt, err := es.New(model.Parameters(), evaluator, es.Options{
		Seed: 1, Generations: 1500, Pairs: 64, Rule: es.ErrorFeedback{Rate: es.Ratio(15, 100)},
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
