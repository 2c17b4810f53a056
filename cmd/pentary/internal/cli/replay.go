package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

func newReplay(s *console.Streams) *cobra.Command {
	var out, data string
	var json bool
	cmd := &cobra.Command{
		Use:         "replay DIR",
		Annotations: console.Arguments(console.ArgRun),
		Short:       "Rebuild a run's network from its journal alone",
		Long: `Rebuild the network of a run from its journal: by the seed and the codes of each
generation, without checkpoint or evaluation, and without data unless the noise was
in activations. It may be done while the run
goes on, and ends with the last whole generation.

How much faster than the training this was is known of a run that has ended. The
training's time counts evaluations and updates alone: not measuring, saving, or what
a crash lost.`,
		Example: "  pentary replay run --out copy.pent",
		Args:    oneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			return replay(cmd.Context(), s, args[0], data, out, json)
		},
	}
	dataFlag(cmd, &data)
	console.Output(cmd.Flags(), &out, "out", "save the network to this .pent `file`").Model()
	cmd.Flags().BoolVar(&json, "json", false, "print one JSON object a line")
	return cmd
}

// dataFlag gives a command that replays journals the flag for where data are.
func dataFlag(cmd *cobra.Command, data *string) {
	console.Input(cmd.Flags(), data, "data", "`folder` that the data of a run with noise in activations are in now, if they have moved")
}

// oneDir is the arguments' check of a command on a run.
func oneDir(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return console.Usagef("%s takes the directory of one run, and got %d arguments", cmd.CommandPath(), len(args))
	}
	return nil
}

// rebuildResult is the last object that replay --json prints.
type rebuildResult struct {
	Dir             string  `json:"dir"`
	Task            string  `json:"task"`
	WeightsSHA256   string  `json:"weights_sha256"`
	Generations     int     `json:"generations"`
	Planned         int     `json:"planned"` // generations of the whole run
	Ended           bool    `json:"ended"`
	Reason          string  `json:"reason,omitempty"`
	TornBytes       int64   `json:"torn_bytes"`
	Seconds         float64 `json:"seconds"`
	TrainingSeconds float64 `json:"training_seconds,omitempty"`
	TimesFaster     float64 `json:"times_faster,omitempty"`
	File            string  `json:"file,omitempty"`
	FileSHA256      string  `json:"file_sha256,omitempty"`
}

func replay(ctx context.Context, s *console.Streams, dir, data, out string, json bool) error {
	b, err := rebuild(ctx, dir, data, json, s, nil)
	if errors.Is(err, context.Canceled) {
		return console.ErrInterrupted
	}
	if err != nil {
		return err
	}
	f := b.net.File(b.meta())
	r := &rebuildResult{
		Dir: dir, Task: b.task.Name,
		WeightsSHA256: report.WeightsOf(f.Tensors...).SHA256,
		Generations:   b.count, Planned: b.settings.options.Generations,
		Ended: b.ended, Reason: b.end.Reason, TornBytes: b.torn, Seconds: b.seconds,
	}
	if b.ended {
		r.TrainingSeconds = float64(b.end.TrainingMicroseconds) / 1e6
		r.TimesFaster = r.TrainingSeconds / max(r.Seconds, 1e-6)
	}
	if out != "" {
		if r.FileSHA256, err = console.Save(out, f); err != nil {
			return err
		}
		r.File = out
	}
	if json {
		return s.PrintJSON("result", r)
	}
	r.write(s.Out, s.OutStyle())
	return nil
}

// meta is what a file of the network says of it: as trainer.meta, without the
// accuracy, which takes data to measure.
func (b *rebuilt) meta() map[string]string {
	meta := map[string]string{"task": b.task.Name, "generations": strconv.Itoa(b.count)}
	maps.Copy(meta, b.settings.meta())
	return meta
}

// write prints the result for people.
func (r *rebuildResult) write(out io.Writer, s report.Style) {
	line := console.Fields(out, s)
	generations := fmt.Sprintf("%s of %s generations in %.3g s", report.Count(r.Generations), report.Count(r.Planned), r.Seconds)
	if r.TimesFaster > 0 {
		generations += fmt.Sprintf(", %.1f times faster than the training", r.TimesFaster)
	}
	line("Replayed", generations)
	state := "not ended: what the journal holds now"
	if r.Ended {
		state = r.Reason + "; the weights are those that training came to"
	}
	line("Run", state)
	if r.TornBytes > 0 {
		line("Torn", report.Count(int(r.TornBytes))+" bytes at the end, left out")
	}
	line("Weights sha256", r.WeightsSHA256)
	if r.File != "" {
		line("File sha256", r.FileSHA256)
		line("Saved", r.File)
	}
}
