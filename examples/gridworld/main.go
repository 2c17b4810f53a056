// Command gridworld trains a policy for an environment of its own: on a grid of 8×8 an
// agent goes through the one gap of a wall in column 4, in row 2, to a goal behind it.
package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
)

type grid struct{} // variables: x and y of the agent, x and y of the goal

func (grid) Spec() control.Spec {
	return control.Spec{Name: "grid", Variables: 4, Inputs: 70, Outputs: 4, Limit: 40}
}

func (grid) Reset(e *control.Episodes, i int, random *control.Random) {
	cell := func(least, n uint32) control.Q40 { return control.Q40(least+random.Uint32()%n) * control.One }
	e.State[0][i], e.State[1][i], e.State[2][i], e.State[3][i] = cell(0, 4), cell(0, 8), cell(5, 3), cell(0, 8)
}

func (grid) Observe(e *control.Episodes, i int, inputs []int8) {
	x, y, goalX, goalY := e.State[0][i].Round(), e.State[1][i].Round(), e.State[2][i].Round(), e.State[3][i].Round()
	inputs[8*x+y], inputs[65+max(-1, min(1, goalX-x))], inputs[68+max(-1, min(1, goalY-y))] = 127, 127, 127
}

func (grid) Step(e *control.Episodes) {
	for i := range e.Len() {
		x, y, goalX, goalY := e.State[0][i].Round(), e.State[1][i].Round(), e.State[2][i].Round(), e.State[3][i].Round()
		if move := [4][2]int{{0, -1}, {1, 0}, {0, 1}, {-1, 0}}[e.Action[i]]; x+move[0] != 4 || y+move[1] == 2 {
			x, y = min(max(x+move[0], 0), 7), min(max(y+move[1], 0), 7)
		}
		row := [2]int{2, y}[min(x/4, 1)] // that the way leads through: the gap's, before the wall
		way := max(x-goalX, goalX-x) + max(y-row, row-y) + max(row-goalY, goalY-row)
		if !e.Done[i] {
			e.State[0][i], e.State[1][i] = control.Q40(x)*control.One, control.Q40(y)*control.One
			e.Progress[i] = max(e.Progress[i], control.One-control.Q40(way)*control.One/32)
			e.Count(i, control.Q40(max(0, 1-way))*control.One-control.One/64, way == 0)
		}
	}
}

func main() {
	net := nn.NewMLP(1, control.Widths(grid{})...)                        // no hidden layer: the inputs name the cell
	options := es.Options{Seed: 1, Generations: 300, Pairs: 64, Sigma: 3} // sigma: the best of 0 to 3 on validation episodes
	must(0, must(es.New(net.Parameters(), must(control.NewEvaluator(net, grid{}, 32)), options)).Run(context.Background()))
	lost := slices.DeleteFunc(must(control.NewPolicy(net, grid{})).Test(1, control.HeldOut, 1000), func(r control.Q40) bool { return r > 0 })
	fmt.Printf("%d of 1000 fresh episodes reach the goal\n", 1000-len(lost))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
