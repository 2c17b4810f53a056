// Package compare trains the same network by several methods, for the same time on the same data,
// and measures their accuracy over time.
package compare

import (
	"context"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/baseline"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// Method is a training method.
type Method struct {
	Name     string
	Settings map[string]string
	Baseline bool // whether it is a baseline, not one of this project's methods
	Shift    int  // pixels by which training moves images

	// FloatBytes is the number of bytes in float32 per weight, in addition to the network of
	// pents.
	FloatBytes int

	// start prepares a run of the given number of generations.
	start func(net *nn.Model, data *data.Dataset, generations int) (*run, error)
}

// run is a prepared run of a method.
type run struct {
	net     *nn.Model
	samples int                     // member-samples per generation
	state   int                     // bytes kept between generations, in addition to the weights
	bits    float64                 // bits per weight including state; 0: as for pents
	right   func(*data.Dataset) int // number of samples classified correctly; nil: by net
	train   func(ctx context.Context, each func(es.Stats) error) error
}

// Strategy returns the evolution strategy of package es with the given options and batch size.
// Options.Generations is set by the run.
func Strategy(name string, o es.Options, batch int) Method {
	return Method{Name: name, start: func(net *nn.Model, data *data.Dataset, generations int) (*run, error) {
		o.Generations = generations
		classifier, err := nn.NewEvaluator(net, nn.Classify(data), nn.EvaluatorOptions{Streams: batch})
		if err != nil {
			return nil, err
		}
		optimizer, err := es.New(net.Parameters(), classifier, o)
		if err != nil {
			return nil, err
		}
		return &run{
			net: net, samples: 2 * optimizer.Options().Pairs * batch, state: optimizer.StateBytes(),
			train: func(ctx context.Context, each func(es.Stats) error) error {
				return optimizer.Run(ctx, each)
			},
		}, nil
	}}
}

// RandomSearch returns random search with the given number of candidates per generation.
func RandomSearch(name string, seed uint64, members, batch int) Method {
	return Method{Name: name, Baseline: true, start: func(net *nn.Model, data *data.Dataset, generations int) (*run, error) {
		s, err := baseline.NewRandomSearch(matrices(net), baseline.RandomOptions{Seed: seed, Generations: generations, Members: members})
		if err != nil {
			return nil, err
		}
		return objectiveRun(net, data, seed, members+1, batch, s.Run) // the present weights are scored too
	}}
}

// Prototype returns the prototype's algorithm.
func Prototype(name string, o baseline.PrototypeOptions, batch int) Method {
	return Method{Name: name, Baseline: true, start: func(net *nn.Model, data *data.Dataset, generations int) (*run, error) {
		o.Generations = generations
		p, err := baseline.NewPrototype(matrices(net), o)
		if err != nil {
			return nil, err
		}
		return objectiveRun(net, data, o.Seed, o.Members, batch, p.Run)
	}}
}

// objectiveRun returns a run of an algorithm that uses only the network's score and keeps no state
// between generations.
func objectiveRun(net *nn.Model, data *data.Dataset, seed uint64, members, batch int,
	train func(context.Context, baseline.Objective, ...func(es.Stats) error) error,
) (*run, error) {
	classifier, err := nn.NewEvaluator(net, nn.Classify(data), nn.EvaluatorOptions{Streams: batch})
	if err != nil {
		return nil, err
	}
	score := func(generation int) int64 {
		score, err := classifier.Score(seed, generation)
		if err != nil {
			panic(err) // cannot happen: the data have been checked
		}
		return score
	}
	return &run{net: net, samples: members * batch, train: func(ctx context.Context, each func(es.Stats) error) error {
		return train(ctx, score, each)
	}}, nil
}

func matrices(net *nn.Model) []*packed.Matrix {
	w := make([]*packed.Matrix, len(net.Matrices()))
	for i, d := range net.Matrices() {
		w[i] = d.W
	}
	return w
}
