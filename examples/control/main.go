// Command control trains a network of 96 pents to balance a pole on a cart, which
// takes a second or two, and then watches it at work.
package main

import (
	"context"
	"fmt"
	"log"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
)

const seed = 1

func main() {
	env := control.CartPole{}
	net := nn.NewMLP(seed, control.Widths(env, 16)...)
	policy, err := control.NewPolicy(net, env)
	if err != nil {
		log.Fatal(err)
	}
	evaluator, err := control.NewEvaluator(net, env, 4) // episodes of each member
	if err != nil {
		log.Fatal(err)
	}
	opt, err := es.New(net.Parameters(), evaluator, es.Options{Seed: seed, Generations: 50, Pairs: 32, Sigma: 1})
	if err != nil {
		log.Fatal(err)
	}
	err = opt.Run(context.Background(), func(s es.Stats) error {
		if n := s.Finished; n <= 5 || n%10 == 0 {
			mean, best := evaluator.Rewards()
			fmt.Printf("generation %2d: mean reward %6v, best member %6v\n", n, mean, best)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}

	rewards := policy.Test(seed, control.HeldOut, 100)
	fmt.Printf("\n100 fresh episodes: %v to %v\n\n", slices.Min(rewards), slices.Max(rewards))
	watch(policy, env)
}

// watch plays an episode step by step and prints where cart and pole are.
func watch(policy *control.Policy, env control.Environment) {
	e := control.NewEpisodes(env, 1)
	for e.Begin(env, seed, control.HeldOut, 0); e.Live > 0; env.Step(e) {
		policy.Act(e)
		if e.Steps[0]%100 == 0 {
			fmt.Printf("step %3d: cart at %5v, pole at %5v radians\n", e.Steps[0], e.State[0][0], e.State[2][0])
		}
	}
}
