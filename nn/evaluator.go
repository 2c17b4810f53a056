package nn

import (
	"context"
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Evaluator is an es.Evaluator, and an es.InputSource, that scores a model on the batches
// of a task. The members of a group of pairs, by default all of a generation, see the same
// batch, drawn anew each generation from the run's seed; the product of a first layer
// that is dense, an embedding or a convolution is therefore computed once. Each member has
// a state of its own. All members begin with the state that the model without noise has
// after the warm-up, so a score depends on the weights and the generation alone, and a run can
// be resumed.
//
// With noise in activations every step of a stream is a sample. A perturbation at a step
// affects the score of that step and, through the state, the scores of later steps: a sample's
// score is their sum, in which each later step counts Discount/256 as much as the one before.
type Evaluator struct {
	model *Model
	task  Task
	shape EvaluatorOptions
	chunk int  // pairs that one worker evaluates at once
	bits  bool // the task's Score is CrossEntropy alone
	fills bool // and its Draw sets all inputs

	columns   []int // of a sample, by parameter
	remembers bool  // a layer has a state, which a warm-up sets

	shared []sharedBatch // by group
	plain  Pass
	work   []evaluatorWork
	drawn  drawnBatch

	ctx        context.Context
	generation es.Generation
	lo, hi     int // pairs to score
	scores     []int64
	evaluate   func(worker, i int)
	score      func(worker, i int)
}

// EvaluatorOptions are the sizes of a batch and of the work of an Evaluator.
type EvaluatorOptions struct {
	Streams  int // samples, or sequences, of each member; default 64
	Steps    int // of each sequence that are scored; default 1
	WarmUp   int // steps before them, see Batch; 0: members begin with zeros (docs/decisions.md#warm-up-of-a-sequence)
	Discount int // of later scores, 0 to 256; 0: each perturbation is scored by its own step

	// Columns bounds the columns, one for each member and stream, that a worker takes
	// through the model at once, but never below a pair's. A worker needs a few
	// bytes for each column and output of the widest layer. Scores do not depend on it.
	// Default 1024 for one step, else 512.
	Columns int

	// Multiplier, if not nil, returns what computes the products W·x instead of package
	// kernels, for a goroutine's own use. Noise is added to them.
	Multiplier func() Multiplier
}

func (o *EvaluatorOptions) setDefaults() {
	if o.Streams == 0 {
		o.Streams = 64
	}
	if o.Steps == 0 {
		o.Steps = 1
	}
	if o.Columns == 0 {
		// Enough to spread the unpacking of the weights and what pairs share, few enough
		// that a layer's accumulators stay in the second-level cache.
		o.Columns = 512
		if o.Steps == 1 {
			o.Columns = 1024
		}
	}
}

// maxSamples bounds streams times steps.
const maxSamples = 1 << 20

func (o *EvaluatorOptions) check() error {
	switch {
	case o.Streams < 1 || o.Steps < 1 || o.WarmUp < 0 || o.Streams > maxSamples || o.Steps > maxSamples/o.Streams || o.WarmUp > maxSamples:
		return fmt.Errorf("nn: %d streams of %d steps after %d, want at least 1, 1 and 0, and at most 2^20 samples", o.Streams, o.Steps, o.WarmUp)
	case o.Discount < 0 || o.Discount > 256:
		return fmt.Errorf("nn: discount %d, want 0 to 256", o.Discount)
	case o.Columns < 1 || o.Columns > maxColumns:
		return fmt.Errorf("nn: %d columns at once, want 1 to %d", o.Columns, maxColumns)
	}
	return nil
}

// sharedBatch is the data of a group.
type sharedBatch struct {
	Batch
	recording
	states  [][]int8  // after the warm-up
	targets [][]uint8 // by step, of the columns of one task
	of      sharedOf  // what they were computed of, if for a part of a generation
}

// sharedOf is all that a group's batch and what its members share depend on: the ranges of
// a generation that a worker scores one after another compute it once.
type sharedOf struct {
	seed                      uint64
	generation, pairs, groups int
	estimator                 lowrank.Estimator
	weights                   uint64 // their hash
}

// drawnBatch is what the first group's batch is of.
type drawnBatch struct {
	seed       uint64
	generation int
	valid      bool
}

type evaluatorWork struct {
	Pass
	members members
	scoring Scoring
	x       []int8 // columns of Score
	sum     int64  // of their scores
}

// scoreColumns is how many columns a worker takes at once in Score: few, so that a small
// batch is spread over several processors.
const scoreColumns = 64

// NewEvaluator returns an evaluator of a model on a task. The error names the sizes that do
// not match.
func NewEvaluator(model *Model, task Task, o EvaluatorOptions) (*Evaluator, error) {
	switch {
	case model == nil:
		return nil, errors.New("nn: NewEvaluator: the model is nil")
	case task == nil:
		return nil, errors.New("nn: NewEvaluator: the task is nil")
	}
	o.setDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	if checked, ok := task.(Checker); ok {
		if err := checked.Check(); err != nil {
			return nil, err
		}
	}
	if model.Inputs() != task.Inputs() || model.Outputs() != task.Outputs() {
		return nil, fmt.Errorf("nn: model of %d→%d for a task of %d→%d", model.Inputs(), model.Outputs(), task.Inputs(), task.Outputs())
	}
	e := &Evaluator{
		model: model, task: task, shape: o,
		chunk: max(1, o.Columns/(2*o.Streams)),
		plain: newPass(model),
		work:  make([]evaluatorWork, parallel.Workers()),
	}
	for i := range e.work {
		e.work[i].Pass = newPass(model)
	}
	switch task.(type) { // this package's tasks: a user's may embed them and do something else
	case *Text, *classification:
		e.bits, e.fills = true, true
	case *labelled:
		e.fills = true
	}
	var err error
	if e.columns, e.remembers, err = model.try(); err != nil {
		return nil, err
	}
	if o.Multiplier != nil {
		e.plain.multiplier = o.Multiplier()
		for i := range e.work {
			e.work[i].multiplier = o.Multiplier()
		}
	}
	e.evaluate, e.score = e.evaluateChunk, e.scoreChunk
	return e, nil
}

// Evaluate implements es.Evaluator. A score is the sum of the task's scores over all
// steps and streams; with noise in activations there is one for each step of each stream,
// see Evaluator. It returns an error if the generation is not one of the model's weights,
// or scores has another length.
func (e *Evaluator) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	return e.EvaluateRange(ctx, g, 0, g.Pairs, scores)
}

// EvaluateRange implements es.RangeEvaluator. Unless the last range was of the same generation
// and weights, it draws the batches of the range's groups and computes what their members
// share, which costs as many columns as half a pair.
func (e *Evaluator) EvaluateRange(ctx context.Context, g es.Generation, lo, hi int, scores []int64) error {
	if err := e.check(g, lo, hi, scores); err != nil {
		return err
	}
	e.ctx, e.generation, e.lo, e.hi, e.scores = ctx, g, lo, hi, scores
	var of sharedOf
	if hi-lo < g.Pairs && e.shape.Multiplier == nil {
		of = sharedOf{g.Noise.Seed, g.Number, g.Pairs, g.Groups, g.Noise.Estimator, e.model.hash()}
	}
	for group := g.Group(lo); group <= g.Group(hi-1); group++ {
		if of != (sharedOf{}) && group < len(e.shared) && e.shared[group].of == of {
			continue
		}
		if err := e.begin(group); err != nil {
			return err
		}
		e.shared[group].of = of
	}
	parallel.For(len(e.work), e.chunkOf(hi-1)-e.chunkOf(lo)+1, e.evaluate)
	return ctx.Err()
}

func (e *Evaluator) check(g es.Generation, lo, hi int, scores []int64) error {
	if err := g.CheckRange(lo, hi); err != nil {
		return err
	}
	if want := 2 * (hi - lo) * e.scoresOf(&g); len(scores) != want {
		return fmt.Errorf("nn: %d scores for %d pairs, want %d", len(scores), hi-lo, want)
	}
	return e.model.CheckGeneration(&g)
}

// begin draws the batch of a group and computes what its members share.
func (e *Evaluator) begin(group int) error {
	g := &e.generation
	if group == 0 {
		e.drawn = drawnBatch{}
	}
	s, err := e.draw(g.Noise.Seed, g.Number, group)
	if err != nil {
		return err
	}
	s.repeatTargets(2 * min(e.chunk, g.Pairs/g.Groups))
	pass := &e.plain
	pass.begin(s.Streams)
	for _, x := range s.X[:s.WarmUp] {
		if e.remembers {
			pass.Free(e.model.step(pass, x))
		} else {
			pass.endStep()
		}
	}
	s.states = grow(s.states, len(pass.states))
	for i, state := range pass.states {
		if s.WarmUp == 0 { // no step has set it yet
			state = nil
		}
		s.states[i] = append(s.states[i][:0], state...)
	}
	want := g.Noise.Estimator == lowrank.PerturbActivations
	s.recording.reset(len(e.model.matrices), s.WarmUp, s.Steps, want)
	for _, x := range s.X[s.WarmUp:] {
		if want {
			pass.record = &s.recording
			pass.Free(e.model.step(pass, x))
		} else if first, ok := asFirst(e.model.Layers[0]); ok {
			s.addFirst(first, pass, x)
			pass.endStep()
		}
	}
	if group == 0 {
		e.drawn = drawnBatch{g.Noise.Seed, g.Number, true}
	}
	return nil
}

// draw draws the batch of a group.
func (e *Evaluator) draw(seed uint64, generation, group int) (*sharedBatch, error) {
	e.shared = grow(e.shared, max(len(e.shared), group+1))
	s := &e.shared[group]
	s.of = sharedOf{}
	s.Streams, s.WarmUp, s.Steps = e.shape.Streams, e.shape.WarmUp, e.shape.Steps
	s.Batch.reset(e.task.Inputs(), e.fills)
	e.task.Draw(&s.Batch, seed, generation, group)
	return s, s.check(e.task.Inputs(), e.task.Outputs())
}

// repeatTargets writes the targets of members, one after another.
func (s *sharedBatch) repeatTargets(members int) {
	s.targets = grow(s.targets, s.Steps)
	for t, from := range s.Targets {
		to := reuse.Slice(s.targets[t], members*len(from))
		for done := copy(to, from); done > 0 && done < len(to); done *= 2 {
			copy(to[done:], to[:done])
		}
		s.targets[t] = to
	}
}

// Samples implements es.InputSource: the streams times the steps.
func (e *Evaluator) Samples() int { return e.shape.Streams * e.shape.Steps }

// InputColumns implements es.InputSource.
func (e *Evaluator) InputColumns(parameter int) int {
	if parameter >= len(e.columns) {
		return 1 // of no model's parameter: es.New or Inputs will say so
	}
	return e.columns[parameter]
}

// Inputs implements es.InputSource: the inputs and outputs of the matrices for the generation's
// batch without noise.
func (e *Evaluator) Inputs(_ context.Context, g es.Generation) ([]lowrank.LayerBatch, error) {
	if e.drawn != (drawnBatch{g.Noise.Seed, g.Number, true}) { // a run that is replayed has not been evaluated
		e.generation = g
		if err := e.begin(0); err != nil {
			return nil, err
		}
	}
	e.drawn = drawnBatch{} // the weights will move
	return e.shared[0].seen, nil
}

// Score scores the model's present weights, unperturbed, on the batch that a generation of
// a run with that seed draws for its first group, in the units of Evaluate. It is an objective
// for algorithms that do not use factors. It returns an error if the task draws an invalid
// batch.
func (e *Evaluator) Score(seed uint64, generation int) (int64, error) {
	e.drawn = drawnBatch{}
	s, err := e.draw(seed, generation, 0)
	if err != nil {
		return 0, err
	}
	parallel.For(len(e.work), (s.Streams+scoreColumns-1)/scoreColumns, e.score)
	sum := int64(0)
	for i := range e.work {
		sum += e.work[i].sum
		e.work[i].sum = 0
	}
	return sum, nil
}

// scoreChunk scores some streams of the first group's batch.
func (e *Evaluator) scoreChunk(worker, i int) {
	ws, s := &e.work[worker], &e.shared[0]
	lo := i * scoreColumns
	n := min(scoreColumns, s.Streams-lo)
	ws.begin(n)
	for t, x := range s.X {
		ws.x = columns(ws.x, x, kernels.Quads(e.model.Inputs()), s.Streams, lo, n)
		outputs := e.model.step(&ws.Pass, ws.x)
		if t -= s.WarmUp; t >= 0 && len(s.Targets[t]) > 0 {
			if ws.scoreColumns(e, s, t, outputs, lo, s.Targets[t][lo:]); e.bits {
				ws.sum += sum(ws.scoring.bits)
			} else {
				ws.sum += sum(ws.scoring.Scores)
			}
		}
		ws.Free(outputs)
	}
}

// columns writes n columns of a batch in quads, from lo on, to dst.
func columns(dst, x []int8, quads, all, lo, n int) []int8 {
	dst = reuse.Slice(dst, quads*4*n)
	for q := range quads {
		copy(dst[q*4*n:(q+1)*4*n], x[(q*all+lo)*4:])
	}
	return dst
}

// scoreColumns has the task score the outputs of the pass's columns at a step: bits of
// the scoring for an entropyTask, else Scores.
func (ws *evaluatorWork) scoreColumns(e *Evaluator, s *sharedBatch, step int, outputs []int8, first int, targets []uint8) {
	q := &ws.scoring
	q.Batch, q.Step, q.Outputs, q.Columns = &s.Batch, step, outputs, ws.n
	q.width, q.first, q.targets = e.model.Outputs(), first, targets[:ws.n]
	if e.bits {
		q.entropy()
		return
	}
	q.Scores = reuse.Slice(q.Scores, ws.n)
	e.task.Score(q)
}

func sum[T int32 | int64](scores []T) (sum int64) {
	for ; len(scores) >= 4; scores = scores[4:] { // the loop costs more than the additions
		sum += int64(scores[0]) + int64(scores[1]) + int64(scores[2]) + int64(scores[3])
	}
	for _, v := range scores {
		sum += int64(v)
	}
	return sum
}

// chunks returns the number of chunks that a group of the generation makes.
func (e *Evaluator) chunks() int {
	return (e.generation.Pairs/e.generation.Groups + e.chunk - 1) / e.chunk
}

// chunkOf returns the number of the chunk that a pair is in.
func (e *Evaluator) chunkOf(pair int) int {
	size := e.generation.Pairs / e.generation.Groups
	return pair/size*e.chunks() + pair%size/e.chunk
}

// evaluateChunk scores the pairs of the range that are in its chunk number i.
func (e *Evaluator) evaluateChunk(worker, i int) {
	ws, g := &e.work[worker], &e.generation
	i += e.chunkOf(e.lo)
	group, size := i/e.chunks(), g.Pairs/g.Groups
	s := &e.shared[group]
	lo := group*size + i%e.chunks()*e.chunk
	hi := min(lo+e.chunk, (group+1)*size, e.hi)
	lo = max(lo, e.lo)
	ws.beginMembers(&ws.members, g.Noise, g.Parameters, g.Pairs, lo, hi, s.Streams, s.Steps)
	if s.WarmUp > 0 {
		ws.time, ws.first, ws.start = s.WarmUp, s.WarmUp, s.states
	}
	each := e.scoresOf(g)
	scores := e.scores[2*(lo-e.lo)*each : 2*(hi-e.lo)*each]
	clear(scores)
	for t := range s.Steps {
		if e.ctx.Err() != nil {
			return
		}
		outputs := e.model.stepMembers(&ws.Pass, s, t)
		if len(s.Targets[t]) > 0 {
			if ws.scoreColumns(e, s, t, outputs, 0, s.targets[t]); e.bits {
				keep(scores, ws.scoring.bits, s.Streams, t, each)
			} else {
				keep(scores, ws.scoring.Scores, s.Streams, t, each)
			}
		}
		ws.Free(outputs)
	}
	if each > 1 {
		e.discount(scores)
	}
}

// keep adds the scores of a step's columns to the members', or makes them the scores of its
// samples.
func keep[T int32 | int64](scores []int64, columns []T, streams, step, each int) {
	for i := 0; len(columns) > 0; i, columns = i+1, columns[streams:] {
		if each == 1 {
			scores[i] += sum(columns[:streams])
			continue
		}
		for b, v := range columns[:streams] {
			scores[i*each+step*streams+b] = int64(v)
		}
	}
}

// discount adds to each sample's score what the stream's later steps are worth.
func (e *Evaluator) discount(scores []int64) {
	if e.shape.Discount == 0 {
		return
	}
	samples, streams := e.Samples(), e.shape.Streams
	for ; len(scores) > 0; scores = scores[samples:] {
		for at := samples - streams - 1; at >= 0; at-- {
			scores[at] += scores[at+streams] * int64(e.shape.Discount) >> 8
		}
	}
}

// scoresOf returns the number of scores of a member.
func (e *Evaluator) scoresOf(g *es.Generation) int {
	if g.Noise.Estimator == lowrank.PerturbActivations {
		return e.Samples()
	}
	return 1
}
