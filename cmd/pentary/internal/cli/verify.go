package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

func newVerify(s *console.Streams) *cobra.Command {
	var json bool
	var data string
	cmd := &cobra.Command{
		Use:         "verify DIR [FILE.pent]",
		Annotations: console.Arguments(console.ArgRun, console.ArgModel),
		Short:       "Prove that a network is what its run's journal yields",
		Long: `Prove that a saved network, by default the run's own, is what the run's journal
yields: replay the journal from the initial weights, which the seed makes, to the
generation that the file says it is of, and compare every weight and setting; then
replay the rest and compare with the hash that the run ended with. Exit status 1
says that something differs, and the message says what.

The accuracy that a file claims is not checked: "pentary eval" measures it.`,
		Example: "  pentary verify run\n  pentary verify run copy.pent",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return console.Usagef("%s takes the directory of a run and a .pent file, and got %d arguments", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			model := filepath.Join(args[0], modelName)
			if len(args) == 2 {
				model = args[1]
			}
			return verify(cmd.Context(), s, args[0], data, model, json)
		},
	}
	dataFlag(cmd, &data)
	cmd.Flags().BoolVar(&json, "json", false, "print one JSON object a line")
	return cmd
}

// verification is the last object that verify --json prints.
type verification struct {
	Dir             string `json:"dir"`
	Model           string `json:"model"`
	Verified        bool   `json:"verified"`
	Difference      string `json:"difference,omitempty"` // the first
	InitialSHA256   string `json:"initial_sha256,omitempty"`
	DataSHA256      string `json:"data_sha256,omitempty"`
	Generations     int    `json:"generations"`
	Pairs           int    `json:"pairs,omitempty"`
	FinalSHA256     string `json:"final_sha256,omitempty"`
	Ended           bool   `json:"ended"`
	ModelGeneration int    `json:"model_generation"`
	ModelSHA256     string `json:"model_weights_sha256,omitempty"`

	codes int // of a generation
}

func verify(ctx context.Context, s *console.Streams, dir, data, model string, json bool) error {
	v := &verification{Dir: dir, Model: model}
	err := v.verify(ctx, s, data, json)
	if errors.Is(err, context.Canceled) {
		return console.ErrInterrupted
	}
	v.Verified = err == nil
	if err != nil {
		v.Difference = err.Error()
	}
	if json {
		return errors.Join(err, s.PrintJSON("result", v))
	}
	v.write(s.Out, s.OutStyle())
	return err
}

func (v *verification) verify(ctx context.Context, s *console.Streams, data string, json bool) error {
	p, err := planOf(v.Dir)
	if err != nil {
		return err
	}
	v.InitialSHA256, v.DataSHA256 = hex.EncodeToString(p.header.Weights[:]), hex.EncodeToString(p.header.Data[:])
	v.Pairs, v.codes = p.settings.options.Pairs, p.settings.codes()
	f, err := packed.ReadFile(v.Model)
	if err != nil {
		return err
	}
	v.ModelSHA256 = report.WeightsOf(f.Tensors...).SHA256
	if v.ModelGeneration, err = strconv.Atoi(f.Meta["generations"]); err != nil {
		return fmt.Errorf("%s: meta \"generations\" is %q", v.Model, f.Meta["generations"])
	}
	reached := false
	var differs error // told once the journal has proved sound
	b, err := rebuild(ctx, v.Dir, data, json, s, func(generation int, net *nn.Model) {
		v.Generations = generation
		if generation != v.ModelGeneration {
			return
		}
		reached = true
		meta := map[string]string{"task": p.task.Name}
		maps.Copy(meta, p.settings.meta())
		differs = difference(f, net.File(meta))
	})
	if err != nil {
		return err
	}
	v.FinalSHA256, v.Ended = hex.EncodeToString(b.sums.final[:]), b.ended
	switch {
	case differs != nil:
		return fmt.Errorf("%s: %w", v.Model, differs)
	case !reached:
		return fmt.Errorf("%s: of generation %d, and the journal has %d", v.Model, v.ModelGeneration, b.count)
	}
	return nil
}

// difference returns an error that says where a file first differs from the one
// that was to be expected, in its tensors or in what the expected one says of them.
func difference(have, want *packed.File) error {
	for _, key := range slices.Sorted(maps.Keys(want.Meta)) {
		if have.Meta[key] != want.Meta[key] {
			return fmt.Errorf("meta %q is %q, and the journal yields %q", key, have.Meta[key], want.Meta[key])
		}
	}
	if len(have.Tensors) != len(want.Tensors) {
		return fmt.Errorf("%d tensors, and the journal yields %d", len(have.Tensors), len(want.Tensors))
	}
	for i, w := range want.Tensors {
		h := have.Tensors[i]
		if h.Name != w.Name || h.Scale != w.Scale || h.Matrix.Rows() != w.Matrix.Rows() || h.Matrix.Cols() != w.Matrix.Cols() {
			return fmt.Errorf("tensor %q %d×%d of scale %d, and the journal yields %q %d×%d of scale %d",
				h.Name, h.Matrix.Rows(), h.Matrix.Cols(), h.Scale, w.Name, w.Matrix.Rows(), w.Matrix.Cols(), w.Scale)
		}
		if h.Matrix.Equal(w.Matrix) {
			continue
		}
		for row := range w.Matrix.Rows() {
			for col := range w.Matrix.Cols() {
				if a, b := h.Matrix.At(row, col), w.Matrix.At(row, col); a != b {
					return fmt.Errorf("%s[%d, %d] is %+d, and the journal yields %+d", w.Name, row, col, a, b)
				}
			}
		}
	}
	return nil
}

// write prints the chain for people, as far as it holds.
func (v *verification) write(out io.Writer, s report.Style) {
	line := console.Fields(out, s)
	if v.InitialSHA256 != "" {
		line("Data sha256", v.DataSHA256)
		line("Initial sha256", v.InitialSHA256)
		line("Records", fmt.Sprintf("%s generations of %s codes replayed", report.Count(v.Generations), report.Count(v.codes)))
	}
	if v.FinalSHA256 != "" {
		note := "the run has not ended"
		if v.Ended {
			note = "as the run ended"
		}
		line("Final sha256", v.FinalSHA256+"  "+s.Dim(note))
	}
	if v.ModelSHA256 != "" {
		line("Network", fmt.Sprintf("%s, of generation %s", report.Printable(v.Model), report.Count(v.ModelGeneration)))
		line("Weights sha256", v.ModelSHA256)
	}
	if v.Verified {
		line("Verified", s.Good("the network is what the journal yields"))
	} else {
		line("Verified", s.Bad("no"))
	}
}
