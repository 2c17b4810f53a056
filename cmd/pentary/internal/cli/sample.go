package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// sampler writes text with a language model as the command line asks for it.
type sampler struct {
	prompt string
	bytes  int
	heat   int
	seed   uint64
}

func newSample(s *console.Streams) *cobra.Command {
	var w sampler
	cmd := &cobra.Command{
		Use:         "sample FILE.pent",
		Annotations: console.Arguments(console.ArgModel),
		Short:       "Write text with a saved language model",
		Long: `Write text with a language model that "pentary train lm" has saved: the prompt, and the
bytes that the model draws after it. The same seed gives the same text on every machine.
Ctrl-C ends it.`,
		Example: "  pentary sample lm.pent --prompt \"The Rays of Light \" --heat -1",
		Args:    console.OneArgument(".pent file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case w.bytes < 0:
				return console.Usagef("--bytes %d: want at least 0", w.bytes)
			case w.heat < -nn.MaxHeat || w.heat > nn.MaxHeat:
				return console.Usagef("--heat %d: want %d to %d", w.heat, -nn.MaxHeat, nn.MaxHeat)
			}
			return w.run(cmd.Context(), s, args[0])
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&w.prompt, "prompt", "\n", "text to go on from")
	f.IntVar(&w.bytes, "bytes", 500, "to write after the prompt")
	f.IntVar(&w.heat, "heat", 0, "each step up doubles the temperature, each step down halves it")
	f.Uint64Var(&w.seed, "seed", 0, "key of the random numbers")
	return cmd
}

func (w *sampler) run(ctx context.Context, s *console.Streams, path string) error {
	f, err := packed.ReadFile(path)
	if err != nil {
		return err
	}
	m, err := nn.Load(f)
	if err == nil && m.Outputs() != nn.Bytes {
		err = fmt.Errorf("a model of %d outputs, want %d of a language model", m.Outputs(), nn.Bytes)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	out := bufio.NewWriter(s.Out)
	text := append([]byte("\n"), w.prompt...)
	out.WriteString(w.prompt)
	r := m.NewRunner(1)
	x := make([]int8, kernels.Quads(m.Inputs())*4)
	// The bytes of the prompt bring the model to its state.
	read := func(text []byte) []int8 {
		for i := range m.Inputs() {
			x[i] = '\n'
			if at := len(text) - 1 - i; at >= 0 {
				x[i] = int8(text[at])
			}
		}
		return r.Step(x)
	}
	logits := read(text[:1])
	for i := range w.prompt {
		logits = read(text[:i+2])
	}
	stream := lowrank.StreamOf(w.seed, 0, 0, lowrank.Batch, 0)
	for i := range w.bytes {
		if ctx.Err() != nil {
			return errors.Join(out.Flush(), console.ErrInterrupted)
		}
		block := stream.Block(uint32(i))
		b := byte(nn.Sample(logits, 0, nn.Bytes, 1, w.heat, block[0]))
		out.WriteByte(b)
		if s.OutTerm != nil || b == '\n' {
			out.Flush()
		}
		text = append(text, b)
		logits = read(text)
	}
	if s.OutTerm != nil {
		out.WriteByte('\n')
	}
	return out.Flush()
}
