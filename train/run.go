package train

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Options configure a run, in addition to es.Options.
type Options struct {
	Dir        string // keeps a journal and checkpoints; empty: the run is not kept
	Config     string // all that determines the run, as canonical text, for the journal's header
	Sync       journal.Sync
	Checkpoint time.Duration // from one checkpoint to the next; 0: none before the end

	Measurements int   // of the weights in a run; default 25
	Patience     int   // measurements without a better validation score that end the run; 0: never
	Reductions   int   // of such plateaus that halve the rate before one ends the run, see es.Optimizer.ReduceRate
	Earlier      []Leg // the legs before the last of a run that was extended, see Extend

	Observer Observer               // nil for none
	Each     []func(es.Stats) error // called after every generation that is evaluated; an error ends the run
}

// A Leg is a part of an extended run: its schedules spanned Planned generations, and it
// ended after generation Reached of the run.
type Leg struct {
	Planned int `json:"planned"`
	Reached int `json:"reached"`
}

// A Run is a training of a task. It is not safe for concurrent use.
type Run struct {
	task    Task
	es      es.Options // Generations is the last leg's
	options Options

	leg       int
	optimizer *es.Optimizer // of the leg
	scorer    es.Evaluator  // of Train; nil for the task's
	log       *journal.Log  // nil if the run is not kept, or not open
	resumed   Resumed

	curve   []Point
	kept    kept
	timing  timing
	measure bool // whether generations are measured
	shown   int64
}

// Resumed describes where a run resumes.
type Resumed struct {
	Generation int    `json:"generation"`
	Checkpoint int    `json:"checkpoint"` // generation of the one loaded, 0 for none
	Replayed   int    `json:"replayed"`   // generations from the journal alone
	CutBytes   int64  `json:"cut_bytes"`  // of a torn record
	Ignored    string `json:"checkpoint_ignored,omitempty"`
}

// Result describes how a session of a run ended. The parameters hold the weights of generation
// Kept.
type Result struct {
	Generations int  // finished, of all sessions
	Kept        int  // that the parameters are of
	Interrupted bool // by the context
	Early       bool // stopped early
	HoldOut     bool // whether the weights were chosen by a validation score
	Curve       []Point
	Wall        time.Duration // of all sessions
	Trained     time.Duration // that evaluations and updates took, of all sessions
	Throughput  float64       // member-samples a second of this session's evaluations and updates
}

// At returns the measurement of the weights that are kept, or of the last before them.
func (r *Result) At() (at Point) {
	for _, p := range r.Curve {
		if p.Generation <= r.Kept {
			at = p
		}
	}
	return at
}

// New returns a run of a task at its beginning. The error names the option that is out
// of range.
func New(task Task, e es.Options, o Options) (*Run, error) {
	if o.Measurements == 0 {
		o.Measurements = 25
	}
	switch {
	case o.Measurements < 0:
		return nil, fmt.Errorf("train: %d measurements, want at least 1", o.Measurements)
	case o.Patience < 0:
		return nil, fmt.Errorf("train: patience of %d measurements, want at least 0", o.Patience)
	case o.Reductions < 0 || o.Reductions > es.MaxReductions || o.Reductions > 0 && o.Patience == 0:
		return nil, fmt.Errorf("train: %d reductions of the rate with a patience of %d, want 0 to %d, and a patience", o.Reductions, o.Patience, es.MaxReductions)
	case o.Patience > 0 && task.Validate == nil:
		return nil, errors.New("train: early stopping of a task without validation")
	}
	if o.Observer == nil {
		o.Observer = discard{}
	}
	r := &Run{task: task, es: e, options: o, measure: task.Test != nil || task.Validate != nil}
	if err := checkLegs(o.Earlier, e.Generations); err != nil {
		return nil, err
	}
	if _, err := r.newOptimizer(len(o.Earlier)); err != nil { // says what is wrong with the options as asked for
		return nil, err
	}
	var err error
	if r.optimizer, err = r.newOptimizer(0); err == nil && o.Reductions > 0 {
		err = r.optimizer.ReduceRate(0) // says if the rule cannot
	}
	return r, err
}

func checkLegs(legs []Leg, generations int) error {
	before := 0
	for _, l := range legs {
		if l.Reached <= before || l.Reached > l.Planned {
			return fmt.Errorf("train: a leg to generation %d of %d, after %d", l.Reached, l.Planned, before)
		}
		before = l.Reached
	}
	if len(legs) > 0 && generations <= before {
		return fmt.Errorf("train: %d generations, of which %d are finished: want more", generations, before)
	}
	return nil
}

// newOptimizer returns the optimizer of a leg.
func (r *Run) newOptimizer(leg int) (*es.Optimizer, error) {
	o := r.es
	if leg < len(r.options.Earlier) {
		o.Generations = r.options.Earlier[leg].Planned
	}
	return es.New(r.task.Parameters, r.task.Evaluator, o)
}

// advance moves on to the leg that begins at the optimizer's generation, if one does.
func (r *Run) advance() error {
	for r.leg < len(r.options.Earlier) && r.optimizer.Generation() == r.options.Earlier[r.leg].Reached {
		next, err := r.newOptimizer(r.leg + 1)
		if err == nil {
			err = next.RestoreState(r.optimizer.AppendState(nil))
		}
		if err == nil && r.options.Reductions > 0 {
			err = next.ReduceRate(0)
		}
		if err != nil {
			return err
		}
		r.leg++
		r.optimizer = next
	}
	return nil
}

// Identity returns the identity of the run's optimizer, see es.Optimizer.Identity.
func (r *Run) Identity() string { return r.IdentityOf(r.es.Generations) }

// IdentityOf returns the identity that the run would have with more generations.
func (r *Run) IdentityOf(generations int) string {
	o := r.es
	o.Generations = generations
	made, err := es.New(r.task.Parameters, r.task.Evaluator, o)
	if err != nil {
		panic(err) // New has made one
	}
	return made.Identity()
}

// TestSize returns the number of samples that a point's Test is of, which a run that was
// resumed knows without its data.
func (r *Run) TestSize() int { return r.task.Size }

// Generation returns the number of finished generations.
func (r *Run) Generation() int { return r.optimizer.Generation() }

// Resumed returns where Open found the run.
func (r *Run) Resumed() Resumed { return r.resumed }

// JournalBytes returns the bytes that the journal of the whole run takes at most.
func (r *Run) JournalBytes() int64 { return JournalBytes(r.es, r.task.Samples) }

// JournalBytes returns the most bytes that the journal of a run takes whose members see the
// given number of samples in a generation.
func JournalBytes(o es.Options, samples int) int64 {
	const record = 40 // beside the codes
	codes := o.Pairs
	if o.Estimator == lowrank.PerturbActivations {
		codes *= samples
	}
	return int64(o.Generations) * int64(codes+record)
}

// Open begins the run in the directory of the options, or resumes the run in it, which keeps
// its generator of noise. It does nothing if the options name no directory. If the directory
// holds another run, the error names the difference; if ctx is done, it is ctx's error.
func (r *Run) Open(ctx context.Context) error {
	if r.options.Dir == "" {
		return nil
	}
	if r.measure && len(r.curve) == 0 {
		if err := r.measureFirst(ctx); err != nil {
			return err
		}
	}
	if err := r.adopt(r.options.Dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	h := journal.Header{Seed: r.es.Seed, Generator: r.es.Generator, Config: r.options.Config, Data: r.task.dataHash()}
	log, at, err := journal.Resume(ctx, r.options.Dir, h, session{r}, journal.Options{Sync: r.options.Sync})
	if errors.Is(err, journal.ErrInUse) {
		err = fmt.Errorf("the run in %s is under way: %w", r.options.Dir, err)
	}
	if err != nil {
		return err
	}
	r.log = log
	r.resumed = Resumed{Generation: at.Generation, Checkpoint: at.Checkpoint, Replayed: at.Replayed(), CutBytes: log.Truncated().Bytes}
	if at.Ignored != nil {
		r.resumed.Ignored = at.Ignored.Error()
	}
	return nil
}

// adopt takes the generator of the noise from the run in a directory: one that began with
// another default continues with it.
func (r *Run) adopt(dir string) error {
	in, err := journal.Read(dir)
	if err != nil {
		return err
	}
	g := in.Header().Generator
	if err := in.Close(); err != nil || g == r.es.Generator {
		return err
	}
	r.es.Generator = g
	r.optimizer, err = r.newOptimizer(0)
	return err
}

// Ended returns how the run ended, and whether it has.
func (r *Run) Ended() (End, bool) {
	if r.log == nil {
		return End{}, false
	}
	end, ok := r.log.End()
	if !ok {
		return End{}, false
	}
	e, err := parseEnd(end.Reason)
	return e, err == nil
}

// Close closes the journal. It may be called more than once.
func (r *Run) Close() error {
	if r.log == nil {
		return nil
	}
	err := r.log.Close()
	r.log = nil
	return err
}

// Train trains until the run is done, stops early, or the context is cancelled, and
// sets the parameters to the weights that the run keeps. It saves a checkpoint in any
// of these cases, and ends the journal unless the context was cancelled. If a measurement before
// the first generation is cancelled, the error is the context's. Call Open before if the run is kept
// in a directory.
func (r *Run) Train(ctx context.Context) (*Result, error) {
	if r.measure && len(r.curve) == 0 {
		if err := r.measureFirst(ctx); err != nil {
			return nil, err
		}
	}
	end, ended := r.Ended()
	r.timing.start(r.Generation())
	var err error
	if !ended && !r.optimizer.Done() && !r.stale() {
		r.options.Observer.Progress(r.progress(es.Stats{}, false))
		scorer := r.scorer
		if scorer == nil {
			scorer = r.task.Evaluator
		}
		err = r.optimizer.RunWith(ctx, scorer, r.callbacks()...)
	}
	interrupted := ctx.Err() != nil && errors.Is(err, ctx.Err())
	if err != nil && !interrupted {
		return nil, err
	}
	early := !interrupted && !r.optimizer.Done()
	if r.log != nil && interrupted {
		if err := r.log.Checkpoint(session{r}); err != nil {
			return nil, err
		}
	}
	n := r.Generation()
	if r.measure && r.last().Generation != n {
		if err := r.measureAt(n); err != nil {
			return nil, err
		}
	}
	result := r.result()
	result.Interrupted, result.Early = interrupted, early
	if r.kept.weights != nil {
		result.Kept, result.HoldOut = r.kept.generation, true
	}
	switch {
	case ended:
		result.Early = end.Reason == StoppedEarly
		if end.Kept == nil { // of a version that kept the last weights
			result.Kept, result.HoldOut = n, false
		}
	case r.log != nil && !interrupted:
		if err := r.log.Finish(session{r}, r.end(result).text()); err != nil {
			return nil, err
		}
	}
	if result.Kept != n {
		r.kept.restore(r.task.Parameters)
	}
	result.Curve = r.curve
	return result, nil
}

// Distribute makes an evaluator score the generations of Train instead of the task's own. It
// must give the same scores, for example by having other machines evaluate them.
func (r *Run) Distribute(e es.Evaluator) { r.scorer = e }

// callbacks returns what follows each generation.
func (r *Run) callbacks() []func(es.Stats) error {
	callbacks := append([]func(es.Stats) error{r.follow}, r.options.Each...)
	if r.log != nil {
		callbacks = append(callbacks, r.log.Follow(session{r}, journal.Interval{Time: r.options.Checkpoint}))
	}
	return append(callbacks, func(es.Stats) error {
		if r.due(r.Generation()) && r.stale() {
			return es.ErrStop
		}
		r.timing.mark = time.Now()
		return nil
	})
}

// follow measures and reports a generation.
func (r *Run) follow(stats es.Stats) error {
	r.timing.lap()
	n := r.Generation()
	measured := r.due(n)
	if measured {
		if err := r.measureDue(n); err != nil {
			return err
		}
	} else if r.measure && r.timing.early(time.Now()) {
		measured = true
		r.timing.measuring(func() { r.shown = r.test() })
		if err := r.failed(); err != nil {
			return err
		}
	}
	r.options.Observer.Progress(r.progress(stats, measured))
	return nil
}

// result describes the present weights and the times so far.
func (r *Run) result() *Result {
	n := r.Generation()
	return &Result{Generations: n, Kept: n, Wall: r.timing.wall(), Trained: r.timing.trained, Throughput: r.throughput()}
}

// progress describes where the run stands.
func (r *Run) progress(stats es.Stats, measured bool) Progress {
	p := Progress{
		Generation: r.Generation(), Generations: r.es.Generations, Stats: stats,
		Measured: measured, Throughput: r.throughput(), ETA: r.timing.remaining(r.Generation(), r.es.Generations),
		task: &r.task, samples: r.task.Samples,
	}
	if r.activations() {
		p.samples = 1
	}
	if r.measure {
		p.Score = r.shown
	}
	return p
}

func (r *Run) throughput() float64 {
	return float64((r.Generation()-r.timing.first)*2*r.es.Pairs*r.task.Samples) / max(r.timing.session.Seconds(), 1e-6)
}

// ModelPath returns the file of a run's directory that holds its model.
func ModelPath(dir string) string { return filepath.Join(dir, "model.pent") }
