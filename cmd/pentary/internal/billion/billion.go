// Package billion runs one generation of training on a network of a billion weights,
// and measures it: a deep stack of square matrices, each followed by requantization
// and layer normalization, whose members have an activation vector each.
package billion

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/machine"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Options say what to run.
type Options struct {
	Seed   uint64
	Layers int // matrices
	Width  int // rows and columns of each
	Pairs  int // antithetic, half the population
	Rank   int
	Sigma  uint // σ = 2^-Sigma levels
	Rule   Rule
}

// Check returns an error that names the flag of the first option out of range.
func (o Options) Check() error {
	const maxLayers, maxWidth = 1 << 20, 1 << 16
	switch {
	case o.Layers < 1 || o.Layers > maxLayers:
		return fmt.Errorf("--layers %d: want 1 to %d", o.Layers, maxLayers)
	case o.Width < 1 || o.Width > maxWidth:
		return fmt.Errorf("--width %d: want 1 to %d", o.Width, maxWidth)
	case o.Pairs < 1 || o.Pairs > es.MaxPairs:
		return fmt.Errorf("--pairs %d: want 1 to %d", o.Pairs, es.MaxPairs)
	case o.Rank < 1 || o.Rank > lowrank.MaxRank:
		return fmt.Errorf("--rank %d: want 1 to %d", o.Rank, lowrank.MaxRank)
	case o.terms() > kernels.MaxTerms:
		return fmt.Errorf("--pairs %d of --rank %d make %d terms, want at most %d", o.Pairs, o.Rank, o.terms(), kernels.MaxTerms)
	case o.Sigma > lowrank.MaxSigma:
		return fmt.Errorf("--sigma %d: want 0 to %d", o.Sigma, lowrank.MaxSigma)
	}
	return nil
}

// Weights returns the number of weights.
func (o Options) Weights() int { return o.Layers * o.Width * o.Width }

// terms returns how many products Z is the sum of.
func (o Options) terms() int { return o.Pairs * o.Rank }

// forwardMACs returns the multiply-adds of all members with the weights and their own
// factors.
func (o Options) forwardMACs() float64 {
	return float64((2 * o.Pairs)) * float64(o.Weights()+o.Layers*o.Rank*2*o.Width)
}

// updateMACs returns the multiply-adds of Z.
func (o Options) updateMACs() float64 { return float64(o.terms()) * float64(o.Weights()) }

// A Phase is a part of a run.
type Phase string

// The phases, in order.
const (
	Setup   Phase = "weights" // makes random ones
	Noise   Phase = "noise"   // draws the factors, to see how long that takes
	Forward Phase = "forward" // noise, products, activations and scores
	Update  Phase = "update"  // the same noise again, Z and the rule
)

// Result is what a run measured.
type Result struct {
	// Seconds by phase; a phase that was interrupted is missing. Those of Noise are a
	// part of what Forward takes, and of Update.
	Phases      map[Phase]float64
	Interrupted bool

	// The rest is of whole runs.
	Seconds      float64 // of the generation: Forward and Update
	MACs         float64 // multiply-adds a second in the generation
	ForwardMACs  float64
	UpdateMACs   float64
	PeakBytes    int // of memory, of the process
	Checksum     uint32
	Stats        es.Stats
	StateBytes   int // that the rule keeps
	WeightsBytes int
}

// Run runs one generation. progress is told of each phase as it begins, and then of
// the steps that are done, from one goroutine at a time; of an update nothing is
// known until it is over. If the context is done, Run returns soon, with what it has
// measured, and leaves an update under way to itself.
func Run(ctx context.Context, o Options, progress func(p Phase, done, of int)) (*Result, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	r := &Result{Phases: map[Phase]float64{}}
	g := newNetwork(ctx, o, progress)
	err := r.run(ctx, g)
	if errors.Is(err, context.Canceled) {
		r.Interrupted = true
		return r, nil
	}
	return r, err
}

func (r *Result) run(ctx context.Context, g *network) error {
	if err := r.time(Setup, g.initialize); err != nil {
		return err
	}
	opt, err := es.New(es.Matrices(g.weights...), nil, g.options.es())
	if err != nil {
		return err
	}
	if err := r.time(Noise, g.draw); err != nil {
		return err
	}
	scores := make([]int64, 2*g.options.Pairs)
	if err := r.time(Forward, func() error { return g.Evaluate(ctx, opt.Ask(), scores) }); err != nil {
		return err
	}
	g.progress(Update, 0, 1)
	if err := r.time(Update, func() (err error) {
		r.Stats, err = await(ctx, func() (es.Stats, error) { return opt.Tell(scores) })
		return err
	}); err != nil {
		return err
	}
	r.PeakBytes = machine.PeakMemory()
	r.StateBytes = opt.StateBytes()
	r.conclude(g)
	return nil
}

// es returns the optimizer's options.
func (o Options) es() es.Options {
	return es.Options{
		Seed: o.Seed, Generations: 1, Pairs: o.Pairs, Rank: o.Rank, Sigma: cmp.Or(o.Sigma, es.WholeLevel), Rule: o.Rule.rule,
	}
}

// conclude sets what follows from the measurements.
func (r *Result) conclude(g *network) {
	forward, update := g.options.forwardMACs(), g.options.updateMACs()
	r.Seconds = r.Phases[Forward] + r.Phases[Update]
	r.ForwardMACs = forward / r.Phases[Forward]
	r.UpdateMACs = update / r.Phases[Update]
	r.MACs = (forward + update) / r.Seconds
	for _, w := range g.weights {
		r.WeightsBytes += len(w.Bytes())
		r.Checksum = durable.UpdateChecksum(r.Checksum, w.Bytes())
	}
}

// time sets the seconds of a phase, unless it fails.
func (r *Result) time(p Phase, run func() error) error {
	began := time.Now()
	err := run()
	if err == nil {
		r.Phases[p] = max(time.Since(began).Seconds(), 1e-9)
	}
	return err
}

// await returns what f does, or the context's error as soon as that is done: f then
// goes on, and nobody hears of it.
func await[T any](ctx context.Context, f func() (T, error)) (v T, err error) {
	if err := ctx.Err(); err != nil {
		return v, err
	}
	type answer struct {
		v   T
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		v, err := f()
		answers <- answer{v, err}
	}()
	select {
	case a := <-answers:
		return a.v, a.err
	case <-ctx.Done():
		return v, ctx.Err()
	}
}
