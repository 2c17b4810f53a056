package es

import (
	"context"
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Generation is what an evaluator needs to know of one generation.
type Generation struct {
	Noise   lowrank.Noise
	Pairs   int
	Tensors []lowrank.Tensor
}

// Stats describes a finished generation.
type Stats struct {
	Generation int   // counts from 1
	Moved      int   // pents that moved a level
	Best       int64 // highest score of a member
	Mean       int64 // of all members' scores, rounded down
	Decided    int   // pairs whose members scored differently
}

// Optimizer trains the matrices it was made with, in place. It is not safe for
// concurrent use; it uses all processors itself.
type Optimizer struct {
	options    Options
	tensors    []lowrank.Tensor
	rules      []stepper
	updater    *lowrank.Updater
	generation int

	codes   []int8
	scores  []int64
	scratch []int64
}

// New returns an optimizer of the given matrices. They are numbered in this order
// for the noise, so the order is part of a run's identity. The error names the
// option or tensor that is out of range.
func New(weights []*packed.Matrix, o Options) (*Optimizer, error) {
	o.setDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	if len(weights) == 0 {
		return nil, errors.New("es: no tensors to train")
	}
	for i, w := range weights {
		switch {
		case w == nil || w.Rows() == 0:
			return nil, fmt.Errorf("es: tensor %d is empty", i)
		case o.Rank*w.Cols() > kernels.MaxRankK:
			return nil, fmt.Errorf("es: tensor %d has %d columns, want at most %d for rank %d",
				i, w.Cols(), kernels.MaxRankK/o.Rank, o.Rank)
		}
	}
	opt := &Optimizer{
		options: o,
		updater: lowrank.NewUpdater(),
		codes:   make([]int8, o.Pairs),
		scores:  make([]int64, 2*o.Pairs),
		scratch: make([]int64, o.Pairs),
	}
	for i, w := range weights {
		opt.tensors = append(opt.tensors, lowrank.Tensor{Number: uint32(i), W: w})
		opt.rules = append(opt.rules, o.Rule.start(w))
	}
	return opt, nil
}

// Options returns the options in force, defaults filled in.
func (o *Optimizer) Options() Options { return o.options }

// Done reports whether the run has reached its last generation.
func (o *Optimizer) Done() bool { return o.generation >= o.options.Generations }

// Generation returns the number of finished generations.
func (o *Optimizer) Generation() int { return o.generation }

// StateBytes returns the memory that the update rule keeps between generations.
func (o *Optimizer) StateBytes() int {
	n := 0
	for _, r := range o.rules {
		n += r.stateBytes()
	}
	return n
}

// Ask describes the generation to evaluate. It is the same until Tell.
func (o *Optimizer) Ask() Generation {
	return Generation{
		Noise: lowrank.Noise{
			Seed: o.options.Seed, Generation: uint32(o.generation),
			Law: o.options.Law, Rank: o.options.Rank, Sigma: o.options.Sigma,
		},
		Pairs:   o.options.Pairs,
		Tensors: o.tensors,
	}
}

// Tell takes the scores of the generation that Ask described, higher is better,
// for plus and minus of each pair, and moves the weights. It returns an error if
// their number is not twice Pairs, or the run is done; then nothing has changed.
func (o *Optimizer) Tell(scores []int64) (Stats, error) {
	if len(scores) != 2*o.options.Pairs {
		return Stats{}, fmt.Errorf("es: %d scores for %d pairs, want two a pair", len(scores), o.options.Pairs)
	}
	if o.Done() {
		return Stats{}, fmt.Errorf("es: the run of %d generations is done", o.options.Generations)
	}
	o.options.Fitness.encode(o.codes, scores, o.scratch)
	stats := summarize(scores, o.codes)
	stats.Moved = o.apply()
	o.generation++
	stats.Generation = o.generation
	return stats, nil
}

// apply moves the weights by the fitness codes of the current generation.
func (o *Optimizer) apply() (moved int) {
	noise := o.Ask().Noise
	deviation := o.deviation()
	if deviation == 0 {
		return 0 // no pair was decided
	}
	at := progress{o.options.Schedule, o.generation, o.options.Generations}
	for i, w := range o.tensors {
		o.rules[i].prepare(at, deviation)
		moved += o.updater.Update(noise, w, o.codes, o.rules[i])
	}
	return moved
}

// deviation returns the standard deviation of an entry of Z under pure noise, in
// 1/256: every term a·b has the variance of the law squared.
func (o *Optimizer) deviation() uint64 {
	sum := uint64(0)
	for _, f := range o.codes {
		sum += uint64(int(f) * int(f))
	}
	v := uint64(o.options.Law.Variance())
	return fixed.Sqrt(sum * uint64(o.options.Rank) * v * v << 16)
}

func summarize(scores []int64, codes []int8) Stats {
	s := Stats{Best: scores[0]}
	n := int64(len(scores))
	rest := int64(0)
	for _, v := range scores {
		s.Best = max(s.Best, v)
		share := fixed.FloorDiv(v, n) // the sum of the scores could overflow
		s.Mean += share
		rest += v - share*n
	}
	s.Mean += rest / n
	for _, f := range codes {
		if f != 0 {
			s.Decided++
		}
	}
	return s
}

// Evaluator scores a generation: plus and minus of each pair, higher is better.
// It should return the context's error soon after the context is done.
type Evaluator interface {
	Evaluate(ctx context.Context, g Generation, scores []int64) error
}

// EvaluatorFunc is an Evaluator made of a function.
type EvaluatorFunc func(ctx context.Context, g Generation, scores []int64) error

// Evaluate calls f.
func (f EvaluatorFunc) Evaluate(ctx context.Context, g Generation, scores []int64) error {
	return f(ctx, g, scores)
}

// Run evaluates and moves the weights until the run is done or the context is,
// whose error it then returns; the weights are those of the last whole
// generation, and Run may be called again to go on. progress, if not nil, is
// called after each generation.
func (o *Optimizer) Run(ctx context.Context, e Evaluator, progress func(Stats)) error {
	for !o.Done() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := e.Evaluate(ctx, o.Ask(), o.scores); err != nil {
			return err
		}
		stats, err := o.Tell(o.scores)
		if err != nil {
			return err
		}
		if progress != nil {
			progress(stats)
		}
	}
	return nil
}
