package train

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/packed"
)

// NewEval returns the command eval.
func NewEval(s *console.Streams) *cobra.Command {
	var data string
	var json bool
	cmd := &cobra.Command{
		Use:   "eval FILE.pent",
		Short: "Measure a saved model on its task's held-out samples",
		Long: `Measure a saved model on its task's held-out samples, or a language model on the
held-out end of its text. A model's file has the hash of its data. If the data differ, that
is an error; if --data names other data, the report says so and the whole table or text is
measured, or the test part of images. A model of tokens from "pentary convert" is measured on
the text of --data, in pieces of 256 tokens.`,
		Example:     "  pentary eval digits.pent\n  pentary eval iris.pent --data iris.csv",
		Args:        console.OneArgument(".pent file"),
		Annotations: console.Arguments(console.ArgModel),
		RunE: func(cmd *cobra.Command, args []string) error {
			return eval(cmd.Context(), s, args[0], data, json)
		},
	}
	f := cmd.Flags()
	console.Input(f, &data, "data", "`folder` of the IDX files, for the tasks that are not embedded; of a table, the CSV file; of a language model, the text file")
	console.Threads(f)
	f.BoolVar(&json, "json", false, "print one JSON object")
	return cmd
}

// otherData is what a result says of data that are not the model's own.
type otherData struct {
	Other    bool   `json:"other_data"` // true
	Trained  string `json:"trained_on_sha256"`
	Measured string `json:"measured_on_sha256"`
}

func eval(ctx context.Context, s *console.Streams, path, data string, json bool) error {
	f, err := packed.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if ofTokens(f.File) {
		if data == "" {
			return console.Usagef("--data is missing: the text to measure %s on", path)
		}
		m, err := openTokens(f.File)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return m.eval(s, data, json)
	}
	k, err := open(f.File)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := k.load(ctx, data); err != nil {
		return err
	}
	name, hash := k.data()
	sum, want := hex.EncodeToString(hash[:]), f.Meta[metaDataHash]
	other := want != "" && sum != want
	if other && data == "" {
		return fmt.Errorf("%s was trained on %s (sha256 %s), and %s is other data (sha256 %s); --data names the data to measure on",
			path, report.Printable(f.Meta[metaData]), want, report.Printable(name), sum)
	}
	if other {
		k.whole()
	}
	o, err := k.measure()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if json {
		if other {
			o.on(&otherData{Other: true, Trained: want, Measured: sum})
		}
		return s.PrintJSON("result", o)
	}
	p := s.Printer()
	o.Write(p)
	if other {
		p.Line("Data", p.Bad("other data than the model was trained on"), p.Dim(fmt.Sprintf("%s, not %s", report.Printable(name), report.Printable(f.Meta[metaData]))))
	}
	return nil
}

// open returns the kind of a file's task with its model.
func open(f *packed.File) (kind, error) {
	if _, ok := f.Meta[task.MetaEnvironment]; ok {
		_, about := task.Describe(f.Meta)
		return nil, errors.New(about)
	}
	name := f.Meta["task"]
	if name == task.Finetune { // of a model of bytes, which has no tokenizer
		name = task.Language
	}
	k, err := find(name)
	if err != nil {
		return nil, err
	}
	return k, k.open(f)
}
