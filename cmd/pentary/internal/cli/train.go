package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// trainer is a training run as the command line asks for it.
type trainer struct {
	task     *task.Task
	settings *settings
	journal  journalSettings
	data     string // folder
	out      string // file to save to, or empty
	log      string // file of all generations, or empty
	json     bool
}

func newTrain(s *console.Streams) *cobra.Command {
	var resume string
	var run trainer
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a network on a task, or go on with a run",
		Long: `Train a network on a task and report its accuracy on held-out samples. Ctrl-C
stops after the generation in flight, and then evaluates and saves as a whole run
does.

With --dir the run keeps a journal in a directory, and whatever ends it before its
time, --resume goes on to the weights that it would have come to.`,
		Example: "  pentary train digits --out digits.pent\n  pentary train digits --dir run\n  pentary train --resume run",
		Args:    console.Subcommands,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("resume") {
				return console.Usagef("train what? There are %s; and %s, a language model", task.Names(), lmTask)
			}
			return run.resume(cmd, resume, s)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	console.RunFolder(f, &resume, "resume", "go on with the run in this `directory`, its settings and data")
	console.Input(f, &run.data, "data", "`folder` that the run's data are in now, if they have moved")
	run.flags(f)
	for _, t := range task.All {
		cmd.AddCommand(newTrainTask(t, s))
	}
	cmd.AddCommand(newTrainLM(s))
	return cmd
}

func newTrainTask(t *task.Task, s *console.Streams) *cobra.Command {
	run := &trainer{task: t, settings: defaults(t)}
	cmd := &cobra.Command{
		Use:   t.Name,
		Short: t.Title,
		Long:  fmt.Sprintf("Train a network on %s.\n\n%s", t.Title, t.Source),
		Args:  console.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := run.journal.check(cmd.Flags()); err != nil {
				return console.UsageError{Err: err}
			}
			return run.run(cmd.Context(), s)
		},
	}
	var groups console.Groups
	f := groups.Add("Run")
	console.RunFolder(f, &run.journal.dir, "dir", "keep the run in this `directory`: a journal to go on from, and the network")
	if !t.Embedded {
		console.InputFolder(f, &run.data, "data", "`folder` of the task's IDX files, plain or gzipped", t.Files)
	}
	run.flags(f)
	f.BoolP("help", "h", false, "help for "+t.Name)
	append(groups, run.settings.groups()...).Bind(cmd)
	return cmd
}

// flags binds what a run that is resumed can choose anew.
func (t *trainer) flags(f *pflag.FlagSet) {
	t.journal.flags(f)
	console.Output(f, &t.out, "out", "save the network to this .pent `file`").Model()
	console.Stream(f, &t.log, "log", "write the statistics of every generation to this `file`, one JSON object a line")
	f.BoolVar(&t.json, "json", false, "print one JSON object a line")
}

// resume goes on with the run in a directory.
func (t *trainer) resume(cmd *cobra.Command, dir string, s *console.Streams) error {
	if dir == "" {
		return console.UsageError{Err: errors.New("--resume needs the directory of a run")}
	}
	t.journal.dir = dir
	if err := t.journal.check(cmd.Flags()); err != nil {
		return console.UsageError{Err: err}
	}
	if ok, err := t.resumeLM(cmd.Context(), s); ok {
		return err
	}
	p, err := planOf(dir)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("no run in %s: %w", dir, err)
	}
	if err != nil {
		return err
	}
	t.task, t.settings = p.task, p.settings
	if t.data == "" {
		t.data = p.config.Data
	} else if t.task.Embedded {
		return console.Usagef("--data: the data of task %s are not in a folder", t.task.Name)
	}
	return t.run(cmd.Context(), s)
}

func (t *trainer) run(ctx context.Context, s *console.Streams) error {
	t.settings.complete()
	if err := t.settings.check(); err != nil {
		return console.UsageError{Err: err}
	}
	before, err := t.journal.existing()
	if err != nil {
		return err
	}
	if before != nil {
		if err := t.compare(before, &config{Task: t.task.Name, Settings: t.settings.texts()}); err != nil {
			return err
		}
		if end, ok, err := ended(t.journal.dir); err != nil {
			return err
		} else if ok {
			return t.finished(ctx, s, before, end)
		}
	}
	return t.train(ctx, s, before)
}

// compare returns an error if the plan is of another run.
func (t *trainer) compare(before *plan, c *config) error {
	if err := before.config.difference(c); err != nil {
		return fmt.Errorf("%s holds another run: %w", t.journal.dir, err)
	}
	return nil
}

// train begins a run, or goes on with that of the plan before.
func (t *trainer) train(ctx context.Context, s *console.Streams, before *plan) error {
	if err := checkData(t.task, t.data); err != nil {
		return err
	}
	train, test, err := t.task.Load(t.data)
	if errors.Is(err, os.ErrNotExist) && before != nil {
		err = fmt.Errorf("%w\n--data names the folder they are in now", err)
	}
	if err != nil {
		return err
	}
	var sum journal.Hash
	if t.journal.dir != "" {
		sum = data.Hash(train, test)
	}
	widths := t.settings.widths(train.Features, train.Classes)
	net := nn.NewMLP(t.settings.options.Seed, widths...)
	classifier, validation, err := t.settings.classifier(net, train)
	if err != nil {
		return console.UsageError{Err: err}
	}
	optimizer, err := t.settings.start(net, wholeBatches{classifier})
	if err != nil {
		return console.UsageError{Err: err}
	}

	m := newMeter(t.settings, observer{console.NewPrinter(s, t.json)}, net, test, validation)
	run := &running{session: session{Optimizer: optimizer, meter: m, bar: newReplayBar(t.json, s, t.settings.options.Generations)}}
	start := startOf(t, net, train, test)
	m.measure(0)
	if t.journal.dir != "" {
		c := &config{Task: t.task.Name, Network: widths, Settings: t.settings.texts(), Optimizer: optimizer.Identity()}
		if c.Data, err = absolute(t.data); err != nil {
			return err
		}
		header := journal.Header{Seed: t.settings.options.Seed, Config: c.text(), Data: sum}
		if before != nil {
			if err := t.compare(before, c); err != nil {
				return err
			}
			if before.header.Data != sum {
				return fmt.Errorf("%s holds a run on other data: sha256 %x, and that of %s is %x",
					t.journal.dir, before.header.Data, dataName(t.task, t.data), sum)
			}
			header.Config = before.header.Config
		}
		var at *resumedInfo
		run.log, at, err = t.journal.open(ctx, header, run.session)
		run.bar.Clear()
		if err != nil {
			if errors.Is(err, context.Canceled) {
				err = console.ErrInterrupted
			}
			return err
		}
		defer run.log.Close()
		if before != nil {
			start.Resumed = at
		}
	}
	if run.lines, err = openLines(t.log, run.Generation()); err != nil {
		return err
	}
	defer run.lines.close()
	m.observer.start(start)
	interrupted, err := run.run(ctx, journal.Interval{Time: t.journal.every})
	if err != nil {
		if run.log != nil {
			err = fmt.Errorf("%w\nThe run is kept up to its last whole generation. Go on with: %s", err, t.journal.resumeCommand())
		}
		return err
	}
	return t.finish(s, run, interrupted)
}

func absolute(dir string) (string, error) {
	if dir == "" {
		return "", nil
	}
	return filepath.Abs(dir)
}

// dataName says in a message where a task's data are.
func dataName(t *task.Task, dir string) string {
	if t.Embedded {
		return "task " + t.Name
	}
	return dir
}

// finish saves the network and reports. The report comes even if a file could not
// be written.
func (t *trainer) finish(s *console.Streams, run *running, interrupted bool) error {
	m, generation := run.meter, run.Generation()
	r := resultOf(t.task.Name, m.net, m.last)
	r.training = &training{
		Generations: generation, Seconds: m.seconds, Throughput: m.throughput(generation),
		Interrupted: interrupted, Early: !interrupted && !run.Done(), Dir: t.journal.dir,
	}
	saveErr := t.save(r, m.net.File(t.meta(m, generation)))
	if run.log != nil {
		if !interrupted && saveErr == nil {
			reason := ending{complete, m.trained.Microseconds()}
			if r.Early {
				reason.Reason = stoppedEarly
			}
			saveErr = run.log.Finish(run.session, reason.text())
		} else {
			r.Resume = t.journal.resumeCommand()
		}
		saveErr = errors.Join(saveErr, run.log.Close())
	}
	if err := errors.Join(saveErr, run.lines.close(), t.report(s, r, m)); err != nil {
		return err
	}
	if interrupted {
		return console.ErrInterrupted
	}
	return nil
}

// report prints the result.
func (t *trainer) report(s *console.Streams, r *result, m *meter) error {
	if t.json {
		return s.PrintJSON("result", r)
	}
	r.write(s.Out, s.OutStyle(), m.points())
	return nil
}

// save saves the network in the run's directory and where it has been asked for,
// and tells the result.
func (t *trainer) save(r *result, f *packed.File) (err error) {
	for _, path := range []string{t.modelPath(), t.out} {
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

func (t *trainer) modelPath() string {
	if t.journal.dir == "" {
		return ""
	}
	return t.journal.model()
}

// meta returns what the saved file says of the run: all that determines its
// weights, and how good they are.
func (t *trainer) meta(m *meter, generations int) map[string]string {
	last := m.curve[len(m.curve)-1]
	meta := map[string]string{
		"task":          t.task.Name,
		"generations":   strconv.Itoa(generations),
		"test_accuracy": fmt.Sprintf("%d/%d", last.correct, m.tested),
	}
	maps.Copy(meta, t.settings.meta())
	return meta
}

// checkData returns an error if a task needs a folder of data and none is given.
func checkData(t *task.Task, dir string) error {
	if !t.Embedded && dir == "" {
		return console.Usagef("task %s needs --data, the folder of its IDX files\n%s", t.Name, t.Source)
	}
	return nil
}
