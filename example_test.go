package pentary_test

import (
	"context"
	"fmt"
	"log"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// A network learns whether three signs have an odd number of minuses, which no
// single layer can tell.
func Example() {
	samples := &data.Dataset{Features: 3, Classes: 2}
	for i := range 8 {
		for bit := range 3 {
			samples.Inputs = append(samples.Inputs, int8(100-200*(i>>bit&1)))
		}
		samples.Labels = append(samples.Labels, uint8(i^i>>1^i>>2)&1)
	}
	net := nn.NewMLP(1, 3, 32, 2) // 160 weights, 3 bits each
	evaluator, err := nn.NewEvaluator(net, nn.Classify(samples), nn.EvaluatorOptions{Streams: 16})
	if err != nil {
		log.Fatal(err)
	}
	opt, err := es.New(net.Parameters(), evaluator, es.Options{Seed: 1, Generations: 200, Pairs: 64})
	if err != nil {
		log.Fatal(err)
	}
	if err := opt.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(net.Confusion(samples)) // rows are the true classes
	// Output: [[4 0] [0 4]] <nil>
}
