package programs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// blobs returns samples scattered around a random center for each class.
func blobs(seed uint64, features, classes, samples int) *data.Dataset {
	rng := rand.New(rand.NewPCG(seed, 0))
	centers := make([]int, classes*features)
	for i := range centers {
		centers[i] = rng.IntN(161) - 80
	}
	d := &data.Dataset{Features: features, Classes: classes}
	for i := range samples {
		d.Labels = append(d.Labels, uint8(i%classes))
		for _, c := range centers[i%classes*features:][:features] {
			d.Inputs = append(d.Inputs, int8(c+rng.IntN(81)-40))
		}
	}
	return d
}

// Training by a program results in the same weights as package es.
func TestTraining(t *testing.T) {
	data := blobs(1, 30, 7, 150)
	for _, test := range []struct {
		widths []int
		batch  int
		o      es.Options
	}{
		{[]int{30, 20, 7}, 9, es.Options{Seed: 5, Generations: 6, Pairs: 10, Sigma: 2}},
		{[]int{30, 20, 11, 7}, 6, es.Options{
			Seed: 1 << 40, Generations: 5, Pairs: 7, Rank: 3, Distribution: kernels.Uniform,
			Rule: es.ErrorFeedback{Rate: es.Ratio(1, 2)}, Schedule: es.Constant,
		}},
		{[]int{30, 7}, 16, es.Options{Seed: 3, Generations: 4, Pairs: 12, Rank: 4, Sigma: 1, Fitness: es.Sign, Rule: es.Stochastic{Rate: es.Ratio(1, 3)}}},
	} {
		t.Run(fmt.Sprint(test.widths), func(t *testing.T) {
			want, got := nn.NewMLP(8, test.widths...), nn.NewMLP(8, test.widths...)
			c, err := nn.NewEvaluator(want, nn.Classify(data), nn.EvaluatorOptions{Streams: test.batch})
			if err != nil {
				t.Fatal(err)
			}
			opt, err := es.New(want.Parameters(), c, test.o)
			if err != nil {
				t.Fatal(err)
			}
			moved := 0
			if err := opt.Run(context.Background(), func(s es.Stats) error { moved += s.Moved; return nil }); err != nil {
				t.Fatal(err)
			}
			p, err := NewTraining(got, data, test.batch, test.o)
			if err != nil {
				t.Fatal(err)
			}
			byProgram := 0
			count := exec.ObserverFunc(func(e exec.Event) {
				if e.Inst.Op == isa.PQUANT {
					byProgram += e.Moved
				}
			})
			if err := p.Run(context.Background(), count); err != nil {
				t.Fatal(err)
			}
			for i, l := range got.Matrices() {
				if !l.W.Equal(want.Matrices()[i].W) {
					t.Errorf("layer %d: other weights than package es", i)
				}
			}
			if moved == 0 || byProgram != moved {
				t.Errorf("%d pents moved, %d in package es", byProgram, moved)
			}
		})
	}
}

func TestTrainingErrors(t *testing.T) {
	data := blobs(1, 30, 7, 50)
	net := nn.NewMLP(8, 30, 7)
	for want, o := range map[string]es.Options{
		"0 generations":                  {},
		"rule threshold":                 {Generations: 1, Rule: es.Threshold{Share: es.Ratio(1, 10)}},
		"fitness coding ranks":           {Generations: 1, Fitness: es.Ranks},
		"noise of full rank":             {Generations: 1, Rank: lowrank.FullRank},
		"4000 pairs, want at most 3906":  {Generations: 1, Pairs: 4000},
		"schedules cosine and":           {Generations: 1, Schedule: es.Cosine},
		"4 groups":                       {Generations: 1, Groups: 4},
		"3000000 generations at a rate ": {Generations: 3e6, Rule: es.ErrorFeedback{Rate: es.Ratio(3, 10)}},
	} {
		if _, err := NewTraining(net, data, 8, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if _, err := NewTraining(net, data, 0, es.Options{Generations: 1}); err == nil {
		t.Error("batches of no samples")
	}

	// An interrupted run leaves the network unchanged.
	p, err := NewTraining(net, data, 8, es.Options{Generations: 5, Pairs: 8})
	if err != nil {
		t.Fatal(err)
	}
	before := net.Matrices()[0].W.Clone()
	ctx, cancel := context.WithCancel(context.Background())
	stop := exec.ObserverFunc(func(e exec.Event) {
		if e.Inst.Op == isa.PQUANT {
			cancel()
		}
	})
	if err := p.Run(ctx, stop); !errors.Is(err, context.Canceled) || !net.Matrices()[0].W.Equal(before) {
		t.Errorf("canceled: error %v, or other weights", err)
	}
}
