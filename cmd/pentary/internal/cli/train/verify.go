package train

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// NewVerify returns the command verify.
func NewVerify(s *console.Streams) *cobra.Command {
	var b rebuild
	cmd := &cobra.Command{
		Use:   "verify DIR [FILE.pent]",
		Short: "Check that a model follows from its run's journal",
		Long: `Check that a saved model of any task, by default the run's model, follows from the run's
journal. The journal is replayed from the initial weights, which the seed determines, to the
generation named in the file, and every weight and setting is compared. Then the rest is
replayed and compared with the final hash of the run.

Exit status 1 means that something differs; the message states what. Exit status 2 means that
the model cannot be verified: the model or data needed for updates are missing, or the run is
from another version. The accuracy in a file is not checked: "pentary eval" measures it.`,
		Example: "  pentary verify run\n  pentary verify run copy.pent",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return console.Usagef("%s takes the directory of a run and a .pent file, got %d arguments", cmd.CommandPath(), len(args))
			}
			return nil
		},
		Annotations: console.Arguments(console.ArgRun, console.ArgModel),
		RunE: func(cmd *cobra.Command, args []string) error {
			model := train.ModelPath(args[0])
			if len(args) == 2 {
				model = args[1]
			}
			return b.verify(cmd.Context(), s, args[0], model)
		},
	}
	b.flags(cmd, s)
	return cmd
}

// verification is the last object printed by verify --json.
type verification struct {
	Dir             string  `json:"dir"`
	Model           string  `json:"model"`
	Verified        bool    `json:"verified"`
	Cannot          bool    `json:"cannot_verify,omitempty"`
	Difference      string  `json:"difference,omitempty"` // the first difference, or why the model cannot be verified
	InitialSHA256   string  `json:"initial_sha256,omitempty"`
	DataSHA256      string  `json:"data_sha256,omitempty"`
	Generations     int     `json:"generations"`
	Pairs           int     `json:"pairs,omitempty"`
	FinalSHA256     string  `json:"final_sha256,omitempty"`
	Ended           bool    `json:"ended"`
	ModelGeneration int     `json:"model_generation"`
	ModelSHA256     string  `json:"model_weights_sha256,omitempty"`
	TimesFaster     float64 `json:"times_faster,omitempty"`

	codes int // codes per generation
}

func (b *rebuild) verify(ctx context.Context, s *console.Streams, dir, model string) error {
	v := &verification{Dir: dir, Model: model}
	err := v.verify(ctx, s, b)
	if err := interrupted(ctx, err); errors.Is(err, console.ErrInterrupted) {
		return err
	}
	v.Verified = err == nil
	if err != nil {
		v.Difference = console.Message(err)
	}
	return errors.Join(err, s.Report(b.json, false, v))
}

func (v *verification) verify(ctx context.Context, s *console.Streams, b *rebuild) error {
	p, r, err := b.run(ctx, s, v.Dir)
	switch damaged := errors.Is(err, journal.ErrDamaged); {
	case err != nil && p == nil && !damaged, err != nil && p != nil:
		v.Cannot = true
		return console.Usagef("cannot verify: %w", err)
	case err != nil:
		return err
	}
	v.InitialSHA256, v.DataSHA256 = hex.EncodeToString(p.header.Weights[:]), hex.EncodeToString(p.header.Data[:])
	v.Pairs = p.kind.Options().Pairs
	f, err := packed.Open(v.Model)
	if errors.Is(err, fs.ErrNotExist) {
		v.Cannot = true
		return console.Usagef("cannot verify: %w; a run saves its model at its end", err)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	v.ModelSHA256 = report.WeightsOf(f.Tensors...).SHA256
	meta := modelMeta(p.kind, p.config, 0)
	delete(meta, "generations")
	if _, ok := f.Meta[metaDataHash]; ok { // written by versions with this entry
		meta[metaDataHash] = v.DataSHA256
	}
	at, err := r.Verify(ctx, v.Dir, f.File, meta)
	v.ModelGeneration, v.Generations, v.codes = at.Generation, at.Reached, at.Codes
	if at.Replayed != nil {
		v.FinalSHA256, v.Ended, v.TimesFaster = hex.EncodeToString(at.Final[:]), at.Ended, at.TimesFaster()
	}
	if err != nil && at.Replayed != nil {
		return fmt.Errorf("%s: %w", v.Model, err)
	}
	return err
}

// Write prints the verified steps as text.
func (v *verification) Write(p *report.Printer) {
	if v.InitialSHA256 != "" {
		p.Line("Data sha256", v.DataSHA256)
		p.Line("Initial sha256", v.InitialSHA256)
		p.Line("Records", fmt.Sprintf("%s generations of %s codes replayed", report.Count(v.Generations), report.Count(v.codes)))
	}
	if v.FinalSHA256 != "" {
		note := "the run has not ended"
		if v.Ended {
			note = "the final hash of the run"
		}
		p.Line("Final sha256", v.FinalSHA256, p.Dim(note))
	}
	if v.ModelSHA256 != "" {
		p.Line("Network", fmt.Sprintf("%s, of generation %s", report.Printable(v.Model), report.Count(v.ModelGeneration)))
		p.Line("Weights sha256", v.ModelSHA256)
	}
	if v.TimesFaster > 0 {
		p.Line("Replay", fmt.Sprintf("%.1f times as fast as the training", v.TimesFaster))
	}
	switch {
	case v.Verified:
		p.Line("Verified", p.Good("the network follows from the journal"))
	case v.Cannot:
		p.Line("Verified", p.Bad("cannot be verified"))
	default:
		p.Line("Verified", p.Bad("no"))
	}
}
