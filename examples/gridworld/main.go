// Command gridworld trains a policy for an environment of its own: on a grid of 8×8 an
// agent goes through the one gap of a wall in column 4, in row 2, to a goal behind it.
package main

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
)

type grid struct{} // variables: x and y of the agent, x and y of the goal

func (grid) Spec() control.Spec {
	return control.Spec{Name: "grid", Variables: 4, Inputs: 70, Outputs: 4, Limit: 40}
}

func (grid) Reset(e *control.Episodes, i int, random *control.Random) {
	for v, from := range [4][2]uint32{{0, 4}, {0, 8}, {5, 3}, {0, 8}} { // least, and how many
		e.State[v][i] = control.Q40(from[0]+random.Uint32()%from[1]) * control.One
	}
}

func (grid) Observe(e *control.Episodes, i int, inputs []int8) {
	x, y, goalX, goalY := e.State[0][i].Round(), e.State[1][i].Round(), e.State[2][i].Round(), e.State[3][i].Round()
	inputs[8*x+y], inputs[65+max(-1, min(1, goalX-x))], inputs[68+max(-1, min(1, goalY-y))] = 127, 127, 127
}

func (grid) Step(e *control.Episodes) {
	for i := range e.Len() {
		x, y, goalX, goalY := e.State[0][i].Round(), e.State[1][i].Round(), e.State[2][i].Round(), e.State[3][i].Round()
		move := [4][2]int{{0, -1}, {1, 0}, {0, 1}, {-1, 0}}[e.Action[i]]
		if toX, toY := min(max(x+move[0], 0), 7), min(max(y+move[1], 0), 7); toX != 4 || toY == 2 {
			x, y = toX, toY
		}
		way := max(x-goalX, goalX-x) + max(y-goalY, goalY-y)
		if x < 4 { // it leads through the gap
			way = 4 - x + max(y-2, 2-y) + goalX - 4 + max(goalY-2, 2-goalY)
		}
		if !e.Done[i] {
			e.State[0][i], e.State[1][i] = control.Q40(x)*control.One, control.Q40(y)*control.One
			e.Progress[i] = max(e.Progress[i], control.One-control.Q40(way)*control.One/32)
			e.Count(i, control.Q40(max(0, 1-way))*control.One-control.One/64, way == 0)
		}
	}
}

func main() {
	net := nn.NewMLP(1, control.Widths(grid{})...) // no hidden layer: the inputs name the cell
	opt := must(es.New(net.Parameters(), must(control.NewEvaluator(net, grid{}, 32)), es.Options{Seed: 1, Generations: 300, Pairs: 64, Sigma: 1}))
	must(0, opt.Run(context.Background()))
	reached := 0
	for _, reward := range must(control.NewPolicy(net, grid{})).Test(1, control.HeldOut, 1000) {
		reached += min(1, max(0, int(reward*64/control.One)))
	}
	fmt.Printf("%d of 1000 fresh episodes reach the goal\n", reached)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
