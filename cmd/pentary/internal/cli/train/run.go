package train

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// run holds the options and the state of a training run.
type run struct {
	kind    kind
	streams *console.Streams

	dir    string // directory of the journal, or empty
	data   string // file or folder of data, or empty
	out    string // output file of the model, or empty
	init   string // file of the initial weights, or empty
	log    string // output file of all generations, or empty
	extend int    // generations of an extended run; 0: not extended
	every  time.Duration
	sync   syncName
	limit  console.ByteSize
	json   bool

	reward       permission
	distribution distribution

	finish func(o outcome) error // called before a result is printed; may be nil
}

// syncName is a policy for syncing records.
type syncName string

const (
	syncAlways   syncName = "always"
	syncInterval syncName = "interval"
	syncNever    syncName = "never"
)

func (s syncName) String() string { return string(s) }

// syncTime is the time between two syncs with syncInterval.
const syncTime = time.Second

func (s syncName) policy() journal.Sync {
	switch s {
	case syncInterval:
		return journal.SyncEvery(journal.Interval{Time: syncTime})
	case syncNever:
		return journal.SyncNever()
	}
	return journal.Sync{}
}

// flags adds the flags that a resumed run can change.
func (r *run) flags(f *pflag.FlagSet) {
	r.sync = syncAlways
	f.DurationVar(&r.every, "checkpoint", 30*time.Second, "`time` between checkpoints; 0: only at the end")
	f.Var(console.Choice[syncName]{Value: &r.sync, Options: []syncName{syncAlways, syncInterval, syncNever}}, "sync",
		"when to sync records to the disk: each one, once per second, or as the system decides")
	console.Output(f, &r.out, "out", "save the model to this .pent `file`").Model()
	console.Stream(f, &r.log, "log", "write the statistics of every generation to this `file`, one JSON object per line").Ext("jsonl")
	console.Threads(f)
	settings.LimitFlag(f, &r.limit)
	f.BoolVar(&r.json, "json", false, "print one JSON object per line")
}

// check returns an error if flags for the journal are out of range, or set without a journal.
func (r *run) check(f *pflag.FlagSet) error {
	if r.every < 0 {
		return console.Usagef("--checkpoint %v: want at least 0", r.every)
	}
	for _, name := range []string{"checkpoint", "sync"} {
		if r.dir == "" && f.Changed(name) {
			return console.Usagef("--%s requires --dir", name)
		}
	}
	return r.distribution.checkFlags(f)
}

// resume resumes the run in the directory.
func (r *run) resume(cmd *cobra.Command) error {
	p, err := readPlan(r.dir)
	if err != nil {
		return err
	}
	if r.data != "" && !hasDataFlag(p.kind) {
		return console.Usagef("--data: the data of task %s are part of the program", p.kind.name())
	}
	if p.config.Data != "" {
		if err := console.CheckPaths(cmd, nil, r.streams, p.inputs()); err != nil {
			return err
		}
	}
	r.kind = p.kind
	_, _, ended, err := train.ReadEnd(r.dir)
	if err == nil {
		err = r.reward.allow(p, !ended || r.extend > 0)
	}
	if err != nil {
		return err
	}
	if r.out == "" {
		r.out = p.config.Out
	}
	return r.continueRun(cmd.Context(), p)
}

// begin starts the run, or resumes it if the directory contains it.
func (r *run) begin(cmd *cobra.Command) error {
	ctx := cmd.Context()
	r.kind.Complete()
	if err := r.kind.Check(); err != nil {
		return console.UsageError{Err: err}
	}
	if err := settings.CheckEffects(r.kind, cmd.Flags()); err != nil {
		return console.UsageError{Err: err}
	}
	asked := &config{Task: r.kind.name(), Settings: settings.Texts(r.kind), Generator: r.kind.Options().Generator.String()}
	initial, err := r.initial(asked)
	if err != nil {
		return err
	}
	if r.dir != "" {
		p, err := existing(r.dir)
		if err == nil && p != nil {
			err = r.match(p, asked)
		}
		if err != nil {
			return err
		}
		if p != nil {
			return r.continueRun(ctx, p)
		}
	}
	t, err := r.prepare(ctx, initial)
	if err != nil {
		return err
	}
	early := r.kind.EarlyStop()
	o := train.Options{Measurements: r.kind.Measured(), Patience: early.Patience, Reductions: early.Reductions}
	if r.dir != "" || r.distribution.used() {
		if err := r.describe(asked, t, o); err != nil {
			return err
		}
	}
	if r.dir != "" && initial != nil {
		if err := os.MkdirAll(r.dir, 0o777); err != nil {
			return err
		}
		if _, err := save(initial, filepath.Join(r.dir, initialName)); err != nil {
			return err
		}
	}
	o.Dir, o.Config = r.dir, asked.text()
	return r.train(ctx, t, o, &plan{config: asked})
}

// match returns an error unless the plan, from the directory, is the requested run. It sets the
// plan's kind to r's kind, with the settings of the run.
func (r *run) match(p *plan, asked *config) error {
	if len(p.config.Earlier) > 0 { // the requested settings are the original ones
		asked.Settings["generations"] = p.config.Settings["generations"]
	}
	if r.kind.RateFollows() { // also if an earlier version computed it
		asked.Settings["rate"] = p.config.Settings["rate"]
	}
	if r.kind.EarlyStop() == (settings.EarlyStop{}) && p.kind.EarlyStop() == (settings.EarlyStop{}) {
		asked.Settings["reductions"] = p.config.Settings["reductions"] // it has no effect
	}
	if err := p.config.difference(asked); err != nil {
		return fmt.Errorf("%s holds another run: %w", r.dir, err)
	}
	if err := settings.SetTexts(r.kind, p.config.Settings); err != nil {
		return err
	}
	r.kind.SetGenerator(p.kind.Options().Generator)
	p.kind = r.kind
	return nil
}

// prepare loads the data and returns the task of a new run, with initial weights from a file if
// initial is not nil.
func (r *run) prepare(ctx context.Context, initial *packed.File) (train.Task, error) {
	if err := r.kind.load(ctx, r.data); err != nil {
		return train.Task{}, unchanged(ctx, "", err)
	}
	if err := settings.CheckMemory(console.ByteSize(r.kind.memory()), r.limit); err != nil {
		return train.Task{}, err
	}
	if err := r.kind.build(nil); err != nil {
		return train.Task{}, console.UsageError{Err: err}
	}
	if initial != nil {
		if err := r.kind.initial(initial); err != nil {
			if _, about := task.Describe(initial.Meta); task.Expect(initial.Meta, r.kind.name()) != nil {
				err = fmt.Errorf("%s: %w", about, err)
			}
			return train.Task{}, fmt.Errorf("--init %s: %w", r.init, err)
		}
	}
	t, err := r.kind.task()
	if err != nil {
		return train.Task{}, console.UsageError{Err: err}
	}
	return t, nil
}

// describe adds the network, the optimizer's identity and absolute paths to the configuration of a
// new run.
func (r *run) describe(c *config, t train.Task, o train.Options) error {
	probe, err := train.New(t, r.kind.Options(), o)
	if err != nil {
		return console.UsageError{Err: err}
	}
	c.Network, c.Optimizer = r.kind.network(), probe.Identity()
	if c.Data, err = absolute(r.data); err == nil {
		c.Out, err = absolute(r.out)
	}
	return err
}

// initial returns the file of --init, or nil.
func (r *run) initial(c *config) (*packed.File, error) {
	if r.init == "" {
		return nil, nil
	}
	f, err := packed.ReadFile(r.init)
	if err != nil {
		return nil, err
	}
	c.Init = report.WeightsOf(f.Tensors...).SHA256
	return f, nil
}

// continueRun resumes the run of a plan, or reports its result if it has ended.
func (r *run) continueRun(ctx context.Context, p *plan) error {
	_, _, ended, err := train.ReadEnd(p.dir)
	if err != nil {
		return err
	}
	done := ended && r.extend == 0
	if !done || p.needsData() {
		if err := p.loadData(ctx, r.data); err != nil {
			return unchanged(ctx, p.dir, err)
		}
	}
	if err := settings.CheckMemory(console.ByteSize(r.kind.memory()), r.limit); err != nil {
		return err
	}
	made, err := p.task()
	if err != nil {
		return err
	}
	made.Data = func() journal.Hash { return p.header.Data } // the same if the data have been read
	o := p.options(made)
	o.Observer, o.Sync, o.Checkpoint = newObserver(r.streams, r.json), r.sync.policy(), r.every
	if done {
		return r.finished(ctx, p, made, o)
	}
	return r.train(ctx, made, o, p)
}

// finished reports the result of a run that has ended, and saves its model again.
func (r *run) finished(ctx context.Context, p *plan, t train.Task, o train.Options) error {
	result, at, err := r.complete(ctx, t, o)
	if err == nil && t.Test == nil && (len(result.Curve) == 0 || at == 0) {
		// The checkpoint with the measurements is missing, or from an earlier version.
		if err := r.reward.allow(p, true); err != nil {
			return err
		}
		if err := p.loadData(ctx, r.data); err != nil {
			return interrupted(ctx, err)
		}
		if t, err = p.task(); err != nil {
			return err
		}
		observer := o.Observer
		o = p.options(t)
		o.Observer = observer
		result, at, err = r.complete(ctx, t, o)
	}
	if err != nil {
		return err
	}
	key, value := t.Metric.Key, t.Metric.Value(result.At().Test, at)
	f := t.File(r.meta(p.config, t, result, at))
	s, err := save(f, train.ModelPath(p.dir), r.out)
	out := &finished{
		Task: r.kind.name(), Finished: true, Reason: train.Complete, Early: result.Early,
		WeightsSHA256: report.WeightsOf(f.Tensors...).SHA256, Generations: result.Generations,
		Seconds: result.Wall.Seconds(), Dir: p.dir, saved: s,
	}
	if result.Early {
		out.Reason = train.StoppedEarly
	}
	if result.HoldOut {
		out.Kept = &result.Kept
	}
	*map[string]**float64{
		train.Accuracy.Key: &out.Accuracy, train.BitsPerByte.Key: &out.Bits, rmseKey: &out.RMSE, train.Reward.Key: &out.Reward,
		train.NatsPerToken.Key: &out.Nats, train.MeanReward.Key: &out.MeanReward,
	}[key] = &value
	if r.json {
		return errors.Join(err, r.streams.PrintJSON("result", out))
	}
	out.Write(r.streams.Printer(), key, value, points(t.Metric, result.Curve, at))
	return err
}

// complete opens a run that has ended and returns its result and the size of the test data.
func (r *run) complete(ctx context.Context, t train.Task, o train.Options) (*train.Result, int, error) {
	run, err := train.New(t, r.kind.Options(), o)
	if err != nil {
		return nil, 0, err
	}
	defer run.Close()
	err = run.Open(ctx)
	o.Observer.Stop()
	if err != nil {
		return nil, 0, interrupted(ctx, err)
	}
	result, err := run.Train(ctx)
	return result, run.TestSize(), err
}

// closeKind closes a kind that can be closed.
func closeKind(k kind) error {
	if c, ok := k.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// interrupted returns the error of a command stopped by a signal, if err comes from the context;
// otherwise err.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return console.ErrInterrupted
	}
	return err
}

// unchanged is interrupted for a run before its start, or, with a directory, before its
// continuation.
func unchanged(ctx context.Context, dir string, err error) error {
	switch err = interrupted(ctx, err); {
	case err != console.ErrInterrupted:
		return err
	case dir != "":
		return fmt.Errorf("%w; the run in %s is unchanged", err, report.Printable(dir))
	}
	return fmt.Errorf("%w before the first generation; no model is written", err)
}

// train starts a run, or resumes it if the plan has a directory.
func (r *run) train(ctx context.Context, t train.Task, o train.Options, p *plan) (err error) {
	defer func() { err = errors.Join(err, closeKind(r.kind)) }()
	observer := newObserver(r.streams, r.json)
	o.Observer, o.Sync, o.Checkpoint = observer, r.sync.policy(), r.every
	var log *generationLog
	o.Each = []func(es.Stats) error{func(s es.Stats) error {
		if log != nil {
			return log.follow(s)
		}
		return nil
	}}
	run, err := train.New(t, r.kind.Options(), o)
	if err != nil {
		return console.UsageError{Err: err}
	}
	defer run.Close()
	err = run.Open(ctx)
	observer.Stop()
	if err != nil {
		return unchanged(ctx, p.dir, err)
	}
	if r.extend > 0 {
		if err := r.extended(ctx, run, p); err != nil {
			return interrupted(ctx, err)
		}
	}
	if log, err = openLog(r.log, run.Generation(), console.NewPrinter(r.streams, r.json).Warn); err != nil {
		return fmt.Errorf("--log: %w", err)
	}
	defer log.close()
	observer.Start(r.start(run, p.dir != ""))
	var result *train.Result
	if r.distribution.used() {
		result, err = r.distribution.train(ctx, run, r, cmp.Or(r.data, p.config.Data))
	} else {
		result, err = run.Train(ctx)
	}
	observer.Stop()
	if err != nil {
		if err = unchanged(ctx, p.dir, err); r.dir != "" && !errors.Is(err, console.ErrInterrupted) {
			err = fmt.Errorf("%w\nThe run is saved up to its last complete generation. Continue with: %s", err, resumeCommand(r.dir))
		}
		return err
	}
	closed := run.Close()
	return errors.Join(r.report(t, result, p.config), closed, log.close())
}

// start returns the description of a run before its start.
func (r *run) start(run *train.Run, resumed bool) train.Start {
	s := r.kind.start()
	if r.dir == "" {
		return s
	}
	s.Dir = r.dir
	bytes := run.JournalBytes()
	s.About = append(s.About, slog.Int64("journal_bytes", bytes))
	s.Note += fmt.Sprintf(" · journal of at most %v", console.ByteSize(bytes))
	if at := run.Resumed(); resumed {
		s.Resumed = &at
	}
	return s
}

// extended extends the run of a plan to more generations.
func (r *run) extended(ctx context.Context, run *train.Run, p *plan) error {
	before := r.kind.Options().Generations
	leg := train.Leg{Planned: before, Reached: run.Generation()}
	if r.extend <= leg.Reached {
		return console.Usagef("--generations %d: the run has %d already, want more", r.extend, leg.Reached)
	}
	if r.extend == before {
		return nil // not extended
	}
	texts := maps.Clone(p.config.Settings)
	texts["generations"] = strconv.Itoa(r.extend)
	if err := settings.SetTexts(r.kind, texts); err != nil {
		return err
	}
	c := *p.config
	c.Settings = settings.Texts(r.kind)
	c.Optimizer = run.IdentityOf(r.extend)
	if leg.Reached > 0 {
		c.Earlier = append(c.Earlier[:len(c.Earlier):len(c.Earlier)], leg)
	}
	p.config = &c
	return run.Extend(ctx, r.extend, c.text())
}

// report saves the model and prints the result, even if a file could not be written.
func (r *run) report(t train.Task, result *train.Result, c *config) error {
	out, err := r.kind.measure()
	if err != nil {
		return err
	}
	model := ""
	if r.dir != "" {
		model = train.ModelPath(r.dir)
	}
	s, failed := save(t.File(r.meta(c, t, result, t.Size)), model, r.out)
	summary := trainedOf(result, t, r.dir)
	if failed != nil && r.dir != "" {
		summary.Resume = resumeCommand(r.dir)
	}
	out.with(summary, s, points(t.Metric, result.Curve, t.Size))
	failed = errors.Join(failed, r.kind.plot(result.Curve))
	if r.finish != nil {
		failed = errors.Join(failed, r.finish(out))
	}
	if err := r.streams.Report(r.json, result.Interrupted, out); failed == nil || !errors.Is(err, console.ErrInterrupted) {
		failed = errors.Join(failed, err)
	}
	return failed
}

// meta returns the metadata of the saved file: everything that determines the weights, and their
// measurements.
func (r *run) meta(c *config, t train.Task, result *train.Result, size int) map[string]string {
	meta := modelMeta(r.kind, c, result.Kept)
	score, key := result.At().Test, t.Metric.Key
	meta[key] = fmt.Sprintf("%d/%d", score, size)
	if format := measures[key].meta; format != "" {
		meta[key] = fmt.Sprintf(format, t.Metric.Value(score, size))
	}
	hash := t.Data()
	meta[metaDataHash] = hex.EncodeToString(hash[:])
	meta[metaData] = dataLabel(r.kind, c.Data, r.data)
	return meta
}

// modelMeta returns the metadata of the saved file without measurements.
func modelMeta(k kind, c *config, generations int) map[string]string {
	meta := map[string]string{"task": k.name(), "generations": strconv.Itoa(generations)}
	maps.Copy(meta, settings.Meta(k))
	meta["rule"] = settings.SavedRule(meta["rule"])
	k.meta(meta)
	if c.Init != "" {
		meta["init"] = c.Init
	}
	if len(c.Earlier) > 0 {
		meta["extended"] = fmt.Sprint(len(c.Earlier))
	}
	return meta
}

// Keys of the metadata about the data.
const (
	metaData     = "data"
	metaDataHash = "data_sha256"
)

// dataLabel returns the name of a run's data: the last element of the path, or the task.
func dataLabel(k kind, paths ...string) string {
	for _, path := range paths {
		if path != "" {
			return filepath.Base(path)
		}
	}
	if k.name() == task.Language {
		return "Opticks"
	}
	return k.name()
}

func absolute(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	return filepath.Abs(path)
}
