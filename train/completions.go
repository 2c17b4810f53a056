package train

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/nn"
)

const (
	// TestCompletions is the number of completions that a model is tested on.
	TestCompletions = 256

	testCompletionsSeed = 1 << 63 // of their random numbers, beside the run's seed
)

// Completions returns the task of a model whose completions of prompts a Rater scores. hash is the
// hash of the files of the prompts and the model, and seed the run's seed.
func Completions(m *nn.Model, rate nn.Rater, o nn.CompleterOptions, hash journal.Hash, seed uint64) (Task, error) {
	completer, err := nn.NewCompleter(m, rate, o)
	if err != nil {
		return Task{}, err
	}
	var failed error
	until := context.Background()
	return Task{
		Parameters: m.Parameters(), Evaluator: completer, File: m.File, Samples: o.Streams, Unit: "completion",
		Data: func() journal.Hash { return hash }, Size: TestCompletions, Metric: MeanReward,
		Test: func() (sum int64) {
			sum, failed = TestReward(until, completer, seed)
			return sum
		},
		Until:    func(ctx context.Context) { until = ctx },
		Failed:   func() error { return failed },
		Training: trainingReward,
	}, nil
}

// trainingReward reports the mean score of a completion of the members.
func trainingReward(s es.Stats, samples int) []slog.Attr {
	return []slog.Attr{slog.Float64("training_reward", float64(s.Mean)/float64(samples))}
}

// TestReward returns the sum of the scores of TestCompletions completions, with random numbers that
// training does not use.
func TestReward(ctx context.Context, c *nn.Completer, seed uint64) (int64, error) {
	return c.Test(ctx, seed^testCompletionsSeed, TestCompletions)
}

// MeanReward is the mean score of a completion, from the sum of all scores.
var MeanReward = Metric{
	Key: "mean_reward", Digits: 3,
	Value: func(score int64, size int) float64 { return float64(score) / float64(max(size, 1)) },
	Text:  func(v float64) string { return fmt.Sprintf("mean reward %.3f", v) },
}
