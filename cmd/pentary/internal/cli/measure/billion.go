package measure

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/billion"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
)

// billionRun holds the options of the command billion.
type billionRun struct {
	options billion.Options
	limit   console.ByteSize
	json    bool
}

// NewBillion returns the command billion.
func NewBillion(s *console.Streams) *cobra.Command {
	rules := billion.Rules()
	b := billionRun{options: billion.Options{
		Layers: 1000, Width: 1024, Pairs: 500, Rank: 1, Sigma: 7, Rule: rules[0],
	}}
	cmd := &cobra.Command{
		Use:   "billion",
		Short: "Train a billion weights for one generation",
		Long: `Run one generation of training on a stack of random matrices, by default with a billion
weights and a population of a thousand, and report time, memory and speed. Each member
multiplies an activation vector by all matrices. Its score is the negative distance of the
output from a random target, and the scores move the weights. Noise is not stored: it is
drawn for the products and drawn again for the update.

Nothing is saved. Ctrl-C stops immediately and prints the times of the finished phases.`,
		Example: "  pentary billion\n  pentary billion --rule stochastic --limit 1GiB --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context(), s) },
	}
	f, o := cmd.Flags(), &b.options
	f.IntVar(&o.Layers, "layers", o.Layers, "number of matrices")
	f.IntVar(&o.Width, "width", o.Width, "rows and columns of a matrix")
	f.IntVar(&o.Pairs, "pairs", o.Pairs, "antithetic pairs, half the population")
	console.Renamed(f, "members", "pairs", func(text string) error {
		plain, _ := console.Decimal(text, false)
		n, err := strconv.Atoi(plain)
		if err != nil || n < 2 || n%2 != 0 {
			return errors.New("want an even number of at least 2")
		}
		o.Pairs = n / 2
		return nil
	})
	f.IntVar(&o.Rank, "rank", o.Rank, "rank of the perturbations")
	f.UintVar(&o.Sigma, "sigma", o.Sigma, "perturb by 2^-sigma levels")
	f.Var(console.Choice[billion.Rule]{Value: &o.Rule, Options: rules, Old: settings.OldRules}, "rule", "update rule")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "key of all random numbers")
	settings.LimitFlag(f, &b.limit)
	f.BoolVar(&b.json, "json", false, "print one JSON object")
	return cmd
}

func (b *billionRun) run(ctx context.Context, s *console.Streams) error {
	if err := b.options.Check(); err != nil {
		return console.UsageError{Err: err}
	}
	if err := console.CheckMemory(console.ByteSize(b.options.Memory()), b.limit); err != nil {
		return err
	}
	printer := console.NewPrinter(s, b.json)
	r, err := billion.Run(ctx, b.options, observe(printer))
	printer.Clear()
	if err != nil {
		return err
	}
	return s.Report(b.json, r.Interrupted, (*billionResult)(r))
}

type billionResult billion.Result

// observe returns the callback that shows the progress of a run.
func observe(printer *console.Printer) func(p billion.Phase, done, of int) {
	return func(p billion.Phase, done, of int) {
		if done == 0 {
			printer.Print(console.Event{Name: "billion", Log: []any{"phase", p}})
			printer.Clear() // so that the phase is shown immediately
		}
		printer.Bar(func() (int, int, string) { return done, of, fmt.Sprintf("%-7s %3d %%", p, 100*done/of) })
	}
}

// Write prints the result as text.
func (r *billionResult) Write(p *report.Printer) {
	p.Printf("%s weights in %s of %d×%d, %s members of rank %d, %s rule, %s\n\n",
		p.Bold(report.Count(r.Weights)), report.Plural(r.Layers, "matrix", "matrices"), r.Width, r.Width,
		report.Count(r.Members), r.Rank, r.Rule, r.Kernels)
	line := func(label string, seconds float64, note string) {
		p.Printf("  %-10s %8.2f s  %s\n", label, seconds, note)
	}
	rate := func(gmacs float64) string { return report.Rate(gmacs*1e9) + "MAC/s" }
	for _, part := range []struct {
		phase billion.Phase
		note  string
	}{
		{billion.Setup, p.Dim("random, before the generation")},
		{billion.Noise, p.Dim("all factors drawn once, as in each of the next two phases")},
		{billion.Forward, rate(r.Forward)},
		{billion.Update, rate(r.Update)},
	} {
		switch seconds, ok := r.Phases[part.phase]; {
		case !ok:
			p.Printf("  %-10s interrupted\n", part.phase)
			return
		case r.Interrupted:
			line(string(part.phase), seconds, "")
		default:
			line(string(part.phase), seconds, part.note)
		}
	}
	p.Printf("\n%s  %.2f s, %s\n", p.Bold("Generation "), r.Seconds, p.Good(rate(r.GMACs)))
	state := "no state of the rule"
	if r.StateBytes > 0 {
		state = fmt.Sprintf("the rule's state %v", console.ByteSize(r.StateBytes))
	}
	p.Printf("%s  %v, of which weights %v, %s\n", p.Bold("Peak memory"),
		console.ByteSize(r.PeakBytes), console.ByteSize(r.WeightsBytes), state)
	p.Printf("%s  %s weights, %s; %s of %s pairs decided\n", p.Bold("Moved      "),
		report.Count(r.Moved), report.Percent(r.Moved, r.Weights), report.Count(r.Decided), report.Count(r.Members/2))
	p.Printf("%s  %s\n", p.Bold("CRC-32C    "), r.Checksum)
}
