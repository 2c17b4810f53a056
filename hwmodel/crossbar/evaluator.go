package crossbar

import (
	"context"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// Evaluator is an es.Evaluator that scores a network through its crossbars; otherwise it is
// like nn.Evaluator. The crossbars compute the product W·x, which all members share. A
// member's low-rank perturbation is added digitally, in the accumulator. The errors of the
// cells are therefore part of the objective, and a generation writes only the few weights
// that it moves.
type Evaluator struct {
	net        *Network
	evaluator  *nn.Evaluator
	generation uint32 // the Read.Number of the reads
}

// generationReader is a reader whose Read.Number is the generation.
type generationReader struct {
	reader
	number *uint32
}

// Multiply implements nn.Multiplier.
func (r *generationReader) Multiply(y []int32, i int, d *nn.Dense, x []int8, n, column int) {
	r.read.Number = *r.number
	r.reader.Multiply(y, i, d, x, n, column)
}

// NewEvaluator returns an evaluator of net on a task. The options' Multiplier is ignored.
func NewEvaluator(net *Network, task nn.Task, o nn.EvaluatorOptions) (*Evaluator, error) {
	e := &Evaluator{net: net}
	o.Multiplier = func() nn.Multiplier {
		return &generationReader{reader: reader{network: net}, number: &e.generation}
	}
	var err error
	e.evaluator, err = nn.NewEvaluator(net.Model, task, o)
	return e, err
}

// Evaluate implements es.Evaluator. It writes the weights that have changed, then scores
// like nn.Evaluator. It returns an error unless the generation has low-rank noise in the
// network's weights and one group, and scores has one element per member.
func (e *Evaluator) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	full := slices.ContainsFunc(g.Parameters, func(w lowrank.Parameter) bool { return g.Noise.Of(w).Rank == lowrank.FullRank })
	if g.Groups != 1 || g.Noise.Estimator != lowrank.PerturbWeights || full {
		return fmt.Errorf("crossbar: %d groups, noise of rank %d in %v: want one group and low-rank noise in weights",
			g.Groups, g.Noise.Rank, g.Noise.Estimator)
	}
	e.net.Update()
	e.generation = uint32(g.Number)
	return e.evaluator.Evaluate(ctx, g, scores)
}

// Train trains the network through its crossbars to classify samples, with batch samples per
// generation. It calibrates the crossbars, runs an optimizer of the model's parameters with
// the options and callbacks, and writes the final weights.
func (n *Network) Train(ctx context.Context, samples *data.Dataset, batch int, o es.Options, callbacks ...func(es.Stats) error) error {
	if err := n.Calibrate(samples); err != nil {
		return err
	}
	e, err := NewEvaluator(n, nn.Classify(samples), nn.EvaluatorOptions{Streams: batch})
	if err != nil {
		return err
	}
	opt, err := es.New(n.Model.Parameters(), e, o)
	if err != nil {
		return err
	}
	if err := opt.Run(ctx, callbacks...); err != nil {
		return err
	}
	n.Update()
	return nil
}
