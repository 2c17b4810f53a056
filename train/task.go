package train

import (
	"context"
	"log/slog"
	"sync"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// A Task is what a run trains and measures.
type Task struct {
	Parameters []lowrank.Parameter // trained in place
	Evaluator  es.Evaluator        // nil for a task that is replayed only and has noise in weights
	Data       func() journal.Hash // hashes the training and test data, for the journal; nil: zeros

	// Test scores the present weights on data that are not trained on; higher is better. Nil:
	// the run has no learning curve.
	Test func() int64
	// Validate scores the present weights on a hold-out, which decides when to stop early and
	// which weights the run keeps; nil for none. Higher is better.
	Validate func() int64
	// Failed returns why a measurement failed, which ends the run; nil: none does.
	Failed func() error
	// Until sets the context that ends Test early, which then fails; nil: Test cannot end early.
	Until  func(ctx context.Context)
	Metric Metric
	Size   int // samples that Test scores, which Metric.Value divides by

	Samples int    // that each member sees in a generation; 0: throughput is not reported
	Unit    string // of Samples, in the singular; default "sample"
	// Training returns what progress reports about the members' scores, each of which is over
	// the given number of samples; nil for nothing.
	Training func(s es.Stats, samples int) []slog.Attr

	// File returns the model with its present weights and the given metadata.
	File func(meta map[string]string) *packed.File
}

// dataHash returns the hash of the data.
func (t *Task) dataHash() journal.Hash {
	if t.Data == nil {
		return journal.Hash{}
	}
	return t.Data()
}

// hashOf returns a function that hashes datasets once, when it is first called.
func hashOf(sets ...*data.Dataset) func() journal.Hash {
	return sync.OnceValue(func() journal.Hash { return data.Hash(sets...) })
}

// Metric describes the scores of Test.
type Metric struct {
	Key    string                              // of JSON and logs, as in "test_accuracy"
	Value  func(score int64, size int) float64 // of a score of size samples
	Digits int                                 // after the point, in logs
	Text   func(value float64) string          // for people, as in "held-out 91.2 %"
}

// A Point is a measurement of a run's learning curve.
type Point struct {
	Generation int   // finished generations
	Test       int64 // score of Task.Test
	Validation int64 // score of Task.Validate
}
