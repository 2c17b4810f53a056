package control_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
)

// Docking is to bring a craft to rest at the origin by its two jets. Every step costs
// the distance.
type Docking struct{}

func (Docking) Spec() control.Spec {
	return control.Spec{Name: "docking", Variables: 2, Inputs: 2, Outputs: 3, Limit: 60, Threshold: -20 * control.One}
}

func (Docking) Reset(e *control.Episodes, i int, random *control.Random) {
	e.State[0][i] = random.Uniform(-control.One, control.One) // position
	e.State[1][i] = 0                                         // velocity
}

func (Docking) Observe(e *control.Episodes, i int, inputs []int8) {
	inputs[0] = control.Activation(e.State[0][i], 127*control.One)
	inputs[1] = control.Activation(e.State[1][i], 500*control.One)
}

func (Docking) Step(e *control.Episodes) {
	for i, done := range e.Done {
		if done {
			continue
		}
		e.State[1][i] += control.Q40(e.Action[i]-1) * control.One / 100
		e.State[0][i] += e.State[1][i]
		e.Count(i, -max(e.State[0][i], -e.State[0][i]), false)
	}
}

// A policy learns an environment of one's own.
func Example() {
	env := Docking{}
	net := nn.NewMLP(1, control.Widths(env, 8)...)
	policy, err := control.NewPolicy(net, env)
	if err != nil {
		fmt.Println(err)
		return
	}
	evaluator, err := control.NewEvaluator(net, env, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	opt, err := es.New(net.Parameters(), evaluator, es.Options{Seed: 1, Generations: 40, Pairs: 32, Sigma: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("worst of 100 episodes before:", slices.Min(policy.Test(1, control.HeldOut, 100)))
	if err := opt.Run(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("and after:", slices.Min(policy.Test(1, control.HeldOut, 100)))
	// Output:
	// worst of 100 episodes before: -94.82
	// and after: -10.94
}
