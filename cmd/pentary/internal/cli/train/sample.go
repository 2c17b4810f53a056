package train

import (
	"bufio"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// sampler holds the options of the command sample.
type sampler struct {
	prompt          string
	chosen          bool // whether a flag sets the prompt
	bytes           int
	log2Temperature int
	seed            uint64
}

// NewSample returns the command sample.
func NewSample(s *console.Streams) *cobra.Command {
	var w sampler
	cmd := &cobra.Command{
		Use:         "sample FILE.pent",
		Annotations: console.Arguments(console.ArgModel),
		Short:       "Write text with a saved language model",
		Long: `Write text with a language model saved by "pentary train lm" or "pentary convert": the
prompt, then text drawn from the model. A model of tokens may end the text itself. The same
seed gives the same text on every machine. Ctrl-C ends the text. On a terminal, control
characters in the text are escaped.`,
		Example: "  pentary sample lm.pent --prompt \"The Rays of Light \" --log2-temperature -1",
		Args:    console.OneArgument(".pent file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case w.bytes < 0:
				return console.Usagef("--bytes %d: want at least 0", w.bytes)
			case w.log2Temperature < -nn.MaxLog2Temperature || w.log2Temperature > nn.MaxLog2Temperature:
				return console.Usagef("--log2-temperature %d: want %d to %d", w.log2Temperature, -nn.MaxLog2Temperature, nn.MaxLog2Temperature)
			}
			w.chosen = cmd.Flags().Changed("prompt")
			return w.run(cmd.Context(), s, args[0])
		},
	}
	f := cmd.Flags()
	f.StringVar(&w.prompt, "prompt", "\n", "text to continue (default: a line break, or the beginning of a text for a model of tokens)")
	f.Lookup("prompt").DefValue = ""
	f.IntVar(&w.bytes, "bytes", 500, "bytes to write after the prompt")
	f.IntVar(&w.log2Temperature, "log2-temperature", 0, "binary logarithm of the temperature")
	console.Alias(f, "log2-temperature", "heat")
	f.Uint64Var(&w.seed, "seed", 0, "key of the random numbers")
	return cmd
}

func (w *sampler) run(ctx context.Context, s *console.Streams, path string) error {
	f, err := packed.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if ofTokens(f.File) {
		m, err := openTokens(f.File)
		if err == nil {
			err = m.write(ctx, s, w)
		}
		if err != nil && !errors.Is(err, console.ErrInterrupted) {
			err = fmt.Errorf("%s: %w", path, err)
		}
		return err
	}
	if err := task.Expect(f.Meta, task.Language); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	m, err := nn.Load(f.File)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	text, err := train.Generate(m, []byte(w.prompt), w.log2Temperature, w.seed)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	safe := console.NewText(s)
	out := bufio.NewWriter(safe)
	out.WriteString(w.prompt)
	err = nil
	n := 0
	for b := range text {
		if n == w.bytes || err != nil { // the reader is closed
			break
		}
		if ctx.Err() != nil {
			err = console.ErrInterrupted
			break
		}
		n++
		out.WriteByte(b)
		if s.OutTerm != nil || b == '\n' {
			err = out.Flush()
		}
	}
	err = errors.Join(err, out.Flush(), safe.Close())
	if s.OutTerm != nil {
		fmt.Fprintln(s.Out)
	}
	return err
}
