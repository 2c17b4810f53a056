package main

import "github.com/Kaleaon/pentary-go/nn/control"

// Park is an environment of its own: a car on a line is to stop at zero. Its variables are
// the position and the speed; the actions speed it up to the left, not at all, or to the
// right.
type Park struct{}

// Spec implements control.Environment.
func (Park) Spec() control.Spec {
	return control.Spec{Name: "park", Variables: 2, Inputs: 3, Outputs: 3, Limit: 50, Threshold: -10 * control.One}
}

// Reset implements control.Environment.
func (Park) Reset(e *control.Episodes, i int, random *control.Random) {
	e.State[0][i] = random.Uniform(-control.One, control.One)
	e.State[1][i] = 0
}

// Observe implements control.Environment.
func (Park) Observe(e *control.Episodes, i int, inputs []int8) {
	inputs[0] = control.Activation(e.State[0][i], 127*control.One)
	inputs[1] = control.Activation(e.State[1][i], 1000*control.One)
	inputs[2] = 64
}

// Step implements control.Environment: a step costs the distance from zero.
func (Park) Step(e *control.Episodes) {
	for i := range e.Len() {
		if e.Done[i] {
			continue
		}
		x, v := &e.State[0][i], &e.State[1][i]
		*v += control.Q40(e.Action[i]-1) * control.One / 64
		*x = max(-2*control.One, min(2*control.One, *x+*v)) // between two walls
		e.Count(i, -max(*x, -*x), false)
	}
}
