package es

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Generation describes one generation to an evaluator.
type Generation struct {
	Number     int // counts from zero; the noise's own number may lag, see Options.NoiseReuse
	Noise      lowrank.Noise
	Pairs      int
	Groups     int // of consecutive pairs, each on data of its own, see Options.Groups
	Parameters []lowrank.Parameter
}

// Group returns the group that a pair belongs to.
func (g *Generation) Group(pair int) int { return pair / (g.Pairs / g.Groups) }

// CheckRange returns an error unless lo to hi-1 are pairs of the generation, at least one.
func (g *Generation) CheckRange(lo, hi int) error {
	if lo < 0 || hi <= lo || hi > g.Pairs {
		return fmt.Errorf("es: pairs %d to %d of %d", lo, hi, g.Pairs)
	}
	return nil
}

// Optimizer trains the parameters it was made with, in place. It is not safe for
// concurrent use; it uses all processors itself.
type Optimizer struct {
	options    Options
	evaluator  Evaluator   // nil if only Ask and Tell are used
	source     InputSource // with noise in activations
	samples    int         // scores of a member
	parameters []lowrank.Parameter
	states     []parameterState // by parameter
	updater    *lowrank.Updater
	generation int  // finished
	reductions int  // halvings of the rate, see ReduceRate
	moved      bool // since New or RestoreState

	coder   *coder
	scores  []int64
	codes   []int8 // of the last generation
	reduced int    // reductions of the last generation
	next    []int8 // of the one that moves the weights
	update  GenerationUpdate

	missing, nextMissing []int // pairs, of the last generation and of the one that moves the weights

	past    [][]int8           // codes of the rule's window, but for its last generation
	earlier []GenerationUpdate // of the window
}

// New returns an optimizer of the given parameters. They are numbered in this order
// for the noise, so the order is part of a run's identity. The evaluator scores the
// generations of Run; it may be nil if only Ask and Tell are used, and must be an
// InputSource if the options perturb activations. The error names the option or
// parameter that is out of range.
func New(parameters []lowrank.Parameter, evaluator Evaluator, o Options) (*Optimizer, error) {
	o = o.WithDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	if len(parameters) == 0 {
		return nil, errors.New("es: no parameters to train")
	}
	opt := &Optimizer{options: o, evaluator: evaluator, samples: 1, parameters: slices.Clone(parameters)}
	if o.Estimator == lowrank.PerturbActivations {
		if err := opt.setSource(); err != nil {
			return nil, err
		}
	}
	for i := range opt.parameters {
		p := &opt.parameters[i]
		p.Number = uint32(i)
		if err := o.checkParameter(p); err != nil {
			return nil, fmt.Errorf("es: parameter %d %w", i, err)
		}
		const most = kernels.MaxTerms / kernels.UpdateTermsPerInput
		if n := opt.inputColumns(i); opt.source != nil && (n < 1 || n > most) {
			return nil, fmt.Errorf("es: parameter %d sees %d columns a generation, want 1 to %d", i, n, most)
		}
	}
	if _, ok := o.Rule.(pairsOnly); ok && opt.source != nil {
		return nil, fmt.Errorf("es: rule %v wants noise in weights", o.Rule)
	}
	if need := opt.memory(); o.MemoryLimit > 0 && need > uint64(o.MemoryLimit) {
		return nil, fmt.Errorf("es: state and update take %d bytes, more than the limit of %d", need, o.MemoryLimit)
	}
	opt.start()
	return opt, nil
}

// setSource sets the source of inputs, which noise in activations needs, to the evaluator.
func (o *Optimizer) setSource() error {
	source, ok := o.evaluator.(InputSource)
	if !ok {
		return fmt.Errorf("es: noise in activations takes an evaluator that is an InputSource, not %T", o.evaluator)
	}
	pairs, samples := o.options.Pairs, source.Samples()
	if samples < 1 || samples > MaxPairs/pairs {
		return fmt.Errorf("es: %d pairs of %d samples make %d codes, want 1 to %d", pairs, samples, int64(pairs)*int64(samples), MaxPairs)
	}
	o.source, o.samples = source, samples
	return nil
}

// start makes the optimizer's memory.
func (o *Optimizer) start() {
	pairs, samples := o.options.Pairs, o.samples
	o.updater = new(lowrank.Updater)
	o.coder = newCoder(o.options.Fitness, o.options.Minimize, pairs, samples)
	o.codes, o.next, o.scores = make([]int8, pairs*samples), make([]int8, pairs*samples), make([]int64, 2*pairs*samples)
	if n := window(o.options.Rule) - 1; n > 0 {
		ring := make([]int8, n*pairs)
		for ; len(ring) > 0; ring = ring[pairs:] {
			o.past = append(o.past, ring[:pairs])
		}
		o.earlier = make([]GenerationUpdate, 0, n)
	}
	rules := startRule(o.options.Rule, o.trained())
	o.states = make([]parameterState, len(o.parameters))
	for i, w := range o.parameters {
		if !w.Frozen {
			o.states[i].RuleState, rules = rules[0], rules[1:]
		}
	}
}

// trained returns the matrices that the rule moves.
func (o *Optimizer) trained() []lowrank.Parameter {
	var matrices []lowrank.Parameter
	for _, w := range o.parameters {
		if !w.Frozen {
			matrices = append(matrices, w)
		}
	}
	return matrices
}

// Options returns the options in force, defaults filled in.
func (o *Optimizer) Options() Options { return o.options }

// Parameters returns the parameters that the optimizer trains, in order.
func (o *Optimizer) Parameters() []lowrank.Parameter { return o.parameters }

// Done reports whether the run has reached its last generation.
func (o *Optimizer) Done() bool { return o.generation >= o.options.Generations }

// Generation returns the number of finished generations.
func (o *Optimizer) Generation() int { return o.generation }

// Identity returns a text that is equal for two runs if the same scores would move the same
// weights in the same way: all options, and the parameters' names and shapes, one a line.
func (o *Optimizer) Identity() string {
	s := o.options.String()
	if o.source != nil {
		s += fmt.Sprintf(" of %d samples", o.samples)
	}
	s += "\n"
	for _, p := range o.parameters {
		s += p.String() + "\n"
	}
	return s
}

// MaxReductions bounds the halvings of ReduceRate.
const MaxReductions = 16

// ReduceRate divides the rule's scheduled strength by 2^n from the next generation on; 0
// restores it. Records and the state hold n. It returns an error and changes nothing if n is
// not 0 to MaxReductions, or if the rule uses earlier generations (QES), whose rates are not
// kept.
func (o *Optimizer) ReduceRate(n int) error {
	switch {
	case n < 0 || n > MaxReductions:
		return fmt.Errorf("es: rate divided by 2^%d, want 0 to %d", n, MaxReductions)
	case window(o.options.Rule) > 1:
		return fmt.Errorf("es: rule %v takes the same schedule in all of its window: the rate cannot be reduced", o.options.Rule)
	}
	o.reductions = n
	return nil
}

// Reductions returns n of the 2^n that ReduceRate has set.
func (o *Optimizer) Reductions() int { return o.reductions }

// Ask describes the generation to evaluate. It is the same until Tell.
func (o *Optimizer) Ask() Generation {
	return Generation{
		Number:     o.generation,
		Noise:      o.options.noise(o.generation),
		Pairs:      o.options.Pairs,
		Groups:     o.options.Groups,
		Parameters: o.parameters,
	}
}

// Tell takes the scores of the generation that Ask described, of plus and minus of each pair,
// and moves the weights. Higher scores are better unless Options.Minimize is set. With noise
// in activations every member has a score for each of its samples, one after another. It
// returns an error and changes nothing if the number of scores is wrong, the run is done, or
// an InputSource returns an error.
func (o *Optimizer) Tell(scores []int64) (Stats, error) {
	return o.tell(context.Background(), scores, func(Record, Stats) error { return nil })
}

func (o *Optimizer) tell(ctx context.Context, scores []int64, announce func(Record, Stats) error) (Stats, error) {
	if err := o.checkScores(scores); err != nil {
		return Stats{}, err
	}
	stats := Stats{Spread: o.coder.encode(o.next, scores, o.options.Groups)}
	o.nextMissing = appendMissing(o.nextMissing[:0], scores, o.samples)
	stats.score(o.coder.extent(), o.options.Minimize)
	r := Record{Finished: o.generation + 1, Codes: o.next, Samples: o.samples, Reductions: o.reductions, Missing: o.nextMissing}
	if err := announce(r, stats); err != nil {
		return Stats{}, err
	}
	if err := o.move(ctx, &stats); err != nil {
		return Stats{}, err
	}
	return stats, nil
}

func (o *Optimizer) checkScores(scores []int64) error {
	if len(scores) != len(o.scores) {
		return fmt.Errorf("es: %d scores for %s, want %d", len(scores), o.population(), len(o.scores))
	}
	if o.Done() {
		return o.errDone()
	}
	return nil
}

// population describes the scores of a generation, for errors.
func (o *Optimizer) population() string {
	if o.source != nil {
		return fmt.Sprintf("%d pairs of %d samples", o.options.Pairs, o.samples)
	}
	return fmt.Sprintf("%d pairs", o.options.Pairs)
}

func (o *Optimizer) errDone() error {
	return fmt.Errorf("es: the run of %d generations is done", o.options.Generations)
}

// move moves the weights by the next codes, adds to the statistics of the generation,
// and ends it.
func (o *Optimizer) move(ctx context.Context, stats *Stats) error {
	g := &o.update
	g.set(&o.options, o.generation, o.next)
	g.reductions = o.reductions
	g.updater = o.updater
	if g.decided() {
		inputs, err := o.inputs(ctx)
		if err != nil {
			return err
		}
		g.earlier = o.recall()
		for i, w := range o.parameters {
			if !w.Frozen {
				stats.Moved += o.moveParameter(g, i, inputs)
			}
		}
	}
	o.codes, o.next, o.reduced = o.next, o.codes, o.reductions
	o.missing, o.nextMissing = o.nextMissing, o.missing
	stats.count(o.codes, o.parameters)

	if i := o.generation % (len(o.past) + 1); i < len(o.past) {
		copy(o.past[i], o.codes)
	}
	o.moved = true
	o.generation++
	stats.Finished = o.generation
	return nil
}

// inputs returns the layers' batches of the generation with noise in activations, else nil.
func (o *Optimizer) inputs(ctx context.Context) ([]lowrank.LayerBatch, error) {
	if o.source == nil {
		return nil, nil
	}
	inputs, err := o.source.Inputs(ctx, o.Ask())
	if err != nil {
		return nil, err
	}
	if len(inputs) != len(o.parameters) {
		return nil, fmt.Errorf("es: inputs of %d layers for %d parameters", len(inputs), len(o.parameters))
	}
	for i, w := range o.parameters {
		if w.Frozen {
			continue
		}
		x, y, columns := inputs[i].X, inputs[i].Y, o.inputColumns(i)
		if want := kernels.Quads(w.W.Cols()) * 4 * columns; len(x) != want {
			return nil, fmt.Errorf("es: parameter %d has inputs of %d activations, want %d for %d×%d in quads", i, len(x), want, w.W.Cols(), columns)
		}
		if want := kernels.Quads(w.W.Rows()) * 4 * columns; y != nil && len(y) != want {
			return nil, fmt.Errorf("es: parameter %d has outputs of %d activations, want %d for %d×%d in quads", i, len(y), want, w.W.Rows(), columns)
		}
	}
	return inputs, nil
}

// inputColumns returns the columns of the batch that a parameter sees, with noise in
// activations, else 0.
func (o *Optimizer) inputColumns(parameter int) int {
	if o.source == nil {
		return 0
	}
	return o.samples * o.source.InputColumns(parameter)
}

// recall returns the earlier generations of the rule's window. Windows do not overlap.
func (o *Optimizer) recall() []GenerationUpdate {
	o.earlier = o.earlier[:0]
	for n := o.generation - o.generation%(len(o.past)+1); n < o.generation; n++ {
		var e GenerationUpdate
		e.set(&o.options, n, o.past[n%(len(o.past)+1)])
		if e.decided() {
			o.earlier = append(o.earlier, e)
		}
	}
	return o.earlier
}

// moveParameter moves one tensor and returns how many levels.
func (o *Optimizer) moveParameter(g *GenerationUpdate, i int, inputs []lowrank.LayerBatch) (moved int) {
	w, s := o.parameters[i], &o.states[i]
	if o.source != nil {
		g.deviation = o.updater.ComputeTerms(g.noise(), w, g.codes, inputs[i], o.samples)
		s.Prepare(g)
		s.decay(g, w)
		return o.updater.ApplyTerms(s)
	}
	s.Prepare(g)
	s.decay(g, w)
	return o.updater.Update(g.noise(), w, g.codes, s)
}

// A parameterState moves one parameter: the rule at work on it, and weight decay after it.
type parameterState struct {
	RuleState
	chance uint32
	draw   kernels.Stream
}

// decay sets the weight decay of a generation.
func (s *parameterState) decay(g *GenerationUpdate, w lowrank.Parameter) {
	s.chance = uint32(g.options.WeightDecay) // of kernels.AlwaysShrink
	s.draw = g.stream(w, lowrank.Shrinking)
}

// Step implements lowrank.Stepper.
func (s *parameterState) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return s.RuleState.Step(w, t, lo, hi) + kernels.Shrink(w, s.chance, s.draw, lo, hi)
}
