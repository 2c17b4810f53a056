package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/corpus"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// lmTask is the name of the task in files and journals.
const lmTask = "lm"

// lmTrainer is the training of a language model as the command line asks for it.
type lmTrainer struct {
	settings *lmSettings
	journal  journalSettings
	data     string // file, or empty for the default text
	out      string // file to save to, or empty
	log      string // file of all generations, or empty
	svg      string // file of the learning curve, or empty
	json     bool
}

func newTrainLM(s *console.Streams) *cobra.Command {
	t := &lmTrainer{settings: defaultLM()}
	cmd := &cobra.Command{
		Use:   lmTask,
		Short: "a language model over the bytes of a text",
		Long: `Train a language model over the bytes of a text, of which the last twentieth is held
out. The text is ` + corpus.Opticks + `, unless
--data names another file.

The model reads streams of the text side by side. By default its noise is in
activations: every step of a stream is a sample, with a score of its own. "pentary sample" writes text with
what it has learned.`,
		Example: "  pentary train lm --out lm.pent\n  pentary sample lm.pent --prompt \"The Rays of Light \"\n  pentary train lm --data book.txt --width 256 --layers 2",
		Args:    console.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := t.journal.check(cmd.Flags()); err != nil {
				return console.UsageError{Err: err}
			}
			return t.run(cmd.Context(), s)
		},
	}
	var groups console.Groups
	f := groups.Add("Run")
	console.Input(f, &t.data, "data", "text `file` to learn; by default Opticks").Otherwise(func([]string) string { return corpus.Standard() })
	console.Output(f, &t.svg, "svg", "draw the learning curve to this `file`, beside what n-gram models of the text reach").Ext("svg")
	console.RunFolder(f, &t.journal.dir, "dir", "keep the run in this `directory`: a journal to go on from, and the model")
	t.flags(f)
	f.BoolP("help", "h", false, "help for "+lmTask)
	append(groups, t.settings.groups()...).Bind(cmd)
	return cmd
}

func (t *lmTrainer) flags(f *pflag.FlagSet) {
	t.journal.flags(f)
	console.Output(f, &t.out, "out", "save the model to this .pent `file`").Model()
	console.Stream(f, &t.log, "log", "write the statistics of every generation to this `file`, one JSON object a line")
	f.BoolVar(&t.json, "json", false, "print one JSON object a line")
}

// resumeLM goes on with the run in a directory, if it is one of a language model; ok says
// whether it is. The flags are those of train.
func (t *trainer) resumeLM(ctx context.Context, s *console.Streams) (ok bool, err error) {
	r, err := journal.Read(t.journal.dir)
	if err != nil {
		return false, nil // which resume says better
	}
	h := r.Header()
	if err := r.Close(); err != nil {
		return false, err
	}
	c, err := parseConfig(h.Config)
	if err != nil || c.Task != lmTask {
		return false, nil
	}
	lm := &lmTrainer{settings: defaultLM(), journal: t.journal, data: c.Data, out: t.out, log: t.log, json: t.json}
	if t.data != "" {
		lm.data = t.data
	}
	if err := lm.settings.setTexts(c.Settings); err != nil {
		return true, fmt.Errorf("%s: %w", t.journal.dir, err)
	}
	return true, lm.run(ctx, s)
}

func (t *lmTrainer) run(ctx context.Context, s *console.Streams) error {
	t.settings.complete()
	if err := t.settings.check(); err != nil {
		return console.UsageError{Err: err}
	}
	text, err := corpus.Load(t.data)
	if err != nil {
		return err
	}
	m, err := t.settings.model()
	if err != nil {
		return console.UsageError{Err: err}
	}
	predictor, err := t.settings.predictor(m, text)
	if err != nil {
		return console.UsageError{Err: err}
	}
	optimizer, err := t.settings.start(m, wholeBatches{predictor})
	if err != nil {
		return console.UsageError{Err: err}
	}
	scorer, err := nn.NewTextScorer(m, text.Bytes, text.Train)
	if err != nil {
		return err
	}
	meter := newLMMeter(t.settings, lmObserver{console.NewPrinter(s, t.json)}, scorer)
	run := &lmSession{Optimizer: optimizer, meter: meter, bar: newReplayBar(t.json, s, t.settings.options.Generations)}
	start := lmStart{
		Task: lmTask, Model: t.settings.name(), Weights: m.Size(), Text: text.Path,
		TrainBytes: text.Train, ValidBytes: scorer.Len(), Generations: t.settings.options.Generations,
		Settings: t.settings.texts(), Dir: t.journal.dir,
	}
	meter.measure(0)
	log, err := t.open(ctx, run, text, &start)
	if err != nil {
		return err
	}
	if log != nil {
		defer log.Close()
	}
	lines, err := openLines(t.log, run.Generation())
	if err != nil {
		return err
	}
	meter.observer.start(start)
	interrupted, err := run.train(ctx, log, lines, journal.Interval{Time: t.journal.every})
	if err = errors.Join(err, lines.close()); err != nil {
		if log != nil {
			err = fmt.Errorf("%w\nThe run is kept up to its last whole generation. Go on with: %s", err, t.journal.resumeCommand())
		}
		return err
	}
	return t.finish(s, run, m, text, log, interrupted)
}

// open begins or resumes the journal of the run, if it is kept.
func (t *lmTrainer) open(ctx context.Context, run *lmSession, text *corpus.Text, start *lmStart) (*journal.Log, error) {
	if t.journal.dir == "" {
		return nil, nil
	}
	path, err := absolute(t.data)
	if err != nil {
		return nil, err
	}
	c := &config{Task: lmTask, Data: path, Settings: t.settings.texts(), Optimizer: run.Identity()}
	header := journal.Header{Seed: t.settings.options.Seed, Config: c.text(), Data: text.Sum()}
	if r, err := journal.Read(t.journal.dir); err == nil {
		before := r.Header()
		r.Close()
		had, err := parseConfig(before.Config)
		if err == nil {
			err = had.difference(c)
		}
		if err == nil && before.Data != header.Data {
			err = fmt.Errorf("sha256 %x, and that of %s is %x", before.Data, text.Path, header.Data)
		}
		if err != nil {
			return nil, fmt.Errorf("%s holds another run: %w", t.journal.dir, err)
		}
		header.Config = before.Config // the text may have moved
	}
	log, at, err := t.journal.open(ctx, header, run)
	run.bar.Clear()
	if errors.Is(err, context.Canceled) {
		err = console.ErrInterrupted
	}
	if err == nil && at.Generation > 0 {
		start.Resumed = at
	}
	return log, err
}

// finish saves the model and reports.
func (t *lmTrainer) finish(s *console.Streams, run *lmSession, m *nn.Model, text *corpus.Text, log *journal.Log, interrupted bool) error {
	meter := run.meter
	r := lmResultOf(m, meter.scorer)
	r.lmTraining = &lmTraining{
		Generations: run.Generation(), Seconds: meter.wall().Seconds(), Throughput: meter.throughput(run.Generation()),
		Interrupted: interrupted, Dir: t.journal.dir,
	}
	f := m.File(t.meta(run.Generation(), r))
	err := t.save(r, f)
	if log != nil {
		if _, ended := log.End(); !ended && !interrupted && err == nil {
			err = log.Finish(run, ending{complete, meter.trained.Microseconds()}.text())
		}
		if interrupted || err != nil {
			r.Resume = t.journal.resumeCommand()
		}
		err = errors.Join(err, log.Close())
	}
	if t.svg != "" {
		err = errors.Join(err, plotLM(t.svg, t.settings.name(), meter, text))
	}
	if t.json {
		err = errors.Join(err, s.PrintJSON("result", r))
	} else {
		r.write(s.Out, s.OutStyle(), meter.curve)
	}
	if err != nil {
		return err
	}
	if interrupted {
		return console.ErrInterrupted
	}
	return nil
}

func (t *lmTrainer) save(r *lmResult, f *packed.File) (err error) {
	paths := []string{t.out}
	if t.journal.dir != "" {
		paths = append(paths, t.journal.model())
	}
	for _, path := range paths {
		if path == "" {
			continue
		}
		if r.FileSHA256, err = console.Save(path, f); err != nil {
			return err
		}
		r.File = path
	}
	return nil
}

// meta returns what the saved file says of the run.
func (t *lmTrainer) meta(generations int, r *lmResult) map[string]string {
	meta := map[string]string{
		"task": lmTask, "generations": strconv.Itoa(generations),
		"valid_bits_per_byte": fmt.Sprintf("%.4f", r.Bits),
	}
	maps.Copy(meta, t.settings.meta())
	return meta
}
