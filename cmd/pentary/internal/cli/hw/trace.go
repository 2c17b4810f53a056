package hw

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

func newTrace(s *console.Streams) *cobra.Command {
	var program target
	var json bool
	cmd := &cobra.Command{
		Use:         "trace [FILE]",
		Annotations: console.Arguments("s|pobj"),
		Short:       "Run a program and print one line per instruction",
		Long: `Run a program or a saved network, like the command run, and print one line per executed
instruction: address, instruction and work.`,
		Example: "  pentary hw trace examples/hw/sum.s --steps 20\n  pentary hw trace --model digits.pent --samples 16 --json",
		Args:    program.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			t := &tracer{s: s, json: json, style: s.OutStyle()}
			j, err := program.load(args, t)
			if err != nil {
				return err
			}
			ctx, stop := context.WithCancel(cmd.Context())
			defer stop()
			t.program, t.stop = j.program, stop
			err = j.machine.Run(ctx)
			switch {
			case t.err != nil:
				return t.err
			case errors.Is(err, context.Canceled):
				return console.ErrInterrupted
			case errors.Is(err, exec.ErrSteps):
				return nil // the number of --steps
			case err != nil:
				return fmt.Errorf("%s: %w", j.name, err)
			}
			return nil
		},
	}
	var groups console.Groups
	program.flags(&groups)
	groups.Add("Output").BoolVar(&json, "json", false, "print one JSON object per instruction")
	groups.Bind(cmd)
	return cmd
}

// tracer prints events. An error stops the run.
type tracer struct {
	s       *console.Streams
	json    bool
	style   report.Style
	program *isa.Program
	stop    func()
	err     error
}

// stepEvent is the JSON object of an executed instruction.
type stepEvent struct {
	PC          int          `json:"pc"`
	Line        int          `json:"line,omitempty"` // line of the text
	Operation   string       `json:"operation"`
	Instruction string       `json:"instruction"`
	Next        int          `json:"next"`
	Taken       bool         `json:"taken,omitempty"`
	M           int          `json:"m,omitempty"`
	K           int          `json:"k,omitempty"`
	N           int          `json:"n,omitempty"`
	Rank        int          `json:"rank,omitempty"`
	MACs        int          `json:"macs,omitempty"`
	Zeros       int          `json:"zeros,omitempty"` // zeros among the pents used
	Ones        int          `json:"ones,omitempty"`  // ±1
	Twos        int          `json:"twos,omitempty"`  // ±2
	Moved       int          `json:"moved,omitempty"`
	Blocks      int          `json:"random_blocks,omitempty"`
	Read        exec.Traffic `json:"read"`
	Written     exec.Traffic `json:"written"`
	Far         int          `json:"far_bytes,omitempty"`
}

// Step implements exec.Observer.
func (t *tracer) Step(e exec.Event) {
	if t.err != nil {
		return
	}
	if t.json {
		t.err = t.s.PrintJSON("step", t.event(e))
	} else {
		line := fmt.Sprintf("%6d  %v", e.PC, e.Inst)
		if parts := work(e); parts != nil {
			line = fmt.Sprintf("%-36s %s", line, t.style.Dim(strings.Join(parts, ", ")))
		}
		_, t.err = fmt.Fprintln(t.s.Out, line)
	}
	if t.err != nil {
		t.stop()
	}
}

func (t *tracer) event(e exec.Event) stepEvent {
	s := stepEvent{
		PC: e.PC, Operation: isa.SpecOf(e.Inst.Op).Name, Instruction: e.Inst.String(), Next: e.Next, Taken: e.Taken,
		M: e.M, K: e.K, N: e.N, Rank: e.Rank, MACs: e.MACs(),
		Zeros: e.Weights.Zero, Ones: e.Weights.One, Twos: e.Weights.Two, Moved: e.Moved, Blocks: e.Blocks,
		Read: e.Read, Written: e.Written, Far: e.Far,
	}
	if e.PC < len(t.program.Lines) {
		s.Line = t.program.Lines[e.PC]
	}
	return s
}

// work returns a description of the work of an instruction.
func work(e exec.Event) (parts []string) {
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if e.Taken {
		add("to %d", e.Next)
	}
	if e.Read.Words+e.Written.Words == isa.WordBytes {
		add("data[%d]", e.Address)
	}
	for _, t := range e.Tensors {
		if t.Kind != 0 {
			add("%d×%d", t.Rows, t.Cols)
		}
	}
	count := func(n int, what string) {
		if n > 0 {
			add("%s %s", report.Count(n), what)
		}
	}
	count(e.Rank, "rank")
	count(e.MACs(), "multiply-adds")
	count(e.Blocks, "random blocks")
	count(e.Moved, "pents moved")
	count(e.Far, "bytes far")
	return parts
}
