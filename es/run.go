package es

import (
	"context"
	"errors"

	"github.com/Kaleaon/pentary-go/lowrank"
)

// Evaluator scores a generation: plus and minus of each pair. Higher is better unless
// Options.Minimize is set; Failed marks a member without a score. It should return the
// context's error soon after the context is done.
type Evaluator interface {
	Evaluate(ctx context.Context, g Generation, scores []int64) error
}

// RangeEvaluator is an evaluator that can score a part of a generation, so that several
// machines share one.
type RangeEvaluator interface {
	Evaluator

	// EvaluateRange scores pairs lo to hi-1 of a generation. scores holds the scores of
	// these pairs only, the same ones that Evaluate sets.
	EvaluateRange(ctx context.Context, g Generation, lo, hi int, scores []int64) error
}

// InputSource is an evaluator for noise in activations, whose updates need the layers' inputs
// and outputs beside the scores. It scores every sample of every member.
type InputSource interface {
	Evaluator

	// Samples returns the number of samples that each member of a generation sees.
	// It does not change.
	Samples() int

	// InputColumns returns how many columns each sample has in the batch that a parameter
	// sees: 1, but the positions of its kernel in a convolution's. It does not change.
	InputColumns(parameter int) int

	// Inputs returns the batches of a generation that the layers see and return without
	// noise, one for each parameter: the first columns of all samples, then the second ones and
	// so on. They are used until the next call. A generation that is replayed has not been
	// evaluated.
	Inputs(ctx context.Context, g Generation) ([]lowrank.LayerBatch, error)
}

// An Announcer is an Evaluator that receives the record of each generation before the weights
// move, so that other processes can move theirs at the same time. stats has the statistics of the
// scores. The record is valid until Announce returns. An error ends the run before the weights
// move.
type Announcer interface {
	Evaluator
	Announce(r Record, stats Stats) error
}

// EvaluatorFunc is an Evaluator made of a function.
type EvaluatorFunc func(ctx context.Context, g Generation, scores []int64) error

// Evaluate calls f.
func (f EvaluatorFunc) Evaluate(ctx context.Context, g Generation, scores []int64) error {
	return f(ctx, g, scores)
}

// ErrStop is what a callback of Run returns to end the run early, without error.
var ErrStop = errors.New("es: stop")

// Run evaluates and moves the weights until the run or the context is done. If the context is
// done, Run returns its error, the weights are those after the last whole generation, and
// another call of Run continues. After each generation it calls the callbacks in turn; the
// first error of one ends the run and is returned unless it is ErrStop. Run returns an error
// if the optimizer has no evaluator.
func (o *Optimizer) Run(ctx context.Context, callbacks ...func(Stats) error) error {
	return o.RunWith(ctx, o.evaluator, callbacks...)
}

// RunWith is Run with another evaluator, which may be an Announcer. Its scores have to equal the
// scores of the optimizer's own evaluator, which still provides Inputs.
func (o *Optimizer) RunWith(ctx context.Context, e Evaluator, callbacks ...func(Stats) error) error {
	if e == nil {
		return errors.New("es: Run without an evaluator")
	}
	announce := func(Record, Stats) error { return nil }
	if a, ok := e.(Announcer); ok {
		announce = a.Announce
	}
	for !o.Done() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := e.Evaluate(ctx, o.Ask(), o.scores); err != nil {
			return err
		}
		stats, err := o.tell(ctx, o.scores, announce)
		if err != nil {
			return err
		}
		for _, call := range callbacks {
			if err := call(stats); errors.Is(err, ErrStop) {
				return nil
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}
