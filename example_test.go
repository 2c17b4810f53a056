package pentary_test

import (
	"context"
	"fmt"
	"log"

	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// A network learns to read handwritten digits. README.md has these lines.
func Example() {
	train, test, err := digits.Load() // 1,438 and 359 images of 8×8 pixels
	if err != nil {
		log.Fatal(err)
	}
	net := nn.NewMLP(1, 64, 64, 10) // 4,736 weights in 1,776 bytes
	evaluator, err := nn.NewEvaluator(net, nn.Classify(train), nn.EvaluatorOptions{})
	if err != nil {
		log.Fatal(err)
	}
	opt, err := es.New(net.Parameters(), evaluator, es.Options{Seed: 1, Generations: 150})
	if err != nil {
		log.Fatal(err)
	}
	if err := opt.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	correct, err := net.Accuracy(test)
	fmt.Println(correct, "of", test.Len(), err)
	// Output: 341 of 359 <nil>
}
