// Package billion measures one generation of training for a network of a billion weights: a deep
// stack of square matrices, each followed by requantization and layer normalization. Each member
// has one activation vector.
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
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Options configure a run.
type Options struct {
	Seed   uint64
	Layers int // number of matrices
	Width  int // rows and columns of each
	Pairs  int // antithetic pairs, half the population
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

// terms returns the number of products in the sum Z.
func (o Options) terms() int { return o.Pairs * o.Rank }

// forwardMACs returns the multiply-adds of the forward pass of all members, with the weights and
// with the members' factors.
func (o Options) forwardMACs() float64 {
	return float64((2 * o.Pairs)) * float64(o.Weights()+o.Layers*o.Rank*2*o.Width)
}

// updateMACs returns the multiply-adds of Z.
func (o Options) updateMACs() float64 { return float64(o.terms()) * float64(o.Weights()) }

// Phase is a part of a run.
type Phase string

// Phases, in order.
const (
	Setup   Phase = "weights" // draws initial weights
	Noise   Phase = "noise"   // draws the factors, only to measure the time
	Forward Phase = "forward" // noise, products, activations and scores
	Update  Phase = "update"  // draws the noise again, computes Z and applies the rule
)

// Result holds the measurements of a run, with its machine and options. The fields after Phases are
// set only if the run was not interrupted.
type Result struct {
	machine.Machine
	Kernels string `json:"kernels"`
	Weights int    `json:"weights"`
	Layers  int    `json:"layers"`
	Width   int    `json:"width"`
	Members int    `json:"members"`
	Rank    int    `json:"rank"`
	Sigma   uint   `json:"sigma"`
	Rule    string `json:"rule"`
	Seed    uint64 `json:"seed"`

	// Phases has the seconds of each phase; an interrupted phase is missing. The time of
	// Noise is also contained in Forward and in Update.
	Phases map[Phase]float64 `json:"phase_seconds"`

	Seconds        float64 `json:"seconds"` // seconds of the generation: Forward and Update
	GMACs          float64 `json:"gmacs"`   // 10^9 multiply-adds per second in the generation
	Forward        float64 `json:"forward_gmacs"`
	Update         float64 `json:"update_gmacs"`
	PeakBytes      int     `json:"peak_bytes"` // peak memory of the process
	EstimatedBytes int     `json:"estimated_bytes"`
	WeightsBytes   int     `json:"weights_bytes"`
	StateBytes     int     `json:"state_bytes"` // state of the rule
	Moved          int     `json:"moved"`       // number of weights that moved
	Decided        int     `json:"decided"`     // number of pairs with a nonzero code
	Checksum       string  `json:"weights_crc32c"`
	Interrupted    bool    `json:"interrupted"`
}

// Run runs one generation. It calls progress at the beginning of each phase and after each step,
// from one goroutine at a time; an update is one step. If the context is done, Run soon returns the
// measurements so far; a running update continues in the background.
func Run(ctx context.Context, o Options, progress func(p Phase, done, of int)) (*Result, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	r := &Result{
		Machine: machine.This(), Kernels: kernels.Selected(), Weights: o.Weights(), Layers: o.Layers, Width: o.Width,
		Members: 2 * o.Pairs, Rank: o.Rank, Sigma: o.Sigma, Rule: o.Rule.String(), Seed: o.Seed,
		Phases: map[Phase]float64{}, EstimatedBytes: o.Memory(),
	}
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
	if err := r.time(Update, func() error {
		stats, err := await(ctx, func() (es.Stats, error) { return opt.Tell(scores) })
		r.Moved, r.Decided = stats.Moved, stats.Decided
		return err
	}); err != nil {
		return err
	}
	r.PeakBytes, r.StateBytes = machine.PeakMemory(), opt.StateBytes()
	forward, update := g.options.forwardMACs()/1e9, g.options.updateMACs()/1e9
	r.Seconds = r.Phases[Forward] + r.Phases[Update]
	r.Forward, r.Update, r.GMACs = forward/r.Phases[Forward], update/r.Phases[Update], (forward+update)/r.Seconds
	checksum := uint32(0)
	for _, w := range g.weights {
		r.WeightsBytes += len(w.Bytes())
		checksum = durable.UpdateChecksum(checksum, w.Bytes())
	}
	r.Checksum = fmt.Sprintf("%08x", checksum)
	return nil
}

// es returns the optimizer's options.
func (o Options) es() es.Options {
	return es.Options{
		Seed: o.Seed, Generations: 1, Pairs: o.Pairs, Rank: o.Rank, Sigma: cmp.Or(o.Sigma, es.WholeLevel), Rule: o.Rule.rule,
	}
}

// time runs a phase and records its duration unless it fails.
func (r *Result) time(p Phase, run func() error) error {
	began := time.Now()
	err := run()
	if err == nil {
		r.Phases[p] = max(time.Since(began).Seconds(), 1e-9)
	}
	return err
}

// await returns the results of f, or the context's error as soon as the context is done; f then
// continues, and its results are dropped.
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

// Rule is a choice of the update rule.
type Rule struct {
	name      string
	rule      es.Rule
	stateBits int // bits of state per weight
}

// String returns the rule's name.
func (r Rule) String() string { return r.name }

// Rules returns the available rules, the default first.
func Rules() []Rule {
	rate := es.Ratio(3, 10)
	return []Rule{
		{"error-feedback", es.ErrorFeedback{Rate: rate}, 8},
		{"error-feedback4", es.ErrorFeedback{Bits: 4, Rate: rate}, 4},
		{"stochastic", es.Stochastic{Rate: rate}, 0},
	}
}

// programBytes is an upper bound for the memory of the program itself.
const programBytes = 32 << 20

// Memory returns an upper estimate of the memory of a run in bytes.
func (o Options) Memory() int {
	workers := parallel.Workers()
	f := lowrank.TrainingFootprint(o.Width, o.Width, o.Pairs, o.Rank, 0)
	padded := packed.PaddedLen(o.Width)
	pair := 2*padded*(4+1) + // accumulators and activations of its members
		o.Rank*2*(padded+4) // factors and projections
	const member = 40 // bytes for score and fitness
	return programBytes + o.Layers*(f.Weights+f.Residual*o.Rule.stateBits/8) + f.Updater +
		workers*o.chunkPairs(workers)*pair + 2*o.Pairs*member
}
