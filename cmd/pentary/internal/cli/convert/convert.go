// Package convert holds the command convert.
package convert

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/interchange"
	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/packed"
)

// options are the command's flags.
type options struct {
	to, from interchange.Format
	out      string
	json     bool

	method       interchange.Method
	methodChosen bool // whether a flag sets the method
	calibration  string
	tokenizer    string
	unit         int

	texts, sweeps int    // for llama networks
	ofLlama       string // a flag for llama networks that is set, or ""
}

// New returns the command convert.
func New(s *console.Streams) *cobra.Command {
	o := options{method: interchange.LeastSquares}
	cmd := &cobra.Command{
		Use:   "convert FILE",
		Short: "Convert a model to or from a format of other tools",
		Long: `With --to, write a .pent file in a format of other tools. All formats store pents and
their scales exactly. onnx, onnx-qdq and c also store the computation; its outputs are
bit-identical to the model's.

  onnx            one step of the model in integer operators, for ONNX Runtime
  onnx-qdq        the same with 4-bit weights, DequantizeLinear and rounded float products
  c               one step of the model as a C99 header for microcontrollers; its name
                  is the file's
  safetensors     3-bit weights (weight_packed, weight_shape, weight_scale)
  safetensors-i8  one byte per weight (weight, weight_scale)
  npz             the same as a NumPy archive
  gguf-mxfp4      blocks of 4-bit floats; F16 if a row is not a multiple of 32
  gguf-q4_0       blocks of 4-bit integers; F16 likewise

For a language model with a tokenizer, llama.cpp runs a gguf-q4_0 file; its scales are
rounded to 11 bits.

With --from, convert a file to a .pent file. Files written by --to as safetensors, npz, GGUF
or ONNX are read back exactly. Other tensors are quantized, with a power of two as the scale
of each row. The report has one line per tensor: the percentage of each level, the
signal-to-noise ratio, and the number of weights beyond the levels.

From ONNX, --from converts a float network: a chain of fully connected layers, convolutions,
pooling, RNN, GRU and LSTM layers, with one scale per row. With samples of its inputs
(--calibration), shifts and biases are fitted to the outputs of the float layers, and
--method error-feedback corrects the error of each column in later columns; --method int8
uses eight bits per weight. The report states for how many samples the largest output
agrees with the float network, and the float value of one unit of output. The inputs of an
image model are rows × columns × channels.

From a checkpoint of llama2.c or a GGUF file of the llama architecture, --from creates a
language model, with the tokenizer of the GGUF file or of --tokenizer; with both --from and
--to, it creates a GGUF file for llama.cpp. Matrices within blocks become pents by
error-feedback, or as set by --method (int8: weights of eight bits). They are calibrated on
--texts drawn by the network, and refined in --sweeps, which take most of the time.
Embeddings and outputs keep eight bits, or their own type in GGUF files.`,
		Example: `  pentary convert digits.pent --to onnx --out digits.onnx
  pentary convert digits.pent --to onnx-qdq --out digits-int4.onnx
  pentary convert weights.safetensors --from safetensors --out weights.pent
  pentary convert mlp.onnx --from onnx --calibration x.npz --method error-feedback --out mlp.pent
  pentary convert lstm.onnx --from onnx --calibration lstm.npz --method int8 --out lstm.pent
  pentary convert llama2c.bin --from llama2.c --tokenizer tok.bin --out stories.pent
  pentary convert llama2c.bin --from llama2.c --tokenizer tok.bin --to gguf-mxfp4 --out stories.gguf`,
		Annotations: console.Arguments("pent|safetensors|npz|gguf|bin|onnx"),
		Args:        console.OneArgument("file"),
		RunE:        func(cmd *cobra.Command, args []string) error { return o.run(cmd, s, args[0]) },
	}
	o.flags(cmd.Flags())
	return cmd
}

// flags adds the flags.
func (o *options) flags(f *pflag.FlagSet) {
	f.Var(console.Choice[interchange.Format]{Value: &o.to, Options: interchange.Outputs}, "to", "`format` to write, see above")
	f.Var(console.Choice[interchange.Format]{Value: &o.from, Options: interchange.Inputs}, "from", "`format` to read: safetensors, npz, gguf, llama2.c or onnx")
	console.Output(f, &o.out, "out", "`file` to write")
	f.Var(console.Choice[interchange.Method]{Value: &o.method, Options: interchange.LlamaMethods}, "method",
		"quantization by --from: each row with the `scale` of the least squared error, with the nearest scale without saturation, or with error-feedback; or int8, for networks")
	console.Input(f, &o.calibration, "calibration", "`file` of samples, safetensors or npz, with an array x or only one array: samples × inputs, or samples × steps × inputs for recurrent networks").Ext("npz", "safetensors")
	console.Input(f, &o.tokenizer, "tokenizer", "`file` of a llama2.c tokenizer").Ext("bin")
	f.IntVar(&o.unit, "input-unit", 16, "`activation` that represents an input of 1.0, 1 to 127")
	f.IntVar(&o.texts, "texts", interchange.DrawnTexts, "`number` of texts that a llama network draws for its calibration")
	f.IntVar(&o.sweeps, "sweeps", 2, "`number` of times that error-feedback fits a llama network's matrices to the outputs of attention and of gated layers; 0: faster, less accurate")
	f.BoolVar(&o.json, "json", false, "print JSON objects")
}

// run converts the file at path.
func (o *options) run(cmd *cobra.Command, s *console.Streams, path string) error {
	o.methodChosen = cmd.Flags().Changed("method")
	for _, name := range []string{"texts", "sweeps"} {
		if cmd.Flags().Changed(name) {
			o.ofLlama = name
		}
	}
	if err := o.checkFormats(); err != nil {
		return err
	}
	if o.from == "" {
		for _, name := range []string{"method", "calibration", "tokenizer", "input-unit", "texts", "sweeps"} {
			if cmd.Flags().Changed(name) {
				return console.Usagef("--%s requires --from", name)
			}
		}
		return write(s, path, *o)
	}
	switch {
	case o.from == interchange.FormatONNX:
		return readModel(s, path, *o)
	case o.calibration != "" || cmd.Flags().Changed("input-unit"):
		return console.Usagef("--calibration and --input-unit require --from %s", interchange.FormatONNX)
	}
	return read(cmd.Context(), s, path, *o)
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
	*drawn
}

// drawn is the cross-entropy of texts that a language model has drawn.
type drawn struct {
	Tokens int     `json:"tokens"`
	Before float64 `json:"nats_before"`
	After  float64 `json:"nats_after"`
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
	return printWritten(s, path, nil, o)
}

// printWritten reports the written file.
func printWritten(s *console.Streams, path string, d *drawn, o options) error {
	info, err := os.Stat(o.out)
	if err != nil {
		return err
	}
	r := written{o.out, o.to, info.Size(), path, d}
	if o.json {
		return s.PrintJSON("result", r)
	}
	_, err = fmt.Fprintf(s.Out, "Wrote %s, %s bytes, as %s\n", report.Printable(r.File), report.Count(int(r.Bytes)), r.Format)
	return err
}

// read converts a file of another format.
func read(ctx context.Context, s *console.Streams, path string, o options) error {
	a, err := interchange.Open(path, o.from)
	if err != nil {
		return err
	}
	defer a.Close()
	if isLlama(a) {
		return llama(ctx, s, a, path, o)
	}
	switch {
	case o.to != "" || o.tokenizer != "":
		return fmt.Errorf("%s: not a network of the llama architecture, as --to and --tokenizer require", path)
	case o.ofLlama != "":
		return fmt.Errorf("%s: not a network of the llama architecture, as --%s requires", path, o.ofLlama)
	case o.method == interchange.ErrorFeedback || o.method == interchange.Int8:
		return console.Usagef("--method %s requires a network; %s holds tensors", o.method, path)
	}
	f, reports, err := a.File(o.method)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return save(s, f, reports, imported{}, path, o)
}

// maxONNX is the size of the largest protocol buffer.
const maxONNX = 1<<31 - 1

// readModel converts a float network.
func readModel(s *console.Streams, path string, o options) error {
	if o.method == interchange.ErrorFeedback && o.calibration == "" {
		return console.Usagef("--method %s requires --calibration", o.method)
	}
	if o.unit < 1 || o.unit > 127 {
		return console.Usagef("--input-unit %d: want 1 to 127", o.unit)
	}
	b, err := console.ReadFile(path, maxONNX)
	if err != nil {
		return err
	}
	switch own, err := interchange.ReadOwnONNX(b); {
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	case own != nil && (o.methodChosen || o.calibration != ""):
		return console.Usagef("%s holds a model of pents, which does not take --method or --calibration", path)
	case own != nil:
		return save(s, own, interchange.ReportsOf(own), imported{}, path, o)
	}
	network, err := interchange.ReadONNX(b)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	no := interchange.NetworkOptions{Method: o.method, Unit: o.unit}
	if o.calibration != "" {
		if no.Calibration, no.Steps, err = samples(o.calibration, network); err != nil {
			return err
		}
	}
	m, r, err := network.Model(no)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	result := imported{OutputUnit: r.Unit}
	if r.Samples > 0 {
		result.Samples, result.Agree = &r.Samples, &r.Agree
	}
	return save(s, m.File(nil), r.Tensors, result, path, o)
}

// samples reads the array of a calibration file. steps is the number of steps per sample.
func samples(path string, n *interchange.Network) (x []float32, steps int, err error) {
	format := interchange.FormatNPZ
	if filepath.Ext(path) == ".safetensors" {
		format = interchange.FormatSafetensors
	}
	a, err := interchange.Open(path, format)
	if err != nil {
		return nil, 0, err
	}
	defer a.Close()
	at := slices.IndexFunc(a.Tensors, func(t interchange.Tensor) bool { return t.Name == "x" || len(a.Tensors) == 1 })
	if at < 0 {
		return nil, 0, fmt.Errorf("%s: want an array x, or only one array", path)
	}
	t, size, want := a.Tensors[at], 1, "samples × %d"
	inner := t.Shape[min(1, len(t.Shape)):]
	if n.Sequences() {
		want = "samples × steps × %d"
		if len(inner) == 2 {
			steps, inner = inner[0], inner[1:]
		}
	}
	for _, d := range inner {
		if size *= d; size > n.Inputs() {
			break
		}
	}
	if len(t.Shape) < 2 || size != n.Inputs() || n.Sequences() && steps < 1 {
		return nil, 0, fmt.Errorf("%s: shape %v, want "+want, path, t.Shape, n.Inputs())
	}
	err = t.Read(func(_ int, row []float32) error {
		x = append(x, row...)
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	return x, steps, nil
}

// save writes a file and reports the tensors and the result.
func save(s *console.Streams, f *packed.File, reports []interchange.Report, result imported, path string, o options) error {
	sum, err := console.Save(o.out, f)
	if err != nil {
		return err
	}
	result.File, result.SHA256, result.Matrices, result.From = o.out, sum, len(reports), path
	if err := printTensors(s, reports, o); err != nil {
		return err
	}
	if o.json {
		return s.PrintJSON("result", result)
	}
	if result.Samples != nil {
		fmt.Fprintf(s.Out, "Largest output unchanged on %s of %s samples (%s)\n",
			report.Count(*result.Agree), report.Count(*result.Samples), report.Percent(*result.Agree, *result.Samples))
	}
	if result.OutputUnit > 0 {
		fmt.Fprintf(s.Out, "One unit of output is %.4g\n", result.OutputUnit)
	}
	result.drawn.print(s)
	_, err = fmt.Fprintf(s.Out, "Wrote %s, sha256 %s\n", report.Printable(o.out), sum)
	return err
}

// imported is the result of a conversion from another format.
type imported struct {
	File     string `json:"file"`
	SHA256   string `json:"sha256"`
	Matrices int    `json:"tensors"`
	From     string `json:"from"`
	Samples  *int   `json:"samples,omitempty"` // number of calibration samples
	Agree    *int   `json:"agree,omitempty"`   // number of samples whose largest output is unchanged

	OutputUnit float64 `json:"output_unit,omitempty"` // for a float network
	*drawn
}

// printTensors reports the conversion of tensors.
func printTensors(s *console.Streams, reports []interchange.Report, o options) error {
	for _, r := range reports {
		if !o.json {
			printReport(s, r)
		} else if err := s.PrintJSON("tensor", r); err != nil {
			return err
		}
	}
	return nil
}

// printReport reports the conversion of a tensor.
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
