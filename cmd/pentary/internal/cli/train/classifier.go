package train

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// classifier trains a network on a classification task.
type classifier struct {
	*settings.Classifier
	of          *task.Task
	path        string
	train, test *data.Dataset
	net         *nn.Model
	widths      []int
}

func newClassifier(t *task.Task) *classifier {
	return &classifier{Classifier: settings.NewClassifier(t), of: t}
}

func (c *classifier) name() string    { return c.of.Name }
func (c *classifier) short() string   { return c.of.Title }
func (c *classifier) example() string { return "" }
func (c *classifier) long() string {
	return fmt.Sprintf("Train a network on %s.\n\n%s", c.of.Title, c.of.Source)
}

func (c *classifier) dataFlag(f *pflag.FlagSet, path *string) {
	if !c.of.Embedded {
		console.InputFolder(f, path, "data", "`folder` of the task's IDX files, plain or gzipped")
	}
}

func (c *classifier) load(path string) (err error) {
	if err := c.of.Check(path); err != nil {
		return console.UsageError{Err: err}
	}
	c.path = path
	c.train, c.test, err = c.of.Load(path)
	return err
}

// whole leaves the test samples: a folder of images has a part for the test.
func (c *classifier) whole() {}

func (c *classifier) data() (string, journal.Hash) {
	name := "task " + c.of.Name
	if !c.of.Embedded {
		name = c.path
	}
	return name, data.Hash(c.train, c.test)
}

func (c *classifier) samples() int { return c.Batch }

func (c *classifier) memory() int {
	widths := []int{MaxFeatures}
	if c.train != nil {
		widths = c.Widths(c.train.Features, c.train.Classes)
	}
	return settings.NetworkMemory(widths, c.Options(), c.Batch)
}

// MaxFeatures is the width of the inputs of data that are not read yet.
const MaxFeatures = settings.MaxWidth

func (c *classifier) build(widths []int) error {
	if widths == nil {
		widths = c.Widths(c.train.Features, c.train.Classes)
	}
	if want := c.Widths(0, 0); len(widths) != len(want) || !slices.Equal(widths[1:len(widths)-1], want[1:len(want)-1]) {
		return fmt.Errorf("network %s of hidden layers %v", settings.Network(widths), c.Hidden)
	}
	if ends := []int{widths[0], widths[len(widths)-1]}; slices.Min(ends) < 1 || slices.Max(ends) > settings.MaxWidth {
		return fmt.Errorf("network %s, want widths of 1 to %d", settings.Network(widths), settings.MaxWidth)
	}
	c.widths = widths
	c.net = nn.NewMLP(c.Base.Seed, widths...)
	return nil
}

func (c *classifier) network() []int { return c.widths }

func (c *classifier) open(f *packed.File) (err error) {
	c.net, err = nn.Load(f)
	return err
}

func (c *classifier) task() (train.Task, error) {
	if c.train == nil {
		return train.Task{Parameters: c.net.Parameters(), File: c.net.File, Metric: train.Accuracy, Samples: c.Batch}, nil
	}
	return train.Classification(c.net, c.train, c.test, c.Batch, c.HoldOut())
}

func (c *classifier) start() train.Start {
	network := settings.Network(c.widths)
	return train.Start{
		Title: c.of.Name + " " + network,
		Note: fmt.Sprintf("%s weights · %s train, %s held out · %s",
			report.Count(c.net.Size()), report.Count(c.train.Len()), report.Count(c.test.Len()), kernels.Selected()),
		About: []slog.Attr{
			slog.String("task", c.of.Name), slog.String("network", network), slog.Int("weights", c.net.Size()),
			slog.Int("train_samples", c.train.Len()), slog.Int("test_samples", c.test.Len()),
			slog.Int("generations", c.Base.Generations), slog.String("kernels", kernels.Selected()), slog.Any("settings", c.Meta()),
		},
	}
}

func (c *classifier) score(score int64, size int) (key, meta string, value float64) {
	return "test_accuracy", fmt.Sprintf("%d/%d", score, size), train.Accuracy.Value(score, size)
}

func (c *classifier) text(value float64) string { return fmt.Sprintf("%.1f %%", 100*value) }

func (c *classifier) plot([]train.Point) error { return nil }

// classified is the result of a classifier.
type classified struct {
	Task         string  `json:"task"`
	TestAccuracy float64 `json:"test_accuracy"`
	measured
	TestSamples int              `json:"test_samples"`
	Confusion   report.Confusion `json:"confusion"` // by true, then by assigned class
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
	return &classified{c.of.Name, confusion.Accuracy(), measuredOf(c.net), confusion.Total(), confusion}, nil
}

func (r *classified) write(p *printer) {
	r.writeCurve(p, "held-out accuracy", report.WriteCurve)
	p.title("Confusion", "row: true class, column: assigned")
	r.Confusion.Write(p.out, p.Style)
	r.writeWeights(p, report.Count(r.Weights)+" weights")
	p.line("Test accuracy", p.Good(report.Percent(r.Confusion.Correct(), r.TestSamples))+"  "+p.Dim(fmt.Sprintf(
		"%s of %s held-out samples", report.Count(r.Confusion.Correct()), report.Count(r.TestSamples))))
	r.writeRun(p)
}
