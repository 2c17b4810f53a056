// Command regression learns a period of a sine of amplitude 100 from 128 points and
// measures the error at 101 others.
package main

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// sine returns a table of n points: x in ±1 and 100·sin(πx).
func sine(n int, offset float64) (*data.Table, []int) {
	t := &data.Table{Name: "sine", Features: []string{"x"}, Columns: []int{1}, Width: 2, Label: "y", Column: 2}
	rows := make([]int, n)
	for i := range rows {
		x := 2*(float64(i)+offset)/float64(n) - 1
		t.Values, t.Targets = append(t.Values, x), append(t.Targets, 100*math.Sin(math.Pi*x))
		rows[i] = i
	}
	return t, rows
}

func main() {
	points, rows := sine(128, 0.5)
	scaler, err := points.Fit(rows, 16) // an input each for 16 places along x
	check(err)
	net := nn.NewMLP(1, scaler.Inputs(), 128, 1)
	task := nn.Regress(scaler.Dataset(points, rows), data.TargetUnit, nn.Squared)
	evaluator, err := nn.NewEvaluator(net, task, nn.EvaluatorOptions{Streams: 128})
	check(err)
	opt, err := es.New(net.Parameters(), evaluator, es.Options{
		Seed: 1, Generations: 2000, Pairs: 64,
		Rule: es.ErrorFeedback{Rate: es.Ratio(6, 100)}, Estimator: lowrank.PerturbActivations,
	})
	check(err)
	check(opt.Run(context.Background()))

	others, rows := sine(101, 0.25)
	samples, sum := scaler.Dataset(others, rows), 0.0
	for i, y := range others.Targets {
		d := scaler.Target.Value(int(net.Predict(samples.Sample(i))[0])) - y
		sum += d * d
	}
	fmt.Printf("root mean square error %.2f of amplitude 100, %d weights\n", math.Sqrt(sum/float64(len(rows))), net.Size())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
