package train

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/train"
)

// classifier trains a network on samples with labels.
type classifier struct {
	*settings.Classifier
	model
	of          *task.Task
	path        string
	train, test *data.Dataset
	widths      []int
}

// newClassifier returns the kind for a classification task.
func newClassifier(t *task.Task) kind {
	c := classifier{Classifier: settings.NewClassifier(t), of: t}
	c.Bias = new(t.Bias)
	if t == &task.CSV {
		return &table{classifier: c}
	}
	c.Convolutions, c.Recurrent = new(settings.Convolutions), new(settings.Recurrent)
	return &c
}

func (c *classifier) name() string  { return c.of.Name }
func (c *classifier) short() string { return c.of.Title }
func (c *classifier) long() string {
	return fmt.Sprintf("Train a network on %s.\n\n%s", c.of.Title, c.of.Source)
}

func (c *classifier) example() string { return c.of.Example }

func (c *classifier) dataFlag(f *pflag.FlagSet, path *string) {
	if !c.of.Embedded {
		console.InputFolder(f, path, "data", "`folder` of the task's IDX files, plain or gzipped")
	}
}

// load reads the samples. A folder of images has a test part, which is also what whole keeps.
func (c *classifier) load(_ context.Context, path string) (err error) {
	if err := c.of.Check(path); err != nil {
		return console.UsageError{Err: err}
	}
	c.path = path
	c.train, c.test, err = c.of.Load(path)
	return err
}

func (c *classifier) data() (string, journal.Hash) {
	name := "task " + c.of.Name
	if !c.of.Embedded {
		name = c.path
	}
	return name, data.Hash(c.train, c.test)
}

func (c *classifier) samples() int { return c.Batch }

func (c *classifier) memory() int {
	widths := []int{settings.MaxWidth} // the data have not been read yet
	switch {
	case c.train != nil:
		widths = c.shape()
	case c.Table != nil:
		return 0
	}
	return c.Memory(widths)
}

// shape returns the widths of the network, inputs first.
func (c *classifier) shape() []int {
	return c.Widths(c.train.Features, c.train.Classes+c.train.Outputs)
}

func (c *classifier) build(widths []int) (err error) {
	if widths == nil {
		widths = c.shape()
	}
	if want := c.Widths(0, 0); len(widths) != len(want) || !slices.Equal(widths[1:len(widths)-1], want[1:len(want)-1]) {
		return fmt.Errorf("network %s with hidden layers %v", settings.Network(widths), c.Hidden)
	}
	if ends := []int{widths[0], widths[len(widths)-1]}; slices.Min(ends) < 1 || slices.Max(ends) > settings.MaxWidth {
		return fmt.Errorf("network %s, want widths of 1 to %d", settings.Network(widths), settings.MaxWidth)
	}
	c.widths = widths
	c.net, err = c.Model(widths)
	return err
}

func (c *classifier) network() []int { return c.widths }

func (c *classifier) task() (train.Task, error) {
	if c.train == nil {
		return c.untrained(train.Accuracy, c.Batch)
	}
	return train.Classification(c.net, c.Samples(c.train), c.test, c.Batch, c.HoldOut())
}

func (c *classifier) start() train.Start {
	what, network := c.of.Name, c.Network(c.widths)
	if c.Table != nil {
		what = report.Printable(filepath.Base(c.path))
	}
	return startOf(what, network, c.net, fmt.Sprintf("%s train, %s held out", report.Count(c.train.Len()), report.Count(c.test.Len())),
		slog.String("task", c.of.Name), slog.String("network", network),
		slog.Int("train_samples", c.train.Len()), slog.Int("test_samples", c.test.Len()),
		slog.Int("generations", c.Base.Generations), slog.Any("settings", settings.Meta(c)))
}

// classified is the outcome of a classifier.
type classified struct {
	Task         string  `json:"task"`
	TestAccuracy float64 `json:"test_accuracy"`
	measured
	TestSamples int              `json:"test_samples"`
	Confusion   report.Confusion `json:"confusion"` // by true class, then by assigned class
	Classes     []string         `json:"classes,omitempty"`
}

func (c *classifier) measure() (outcome, error) {
	if c.test == nil {
		return nil, errors.New("no test samples")
	}
	counts, err := c.net.Confusion(c.test)
	if err != nil {
		return nil, err
	}
	confusion := report.Confusion(counts)
	return &classified{c.of.Name, confusion.Accuracy(), measuredOf(c.net), confusion.Total(), confusion, c.test.ClassNames}, nil
}

func (r *classified) Write(p *report.Printer) {
	r.writeCurve(p, train.Accuracy.Key)
	p.Section("Confusion", "row: true class, column: assigned")
	r.Confusion.Write(p, r.Classes)
	r.writeWeights(p, report.Count(r.Weights)+" weights")
	p.Line("Test accuracy", p.Good(report.Percent(r.Confusion.Correct(), r.TestSamples)), p.Dim(fmt.Sprintf(
		"%s of %s held-out samples", report.Count(r.Confusion.Correct()), report.Count(r.TestSamples))))
	r.writeRun(p)
}
