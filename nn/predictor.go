package nn

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Predictor is an es.Evaluator that scores a model by its cross-entropy on sequences.
// The members of a group of pairs, by default all of a generation, see the same
// sequences, streams side by side, drawn anew each generation from the run's seed. Each
// member has a state of its own. They all begin with the one that the model without
// noise comes to by reading the lead, so that a score depends on the weights and the
// generation alone, and a run can go on from a checkpoint.
//
// With noise in activations every step of a stream is a sample. What its noise is
// answerable for is the score at that step and, through the state, at the steps after:
// the sum of them, each worth Discount/256 of the one before.
type Predictor struct {
	model  *Model
	source Sequences
	shape  PredictorOptions
	chunk  int // pairs that one task evaluates

	shared []sharedSequence // by group
	plain  pass
	work   []predictorWork

	drawn sequenceName // of the first group, with what the layers see

	ctx        context.Context
	generation es.Generation
	scores     []int64
	evaluate   func(worker, i int)
}

// PredictorOptions are the sizes of what a Predictor evaluates.
type PredictorOptions struct {
	Streams  int // of each member, at least 1
	Steps    int // of a generation, at least 1
	Lead     int // steps before them, see Sequence; 0 for members that begin with zeros
	Discount int // of later scores, in 1/256; 0: each noise is judged by its own step
}

// sharedSequence is the data of a group.
type sharedSequence struct {
	Sequence
	recording
	states  [][]int8  // after the lead
	targets [][]uint8 // by step, of the columns of one task
}

// sequenceName is what a sequence is drawn from, and for.
type sequenceName struct {
	seed       uint64
	generation uint32
	valid      bool
}

type predictorWork struct {
	pass
	columns []int32 // score of each column
}

// maxSamples bounds streams times steps.
const maxSamples = 1 << 20

// NewPredictor returns an evaluator of a model on sequences.
func NewPredictor(model *Model, source Sequences, o PredictorOptions) (*Predictor, error) {
	switch {
	case o.Streams < 1 || o.Steps < 1 || o.Lead < 0 || o.Streams > maxSamples || o.Steps > maxSamples || o.Streams*o.Steps > maxSamples || o.Lead > maxSamples:
		return nil, fmt.Errorf("nn: %d streams of %d steps after %d, want at least 1, 1 and 0, and at most 2^20 samples", o.Streams, o.Steps, o.Lead)
	case o.Discount < 0 || o.Discount > 256:
		return nil, fmt.Errorf("nn: discount %d, want 0 to 256", o.Discount)
	case model.Inputs() != source.Inputs() || model.Outputs() != source.Classes():
		return nil, fmt.Errorf("nn: model of %d→%d for sequences of %d inputs and %d classes", model.Inputs(), model.Outputs(), source.Inputs(), source.Classes())
	case source.Classes() > kernels.MaxClasses:
		return nil, fmt.Errorf("nn: %d classes, want at most %d", source.Classes(), kernels.MaxClasses)
	}
	p := &Predictor{
		model: model, source: source, shape: o,
		chunk: max(1, predictorColumns/(2*o.Streams)),
		work:  make([]predictorWork, parallel.Workers()),
	}
	p.evaluate = p.evaluateChunk
	return p, nil
}

// predictorColumns is how many columns a task takes through a step at once.
const predictorColumns = 512

// Evaluate implements es.Evaluator. A score is the sum of the log-probabilities of all
// targets in units of 1/256 bit; with noise in activations there is one for each step of
// each stream, see Predictor. It returns an error if the generation is not one of the
// model's weights, or scores has another length.
func (p *Predictor) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	if err := p.check(g, scores); err != nil {
		return err
	}
	p.ctx, p.generation, p.scores = ctx, g, scores
	for group := range g.Groups {
		if err := p.begin(group); err != nil {
			return err
		}
	}
	parallel.For(len(p.work), g.Groups*p.chunks(), p.evaluate)
	return ctx.Err()
}

func (p *Predictor) check(g es.Generation, scores []int64) error {
	if want := 2 * g.Pairs * p.scoresOf(g); len(scores) != want {
		return fmt.Errorf("nn: %d scores for %d pairs, want %d", len(scores), g.Pairs, want)
	}
	if len(g.Tensors) != len(p.model.tensors) {
		return fmt.Errorf("nn: generation of %d tensors for a model of %d", len(g.Tensors), len(p.model.tensors))
	}
	if p.model.wide && g.Noise.Estimator == lowrank.PerturbActivations {
		return fmt.Errorf("nn: a convolution in two dimensions has many columns a sample: its noise is in weights")
	}
	for i, t := range p.model.tensors {
		if g.Tensors[i].W != t.W {
			return fmt.Errorf("nn: tensor %d of the generation is not %q", i, t.name)
		}
	}
	return nil
}

// begin draws the sequences of a group and takes the model through them without noise.
func (p *Predictor) begin(group int) error {
	p.shared = grow(p.shared, max(len(p.shared), group+1))
	s, g := &p.shared[group], &p.generation
	if group == 0 {
		p.drawn = sequenceName{g.Noise.Seed, g.Number, true}
	}
	s.Streams, s.Lead, s.Steps = p.shape.Streams, p.shape.Lead, p.shape.Steps
	s.Sequence.reset(p.source.Inputs())
	p.source.Draw(&s.Sequence, g.Noise.Seed, g.Number, group)
	if err := s.check(p.source.Inputs(), p.source.Classes()); err != nil {
		return err
	}
	s.repeatTargets(2 * p.chunk)

	pass := &p.plain
	pass.begin(s.Streams)
	for _, x := range s.X[:s.Lead] {
		pass.free(p.model.step(pass, x))
	}
	s.states = grow(s.states, len(pass.states))
	for i, state := range pass.states {
		if s.Lead == 0 { // no step has set it yet
			state = nil
		}
		s.states[i] = append(s.states[i][:0], state...)
	}
	want := g.Noise.Estimator == lowrank.PerturbActivations
	if _, ok := p.model.Layers[0].(firstLayer); !ok && !want {
		return nil
	}
	s.recording.reset(len(p.model.tensors), s.Lead, s.Steps, want)
	pass.record = &s.recording
	for _, x := range s.X[s.Lead:] {
		pass.free(p.model.step(pass, x))
	}
	return nil
}

// repeatTargets writes the targets of so many members, one after another.
func (s *sharedSequence) repeatTargets(members int) {
	s.targets = grow(s.targets, s.Steps)
	for t, from := range s.Targets {
		s.targets[t] = s.targets[t][:0]
		for range members {
			s.targets[t] = append(s.targets[t], from...)
		}
	}
}

// Samples implements es.InputSource.
func (p *Predictor) Samples() int { return p.shape.Streams * p.shape.Steps }

// Inputs implements es.InputSource.
func (p *Predictor) Inputs(_ context.Context, g es.Generation) ([][]int8, error) {
	name := sequenceName{g.Noise.Seed, g.Number, true}
	if p.drawn != name { // a run that is replayed has not been evaluated
		p.generation = g
		if err := p.begin(0); err != nil {
			return nil, err
		}
	}
	p.drawn = sequenceName{} // the weights move
	return p.shared[0].seen, nil
}

// chunks returns the number of tasks that a group of the generation makes.
func (p *Predictor) chunks() int {
	return (p.generation.Pairs/p.generation.Groups + p.chunk - 1) / p.chunk
}

func (p *Predictor) evaluateChunk(worker, i int) {
	ws, g := &p.work[worker], &p.generation
	group, size := i/p.chunks(), g.Pairs/g.Groups
	s := &p.shared[group]
	lo := group*size + i%p.chunks()*p.chunk
	hi := min(lo+p.chunk, (group+1)*size)
	ws.beginPopulation(g.Noise, g.Tensors, lo, hi, s)
	each := p.scoresOf(*g)
	scores := p.scores[2*lo*each : 2*hi*each]
	clear(scores)
	for t := range s.Steps {
		if p.ctx.Err() != nil {
			return
		}
		logits := p.model.stepPopulation(&ws.pass, s, t)
		if len(s.Targets[t]) > 0 {
			ws.columns = reuse.Slice(ws.columns, ws.n)
			kernels.Score(ws.columns, logits, s.targets[t][:ws.n], p.model.Outputs(), ws.n)
			p.keep(scores, ws.columns, t, each)
		}
		ws.free(logits)
	}
	if each > 1 {
		p.discount(scores)
	}
}

// keep adds the scores of a step's columns to the members', or makes them those of its
// samples.
func (p *Predictor) keep(scores []int64, columns []int32, step, each int) {
	streams := p.shape.Streams
	for i := 0; len(columns) > 0; i, columns = i+1, columns[streams:] {
		if each > 1 {
			for b, v := range columns[:streams] {
				scores[i*each+step*streams+b] = int64(v)
			}
			continue
		}
		for _, v := range columns[:streams] {
			scores[i] += int64(v)
		}
	}
}

// discount adds to each sample's score what the stream's later steps are worth.
func (p *Predictor) discount(scores []int64) {
	if p.shape.Discount == 0 {
		return
	}
	samples, streams := p.Samples(), p.shape.Streams
	for ; len(scores) > 0; scores = scores[samples:] {
		for at := samples - streams - 1; at >= 0; at-- {
			scores[at] += scores[at+streams] * int64(p.shape.Discount) >> 8
		}
	}
}

// scoresOf returns the number of scores of a member.
func (p *Predictor) scoresOf(g es.Generation) int {
	if g.Noise.Estimator == lowrank.PerturbActivations {
		return p.Samples()
	}
	return 1
}

// step takes a pass one step on.
func (m *Model) step(p *pass, x []int8) []int8 {
	p.nextStep()
	y := chainStep(m.Layers, p, x)
	p.endStep()
	return y
}

// stepPopulation takes a population one step on, all members at step t of a sequence.
func (m *Model) stepPopulation(p *pass, s *sharedSequence, t int) []int8 {
	p.nextStep()
	layers := m.Layers
	var x []int8
	if first, ok := layers[0].(firstLayer); ok {
		x = p.linearShared(first.matrix(), s.first[t], s.base[t])
		layers = layers[1:]
	} else {
		x = p.alloc(m.Inputs())
		spread(x, s.X[s.Lead+t], kernels.Quads(m.Inputs()), p.n, s.Streams)
	}
	y := x
	if len(layers) > 0 {
		y = chainStep(layers, p, x)
		p.free(x)
	}
	p.endStep()
	return y
}
