package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/hwreport"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/internal/hw/claims"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// hwReporter is a report on the hardware as the command line asks for it.
type hwReporter struct {
	out         string
	model       string // file, or empty
	data        string // folder
	generations int
}

func newHWReport(s *console.Streams) *cobra.Command {
	var r hwReporter
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write what the hardware model finds as one page of HTML",
		Long: `Run a generation of a network's training on the modelled accelerator, train one of its
shape through analog crossbars, let the network age in them, and write all that as one
page of HTML with its pictures in it: the pipeline's timeline, how busy the units are,
where the energy goes, the wear of the cells, accuracy against drift, and the claims of
the architecture beside what the models find.

The network is that of --model, as pentary train saves it, or one that is trained on
the digits first.`,
		Example: "  pentary hw report --out report.html\n  pentary hw report --out report.html --model digits.pent",
		Args:    console.NoArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return r.run(cmd.Context(), s) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	console.Output(f, &r.out, "out", "write the page to this `file`; required").Ext("html")
	console.Input(f, &r.model, "model", "the network in this .pent `file`").Ext("pent")
	console.Input(f, &r.data, "data", "`folder` of the IDX files, for the tasks that are not embedded")
	f.IntVar(&r.generations, "generations", 40, "of training through the crossbars, which wears them")
	return cmd
}

// maxWearing bounds the generations of training through crossbars: it is a model that
// runs, and a slow one.
const maxWearing = 10_000

func (r *hwReporter) run(ctx context.Context, s *console.Streams) error {
	switch {
	case r.out == "":
		return console.UsageError{Err: errors.New("--out is missing: the file to write the page to")}
	case r.generations < 1 || r.generations > maxWearing:
		return console.Usagef("--generations %d: want 1 to %d", r.generations, maxWearing)
	}
	line := console.NewLine(s.ErrTerm)
	progress := func(what string, part, whole int) {
		line.Show(func(width int) string { return console.Bar(part, whole, what, width, line.Style) })
	}
	page, err := r.build(ctx, progress)
	line.Clear()
	if ctx.Err() != nil {
		fmt.Fprintln(s.Err, "Interrupted: nothing was written.")
		return console.ErrInterrupted
	}
	if err != nil {
		return err
	}
	if err := durable.Write(r.out, func(w io.Writer) error { return page.Write(w) }); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s\n", r.out)
	return nil
}

func (r *hwReporter) build(ctx context.Context, progress hwreport.Progress) (*hwreport.Report, error) {
	subject, err := r.subject(ctx, progress)
	if err != nil {
		return nil, err
	}
	progress("computing the claims", 0, 1)
	return hwreport.Build(ctx, subject, claims.Compute(), progress)
}

// subject loads the network and its data, or trains one.
func (r *hwReporter) subject(ctx context.Context, progress hwreport.Progress) (*hwreport.Subject, error) {
	name := "digits"
	var net *nn.Model
	if r.model != "" {
		f, err := packed.ReadFile(r.model)
		if err != nil {
			return nil, err
		}
		if net, err = nn.Load(f); err != nil {
			return nil, fmt.Errorf("%s: %w", r.model, err)
		}
		name = f.Meta["task"]
	}
	t, err := task.Find(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.model, err)
	}
	if err := checkData(t, r.data); err != nil {
		return nil, err
	}
	train, test, err := t.Load(r.data)
	if err != nil {
		return nil, err
	}
	if net == nil {
		if net, err = trainDefault(ctx, t, train, progress); err != nil {
			return nil, err
		}
	}
	return &hwreport.Subject{
		Name: t.Title, Net: net, Train: train, Test: test, Batch: t.Batch, Pairs: t.Options.Pairs, Generations: r.generations,
	}, nil
}

// trainDefault trains a task's network as pentary train does by default.
func trainDefault(ctx context.Context, t *task.Task, train *data.Dataset, progress hwreport.Progress) (*nn.Model, error) {
	set := defaults(t)
	set.complete()
	net := nn.NewMLP(set.options.Seed, set.widths(train.Features, train.Classes)...)
	c, _, err := set.classifier(net, train)
	if err != nil {
		return nil, err
	}
	opt, err := set.start(net, c)
	if err != nil {
		return nil, err
	}
	err = opt.Run(ctx, func(stats es.Stats) error {
		progress("training "+t.Name, stats.Generation, set.options.Generations)
		return nil
	})
	return net, err
}
