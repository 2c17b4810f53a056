package nn_test

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// A network of two layers learns the exclusive or of two signs.
func Example() {
	samples := &data.Dataset{
		Features: 2, Classes: 2,
		Inputs: []int8{-100, -100, -100, 100, 100, -100, 100, 100},
		Labels: []uint8{0, 1, 1, 0},
	}
	net := nn.NewMLP(1, 2, 16, 2)
	evaluator, err := nn.NewEvaluator(net, nn.Classify(samples), nn.EvaluatorOptions{Streams: 8})
	if err != nil {
		fmt.Println(err)
		return
	}
	opt, err := es.New(net.Parameters(), evaluator, es.Options{Seed: 1, Generations: 100, Pairs: 64})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := opt.Run(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net.Confusion(samples))
	// Output: [[2 0] [0 2]] <nil>
}

func ExampleModel_Predict() {
	net := nn.NewMLP(1, 4, 8, 3)
	logits := net.Predict([]int8{90, -20, 0, 45})
	fmt.Println(logits, nn.Probabilities(logits))
	// Output: [57 -18 46] [39494 1523 24519]
}
