package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// hwRun is a run of a program as the command line asks for it.
type hwRun struct {
	program hwProgram
	show    []string
	emit    string
	json    bool
}

func newHWRun(s *console.Streams) *cobra.Command {
	var r hwRun
	cmd := &cobra.Command{
		Use:         "run [FILE]",
		Annotations: console.Arguments("s|pobj"),
		Short:       "Run a program, or a saved network, on the modelled machine",
		Long: `Run a program, assembly text or an object file, until it halts, and print what it
did and the registers that are not zero. Or compile a network that was saved by
training, run it on its task's held-out samples, and print its accuracy; its
outputs are compared with the library's, and must be equal to the bit.`,
		Example: "  pentary hw run sum.s --set n=100 --show total\n  pentary hw run --model digits.pent",
		Args:    r.program.args,
		RunE:    func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), s, args) },
	}
	var groups console.Groups
	r.program.flags(&groups)
	f := groups.Add("Output")
	f.StringArrayVar(&r.show, "show", nil, "print a tensor or the words at a `symbol` of the data; repeatable")
	console.Output(f, &r.emit, "emit", "also save the assembly text that the network is compiled to in a `file`").Ext("s")
	f.BoolVar(&r.json, "json", false, "print one JSON object")
	groups.Bind(cmd)
	return cmd
}

// hwResult is what a run came to.
type hwResult struct {
	Halted        bool             `json:"halted"`
	Steps         int              `json:"steps"`
	Operations    []hwOperation    `json:"operations"` // most frequent first
	MACs          int              `json:"macs"`
	FarBytes      int              `json:"far_bytes"`
	Registers     map[string]int64 `json:"registers"` // that are not zero
	Shown         []hwShown        `json:"shown,omitempty"`
	Task          string           `json:"task,omitempty"` // of a network
	TestAccuracy  *float64         `json:"test_accuracy,omitempty"`
	TestSamples   int              `json:"test_samples,omitempty"`
	Identical     bool             `json:"identical,omitempty"`      // outputs, or weights, to the library's
	WeightsSHA256 string           `json:"weights_sha256,omitempty"` // of a network that was trained
	Confusion     [][]int          `json:"confusion,omitempty"`
}

// hwOperation counts the executions of an operation.
type hwOperation struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	MACs  int    `json:"macs,omitempty"`
}

// hwShown is the content of a symbol.
type hwShown struct {
	Symbol string    `json:"symbol"`
	Kind   string    `json:"kind"` // of a tensor, or "words"
	Values [][]int64 `json:"values"`
}

// hwCounter is an observer that adds up.
type hwCounter struct {
	counts, macs [isa.PRNG + 1]int // by operation
	far, steps   int
}

// Step implements exec.Observer.
func (c *hwCounter) Step(e exec.Event) {
	c.counts[e.Inst.Op]++
	c.macs[e.Inst.Op] += e.MACs()
	c.far += e.Far
	c.steps++
}

func (r *hwRun) run(ctx context.Context, s *console.Streams, args []string) error {
	if r.emit != "" {
		if r.program.model == "" {
			return console.UsageError{Err: errors.New("--emit goes with --model")}
		}
	}
	var counter hwCounter
	j, err := r.program.load(args, &counter)
	if err != nil {
		return err
	}
	if r.emit != "" {
		write := func(w io.Writer) error { _, err := io.WriteString(w, j.text); return err }
		if err := durable.Write(r.emit, write); err != nil {
			return fmt.Errorf("saving: %w", err)
		}
	}
	stopped := j.machine.Run(ctx)
	interrupted := errors.Is(stopped, context.Canceled)
	if stopped != nil && !interrupted && !errors.Is(stopped, exec.ErrSteps) {
		return hwFault(r.program, args, stopped)
	}
	result, err := r.result(j, &counter)
	if err != nil {
		return err
	}
	if r.json {
		err = s.PrintJSON("result", result)
	} else {
		result.write(s.Out, s.OutStyle())
	}
	if err == nil && interrupted {
		return console.ErrInterrupted
	}
	return err
}

// hwFault says where the program that failed comes from: file and line if the text is
// that of the file.
func hwFault(p hwProgram, args []string, err error) error {
	if p.model != "" {
		return fmt.Errorf("%s: %w", p.model, err)
	}
	return fmt.Errorf("%s: %w", args[0], err)
}

// result returns what was counted.
func (c *hwCounter) result() *hwResult {
	r := &hwResult{
		Steps: c.steps, FarBytes: c.far,
		Operations: []hwOperation{}, Registers: map[string]int64{},
	}
	for i := range isa.Specs {
		op := isa.Specs[i].Op
		r.MACs += c.macs[op]
		if c.counts[op] > 0 {
			r.Operations = append(r.Operations, hwOperation{isa.Specs[i].Name, c.counts[op], c.macs[op]})
		}
	}
	slices.SortStableFunc(r.Operations, func(a, b hwOperation) int { return cmp.Compare(b.Count, a.Count) })
	return r
}

// describe adds what a network of a task came to, whose results are the library's.
func (r *hwResult) describe(task string, c report.Confusion) {
	accuracy := c.Accuracy()
	r.Task, r.TestAccuracy, r.TestSamples = task, &accuracy, c.Total()
	r.Identical, r.Confusion = true, c
}

func (r *hwRun) result(j *hwJob, c *hwCounter) (*hwResult, error) {
	result := c.result()
	result.Halted = j.machine.Halted()
	for reg := range isa.Reg(isa.Registers) {
		if v := j.machine.Register(reg); v != 0 {
			result.Registers[reg.String()] = v
		}
	}
	for _, symbol := range r.show {
		shown, err := show(j, symbol)
		if err != nil {
			return nil, fmt.Errorf("--show %s: %w", symbol, err)
		}
		result.Shown = append(result.Shown, shown)
	}
	if j.compiled == nil || !result.Halted {
		return result, nil
	}
	if err := j.compiled.Check(j.machine); err != nil {
		return nil, err
	}
	result.describe(j.task, j.compiled.Confusion(j.machine, j.data))
	return result, nil
}

// show returns the content of a symbol: the tensor whose descriptor is there, or else
// the words up to the next symbol.
func show(j *hwJob, symbol string) (hwShown, error) {
	at, ok := j.program.Find(symbol)
	if !ok {
		return hwShown{}, fmt.Errorf("no data at a symbol %q", symbol)
	}
	if t, err := j.machine.Tensor(symbol); err == nil {
		values, err := tensorValues(j.machine, t)
		return hwShown{symbol, t.Kind.String(), values}, err
	}
	end := len(j.program.Data)
	for _, s := range j.program.Symbols {
		if s.Section == isa.Data && s.Value > at {
			end = min(end, s.Value)
		}
	}
	var words []int64
	for ; at < end; at++ {
		v, err := j.machine.Word(at)
		if err != nil {
			return hwShown{}, err
		}
		words = append(words, v)
	}
	return hwShown{symbol, "words", [][]int64{words}}, nil
}

// tensorValues returns a tensor row by row.
func tensorValues(m *exec.Machine, t exec.Tensor) ([][]int64, error) {
	rows := make([][]int64, t.Rows)
	for i := range rows {
		rows[i] = make([]int64, t.Cols)
	}
	switch t.Kind {
	case isa.Pents:
		w, err := m.Matrix(t)
		if err != nil {
			return nil, err
		}
		for i, row := range rows {
			for c := range row {
				row[c] = int64(w.At(i, c))
			}
		}
	case isa.Bytes:
		for i, row := range rows {
			for c := range row {
				row[c] = int64(m.Activations(t)[(i/4*t.Cols+c)*4+i%4])
			}
		}
	default:
		for i, row := range rows {
			for c := range row {
				row[c] = int64(m.Accumulators(t)[i*t.Cols+c])
			}
		}
	}
	return rows, nil
}

// write prints the result for people.
func (r *hwResult) write(out io.Writer, s report.Style) {
	title := func(text, note string) { fmt.Fprintf(out, "\n%s  %s\n", s.Bold(text), s.Dim(note)) }
	if r.TestAccuracy != nil {
		title("Confusion", "row: true class, column: assigned")
		report.Confusion(r.Confusion).Write(out, s)
	}
	title("Instructions", report.Count(r.Steps)+" executed")
	for _, o := range r.Operations {
		macs := ""
		if o.MACs > 0 {
			macs = s.Dim("  " + report.Count(o.MACs) + " multiply-adds")
		}
		fmt.Fprintf(out, "  %-8s %12s%s\n", o.Name, report.Count(o.Count), macs)
	}
	for _, shown := range r.Shown {
		title(shown.Symbol, shown.Kind)
		for _, row := range shown.Values {
			fmt.Fprintf(out, "  %s\n", strings.Trim(fmt.Sprint(row), "[]"))
		}
	}
	if r.TestAccuracy == nil {
		title("Registers", "that are not zero")
		for reg := range isa.Reg(isa.Registers) {
			if v, ok := r.Registers[reg.String()]; ok {
				fmt.Fprintf(out, "  %-4v %15d\n", reg, v)
			}
		}
	}
	r.writeSummary(out, s)
}

// writeSummary prints the lines at the end, if there are any.
func (r *hwResult) writeSummary(out io.Writer, s report.Style) {
	line := console.Fields(out, s)
	if r.TestAccuracy != nil || r.MACs > 0 || r.FarBytes > 0 || !r.Halted {
		fmt.Fprintln(out)
	}
	if r.TestAccuracy != nil {
		c := report.Confusion(r.Confusion)
		line("Test accuracy", s.Good(report.Percent(c.Correct(), c.Total()))+"  "+s.Dim(fmt.Sprintf(
			"%s of %s held-out samples", report.Count(c.Correct()), report.Count(c.Total()))))
		if r.WeightsSHA256 == "" {
			line("Outputs", "equal to the library's, bit for bit")
		} else {
			line("Weights", "equal to the library's, bit for bit")
			line("Weights sha256", r.WeightsSHA256)
		}
	}
	if r.MACs > 0 {
		line("Work", report.Count(r.MACs)+" multiply-adds")
	}
	if r.FarBytes > 0 {
		line("Far memory", report.Count(r.FarBytes)+" bytes")
	}
	if !r.Halted {
		line("Stopped", fmt.Sprintf("after %s instructions", report.Count(r.Steps)))
	}
}
