package control

import (
	"context"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// Evaluator is an es.Evaluator that scores a model by the rewards of episodes. All
// members of a group of pairs, by default of the generation, begin in the same states,
// drawn anew each generation from the run's seed.
type Evaluator struct {
	model    *nn.Model
	env      Environment
	spec     Spec
	episodes int
	chunk    int // pairs that one task evaluates

	starts []*Episodes // by group
	work   []worker

	ctx        context.Context
	generation es.Generation
	lo, hi     int // pairs to score
	scores     []int64
	rewards    []Q40 // of an episode of each member, on average
	evaluate   func(worker, i int)
}

// worker is what one goroutine needs.
type worker struct {
	population *nn.MemberRunner
	x          []int8

	all  Episodes // of a task
	live Episodes // the part of them that is still stepped
}

// chunkColumns is how many columns a task has, if a pair does not already have more:
// enough to pay for the calls of the kernels, few enough that tasks are many.
const chunkColumns = 128

// MaxEpisodes bounds the episodes of a member.
const MaxEpisodes = 1 << 10

// ScoreBits counts the fraction bits of a score.
const ScoreBits = 16

// NewEvaluator returns an evaluator that scores each member on a number of episodes. The error
// names what is out of range.
func NewEvaluator(model *nn.Model, env Environment, episodes int) (*Evaluator, error) {
	p, err := NewPolicy(model, env)
	if err != nil {
		return nil, err
	}
	if episodes < 1 || episodes > MaxEpisodes {
		return nil, fmt.Errorf("control: %d episodes, want 1 to %d", episodes, MaxEpisodes)
	}
	e := &Evaluator{
		model: model, env: env, spec: p.spec, episodes: episodes,
		chunk: max(1, chunkColumns/(2*episodes)),
		work:  make([]worker, parallel.Workers()),
	}
	for i := range e.work {
		e.work[i].population = model.NewMemberRunner()
	}
	e.evaluate = e.evaluateChunk
	return e, nil
}

// Evaluate implements es.Evaluator. A score is the sum of the rewards and the progress
// of a member's episodes, in units of 2^-16. It returns an error if the generation is
// not one of the model's weights, or has noise in activations.
func (e *Evaluator) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	return e.EvaluateRange(ctx, g, 0, g.Pairs, scores)
}

// EvaluateRange implements es.RangeEvaluator.
func (e *Evaluator) EvaluateRange(ctx context.Context, g es.Generation, lo, hi int, scores []int64) error {
	if err := e.check(g, lo, hi, scores); err != nil {
		return err
	}
	e.ctx, e.generation, e.lo, e.hi, e.scores = ctx, g, lo, hi, scores
	e.rewards = reuse.Slice(e.rewards, len(scores))
	for len(e.starts) < g.Groups {
		e.starts = append(e.starts, NewEpisodes(e.env, e.episodes))
	}
	for i := g.Group(lo); i <= g.Group(hi-1); i++ {
		e.starts[i].Begin(e.env, g.Noise.Seed, g.Number, i)
	}
	parallel.For(len(e.work), e.chunkOf(hi-1)-e.chunkOf(lo)+1, e.evaluate)
	return ctx.Err()
}

// Generation returns the number of the generation that Evaluate saw last, counted from 1 as
// in es.Stats; 0 for none. After EvaluateRange of a part it is 0.
func (e *Evaluator) Generation() int {
	if len(e.rewards) == 0 || len(e.rewards) != 2*e.generation.Pairs {
		return 0
	}
	return e.generation.Number + 1
}

// Rewards returns the mean reward of an episode in the generation that Evaluate scored last,
// and the mean of its best member. After EvaluateRange they are of that range. Call it only
// after one of both.
func (e *Evaluator) Rewards() (mean, best Q40) {
	const spare = 16 // bits, for the sum of all members
	sum := int64(0)
	for _, r := range e.rewards {
		sum += int64(r) >> spare
	}
	return Q40(sum/int64(len(e.rewards))) << spare, slices.Max(e.rewards)
}

func (e *Evaluator) check(g es.Generation, lo, hi int, scores []int64) error {
	if err := g.CheckRange(lo, hi); err != nil {
		return err
	}
	if want := 2 * (hi - lo); len(scores) != want {
		return fmt.Errorf("control: %d scores for %d pairs, want %d", len(scores), hi-lo, want)
	}
	if g.Noise.Estimator != lowrank.PerturbWeights {
		return fmt.Errorf("control: noise in %v, want %v", g.Noise.Estimator, lowrank.PerturbWeights)
	}
	return e.model.CheckGeneration(&g)
}

// chunks returns the number of tasks that a group of the generation makes.
func (e *Evaluator) chunks() int {
	return (e.generation.Pairs/e.generation.Groups + e.chunk - 1) / e.chunk
}

// chunkOf returns the number of the task that a pair is in.
func (e *Evaluator) chunkOf(pair int) int {
	size := e.generation.Pairs / e.generation.Groups
	return pair/size*e.chunks() + pair%size/e.chunk
}

// evaluateChunk scores the pairs of the range that are in its task number i.
func (e *Evaluator) evaluateChunk(worker, i int) {
	if e.ctx.Err() != nil {
		return
	}
	i += e.chunkOf(e.lo)
	group, size := i/e.chunks(), e.generation.Pairs/e.generation.Groups
	lo := group*size + i%e.chunks()*e.chunk
	hi := min(lo+e.chunk, (group+1)*size, e.hi)
	lo = max(lo, e.lo)
	w := &e.work[worker]
	w.all.begin(e.starts[group], 2*(hi-lo))
	w.population.Begin(&e.generation, lo, hi, e.episodes)
	e.play(w, lo, hi)
	for m := range 2 * (hi - lo) {
		score, reward := int64(0), Q40(0)
		for c := m * e.episodes; c < (m+1)*e.episodes; c++ {
			score += int64(w.all.Reward[c]+w.all.Progress[c]) >> (fraction - ScoreBits)
			reward += w.all.Reward[c]
		}
		i := 2*(lo-e.lo) + m
		e.scores[i], e.rewards[i] = score, reward/Q40(e.episodes)
	}
}

// play steps the episodes of pairs lo to hi to their ends. Pairs are not stepped any
// more when they and all that come before, or after, are done.
func (e *Evaluator) play(w *worker, lo, hi int) {
	own := 2 * e.episodes
	w.live.share(&w.all)
	for w.live.Live > 0 {
		first, last := 0, hi-lo
		for w.live.done(first*own, (first+1)*own) {
			first++
		}
		for w.live.done((last-1)*own, last*own) {
			last--
		}
		w.live.narrow(first*own, last*own)
		lo, hi = lo+first, lo+last
		w.population.Keep(lo, hi)

		n := w.live.Len()
		w.x = reuse.Slice(w.x, batch(e.spec.Inputs, n))
		w.live.observe(w.x, e.env, e.spec.Inputs)
		w.live.act(w.population.Step(w.x), &e.spec)
		e.env.Step(&w.live)
	}
}
