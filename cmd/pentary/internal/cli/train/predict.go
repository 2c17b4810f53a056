package train

import (
	encoding "encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// predictor holds the options and the state of the command predict.
type predictor struct {
	streams *console.Streams
	format  settings.Format
	json    bool

	net    *nn.Model
	scaler *data.Scaler
	csv    *encoding.Writer
	row    []string

	rows, labelled, right int
	squares               float64
}

// NewPredict returns the command predict.
func NewPredict(s *console.Streams) *cobra.Command {
	p := &predictor{streams: s, format: settings.Format{Header: "auto", Separator: ","}}
	cmd := &cobra.Command{
		Use:   "predict MODEL.pent FILE.csv",
		Short: "Predict the rows of a CSV file with a saved model",
		Long: `Predict each row of a CSV file with a model saved by "pentary train csv". Columns are found
by name, in any order; other columns are ignored. A file without names must have the columns
of the training data, or only the features.

The output is CSV: line, class and the probability of each class, or line and number. If the
file also has the label, the accuracy or the error is reported at the end, on standard error
unless --json is set. If a row is invalid, nothing is written.`,
		Example:     "  pentary predict iris.pent new.csv\n  pentary predict iris.pent new.csv --json",
		Annotations: console.Arguments(console.ArgModel, "csv|gz"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return console.Usagef("%s takes a .pent file and a CSV file, got %d arguments", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return p.run(args[0], args[1]) },
	}
	f := cmd.Flags()
	p.format.Flags(f)
	f.BoolVar(&p.json, "json", false, "print one JSON object per line")
	return cmd
}

func (p *predictor) run(model, path string) error {
	o, err := p.format.Options()
	if err != nil {
		return console.UsageError{Err: err}
	}
	f, err := packed.Open(model)
	if err != nil {
		return err
	}
	defer f.Close()
	if p.scaler, err = scalerOf(f.File); err == nil {
		if p.net, err = nn.Load(f.File); err == nil {
			err = p.scaler.CheckWidths(p.net.Inputs(), p.net.Outputs())
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", model, err)
	}
	// The first pass finds invalid rows before anything is written.
	if err := p.pass(path, o, func(int, []int8, string) error { return nil }); err != nil {
		return err
	}
	if p.rows == 0 {
		return fmt.Errorf("%s: no rows to predict", path)
	}
	p.rows = 0
	p.csv = encoding.NewWriter(p.streams.Out)
	write := p.class
	if p.scaler.Target != nil {
		write = p.number
	}
	if !p.json {
		p.csv.Write(p.head())
	}
	runner, x := p.net.NewRunner(1), make([]int8, kernels.Quads(p.net.Inputs())*4)
	runner.Freeze()
	if err := p.pass(path, o, func(line int, inputs []int8, label string) error {
		copy(x, inputs)
		return write(line, runner.Step(x), label)
	}); err != nil {
		return err
	}
	p.csv.Flush()
	return errors.Join(p.csv.Error(), p.summarize())
}

// pass reads the file and calls visit for each row, with line number and label.
func (p *predictor) pass(path string, o data.CSVOptions, visit func(line int, inputs []int8, label string) error) error {
	rows, closer, err := p.scaler.Open(path, o)
	if err != nil {
		return err
	}
	defer closer.Close()
	for ; ; p.rows++ {
		inputs, err := rows.Next()
		if err == nil {
			err = visit(rows.Line(), inputs, rows.Label())
		}
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// head returns the column names of the output.
func (p *predictor) head() []string {
	if p.scaler.Target != nil {
		return []string{"line", p.scaler.Label}
	}
	return append([]string{"line", "class"}, p.scaler.Classes...)
}

// predicted is the JSON object of a row.
type predicted struct {
	Line   int                `json:"line"`
	Class  string             `json:"class,omitempty"`
	Scores map[string]float64 `json:"scores,omitempty"` // probabilities
	Value  *float64           `json:"value,omitempty"`  // for a regression
}

// class writes the prediction of a class for a row, given logits in quads.
func (p *predictor) class(line int, logits []int8, label string) error {
	n := p.net.Outputs()
	class := p.scaler.Classes[nn.Argmax(logits, 0, n, 1)]
	if label != "" {
		p.labelled++
		if label == class {
			p.right++
		}
	}
	shares := nn.Probabilities(logits[:n])
	if p.json {
		scores := map[string]float64{}
		for i, share := range shares {
			scores[p.scaler.Classes[i]] = math.Round(float64(share)/(1<<16)*1e4) / 1e4
		}
		return p.streams.PrintJSON("prediction", predicted{Line: line, Class: class, Scores: scores})
	}
	p.row = append(p.row[:0], strconv.Itoa(line), class)
	for _, share := range shares {
		p.row = append(p.row, strconv.FormatFloat(float64(share)/(1<<16), 'f', 4, 64))
	}
	return p.csv.Write(p.row)
}

// number writes the prediction of a number for a row.
func (p *predictor) number(line int, outputs []int8, label string) error {
	value := p.scaler.Target.Value(int(outputs[0]))
	if want, err := strconv.ParseFloat(label, 64); err == nil {
		p.labelled++
		p.squares += (value - want) * (value - want)
	}
	if p.json {
		return p.streams.PrintJSON("prediction", predicted{Line: line, Value: &value})
	}
	return p.csv.Write([]string{strconv.Itoa(line), strconv.FormatFloat(value, 'g', 6, 64)})
}

// predictions is the last object printed by --json.
type predictions struct {
	Rows     int      `json:"rows"`
	Labelled int      `json:"labelled_rows"`
	Accuracy *float64 `json:"accuracy,omitempty"`
	RMSE     *float64 `json:"rmse,omitempty"`
}

// summarize reports the accuracy or error of the predictions if the file has labels.
func (p *predictor) summarize() error {
	r := predictions{Rows: p.rows, Labelled: p.labelled}
	text := ""
	if p.labelled > 0 && p.scaler.Target != nil {
		v := math.Sqrt(p.squares / float64(p.labelled))
		r.RMSE, text = &v, fmt.Sprintf("RMSE %.4g", v)
	} else if p.labelled > 0 {
		v := float64(p.right) / float64(p.labelled)
		r.Accuracy, text = &v, report.Percent(p.right, p.labelled)+" right"
	}
	if p.json {
		return p.streams.PrintJSON("result", r)
	}
	if text != "" {
		_, err := fmt.Fprintf(p.streams.Err, "%s of %s labelled rows\n", text, report.Count(p.labelled))
		return err
	}
	return nil
}
