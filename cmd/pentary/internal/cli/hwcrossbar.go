package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/recovery"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
	"github.com/Kaleaon/pentary-go/internal/durable"
)

// hwCrossbar is the recovery experiment as the command line asks for it.
type hwCrossbar struct {
	errors      []float64 // of programming, in multiples of the published one
	stuck       []float64 // percent of cells
	seeds       int
	digital     int // generations before
	generations int // through the crossbars, or digital ones instead
	batch       int
	adcBits     uint
	readNoise   float64
	page, svg   string // files to write to, or empty
	json        bool
}

func newHWCrossbar(s *console.Streams) *cobra.Command {
	x := hwCrossbar{
		errors: []float64{1, 2}, stuck: []float64{5, 10, 20}, seeds: 3, digital: 400, generations: 150,
		batch: 64, adcBits: 8,
	}
	cmd := &cobra.Command{
		Use:   "crossbar",
		Short: "Train digits through imperfect analog crossbars",
		Long: `Train a network on the digits digitally, program it into memristive crossbars of
several qualities, and compare with one that was trained through them: the cells as
programmed are the weights that all members share, perturbations are digital, and
the weights that move are written again.

A chip has the programming error of Wan et al. (Nature 608, 2022), times --error,
and --stuck percent of its cells do not respond, half at either end. All ways of
training take the same number of generations; figures are the means of --seeds
networks and chips. The same seeds give the same figures on every machine.`,
		Example: "  pentary hw crossbar --seeds 1 --error 1 --stuck 10\n  pentary hw crossbar --svg docs/crossbar.svg --page docs/crossbar.md",
		Args:    console.NoArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return x.run(cmd.Context(), s) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.Float64SliceVar(&x.errors, "error", x.errors, "programming errors, in multiples of the published one")
	f.Float64SliceVar(&x.stuck, "stuck", x.stuck, "percentages of stuck cells")
	f.IntVar(&x.seeds, "seeds", x.seeds, "networks and chips that figures are the means of")
	f.IntVar(&x.digital, "digital", x.digital, "generations of digital training before")
	f.IntVar(&x.generations, "generations", x.generations, "of training through the crossbars, or digitally instead")
	f.IntVar(&x.batch, "batch", x.batch, "samples that a generation sees")
	f.UintVar(&x.adcBits, "adc", x.adcBits, "bits of the converters, 0 for ideal ones")
	f.Float64Var(&x.readNoise, "read-noise", x.readNoise, "standard deviation of a cell from read to read, in µS")
	console.Output(f, &x.page, "page", "put the table into this Markdown `file`, between its marks").Ext("md")
	console.Output(f, &x.svg, "svg", "draw accuracy against stuck cells to this `file`").Ext("svg")
	f.BoolVar(&x.json, "json", false, "print one JSON object a line")
	return cmd
}

// experiment returns what is to be measured. Its errors are mistakes in the flags.
func (x *hwCrossbar) experiment() (*recovery.Experiment, error) {
	t, err := task.Find("digits")
	if err != nil {
		return nil, err
	}
	e := &recovery.Experiment{Batch: x.batch, Seeds: x.seeds, Base: defaults(t).esOptions()}
	if e.Train, e.Test, err = t.Load(""); err != nil {
		return nil, err
	}
	e.Widths = slices.Concat([]int{e.Train.Features}, t.Hidden, []int{e.Train.Classes})
	e.Tune = e.Base
	e.Base.Generations, e.Tune.Generations = x.digital, x.generations
	e.Chip = crossbar.Config{Device: crossbar.RRAM, ADCBits: x.adcBits}
	e.Chip.Device.ReadNoise = x.readNoise
	const most = 1_000_000
	switch {
	case x.seeds < 1 || x.seeds > 1000:
		return nil, console.Usagef("--seeds %d: want 1 to 1000", x.seeds)
	case x.digital < 1 || x.digital > most:
		return nil, console.Usagef("--digital %d: want 1 to %d", x.digital, most)
	case x.generations < 1 || x.generations > most:
		return nil, console.Usagef("--generations %d: want 1 to %d", x.generations, most)
	case x.batch < 1 || x.batch > most:
		return nil, console.Usagef("--batch %d: want 1 to %d", x.batch, most)
	case len(x.errors) == 0 || len(x.stuck) == 0:
		return nil, console.UsageError{Err: errors.New("--error and --stuck: want at least one of each")}
	}
	for _, scale := range x.errors {
		for _, percent := range x.stuck {
			l := recovery.Level{Error: scale, Stuck: percent / 100}
			c := e.Chip
			c.Device.Error.Scale, c.Device.StuckOn = l.Error, l.Stuck
			if err := c.Check(); err != nil {
				return nil, console.Usagef("--error %g --stuck %g: %w", scale, percent, err)
			}
			if slices.Contains(e.Levels, l) {
				return nil, console.Usagef("--error %g --stuck %g comes twice", scale, percent)
			}
			e.Levels = append(e.Levels, l)
		}
	}
	return e, nil
}

func (x *hwCrossbar) run(ctx context.Context, s *console.Streams) error {
	e, err := x.experiment()
	if err != nil {
		return err
	}
	var page []byte
	if x.page != "" {
		// Read before the work is done: a page without its marks is found now.
		if page, err = os.ReadFile(x.page); err == nil {
			_, err = recovery.Insert(page, nil)
		}
		if err != nil {
			return fmt.Errorf("--page %s: %w", x.page, err)
		}
	}
	trials, err := x.trials(ctx, s, e)
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	interrupted := err != nil
	all := recovery.Summarize(trials)
	if err := x.write(s, e, all, interrupted); err != nil {
		return err
	}
	if interrupted {
		return console.ErrInterrupted
	}
	return x.save(page, all, e)
}

// trials runs the experiment and shows how far it is.
func (x *hwCrossbar) trials(ctx context.Context, s *console.Streams, e *recovery.Experiment) (trials []recovery.Trial, err error) {
	printer := console.NewPrinter(s, x.json)
	begun, finished, whole := time.Now(), 0, e.Generations()
	err = e.Run(ctx, func() error {
		finished++
		printer.Show(func(width int) string {
			seconds := time.Since(begun).Seconds()
			left := seconds / float64(finished) * float64(whole-finished)
			return console.Bar(finished, whole, fmt.Sprintf("chip %d of %d, %s left",
				min(len(trials)+1, e.Seeds*len(e.Levels)), e.Seeds*len(e.Levels), console.Duration(left)), width, printer.Style)
		})
		return nil
	}, func(t recovery.Trial) error {
		trials = append(trials, t)
		printer.Print(console.Event{Name: "trial", Message: "chip", Fields: t, Log: []any{
			"error", t.Error, "stuck", t.Stuck, "seed", t.Seed, "samples", t.Samples,
			"digital", t.Ideal, "programmed", t.Programmed, "trained", t.Trained,
		}})
		return nil
	})
	printer.Clear()
	return trials, err
}

// write prints the result.
func (x *hwCrossbar) write(s *console.Streams, e *recovery.Experiment, all []recovery.Summary, interrupted bool) error {
	if x.json {
		return s.PrintJSON("result", struct {
			Network     []int              `json:"network"`
			Generations int                `json:"generations"` // of either second training
			Levels      []recovery.Summary `json:"levels"`
			Interrupted bool               `json:"interrupted"`
		}{e.Widths, e.Tune.Generations, all, interrupted})
	}
	rows := make([][]string, len(all))
	for i := range all {
		rows[i] = all[i].Cells()
	}
	report.WriteTable(s.Out, s.OutStyle(), 0, recovery.Heading, rows)
	return nil
}

// save writes the files that the flags name.
func (x *hwCrossbar) save(page []byte, all []recovery.Summary, e *recovery.Experiment) error {
	if x.svg != "" {
		title := fmt.Sprintf("Digits through imperfect crossbars, %s", report.Plural(e.Seeds, "network", "networks"))
		if err := durable.Write(x.svg, recovery.Plot(all, title).WriteSVG); err != nil {
			return fmt.Errorf("--svg: %w", err)
		}
	}
	if x.page == "" {
		return nil
	}
	page, err := recovery.Insert(page, all)
	if err != nil {
		return fmt.Errorf("--page %s: %w", x.page, err)
	}
	return durable.Write(x.page, func(out io.Writer) error {
		_, err := out.Write(page)
		return err
	})
}
