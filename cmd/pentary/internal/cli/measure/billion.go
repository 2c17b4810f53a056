package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/billion"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/machine"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/internal/memory"
	"github.com/Kaleaon/pentary-go/kernels"
)

// billionRun is a generation of a large network as the command line asks for it.
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
		Long: `Run one generation of training on a stack of random matrices, by default a billion
weights and a population of a thousand, and report its time, memory and speed:
every member takes an activation vector through all matrices and is scored by how
close the output comes to a random target, and the scores move the weights. The
noise is drawn where it is needed, for the products and again for the update.

Nothing is saved. Ctrl-C stops at once and prints the times of what is done.`,
		Example: "  pentary billion\n  pentary billion --rule stochastic --limit 1GiB --json",
		Args:    console.NoArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context(), s) },
	}
	f, o := cmd.Flags(), &b.options
	f.SortFlags = false
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
	f.Var(console.Choice[billion.Rule]{Value: &o.Rule, Options: rules}, "rule", "how the update moves weights")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "key of all random numbers")
	f.Var(&b.limit, "limit", "refuse to take more memory, as in 2GiB (default what is available)")
	f.BoolVar(&b.json, "json", false, "print one JSON object")
	return cmd
}

func (b *billionRun) run(ctx context.Context, s *console.Streams) error {
	if err := b.options.Check(); err != nil {
		return console.UsageError{Err: err}
	}
	if err := b.checkMemory(); err != nil {
		return err
	}
	printer := console.NewPrinter(s, b.json)
	r, err := billion.Run(ctx, b.options, observe(printer))
	printer.Clear()
	if err != nil {
		return err
	}
	result := b.result(r)
	if b.json {
		err = s.PrintJSON("result", result)
	} else {
		result.write(s.Out, s.OutStyle())
	}
	if err == nil && r.Interrupted {
		return console.ErrInterrupted
	}
	return err
}

// checkMemory returns an error if the run would take more memory than there is, or
// than it may.
func (b *billionRun) checkMemory() error {
	need := console.ByteSize(b.options.Memory())
	if b.limit > 0 && need > b.limit {
		return fmt.Errorf("the run would take %v of memory, more than --limit %v", need, b.limit)
	}
	if available := console.ByteSize(memory.Available()); b.limit == 0 && available > 0 && need > available {
		return fmt.Errorf("the run would take %v of memory, and %v is available; a larger --limit tries all the same", need, available)
	}
	return nil
}

// observe returns what follows a run.
func observe(printer *console.Printer) func(p billion.Phase, done, of int) {
	return func(p billion.Phase, done, of int) {
		if done == 0 {
			printer.Print(console.Event{Name: "billion", Log: []any{"phase", p}})
			printer.Clear() // so that the phase shows at once
		}
		printer.Show(func(width int) string {
			return console.Bar(done, of, fmt.Sprintf("%-7s %3d %%", p, 100*done/of), width, printer.Style)
		})
	}
}

// billionResult is the object that --json prints. Without Interrupted all of it is
// set.
type billionResult struct {
	machine.Machine
	Kernels   string                    `json:"kernels"`
	Weights   int                       `json:"weights"`
	Layers    int                       `json:"layers"`
	Width     int                       `json:"width"`
	Members   int                       `json:"members"`
	Rank      int                       `json:"rank"`
	Sigma     uint                      `json:"sigma"`
	Rule      string                    `json:"rule"`
	Seed      uint64                    `json:"seed"`
	Phases    map[billion.Phase]float64 `json:"phase_seconds"`
	Seconds   float64                   `json:"seconds"` // of the generation
	GMACs     float64                   `json:"gmacs"`   // 10^9 multiply-adds a second
	Forward   float64                   `json:"forward_gmacs"`
	Update    float64                   `json:"update_gmacs"`
	PeakBytes int                       `json:"peak_bytes"`

	EstimatedBytes int    `json:"estimated_bytes"`
	WeightsBytes   int    `json:"weights_bytes"`
	StateBytes     int    `json:"state_bytes"` // of the update rule
	Moved          int    `json:"moved"`       // weights
	Decided        int    `json:"decided"`     // pairs
	WeightsCRC32C  string `json:"weights_crc32c"`
	Interrupted    bool   `json:"interrupted"`
}

func (b *billionRun) result(r *billion.Result) *billionResult {
	o := b.options
	return &billionResult{
		Machine: machine.This(), Kernels: kernels.Selected(),
		Weights: o.Weights(), Layers: o.Layers, Width: o.Width, Members: 2 * o.Pairs, Rank: o.Rank,
		Sigma: o.Sigma, Rule: o.Rule.String(), Seed: o.Seed,
		Phases: r.Phases, Seconds: r.Seconds,
		GMACs: r.MACs / 1e9, Forward: r.ForwardMACs / 1e9, Update: r.UpdateMACs / 1e9,
		PeakBytes: r.PeakBytes, EstimatedBytes: o.Memory(), WeightsBytes: r.WeightsBytes, StateBytes: r.StateBytes,
		Moved: r.Stats.Moved, Decided: r.Stats.Decided,
		WeightsCRC32C: fmt.Sprintf("%08x", r.Checksum), Interrupted: r.Interrupted,
	}
}

// write prints the result for people.
func (r *billionResult) write(out io.Writer, s report.Style) {
	fmt.Fprintf(out, "%s weights in %s of %d×%d, %s members of rank %d, %s rule, %s\n\n",
		s.Bold(report.Count(r.Weights)), report.Plural(r.Layers, "matrix", "matrices"), r.Width, r.Width,
		report.Count(r.Members), r.Rank, r.Rule, r.Kernels)
	line := func(label string, seconds float64, note string) {
		fmt.Fprintf(out, "  %-10s %8.2f s  %s\n", label, seconds, note)
	}
	rate := func(gmacs float64) string { return report.Rate(gmacs*1e9) + "MAC/s" }
	for _, p := range []struct {
		phase billion.Phase
		note  string
	}{
		{billion.Setup, s.Dim("random ones, before the generation")},
		{billion.Noise, s.Dim("all factors drawn once, as in each of the next two")},
		{billion.Forward, rate(r.Forward)},
		{billion.Update, rate(r.Update)},
	} {
		switch seconds, ok := r.Phases[p.phase]; {
		case !ok:
			fmt.Fprintf(out, "  %-10s interrupted\n", p.phase)
			return
		case r.Interrupted:
			line(string(p.phase), seconds, "")
		default:
			line(string(p.phase), seconds, p.note)
		}
	}
	fmt.Fprintf(out, "\n%s  %.2f s, %s\n", s.Bold("Generation "), r.Seconds, s.Good(rate(r.GMACs)))
	state := "no state of the rule"
	if r.StateBytes > 0 {
		state = fmt.Sprintf("the rule's state %v", console.ByteSize(r.StateBytes))
	}
	fmt.Fprintf(out, "%s  %v, of which weights %v, %s\n", s.Bold("Peak memory"),
		console.ByteSize(r.PeakBytes), console.ByteSize(r.WeightsBytes), state)
	fmt.Fprintf(out, "%s  %s weights, %s; %s decided of %s pairs\n", s.Bold("Moved      "),
		report.Count(r.Moved), report.Percent(r.Moved, r.Weights), report.Count(r.Decided), report.Count(r.Members/2))
	fmt.Fprintf(out, "%s  %s\n", s.Bold("CRC-32C    "), r.WeightsCRC32C)
}
