package es

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Member is one member of a population, with all its weights. It is valid only during the
// call that it is passed to.
type Member struct {
	Generation int // counts from zero
	Pair       int
	Group      int
	Minus      bool // W − σE, else W + σE

	// Weights has the perturbed weights of every tensor, row by row, in units of 2^-Bits levels.
	Weights [][]int32
	Bits    uint
}

// EvaluateEach returns an evaluator that scores the members of a generation one by one, with
// any function of their weights. One goroutine for each processor calls score, at the same
// time; a score must depend only on the member. An error ends the evaluation, and Run
// returns the error of the first member that has one. Return Failed for a member that cannot
// be scored while others can. If score panics, Run panics on its own goroutine.
//
// Making a member's weights costs about as much as one product with them. An evaluator that
// works with factors, such as nn.Evaluator, is much faster.
func EvaluateEach(score func(m *Member) (int64, error)) Evaluator {
	return &memberEvaluator{score: score, work: make([]memberWork, parallel.Workers())}
}

type memberEvaluator struct {
	score func(m *Member) (int64, error)
	work  []memberWork

	ctx        context.Context
	generation Generation
	first      int // pair
	scores     []int64
	weights    [][]int8 // of every tensor
	bits       uint

	failed atomic.Int64 // lowest index of a member with an error, or the number of members
	mutex  sync.Mutex
	err    error // of that member
}

// memberWork is what one goroutine needs.
type memberWork struct {
	ws           lowrank.Workspace
	perturbation [][]int32
	member       Member
}

// spareBits is the number of fraction bits of the weights beyond the bits of σ, with which the
// noise of ranks 1, 4, 16 and 64 is exact.
const spareBits = 4

// Evaluate implements Evaluator.
func (e *memberEvaluator) Evaluate(ctx context.Context, g Generation, scores []int64) error {
	return e.EvaluateRange(ctx, g, 0, g.Pairs, scores)
}

// EvaluateRange implements RangeEvaluator.
func (e *memberEvaluator) EvaluateRange(ctx context.Context, g Generation, lo, hi int, scores []int64) error {
	if err := g.CheckRange(lo, hi); err != nil {
		return err
	}
	if len(scores) != 2*(hi-lo) {
		return fmt.Errorf("es: %d scores for %d pairs, want two a pair", len(scores), hi-lo)
	}
	e.ctx, e.generation, e.first, e.scores = ctx, g, lo, scores
	e.bits = 0
	for _, w := range g.Parameters {
		e.bits = max(e.bits, min(g.Noise.Of(w).Sigma+spareBits, lowrank.MaxBits))
	}
	e.weights = reuse.Slice(e.weights, len(g.Parameters))
	for i, w := range g.Parameters {
		e.weights[i] = reuse.Slice(e.weights[i], w.W.Rows()*w.W.Cols())
		w.W.Unpack(e.weights[i])
	}
	e.failed.Store(int64(len(scores)))
	e.err = nil
	parallel.For(len(e.work), hi-lo, e.evaluatePair)
	if e.err != nil {
		return e.err
	}
	return ctx.Err()
}

// evaluatePair scores pair number i of the range.
func (e *memberEvaluator) evaluatePair(worker, i int) {
	if e.ctx.Err() != nil || int64(2*i) > e.failed.Load() {
		return
	}
	pair := e.first + i
	w, g := &e.work[worker], &e.generation
	w.perturbation = reuse.Slice(w.perturbation, len(g.Parameters))
	w.member.Weights = reuse.Slice(w.member.Weights, len(g.Parameters))
	for i, t := range g.Parameters {
		d := reuse.Slice(w.perturbation[i], len(e.weights[i]))
		g.Noise.Perturbation(&w.ws, d, t, pair, e.bits)
		w.perturbation[i] = d
		w.member.Weights[i] = reuse.Slice(w.member.Weights[i], len(d))
	}
	for sign := range 2 {
		for i, d := range w.perturbation {
			out := w.member.Weights[i]
			for j, v := range e.weights[i] {
				out[j] = int32(v)<<e.bits + d[j]*int32(1-2*sign)
			}
		}
		w.member.Generation, w.member.Pair, w.member.Group = g.Number, pair, g.Group(pair)
		w.member.Minus, w.member.Bits = sign == 1, e.bits
		score, err := e.score(&w.member)
		if err != nil {
			e.fail(2*i+sign, err)
			return
		}
		e.scores[2*i+sign] = score
	}
}

// fail keeps the error of a member of the range unless one before it has failed.
func (e *memberEvaluator) fail(member int, err error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if int64(member) < e.failed.Load() {
		e.failed.Store(int64(member))
		e.err = fmt.Errorf("es: %s of pair %d of generation %d: %w",
			[]string{"plus", "minus"}[member%2], e.first+member/2, e.generation.Number, err)
	}
}
