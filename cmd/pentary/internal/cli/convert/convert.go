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
	to, from interchange.Format
	method   interchange.Method
	out      string
	json     bool
}

// New returns the command convert.
func New(s *console.Streams) *cobra.Command {
	o := options{method: interchange.LeastSquares}
	cmd := &cobra.Command{
		Use:   "convert FILE",
		Short: "Write a model in a format that other tools read, or read one",
		Long: `With --to, write a .pent file in a format that other tools read. All of them hold pents
and their scales exactly; onnx and c hold the computation, too, whose outputs are the
model's, bit for bit.

  onnx            one step of the model in integer operators: ONNX Runtime runs it
  c               one step of the model as a C99 header, named as its file, for
                  microcontrollers
  safetensors     3-bit weights (weight_packed, weight_shape, weight_scale)
  safetensors-i8  one byte a weight (weight, weight_scale)
  npz             the same as a NumPy archive
  gguf-mxfp4      blocks of 4-bit floats, and F16 where a row is no multiple of 32
  gguf-q4_0       blocks of 4-bit integers likewise

With --from, read such a file into a .pent file. A file that --to has written comes back
exactly. Other tensors are quantized, each row with a scale of a power of two, and
reported one a line: the share of each level, the signal-to-noise ratio, and how many
weights lie beyond the levels.`,
		Example: `  pentary convert digits.pent --to onnx --out digits.onnx
  pentary convert weights.safetensors --from safetensors --out weights.pent`,
		Annotations: console.Arguments("pent|safetensors|npz|gguf"),
		Args:        console.OneArgument("file"),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case o.to == "" && o.from == "" || o.to != "" && o.from != "":
				return console.Usagef("want either --to, one of %s, or --from, one of %s",
					console.List(names(interchange.Outputs)), console.List(names(interchange.Inputs)))
			case o.out == "":
				return console.Usagef("--out is missing: the file to write")
			case o.to != "":
				return write(s, args[0], o)
			}
			return read(s, args[0], o)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.Var(console.Choice[interchange.Format]{Value: &o.to, Options: interchange.Outputs}, "to", "`format` to write, see above")
	f.Var(console.Choice[interchange.Format]{Value: &o.from, Options: interchange.Inputs}, "from", "`format` to read: safetensors, npz or gguf")
	console.Output(f, &o.out, "out", "`file` to write")
	f.Var(console.Choice[interchange.Method]{Value: &o.method, Options: []interchange.Method{interchange.Nearest, interchange.LeastSquares}}, "method",
		"how --from quantizes: to the `nearest` pent at the least scale without saturation, or at the scale of the least-squares error")
	f.BoolVar(&o.json, "json", false, "print JSON objects")
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

// read converts a file of another format.
func read(s *console.Streams, path string, o options) error {
	a, err := interchange.Open(path, o.from)
	if err != nil {
		return err
	}
	defer a.Close()
	f, reports, err := a.File(o.method)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	sum, err := console.Save(o.out, f)
	if err != nil {
		return err
	}
	if o.json {
		for _, r := range reports {
			if err := s.PrintJSON("tensor", r); err != nil {
				return err
			}
		}
		return s.PrintJSON("result", imported{o.out, sum, len(reports), path})
	}
	for _, r := range reports {
		printReport(s, r)
	}
	_, err = fmt.Fprintf(s.Out, "Wrote %s, sha256 %s\n", report.Printable(o.out), sum)
	return err
}

// imported is the result of a conversion from another format.
type imported struct {
	File    string `json:"file"`
	SHA256  string `json:"sha256"`
	Tensors int    `json:"tensors"`
	From    string `json:"from"`
}

// printReport prints what became of a tensor.
func printReport(s *console.Streams, r interchange.Report) {
	n := r.Rows * r.Cols
	quality := fmt.Sprintf("SNR %.1f dB, %s saturated", r.SNR, report.Count(r.Saturated))
	if r.Exact {
		quality = "exact"
	}
	levels := ""
	for _, count := range r.Levels {
		levels += " " + report.Percent(count, n)
	}
	fmt.Fprintf(s.Out, "%s  %d×%d, levels%s, %s\n", report.Printable(r.Name), r.Rows, r.Cols, levels, quality)
}
