package train

import (
	"context"
	"fmt"
	"math"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// table trains a network on a CSV file, for classification or regression.
type table struct {
	classifier
	scaler *data.Scaler
	all    func() *data.Dataset // all rows of a table loaded with a model's scales
}

// newTable returns the command that trains on a CSV file.
func newTable(s *console.Streams) *cobra.Command {
	r := &run{kind: newClassifier(&task.CSV), streams: s}
	cmd := r.command(func(args []string) { r.data = args[0] })
	cmd.Use, cmd.Args, cmd.Annotations = "csv FILE", console.OneArgument("CSV file"), console.Arguments("csv|gz")
	f := cmd.Flags().Lookup("data")
	f.Hidden = true
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if f.Changed {
			return console.Usagef("--data: the file is the argument of %s", cmd.CommandPath())
		}
		return nil
	}
	return cmd
}

func (c *table) example() string {
	return "  pentary train csv iris.csv --label species --out iris.pent\n  pentary train csv temperatures.csv --label temp --regress --out temp.pent\n  pentary predict iris.pent new.csv"
}

func (c *table) long() string {
	return `Train a network on a CSV file. All columns except the label and the ignored ones are
features and must be numbers. Fields may be quoted, the file may be gzipped, and no value may
be missing.

Some rows, drawn with the seed, are held out for the test. Features are scaled by the other
rows. The model's file includes the scales, so "pentary predict" needs no other file.`
}

func (c *table) dataFlag(f *pflag.FlagSet, path *string) {
	console.Input(f, path, "data", "the CSV `file`").Ext("csv", "gz")
}

// load reads the file. It fits a scaler unless there is one from a model's file.
func (c *table) load(_ context.Context, path string) error {
	if path == "" {
		return console.Usagef("a model of a CSV file needs --data, the file")
	}
	o, err := c.Table.Options()
	if err != nil {
		return console.UsageError{Err: err}
	}
	t, err := data.ReadCSV(path, o)
	if err != nil {
		return err
	}
	c.path = path
	if c.scaler != nil {
		return c.loadScaled(t)
	}
	split, err := t.Split(data.SplitOptions{Seed: c.Base.Seed, Test: c.Table.Test, Ramps: c.Table.Ramps})
	if err != nil {
		return err
	}
	c.train, c.test, c.scaler = split.Train, split.Test, split.Scaler
	return nil
}

// loadScaled loads a table with the scales of a model. Rows are split as in training if there are
// enough rows.
func (c *table) loadScaled(t *data.Table) error {
	if err := c.scaler.CheckTable(t); err != nil {
		return err
	}
	all := make([]int, t.Len())
	for i := range all {
		all[i] = i
	}
	c.all = func() *data.Dataset { return c.scaler.Dataset(t, all) }
	parts, err := data.SplitRows(t.Len(), t.Labels, c.Base.Seed, 0, c.Table.Test)
	if err != nil {
		c.whole()
		return nil
	}
	c.train, c.test = c.scaler.Dataset(t, parts[0]), c.scaler.Dataset(t, parts[2])
	return nil
}

func (c *table) whole() {
	c.test = c.all()
	c.train = c.test
}

// metaScaler is the key of the scales for a model's inputs.
const metaScaler = "scaler"

func (c *table) meta(meta map[string]string) {
	if c.scaler != nil {
		if text, err := c.scaler.MarshalText(); err == nil {
			meta[metaScaler] = string(text)
		}
	}
}

func (c *table) open(f *packed.File) error {
	s, err := scalerOf(f)
	if err != nil {
		return err
	}
	if err := c.SetMeta(f.Meta); err != nil {
		return err
	}
	if err := c.classifier.open(f); err != nil {
		return err
	}
	c.scaler = s
	return s.CheckWidths(c.net.Inputs(), c.net.Outputs())
}

// scalerOf returns the scales in a model's file.
func scalerOf(f *packed.File) (*data.Scaler, error) {
	if err := task.Expect(f.Meta, task.CSV.Name); err != nil {
		return nil, err
	}
	text, ok := f.Meta[metaScaler]
	if !ok {
		return nil, fmt.Errorf("not a model saved by \"pentary train csv\": it has no scales")
	}
	s := &data.Scaler{}
	return s, s.UnmarshalText([]byte(text))
}

func (c *table) task() (train.Task, error) {
	switch {
	case !c.Table.Regress:
		return c.classifier.task()
	case c.train == nil:
		return c.untrained(train.RMSE(1), c.Batch)
	}
	return train.Regression(c.net, c.train, c.test, c.scaler.Target.Unit, c.Batch, c.HoldOut())
}

// regressed is the outcome of a regression.
type regressed struct {
	Task      string  `json:"task"`
	RMSE      float64 `json:"test_rmse"` // in the label's unit
	MeanRMSE  float64 `json:"mean_rmse"` // of predicting the training rows' mean
	Explained float64 `json:"r_squared"` // on the test rows
	TestRows  int     `json:"test_samples"`
	measured

	label string
}

func (c *table) measure() (outcome, error) {
	if !c.Table.Regress {
		return c.classifier.measure()
	}
	unit := c.scaler.Target.Unit / data.TargetUnit
	mean := meanOf(c.train.Targets)
	var squares, fromMean, spread float64
	testMean := meanOf(c.test.Targets)
	c.net.ForEach(c.test, func(sample int, outputs []int8, column, _ int) {
		y := float64(c.test.Target(sample)[0])
		off := float64(outputs[column*4])*data.TargetUnit - y
		squares += off * off
		fromMean += (mean - y) * (mean - y)
		spread += (testMean - y) * (testMean - y)
	})
	n := float64(c.test.Len())
	r := &regressed{
		Task: c.of.Name, RMSE: unit * math.Sqrt(squares/n), MeanRMSE: unit * math.Sqrt(fromMean/n),
		TestRows: c.test.Len(), measured: measuredOf(c.net), label: c.scaler.Label,
	}
	if spread > 0 {
		r.Explained = 1 - squares/spread
	}
	return r, nil
}

func meanOf(targets []int16) float64 {
	sum := 0.0
	for _, y := range targets {
		sum += float64(y)
	}
	return sum / float64(len(targets))
}

func (r *regressed) Write(p *report.Printer) {
	r.writeCurve(p, rmseKey)
	r.writeWeights(p, report.Count(r.Weights)+" weights")
	p.Line("Test RMSE", p.Good(fmt.Sprintf("%.4g", r.RMSE)), p.Dim(fmt.Sprintf("of %s on %s held-out rows; predicting the mean: %.4g",
		report.Printable(r.label), report.Count(r.TestRows), r.MeanRMSE)))
	p.Line("R squared", fmt.Sprintf("%.4f", r.Explained))
	r.writeRun(p)
}
