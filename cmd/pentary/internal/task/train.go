package task

import (
	"context"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// Train trains a network to classify samples, batch of them a generation, and calls
// each after every generation: a run without a journal or checkpoints.
func Train(ctx context.Context, net *nn.Model, samples *data.Dataset, batch int, o es.Options, each ...func(es.Stats) error) error {
	e, err := nn.NewEvaluator(net, nn.Classify(samples), nn.EvaluatorOptions{Streams: batch})
	if err != nil {
		return err
	}
	opt, err := es.New(net.Parameters(), e, o)
	if err != nil {
		return err
	}
	return opt.Run(ctx, each...)
}
