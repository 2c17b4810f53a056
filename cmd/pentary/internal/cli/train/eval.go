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
		Long: `Measure a saved model on its task's held-out samples, or a language model on the held-out
end of its text. A model's file has the hash of its data; different data are an error, unless
--data names them. Then the report states this, and the whole table or text is used, or the
test part of images. A model of tokens from "pentary convert" is measured on the text of
--data, in pieces of 256 tokens.`,
		Example:     "  pentary eval digits.pent\n  pentary eval iris.pent --data iris.csv",
		Args:        console.OneArgument(".pent file"),
		Annotations: console.Arguments(console.ArgModel),
		RunE: func(cmd *cobra.Command, args []string) error {
			return eval(cmd.Context(), s, args[0], data, json)
		},
	}
	f := cmd.Flags()
	console.Input(f, &data, "data", "`folder` of the IDX files, for tasks without embedded data; CSV file of a table; or text file for a language model")
	console.Threads(f)
	f.BoolVar(&json, "json", false, "print one JSON object")
	return cmd
}

// otherData is the part of a result about data other than the model's.
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
			return console.Usagef("--data is missing, the text to measure %s on", path)
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
		return fmt.Errorf("%s was trained on %s (sha256 %s), but %s has other data (sha256 %s); use --data to measure on other data",
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
		p.Line("Data", p.Bad("not the data that the model was trained on"), p.Dim(fmt.Sprintf("%s, not %s", report.Printable(name), report.Printable(f.Meta[metaData]))))
	}
	return nil
}

// open returns the kind for a file's task, with the model of the file.
func open(f *packed.File) (kind, error) {
	if _, ok := f.Meta[task.MetaEnvironment]; ok {
		_, about := task.Describe(f.Meta)
		return nil, errors.New(about)
	}
	name := f.Meta["task"]
	if name == task.Finetune { // a model of bytes, without tokenizer
		name = task.Language
	}
	k, err := find(name)
	if err != nil {
		return nil, err
	}
	return k, k.open(f)
}
