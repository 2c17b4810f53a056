package train

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/train"
)

// rebuild holds the flags of commands that replay a journal.
type rebuild struct {
	data   string
	json   bool
	scores bool // whether the command needs the evaluator, and thus the data
	reward permission
}

// flags adds the flags, and makes the command reject outputs that are data of the run, whether or
// not it reads them.
func (b *rebuild) flags(cmd *cobra.Command, s *console.Streams) {
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		p, err := readPlan(args[0])
		if err != nil {
			return nil // the command reports it
		}
		return console.CheckPaths(cmd, args, s, p.inputs())
	}
	f := cmd.Flags()
	usage := "`folder` or file with the data, if they have moved; for runs with noise in activations or on a table"
	if b.scores {
		usage = "`folder` or file with the run's data, if they have moved"
	}
	console.Input(f, &b.data, "data", usage)
	if b.scores {
		b.reward.flags(f)
	}
	console.Threads(f)
	f.BoolVar(&b.json, "json", false, "print one JSON object per line")
}

// run returns the plan in a directory and its run before the first generation, with the data if
// updates need them.
func (b *rebuild) run(ctx context.Context, s *console.Streams, dir string) (*plan, *train.Run, error) {
	p, err := readPlan(dir)
	if err != nil {
		return nil, nil, err
	}
	if err := b.reward.allow(p, b.scores); err != nil {
		return p, nil, err
	}
	if b.scores || p.needsData() {
		if err := p.loadData(ctx, b.data); err != nil {
			return p, nil, fmt.Errorf("rebuilding this run requires its data: %w", err)
		}
	}
	if err := settings.CheckMemory(console.ByteSize(p.kind.memory()), 0); err != nil {
		return p, nil, err
	}
	t, err := p.task()
	if err != nil {
		return p, nil, err
	}
	o := p.options(t)
	o.Observer = newObserver(s, b.json)
	r, err := train.New(t, p.kind.Options(), o)
	return p, r, err
}

// NewReplay returns the command replay.
func NewReplay(s *console.Streams) *cobra.Command {
	var b rebuild
	var out string
	cmd := &cobra.Command{
		Use:   "replay DIR",
		Short: "Rebuild a run's model from its journal",
		Long: `Rebuild the model of a run of any task from its journal: from the seed and the codes of each
generation, without checkpoint or evaluation. The data are needed only for noise in
activations, and for a table, whose scales are in the model. The run may be in progress; the
result is the model after its last complete generation.

For a finished run, the report has the speed relative to training. Training time counts only
evaluations and updates, without measuring, saving and lost generations.`,
		Example:     "  pentary replay run --out copy.pent",
		Args:        oneRun,
		Annotations: console.Arguments(console.ArgRun),
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.replay(cmd, s, args[0], out)
		},
	}
	console.Output(cmd.Flags(), &out, "out", "save the model to this .pent `file`").Model()
	b.flags(cmd, s)
	return cmd
}

// oneRun checks the arguments of a command on a run.
func oneRun(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return console.Usagef("%s takes the directory of one run, got %d arguments", cmd.CommandPath(), len(args))
	}
	return nil
}

// rebuilt is the last object printed by replay --json.
type rebuilt struct {
	Dir             string  `json:"dir"`
	Task            string  `json:"task"`
	WeightsSHA256   string  `json:"weights_sha256"`
	Generations     int     `json:"generations"`
	Kept            *int    `json:"kept_generation,omitempty"`
	Planned         int     `json:"planned"` // generations of the complete run
	Ended           bool    `json:"ended"`
	Reason          string  `json:"reason,omitempty"`
	TornBytes       int64   `json:"torn_bytes"`
	Seconds         float64 `json:"seconds"`
	TrainingSeconds float64 `json:"training_seconds,omitempty"`
	TimesFaster     float64 `json:"times_faster,omitempty"`
	saved
}

func (b *rebuild) replay(cmd *cobra.Command, s *console.Streams, dir, out string) error {
	p, r, err := b.run(cmd.Context(), s, dir)
	if err != nil {
		return interrupted(cmd.Context(), err)
	}
	at, err := r.Replay(cmd.Context(), dir, nil)
	if err != nil {
		return interrupted(cmd.Context(), err)
	}
	f := p.made.File(modelMeta(p.kind, p.config, at.Kept))
	result := &rebuilt{
		Dir: dir, Task: p.kind.name(), WeightsSHA256: report.WeightsOf(f.Tensors...).SHA256,
		Generations: at.Generations, Kept: at.End.Kept, Planned: p.kind.Options().Generations,
		Ended: at.Ended, Reason: at.End.Reason, TornBytes: at.TornBytes, Seconds: at.Time.Seconds(),
		TrainingSeconds: float64(at.End.TrainingMicroseconds) / 1e6, TimesFaster: at.TimesFaster(),
	}
	if result.saved, err = save(f, out); err != nil {
		return err
	}
	return s.Report(b.json, false, result)
}

// write prints the result as text.
func (r *rebuilt) Write(p *report.Printer) {
	generations := fmt.Sprintf("%s of %s generations in %.3g s", report.Count(r.Generations), report.Count(r.Planned), r.Seconds)
	if r.TimesFaster > 0 {
		generations += fmt.Sprintf(", %.1f times as fast as the training", r.TimesFaster)
	}
	p.Line("Replayed", generations)
	state := "not ended; the weights after the journal's last generation"
	switch {
	case r.Ended && r.Kept != nil:
		state = fmt.Sprintf("%s; training kept these weights, of generation %d", r.Reason, *r.Kept)
	case r.Ended:
		state = r.Reason + "; training ended with these weights"
	}
	p.Line("Run", state)
	if r.TornBytes > 0 {
		p.Line("Torn", report.Count(int(r.TornBytes))+" bytes at the end, ignored")
	}
	p.Line("Weights sha256", r.WeightsSHA256)
	r.saved.Write(p)
}
