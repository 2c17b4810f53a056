package train

import (
	"fmt"
	"log/slog"
	"math"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// Regression returns the task of a network that predicts the targets of samples: trained on
// batches of the given size by the squared error, tested on the test samples.
// An output of the network is worth data.TargetUnit steps of a target; unit is what it is
// worth to the user, see data.Scaler. If holdOut is not 0, every holdOut-th training
// sample is held out and validates.
func Regression(net *nn.Model, samples, test *data.Dataset, unit float64, batch, holdOut int) (Task, error) {
	t := Task{
		Parameters: net.Parameters(), File: net.File, Samples: batch, Data: hashOf(samples, test),
		Size: test.Len() * test.Outputs, Metric: RMSE(unit), Test: squaredError(net, test),
		Training: func(s es.Stats, samples int) []slog.Attr {
			return []slog.Attr{slog.Float64("training_rmse", RMSE(unit).Value(s.Mean, samples))}
		},
	}
	if holdOut != 0 {
		rest, held := samples.HoldOut(holdOut)
		samples, t.Validate = rest, squaredError(net, held)
	}
	evaluator, err := nn.NewEvaluator(net, nn.Regress(samples, data.TargetUnit, nn.Squared), nn.EvaluatorOptions{Streams: batch})
	t.Evaluator = evaluator
	return t, err
}

// squaredError returns a function that returns minus the sum of the squared errors of a
// network's predictions, in steps of a target.
func squaredError(net *nn.Model, d *data.Dataset) func() int64 {
	return func() int64 {
		sum := int64(0)
		net.ForEach(d, func(sample int, outputs []int8, column, columns int) {
			for i, target := range d.Target(sample) {
				off := int64(outputs[(i/4*columns+column)*4+i%4])*data.TargetUnit - int64(target)
				sum -= off * off
			}
		})
		return sum
	}
}

// RMSE is the root mean square error of predictions, in the user's unit of targets: unit is
// what an output's step is worth. A score is minus the sum of the squares, in steps of
// 1/data.TargetUnit of it.
func RMSE(unit float64) Metric {
	return Metric{
		Key: "test_rmse", Digits: 4,
		Value: func(score int64, size int) float64 {
			return math.Sqrt(-float64(score)/float64(max(size, 1))) * unit / data.TargetUnit
		},
		Text: func(v float64) string { return fmt.Sprintf("held-out RMSE %.4g", v) },
	}
}
