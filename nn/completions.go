package nn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// A Completion is a text that a model has drawn after a prompt.
type Completion struct {
	Prompt int      // its number
	Tokens []uint16 // without the prompt and the token that ended it; valid during the call
}

// A Rater sets the score of each completion, within ±MaxRating; higher is better. Goroutines call it
// concurrently, each with its own worker number below runtime.GOMAXPROCS(0).
type Rater func(ctx context.Context, worker int, all []Completion, scores []int64) error

// MaxRating is the largest magnitude of a completion's score.
const MaxRating = 1 << 31

// CompleterOptions are the prompts of a Completer, and how members complete them.
type CompleterOptions struct {
	Prompts         [][]uint16 // of at least one token each
	Ends            []uint16   // tokens that end a completion
	Streams         int        // prompts that each member completes in a generation
	Length          int        // most tokens of a completion
	Log2Temperature int        // of drawing, see Sample
}

// Completer is an es.Evaluator that scores a language model of tokens or bytes by its completions:
// each member completes prompts, and a Rater scores the completions. All members of a group of
// pairs (by default, of the generation) complete the same prompts with the same random numbers. Each
// generation chooses its prompts by the run's seed. Noise is in weights.
type Completer struct {
	model *Model
	rate  Rater
	o     CompleterOptions
	chunk int // pairs that one task evaluates

	starts [][]start // by group and stream
	work   []completerWork

	ctx        context.Context
	generation es.Generation
	lo, hi     int // pairs to score
	scores     []int64
	evaluate   func(worker, i int)
	failure    struct {
		sync.Mutex
		err error
	}
}

// start is how a completion begins.
type start struct {
	prompt int
	stream kernels.Stream // random numbers, one block a token
}

type completerWork struct {
	members *MemberRunner
	x       []int8
	texts   [][]uint16 // by column, the prompt and what is drawn
	done    []bool
	all     []Completion
	scores  []int64
}

// completerColumns is how many columns a task has, if a pair does not already have more.
const completerColumns = 512

// NewCompleter returns an evaluator, or an error that names the option that is out of range and the
// range.
func NewCompleter(m *Model, rate Rater, o CompleterOptions) (*Completer, error) {
	bytes := (&Embedding{Vocabulary: m.Outputs()}).bytes()
	switch {
	case rate == nil:
		return nil, errors.New("nn: NewCompleter: the Rater is nil")
	case bytes > 1 && m.Inputs() != bytes:
		return nil, fmt.Errorf("nn: a model of %d inputs and %d outputs, want the %d bytes of a token as inputs", m.Inputs(), m.Outputs(), bytes)
	case o.Streams < 1 || o.Streams > maxSamples || o.Length < 1 || o.Length > maxSamples:
		return nil, fmt.Errorf("nn: %d completions of %d tokens, want 1 to 2^20 each", o.Streams, o.Length)
	case o.Log2Temperature < -MaxLog2Temperature || o.Log2Temperature > MaxLog2Temperature:
		return nil, fmt.Errorf("nn: log2 temperature %d, want %d to %d", o.Log2Temperature, -MaxLog2Temperature, MaxLog2Temperature)
	case len(o.Prompts) == 0:
		return nil, errors.New("nn: no prompts")
	}
	for i, p := range o.Prompts {
		if len(p) == 0 {
			return nil, fmt.Errorf("nn: prompt %d has no tokens", i)
		}
		for j, token := range p {
			if int(token) >= m.Outputs() {
				return nil, fmt.Errorf("nn: token %d of prompt %d is %d, want less than %d", j, i, token, m.Outputs())
			}
		}
	}
	if _, _, err := m.try(); err != nil {
		return nil, err
	}
	c := &Completer{model: m, rate: rate, o: o, chunk: max(1, completerColumns/(2*o.Streams)), work: make([]completerWork, parallel.Workers())}
	for i := range c.work {
		c.work[i].members = m.NewMemberRunner()
	}
	c.evaluate = c.evaluateChunk
	return c, nil
}

// Evaluate implements es.Evaluator: a member's score is the sum of the scores of its completions.
// It returns the Rater's error.
func (c *Completer) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	return c.EvaluateRange(ctx, g, 0, g.Pairs, scores)
}

// EvaluateRange implements es.RangeEvaluator.
func (c *Completer) EvaluateRange(ctx context.Context, g es.Generation, lo, hi int, scores []int64) error {
	if err := g.CheckRange(lo, hi); err != nil {
		return err
	}
	if want := 2 * (hi - lo); len(scores) != want {
		return fmt.Errorf("nn: %d scores for %d pairs, want %d", len(scores), hi-lo, want)
	}
	if g.Noise.Estimator != lowrank.PerturbWeights {
		return fmt.Errorf("nn: completions with noise in %v, want %v", g.Noise.Estimator, lowrank.PerturbWeights)
	}
	if err := c.model.CheckGeneration(&g); err != nil {
		return err
	}
	c.ctx, c.generation, c.lo, c.hi, c.scores = ctx, g, lo, hi, scores
	c.failure.err = nil
	c.starts = grow(c.starts, max(len(c.starts), g.Groups))
	for group := g.Group(lo); group <= g.Group(hi-1); group++ {
		c.starts[group] = grow(c.starts[group], c.o.Streams)
		starts := c.starts[group]
		DrawBatch(len(c.o.Prompts), g.Noise.Seed, g.Number, group, c.o.Streams, func(stream, prompt int) {
			starts[stream] = start{prompt, c.stream(g.Noise.Seed, g.Number, group*c.o.Streams+stream)}
		})
	}
	parallel.For(len(c.work), c.chunkOf(hi-1)-c.chunkOf(lo)+1, c.evaluate)
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.failure.err
}

// stream returns the random numbers of a completion: the stream that chooses data, of tensor 1.
func (c *Completer) stream(seed uint64, generation, completion int) kernels.Stream {
	return lowrank.StreamOf(seed, generation, 1, lowrank.Batch, completion)
}

// chunks returns the number of tasks that a group of the generation makes.
func (c *Completer) chunks() int {
	return (c.generation.Pairs/c.generation.Groups + c.chunk - 1) / c.chunk
}

// chunkOf returns the number of the task that a pair is in.
func (c *Completer) chunkOf(pair int) int {
	size := c.generation.Pairs / c.generation.Groups
	return pair/size*c.chunks() + pair%size/c.chunk
}

// evaluateChunk scores those pairs of the range that belong to task i.
func (c *Completer) evaluateChunk(worker, i int) {
	if c.ctx.Err() != nil || c.failed() {
		return
	}
	i += c.chunkOf(c.lo)
	group, size := i/c.chunks(), c.generation.Pairs/c.generation.Groups
	lo := group*size + i%c.chunks()*c.chunk
	hi := min(lo+c.chunk, (group+1)*size, c.hi)
	lo = max(lo, c.lo)
	w := &c.work[worker]
	w.members.Begin(&c.generation, lo, hi, c.o.Streams)
	if !c.score(c.ctx, worker, w.members.Step, c.starts[group], 2*(hi-lo)*c.o.Streams) {
		return
	}
	for m := range 2 * (hi - lo) {
		c.scores[2*(lo-c.lo)+m] = sum(w.scores[m*c.o.Streams:][:c.o.Streams])
	}
}

func (c *Completer) failed() bool {
	c.failure.Lock()
	defer c.failure.Unlock()
	return c.failure.err != nil
}

// score draws the completions of n columns, of which column i begins as starts[i mod their
// number], and has them scored. It reports whether it could.
func (c *Completer) score(ctx context.Context, worker int, step func(x []int8) []int8, starts []start, n int) bool {
	w := &c.work[worker]
	c.draw(ctx, w, step, starts, n)
	if ctx.Err() != nil {
		return false
	}
	w.all, w.scores = w.all[:0], reuse.Slice(w.scores, n)
	for i, text := range w.texts[:n] {
		prompt := starts[i%len(starts)].prompt
		w.all = append(w.all, Completion{prompt, text[len(c.o.Prompts[prompt]):]})
	}
	err := c.rate(ctx, worker, w.all, w.scores)
	for i, v := range w.scores {
		if err == nil && (v < -MaxRating || v > MaxRating) {
			err = fmt.Errorf("nn: the score of completion %d is %d, want at most ±2^31", i, v)
		}
	}
	if err != nil {
		c.failure.Lock()
		defer c.failure.Unlock()
		c.failure.err = errors.Join(c.failure.err, err)
	}
	return err == nil
}

// draw draws completions into the texts of the worker.
func (c *Completer) draw(ctx context.Context, w *completerWork, step func(x []int8) []int8, starts []start, n int) {
	w.texts, w.done = grow(w.texts, max(len(w.texts), n)), reuse.Slice(w.done, n)
	clear(w.done)
	for i := range n {
		w.texts[i] = append(w.texts[i][:0], c.o.Prompts[starts[i%len(starts)].prompt]...)
	}
	inputs, vocabulary := c.model.Inputs(), c.model.Outputs()
	w.x = reuse.Slice(w.x, kernels.Quads(inputs)*4*n)
	clear(w.x)
	for t, live := 0, n; live > 0 && ctx.Err() == nil; t++ {
		for i, text := range w.texts[:n] {
			fillTokens(w.x, i, n, inputs, vocabulary, text[:min(t+1, len(text))])
		}
		logits := step(w.x)
		for i, done := range w.done {
			from := &starts[i%len(starts)]
			drawn := len(w.texts[i]) - len(c.o.Prompts[from.prompt])
			if done || t+1 < len(w.texts[i]) {
				continue
			}
			token := uint16(Sample(logits, i, vocabulary, n, c.o.Log2Temperature, from.stream.Block(uint32(drawn))[0]))
			ended := slices.Contains(c.o.Ends, token)
			if !ended {
				w.texts[i] = append(w.texts[i], token)
			}
			if ended || drawn+1 == c.o.Length {
				w.done[i] = true
				live--
			}
		}
	}
}

// fillTokens sets column i of n of a model's inputs after a text: the bytes of the last token of
// a vocabulary above 256, else the last tokens, the latest first and new lines before the text.
func fillTokens(x []int8, i, n, inputs, vocabulary int, text []uint16) {
	last := len(text) - 1
	for j := range inputs {
		v := int8('\n')
		switch {
		case vocabulary > VocabSize:
			v = int8(text[last] >> (8 * j))
		case j <= last:
			v = int8(text[last-j])
		}
		x[(j/4*n+i)*4+j%4] = v
	}
}

// Test returns the sum of the scores of the given number of completions by the model without noise.
// Completion i completes prompt i mod the number of prompts, with its own random numbers from the
// seed.
func (c *Completer) Test(ctx context.Context, seed uint64, completions int) (int64, error) {
	c.failure.err = nil
	sums := make([]int64, (completions+completerColumns-1)/completerColumns)
	parallel.For(len(c.work), len(sums), func(worker, i int) {
		lo, hi := i*completerColumns, min((i+1)*completerColumns, completions)
		starts := make([]start, hi-lo)
		for j := range starts {
			starts[j] = start{(lo + j) % len(c.o.Prompts), c.stream(seed, 0, lo+j)}
		}
		if ctx.Err() == nil && !c.failed() && c.score(ctx, worker, c.model.NewRunner(hi-lo).Step, starts, hi-lo) {
			sums[i] = sum(c.work[worker].scores)
		}
	})
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return sum(sums), c.failure.err
}
