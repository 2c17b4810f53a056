package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// trainer is a training run as the command line asks for it.
type trainer struct {
	task     *task.Task
	settings *settings
	data     string // folder
	out      string // file to save to, or empty
	json     bool
}

func newTrain(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a network on a task",
		Long: `Train a network on a task and report its accuracy on held-out samples. Ctrl-C
stops after the generation in flight, and then evaluates and saves as a whole run
does.`,
		Example: "  pentary train digits --out digits.pent",
		Args:    subcommandOnly,
		RunE: func(*cobra.Command, []string) error {
			return usageError{fmt.Errorf("train what? There are %s", task.Names())}
		},
	}
	for _, t := range task.All {
		cmd.AddCommand(newTrainTask(t, s))
	}
	return cmd
}

func newTrainTask(t *task.Task, s *streams) *cobra.Command {
	run := &trainer{task: t, settings: defaults(t)}
	cmd := &cobra.Command{
		Use:   t.Name,
		Short: t.Title,
		Long:  fmt.Sprintf("Train a network on %s.\n\n%s", t.Title, t.Source),
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return run.run(cmd.Context(), s) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&run.out, "out", "", "save the network to this .pent `file`")
	if !t.Embedded {
		f.StringVar(&run.data, "data", "", "`folder` of the task's IDX files, plain or gzipped")
	}
	f.BoolVar(&run.json, "json", false, "print one JSON object a line")
	run.settings.flags(f)
	return cmd
}

func (t *trainer) run(ctx context.Context, s *streams) error {
	if err := t.settings.check(); err != nil {
		return usageError{err}
	}
	if err := checkData(t.task, t.data); err != nil {
		return err
	}
	if t.out != "" {
		if err := checkOutput("--out", t.out); err != nil {
			return err
		}
	}
	train, test, err := t.task.Load(t.data)
	if err != nil {
		return err
	}
	widths := t.settings.widths(train.Features, train.Classes)
	net := nn.NewMLP(t.settings.options.Seed, widths...)
	classifier, err := nn.NewClassifier(net, train, t.settings.batch)
	if err != nil {
		return usageError{err}
	}
	optimizer, err := es.New(net.Parameters(), t.settings.esOptions())
	if err != nil {
		return usageError{err}
	}

	m := newMeter(t, s, net, test)
	m.start(startOf(t, net, train, test))
	err = optimizer.Run(ctx, wholeGenerations{classifier}, m.generation)
	m.stop(optimizer.Generation())
	interrupted := errors.Is(err, context.Canceled)
	if err != nil && !interrupted {
		return err
	}
	return t.finish(s, m, optimizer.Generation(), interrupted)
}

// wholeGenerations is an evaluator that, once begun, is not cancelled: the
// optimizer stops between generations.
type wholeGenerations struct{ es.Evaluator }

func (w wholeGenerations) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	return w.Evaluator.Evaluate(context.WithoutCancel(ctx), g, scores)
}

// finish saves the network and reports. The report comes even if the file could
// not be written.
func (t *trainer) finish(s *streams, m *meter, generations int, interrupted bool) error {
	r := resultOf(t.task.Name, m.net, m.last)
	r.training = &training{
		Generations: generations, Seconds: m.seconds, Throughput: m.throughput(generations),
		Interrupted: interrupted,
	}
	var err, saveErr error
	if t.out != "" {
		f := m.net.File(t.meta(m, generations))
		if r.FileSHA256, saveErr = save(t.out, f); saveErr == nil {
			r.File = t.out
		}
	}
	if t.json {
		err = s.printJSON(r)
	} else {
		r.write(s.out, style(s.outTerm), m.curve)
	}
	switch {
	case saveErr != nil:
		return saveErr
	case err != nil:
		return err
	case interrupted:
		return errInterrupted
	}
	return nil
}

// meta returns what the saved file says of the run: all that determines its
// weights, and how good they are.
func (t *trainer) meta(m *meter, generations int) map[string]string {
	meta := map[string]string{
		"task":          t.task.Name,
		"generations":   strconv.Itoa(generations),
		"test_accuracy": fmt.Sprintf("%d/%d", m.last.Correct(), m.last.Total()),
	}
	maps.Copy(meta, t.settings.meta())
	return meta
}

// checkData returns an error if a task needs a folder of data and none is given.
func checkData(t *task.Task, dir string) error {
	if !t.Embedded && dir == "" {
		return usageError{fmt.Errorf("task %s needs --data, the folder of its IDX files\n%s", t.Name, t.Source)}
	}
	return nil
}
