package hwreport

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/hw/claims"
	"github.com/Kaleaon/pentary-go/nn"
)

// Subject is the subject of a report: a trained network, and how to train it further.
type Subject struct {
	Name        string // of the network, for people
	Net         *nn.Model
	Train, Test *data.Dataset
	Batch       int // samples of a generation
	Pairs       int // of one, when training through the crossbar
	Generations int // of that
}

// options are those of training through a chip: noise in weights, of rank 1, and an
// initial learning rate of a fifth of a level.
func options(pairs, generations int) es.Options {
	return es.Options{
		Seed: 1, Generations: generations, Pairs: pairs, Rank: 1, Sigma: 3, Fitness: es.FourBit,
		Rule: es.ErrorFeedback{Rate: es.Ratio(1, 5)},
	}
}

// Progress is called with the name of a step, and the part of it that is done.
type Progress func(what string, part, whole int)

// Build computes the report; the claims are given. It returns the context's error soon
// after the context is done.
func Build(ctx context.Context, s *Subject, findings []claims.Finding, progress Progress) (r *Report, err error) {
	r = &Report{Name: s.Name, Shape: shape(s.Net), Claims: findings}
	if r.Accuracy, err = accuracy(s.Net, s.Test); err != nil {
		return nil, err
	}
	progress("running a generation", 0, 1)
	if r.Run, err = s.trace(ctx); err != nil {
		return nil, err
	}
	if r.Worn, err = s.trainThrough(ctx, progress); err != nil {
		return nil, err
	}
	if r.Aged, err = s.age(ctx, r.Accuracy, progress); err != nil {
		return nil, err
	}
	return r, nil
}

// shape writes a network's widths.
func shape(net *nn.Model) string {
	widths := fmt.Sprint(net.Inputs())
	for _, l := range net.Layers {
		widths += fmt.Sprintf("-%d", l.Outputs())
	}
	return fmt.Sprintf("%s, %d weights", widths, net.Size())
}

// accuracy returns the accuracy of the network itself.
func accuracy(net *nn.Model, d *data.Dataset) (float64, error) {
	correct, err := net.Accuracy(d)
	return float64(correct) / float64(d.Len()), err
}
