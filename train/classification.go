package train

import (
	"fmt"
	"log/slog"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// Classification returns the task of a network that classifies samples: trained on batches of
// the given size, tested by its accuracy on the test samples. If holdOut is not 0, every
// holdOut-th training sample is held out for validation.
func Classification(net *nn.Model, samples, test *data.Dataset, batch, holdOut int) (Task, error) {
	t := Task{
		Parameters: net.Parameters(), File: net.File, Samples: batch, Training: trainingBits,
		Data: hashOf(samples, test), Size: test.Len(), Metric: Accuracy,
		Test: correct(net, test),
	}
	if holdOut != 0 {
		rest, held := samples.HoldOut(holdOut)
		samples, t.Validate = rest, correct(net, held)
	}
	evaluator, err := nn.NewEvaluator(net, nn.Classify(samples), nn.EvaluatorOptions{Streams: batch})
	t.Evaluator = evaluator
	return t, err
}

// correct returns a function that counts the samples that a network classifies right.
func correct(net *nn.Model, d *data.Dataset) func() int64 {
	return func() int64 {
		counts, err := net.Confusion(d)
		if err != nil {
			panic(err) // of the shape of the training samples
		}
		n := 0
		for class, row := range counts {
			n += row[class]
		}
		return int64(n)
	}
}

// Accuracy is the share of correctly classified samples; a score is their number.
var Accuracy = Metric{
	Key: "test_accuracy", Digits: 4,
	Value: func(score int64, size int) float64 { return float64(score) / float64(max(size, 1)) },
	Text:  func(v float64) string { return fmt.Sprintf("held-out %5.1f %%", 100*v) },
}

// trainingBits reports the mean cross-entropy of the members' samples in bits.
func trainingBits(s es.Stats, samples int) []slog.Attr {
	return []slog.Attr{slog.Float64("training_bits", -float64(s.Mean)/kernels.LogProbUnit/float64(samples))}
}
