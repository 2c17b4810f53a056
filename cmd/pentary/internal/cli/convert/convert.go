// Package convert holds the command convert.
package convert

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/interchange"
	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/packed"
)

// options are the command's flags.
type options struct {
	to   interchange.Format
	out  string
	json bool
}

// New returns the command convert.
func New(s *console.Streams) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "convert FILE --to FORMAT --out FILE",
		Short: "Write a model in a format that other tools read",
		Long: `Write a .pent file in a format that other tools read. All of them hold pents and their
scales exactly; onnx and c hold the computation, too, whose outputs are the model's, bit
for bit.

  onnx            one step of the model in integer operators: ONNX Runtime runs it
  c               one step of the model as a C99 header, named as its file, for
                  microcontrollers
  safetensors     3-bit weights (weight_packed, weight_shape, weight_scale)
  safetensors-i8  one byte a weight (weight, weight_scale)
  npz             the same as a NumPy archive
  gguf-mxfp4      blocks of 4-bit floats, and F16 where a row is no multiple of 32
  gguf-q4_0       blocks of 4-bit integers likewise`,
		Example:     "  pentary convert digits.pent --to onnx --out digits.onnx",
		Annotations: console.Arguments(console.ArgModel),
		Args:        console.OneArgument("file"),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case o.to == "":
				return console.Usagef("--to is missing: one of %s", console.List(names(interchange.Outputs)))
			case o.out == "":
				return console.Usagef("--out is missing: the file to write")
			}
			return write(s, args[0], o)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.Var(console.Choice[interchange.Format]{Value: &o.to, Options: interchange.Outputs}, "to", "`format` to write, see above")
	console.Output(f, &o.out, "out", "`file` to write")
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	return cmd
}

func names(formats []interchange.Format) []string {
	texts := make([]string, len(formats))
	for i, f := range formats {
		texts[i] = f.String()
	}
	return texts
}

// written is the result of a conversion to another format.
type written struct {
	File   string             `json:"file"`
	Format interchange.Format `json:"format"`
	Bytes  int64              `json:"bytes"`
	From   string             `json:"from"`
}

// write converts a .pent file.
func write(s *console.Streams, path string, o options) error {
	f, err := packed.ReadFile(path)
	if err != nil {
		return err
	}
	name := filepath.Base(o.out)
	name = strings.TrimSuffix(name, filepath.Ext(name))
	if err := durable.Write(o.out, func(w io.Writer) error { return interchange.Write(w, f, o.to, name) }); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	info, err := os.Stat(o.out)
	if err != nil {
		return err
	}
	r := written{o.out, o.to, info.Size(), path}
	if o.json {
		return s.PrintJSON("result", r)
	}
	_, err = fmt.Fprintf(s.Out, "Wrote %s, %s bytes, as %s\n", report.Printable(r.File), report.Count(int(r.Bytes)), r.Format)
	return err
}
