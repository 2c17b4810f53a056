package hw

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// runner holds the options of a run.
type runner struct {
	program target
	show    []string
	emit    string
	json    bool
}

func newRun(s *console.Streams) *cobra.Command {
	var r runner
	cmd := &cobra.Command{
		Use:   "run [FILE]",
		Short: "Run a program, or a saved network, on the modelled machine",
		Long: `Run a program, assembly text or an object file, until it halts, and print instruction
counts and the registers that are not zero. With --model, compile a saved network, run it
on its task's held-out samples, check that its outputs are bit-identical to the library's,
and print its accuracy.`,
		Example:     "  pentary hw run examples/hw/sum.s --set n=100 --show total\n  pentary hw run --model digits.pent",
		Args:        r.program.args,
		Annotations: console.Arguments("s|pobj"),
		RunE:        func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), s, args) },
	}
	var groups console.Groups
	r.program.flags(&groups)
	f := groups.Add("Output")
	f.StringArrayVar(&r.show, "show", nil, "print the tensor or the words at a data `symbol`; repeatable")
	console.Output(f, &r.emit, "emit", "also save the network's assembly text in a `file`").Ext("s")
	f.BoolVar(&r.json, "json", false, "print one JSON object")
	groups.Bind(cmd)
	return cmd
}

func (r *runner) run(ctx context.Context, s *console.Streams, args []string) error {
	if r.emit != "" && r.program.model == "" {
		return console.Usagef("--emit requires --model")
	}
	var counter counter
	j, err := r.program.load(args, &counter)
	if err != nil {
		return err
	}
	if err := saveText("--emit", r.emit, j.text); err != nil {
		return err
	}
	stopped := j.machine.Run(ctx)
	if stopped != nil && !errors.Is(stopped, context.Canceled) && !errors.Is(stopped, exec.ErrSteps) {
		return fmt.Errorf("%s: %w", j.name, stopped)
	}
	result, err := r.result(j, &counter)
	if err != nil {
		return err
	}
	result.Interrupted = errors.Is(stopped, context.Canceled)
	return s.Report(r.json, result.Interrupted, result)
}

func (r *runner) result(j *job, c *counter) (*result, error) {
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
