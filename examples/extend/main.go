// Command extend has a layer, a task, an update rule, an environment and a data format that are
// not the library's, each in a file of its own, and trains with them.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
)

// learn trains a model of a Maxout layer on Majority by Outliers, and returns the bits a
// sample that the model is short of certainty.
func learn(generations int) (*nn.Model, float64, error) {
	hidden, err := NewMaxout(signs+1, 16, nn.Zeros)
	if err != nil {
		return nil, 0, err
	}
	model := nn.NewModel(hidden, nn.NewDense(16, 2, false))
	model.Randomize(1)
	evaluator, err := nn.NewEvaluator(model, Majority{nn.CrossEntropy{Classes: 2}}, nn.EvaluatorOptions{Streams: 128})
	if err != nil {
		return nil, 0, err
	}
	opt, err := es.New(model.Parameters(), evaluator, es.Options{
		Seed: 1, Generations: generations, Pairs: 64, Sigma: 2, Rule: Outliers{Deviations: 3},
	})
	if err != nil {
		return nil, 0, err
	}
	if err := opt.Run(context.Background()); err != nil {
		return nil, 0, err
	}
	score, err := evaluator.Score(2, 0) // of a batch that another seed draws
	return model, -float64(score) / 256 / 128, err
}

// park trains a policy and returns its mean reward over 100 fresh episodes.
func park(generations int) (float64, error) {
	net := nn.NewMLP(1, control.Widths(Park{}, 16)...)
	evaluator, err := control.NewEvaluator(net, Park{}, 8)
	if err != nil {
		return 0, err
	}
	opt, err := es.New(net.Parameters(), evaluator, es.Options{Seed: 1, Generations: generations, Pairs: 64, Sigma: 2})
	if err != nil {
		return 0, err
	}
	if err := opt.Run(context.Background()); err != nil {
		return 0, err
	}
	policy, err := control.NewPolicy(net, Park{})
	if err != nil {
		return 0, err
	}
	sum := control.Q40(0)
	for _, reward := range policy.Test(1, control.HeldOut, 100) {
		sum += reward
	}
	return float64(sum/100) / float64(control.One), nil
}

func main() {
	model, bits, err := learn(200)
	if err != nil {
		log.Fatal(err)
	}
	reward, err := park(60)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%v\n%.3f bits a sample; parking costs %.2f\n", model, bits, -reward)
}
