package train

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/train"
)

// NewAudit returns the command audit.
func NewAudit(s *console.Streams) *cobra.Command {
	b := rebuild{scores: true}
	o := train.AuditOptions{Sample: 5}
	cmd := &cobra.Command{
		Use:   "audit DIR",
		Short: "Score random generations of a run again and compare with its journal",
		Long: `Score random generations of a run again and compare every code with the journal.
"pentary verify" checks that the weights follow from the journal; an audit checks that the
journal follows from the scores, so that neither a worker of a distributed run nor anyone
else has changed it. It needs the run's data.

It scores one group of pairs (--groups) per generation, by default all pairs. If a
distributed run has expelled a worker, its file expelled.jsonl lists the generations with
scores from that worker: select them with --first and --last. Exit status 1 means that codes
differ; the message names the first.`,
		Example:     "  pentary audit run --sample 20",
		Args:        oneRun,
		Annotations: console.Arguments(console.ArgRun),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.Sample < 1:
				return console.Usagef("--sample %d: want at least 1", o.Sample)
			case o.From < 0 || o.To < 0 || o.To > 0 && o.To < o.From:
				return console.Usagef("--first %d --last %d: want generations of at least 1, in order", o.From, o.To)
			}
			if !cmd.Flags().Changed("seed") {
				o.Seed = rand.Uint64()
			}
			return b.audit(cmd.Context(), s, args[0], o)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.Sample, "sample", o.Sample, "`number` of generations to score again, or all if there are fewer")
	f.IntVar(&o.From, "first", 0, "first `generation` to sample from (default: 1)")
	f.IntVar(&o.To, "last", 0, "last `generation` to sample from (default: the run's last)")
	f.Uint64Var(&o.Seed, "seed", 0, "`number` that determines the sample (default: random)")
	b.flags(cmd, s)
	return cmd
}

// audited is the last object printed by audit --json.
type audited struct {
	Dir         string            `json:"dir"`
	Sound       bool              `json:"sound"`
	Generations int               `json:"generations"`
	Groups      int               `json:"groups"` // groups per generation
	Sampled     int               `json:"sampled"`
	Pairs       int               `json:"pairs"`         // pairs scored again
	DetectsOne  float64           `json:"detects_one"`   // detection probability if one group has wrong codes
	DetectsTen  float64           `json:"detects_tenth"` // if 1/10 of the groups have
	Seed        uint64            `json:"seed"`
	Missing     int               `json:"missing"` // pairs of all generations without scores
	Wrong       []train.WrongCode `json:"wrong,omitempty"`
	Seconds     float64           `json:"seconds"`
}

func (b *rebuild) audit(ctx context.Context, s *console.Streams, dir string, o train.AuditOptions) error {
	p, r, err := b.run(ctx, s, dir)
	if err != nil {
		return interrupted(ctx, err)
	}
	defer closeKind(p.kind)
	a, err := r.Audit(ctx, dir, o)
	if err != nil {
		return interrupted(ctx, err)
	}
	all := a.Generations * a.Groups
	out := &audited{
		Dir: dir, Sound: len(a.Wrong) == 0, Generations: a.Generations, Groups: a.Groups, Sampled: a.Sampled, Pairs: a.Pairs,
		DetectsOne: a.Detects(1), DetectsTen: a.Detects((all + 9) / 10), Seed: o.Seed, Missing: a.Missing, Wrong: a.Wrong, Seconds: a.Time.Seconds(),
	}
	if !out.Sound {
		w := a.Wrong[0]
		err = fmt.Errorf("%s: generation %d: code of pair %d is %d, but scoring gives %d; %s differ in %d of the %d generations sampled",
			dir, w.Generation, w.Pair, w.Have, w.Want, report.Plural(w.Codes, "code", "codes"), len(a.Wrong), a.Sampled)
	}
	return errors.Join(err, s.Report(b.json, false, out))
}

// write prints the result as text.
func (a *audited) Write(p *report.Printer) {
	of := "generations"
	if a.Groups > 1 {
		of = "groups of generations"
	}
	p.Line("Scored again", fmt.Sprintf("%s pairs, %s of %s %s, in %.3g s", report.Count(a.Pairs), report.Count(a.Sampled),
		report.Count(a.Generations*a.Groups), of, a.Seconds))
	p.Line("Detects", fmt.Sprintf("one wrong in the run with probability %.3g, one in ten with %.3g", a.DetectsOne, a.DetectsTen))
	p.Line("Seed", fmt.Sprint(a.Seed))
	if a.Missing > 0 {
		p.Line("Missing", fmt.Sprintf("%s of the run have no scores and code 0, which an audit does not check", report.Plural(a.Missing, "pair", "pairs")))
	}
	if a.Sound {
		p.Line("Audited", p.Good("the journal agrees with the scores"))
	} else {
		p.Line("Audited", p.Bad(fmt.Sprintf("%s with other codes", report.Count(len(a.Wrong)))))
	}
}
