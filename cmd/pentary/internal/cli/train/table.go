package train

import (
	"fmt"
	"log/slog"
	"math"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// table trains a network on a CSV file: as a classifier, or to predict a number.
type table struct {
	*classifier
	*settings.CSV
	scaler *data.Scaler
	all    func() *data.Dataset // every row, of a table that is loaded with a model's scales
}

func newCSV() *table {
	s := settings.NewCSV()
	return &table{&classifier{Classifier: s.Classifier, of: &task.CSV}, s, nil, nil}
}

// newTable returns the command that trains on a CSV file.
func newTable(s *console.Streams) *cobra.Command {
	r := &run{kind: newCSV(), streams: s}
	cmd := &cobra.Command{
		Use: "csv FILE", Short: r.kind.short(), Long: r.kind.long(), Example: r.kind.example(),
		Args: console.OneArgument("CSV file"), Annotations: console.Arguments("csv|gz"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("data") {
				return console.Usagef("--data: the file is the argument of %s", cmd.CommandPath())
			}
			r.data = args[0]
			if err := r.check(cmd.Flags()); err != nil {
				return err
			}
			return r.begin(cmd.Context())
		},
	}
	groups := r.groups()
	groups.Bind(cmd)
	cmd.Flags().Lookup("data").Hidden = true
	return cmd
}

func (c *table) example() string {
	return "  pentary train csv iris.csv --label species --out iris.pent\n  pentary train csv temperatures.csv --label temp --regress --out temp.pent\n  pentary predict iris.pent new.csv"
}

func (c *table) long() string {
	return `Train a network on a CSV file: on all columns but the label and the ignored ones, which
have to be numbers. Fields may be quoted, the file may be gzipped, nothing may be missing.

Some rows are held out for the test, drawn by the seed. Features are scaled by what the
other rows have, and the model's file keeps the scales, so that "pentary predict" needs
nothing else.`
}

func (c *table) dataFlag(f *pflag.FlagSet, path *string) {
	console.Input(f, path, "data", "the CSV `file`").Ext("csv", "gz")
}

// load reads the file. Without a scaler, which the file of a model has, it fits one.
func (c *table) load(path string) error {
	if path == "" {
		return console.Usagef("a model of a CSV file needs --data, the file")
	}
	o, err := c.Table()
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
	split, err := t.Split(data.SplitOptions{Seed: c.seed(), Test: c.Test, Ramps: c.Ramps})
	if err != nil {
		return err
	}
	c.train, c.test, c.scaler = split.Train, split.Test, split.Scaler
	return nil
}

// loadScaled takes a table with the scales of a model. Its rows are divided as those of the
// training were, if there are enough of them.
func (c *table) loadScaled(t *data.Table) error {
	if err := c.scaler.CheckTable(t); err != nil {
		return err
	}
	all := make([]int, t.Len())
	for i := range all {
		all[i] = i
	}
	c.all = func() *data.Dataset { return c.scaler.Dataset(t, all) }
	parts, err := data.SplitRows(t.Len(), t.Labels, c.seed(), 0, c.Test)
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

func (c *table) seed() uint64 { return c.CSV.Base.Seed }

func (c *table) memory() int {
	if c.train == nil {
		return 0
	}
	return settings.NetworkMemory(c.Widths(c.train.Features, c.train.Classes+c.train.Outputs), c.Options(), c.CSV.Batch)
}

func (c *table) build(widths []int) error {
	if widths == nil {
		widths = c.Widths(c.train.Features, c.train.Classes+c.train.Outputs)
	}
	return c.classifier.build(widths)
}

// metaScaler is the key of the scales that a model's inputs are made with.
const metaScaler = "scaler"

// Meta implements settings.Settings.
func (c *table) Meta() map[string]string {
	meta := c.CSV.Meta()
	if c.scaler != nil {
		if text, err := c.scaler.MarshalText(); err == nil {
			meta[metaScaler] = string(text)
		}
	}
	return meta
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

// scalerOf returns the scales of a model's file.
func scalerOf(f *packed.File) (*data.Scaler, error) {
	if err := task.Expect(f.Meta, task.CSV.Name); err != nil {
		return nil, err
	}
	text, ok := f.Meta[metaScaler]
	if !ok {
		return nil, fmt.Errorf("no model of a table, as \"pentary train csv\" saves them: it has no scales")
	}
	s := &data.Scaler{}
	return s, s.UnmarshalText([]byte(text))
}

func (c *table) task() (train.Task, error) {
	if !c.Regress {
		return c.classifier.task()
	}
	if c.train == nil {
		return train.Task{Parameters: c.net.Parameters(), File: c.net.File, Metric: train.RMSE(1), Samples: c.CSV.Batch}, nil
	}
	return train.Regression(c.net, c.train, c.test, c.scaler.Target.Unit, c.CSV.Batch, c.HoldOut())
}

func (c *table) start() train.Start {
	s := c.classifier.start()
	s.Title = fmt.Sprintf("%s %s", report.Printable(filepath.Base(c.path)), settings.Network(c.widths))
	for i, a := range s.About {
		if a.Key == "settings" {
			s.About[i] = slog.Any(a.Key, c.CSV.Meta())
		}
	}
	return s
}

const rmseKey = "test_rmse"

func (c *table) score(score int64, size int) (key, meta string, value float64) {
	if !c.Regress {
		return c.classifier.score(score, size)
	}
	unit := 1.0
	if c.scaler != nil {
		unit = c.scaler.Target.Unit
	}
	value = train.RMSE(unit).Value(score, size)
	return rmseKey, fmt.Sprintf("%.6g", value), value
}

func (c *table) text(value float64) string {
	if !c.Regress {
		return c.classifier.text(value)
	}
	return fmt.Sprintf("%.4g", value)
}

// regressed is the result of a regression.
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
	if !c.Regress {
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

func (r *regressed) write(p *printer) {
	r.writeCurve(p, "root mean square error on the held-out rows", report.WriteErrors)
	r.writeWeights(p, report.Count(r.Weights)+" weights")
	p.line("Test RMSE", p.Good(fmt.Sprintf("%.4g", r.RMSE))+"  "+p.Dim(fmt.Sprintf("of %s on %s held-out rows; predicting the mean: %.4g",
		report.Printable(r.label), report.Count(r.TestRows), r.MeanRMSE)))
	p.line("R squared", fmt.Sprintf("%.4f", r.Explained))
	r.writeRun(p)
}

// Options and EarlyStop are those of the settings, which are embedded twice.
func (c *table) Options() es.Options           { return c.CSV.Options() }
func (c *table) EarlyStop() settings.EarlyStop { return c.CSV.EarlyStop() }

// samples and HoldOut likewise.
func (c *table) samples() int { return c.CSV.Batch }
func (c *table) HoldOut() int { return c.CSV.HoldOut() }

// Widths likewise.
func (c *table) Widths(features, outputs int) []int { return c.CSV.Widths(features, outputs) }
