package hw

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/hwreport"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/hw/claims"
	"github.com/Kaleaon/pentary-go/nn"
)

// reporter holds the options of a report on the hardware.
type reporter struct {
	network
	out         string
	generations int
}

func newReport(s *console.Streams) *cobra.Command {
	var r reporter
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write the results of the hardware model as an HTML page",
		Long: `Run a generation of a network's training on the modelled accelerator, train a network of
the same shape through analog crossbars, simulate ageing, and write the results as one
self-contained HTML page: the pipeline's timeline, the occupancy of the units, the energy
by parts, the wear of the cells, accuracy over drift, and the claims of the Pentary
documents compared with the models' figures.

--model names a network saved by pentary train; without it, a network is first trained on
the digits.`,
		Example: "  pentary hw report --out report.html\n  pentary hw report --out report.html --model digits.pent",
		RunE:    func(cmd *cobra.Command, _ []string) error { return r.run(cmd.Context(), s) },
	}
	f := cmd.Flags()
	console.Output(f, &r.out, "out", "write the page to this `file`; required").Ext("html")
	r.network.flags(f, "use the network in this .pent `file`")
	f.IntVar(&r.generations, "generations", 40, "generations of training through the crossbars")
	console.Bound(f, "generations", 1, 10_000) // the model is slow
	return cmd
}

func (r *reporter) run(ctx context.Context, s *console.Streams) error {
	if r.out == "" {
		return console.Usagef("--out is missing, the file to write the page to")
	}
	line := console.NewLine(s.ErrTerm)
	progress := func(what string, part, whole int) {
		line.Show(func(width int) string { return console.Bar(part, whole, what, width, line.Style) })
	}
	page, err := r.build(ctx, progress)
	line.Clear()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return interrupted(s, err, "nothing is written")
	}
	if err := console.Draw("--out", r.out, page.Write); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s\n", r.out)
	return nil
}

func (r *reporter) build(ctx context.Context, progress hwreport.Progress) (*hwreport.Report, error) {
	subject, err := r.subject(ctx, progress)
	if err != nil {
		return nil, err
	}
	progress("computing the claims", 0, 1)
	findings, err := claims.Compute(ctx)
	if err != nil {
		return nil, err
	}
	return hwreport.Build(ctx, subject, findings, progress)
}

// subject loads the network and its data, or trains a network with the defaults of "pentary
// train".
func (r *reporter) subject(ctx context.Context, progress hwreport.Progress) (*hwreport.Subject, error) {
	s, err := r.network.load()
	if err != nil {
		return nil, err
	}
	t, o := s.task, defaults(s.task, 0)
	if s.net == nil {
		s.net = nn.NewMLP(o.Seed, slices.Concat([]int{s.train.Features}, t.Hidden, []int{s.train.Classes})...)
		if err := task.Train(ctx, s.net, s.train, t.Batch, o, func(stats es.Stats) error {
			progress("training "+t.Name, stats.Finished, o.Generations)
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return &hwreport.Subject{
		Name: t.Title, Net: s.net, Train: s.train, Test: s.test, Batch: t.Batch, Pairs: o.Pairs, Generations: r.generations,
	}, nil
}
