package hw

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/faultstudy"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
)

// crossbars holds the options of a fault study.
type crossbars struct {
	errors      []float64 // programming errors, in multiples of the published error
	stuck       []float64 // percentages of stuck cells
	seeds       int
	digital     int // generations of initial digital training
	generations int // generations through the crossbars, or digital for comparison
	batch       int
	adcBits     uint
	readNoise   float64
	page, svg   string // output files, or empty
	json        bool
}

func newCrossbar(s *console.Streams) *cobra.Command {
	x := crossbars{
		errors: []float64{1, 2}, stuck: []float64{5, 10, 20}, seeds: 3, digital: 400, generations: 150,
		batch: 64, adcBits: 8,
	}
	cmd := &cobra.Command{
		Use:   "crossbar",
		Short: "Train digits through imperfect analog crossbars",
		Long: `Train a network on the digits digitally, program it into memristive crossbars of
several qualities, and compare it with a network trained through the crossbars. In
training through crossbars, all members share the programmed cells as weights,
perturbations are digital, and weights that move are written again.

A chip has the programming error of Wan et al. (Nature 608, 2022), times --error, and
--stuck percent of its cells are stuck, half at each end. All networks are trained for
the same number of generations; figures are means over --seeds networks and chips. The
same seeds give the same figures on every machine.`,
		Example: "  pentary hw crossbar --seeds 1 --error 1 --stuck 10\n  pentary hw crossbar --svg docs/crossbar.svg --page docs/crossbar.md",
		RunE:    func(cmd *cobra.Command, _ []string) error { return x.run(cmd.Context(), s) },
	}
	f := cmd.Flags()
	f.Float64SliceVar(&x.errors, "error", x.errors, "programming errors, in `multiples` of the published error, separated by commas")
	f.Float64SliceVar(&x.stuck, "stuck", x.stuck, "`percentages` of stuck cells, separated by commas")
	f.IntVar(&x.seeds, "seeds", x.seeds, "number of networks and chips to average over")
	f.IntVar(&x.digital, "digital", x.digital, "generations of initial digital training")
	f.IntVar(&x.generations, "generations", x.generations, "generations of training through the crossbars, or digitally for comparison")
	f.IntVar(&x.batch, "batch", x.batch, "samples per generation")
	f.UintVar(&x.adcBits, "adc", x.adcBits, "bits of the converters; 0: ideal converters")
	f.Float64Var(&x.readNoise, "read-noise", x.readNoise, "standard deviation of the read noise of a cell, in µS")
	console.Output(f, &x.page, "page", "write the table into this Markdown `file`, between its marks").Ext("md")
	console.Output(f, &x.svg, "svg", "plot accuracy over stuck cells to this `file`").Ext("svg")
	f.BoolVar(&x.json, "json", false, "print one JSON object per line")
	console.Bound(f, "seeds", 1, 1000)
	for _, name := range []string{"digital", "generations", "batch"} {
		console.Bound(f, name, 1, 1_000_000)
	}
	return cmd
}

// experiment returns the study described by the flags. Its errors are usage errors.
func (x *crossbars) experiment() (*faultstudy.Experiment, error) {
	s, err := new(network).load()
	if err != nil {
		return nil, err
	}
	e := &faultstudy.Experiment{Batch: x.batch, Seeds: x.seeds, Base: defaults(s.task, 0), Train: s.train, Test: s.test}
	e.Widths = slices.Concat([]int{e.Train.Features}, s.task.Hidden, []int{e.Train.Classes})
	e.Tune = e.Base
	e.Base.Generations, e.Tune.Generations = x.digital, x.generations
	e.Chip = crossbar.Config{Device: crossbar.RRAM, ADCBits: x.adcBits}
	e.Chip.Device.ReadNoise = x.readNoise
	for _, scale := range x.errors {
		for _, percent := range x.stuck {
			l := faultstudy.Level{Error: scale, Stuck: percent / 100}
			c := e.Chip
			c.Device.Error.Scale, c.Device.StuckOn = l.Error, l.Stuck
			if err := c.Check(); err != nil {
				return nil, console.Usagef("--error %g --stuck %g: %w", scale, percent, err)
			}
			if slices.Contains(e.Levels, l) {
				return nil, console.Usagef("--error %g --stuck %g is given twice", scale, percent)
			}
			e.Levels = append(e.Levels, l)
		}
	}
	return e, nil
}

func (x *crossbars) run(ctx context.Context, s *console.Streams) error {
	e, err := x.experiment()
	if err != nil {
		return err
	}
	var page []byte
	if x.page != "" {
		// Read the page first, so that missing marks are an error before the study runs.
		if page, err = console.ReadFile(x.page, 1<<24); err == nil {
			_, err = faultstudy.Insert(page, nil)
		}
		if err != nil {
			return fmt.Errorf("--page %s: %w", x.page, err)
		}
	}
	trials, err := x.trials(ctx, s, e)
	early := errors.Is(err, context.Canceled)
	if err != nil && !early {
		return err
	}
	all := faultstudy.Summarize(trials)
	if len(trials) > 0 || x.json {
		if err := x.write(s, e, all, early); err != nil {
			return err
		}
	}
	if early {
		return interrupted(s, err, "%d of %d chips are done, no file is written", len(trials), e.Seeds*len(e.Levels))
	}
	return x.save(page, all, e)
}

// trials runs the study and shows its progress.
func (x *crossbars) trials(ctx context.Context, s *console.Streams, e *faultstudy.Experiment) (trials []faultstudy.Trial, err error) {
	printer := console.NewPrinter(s, x.json)
	begun, finished, whole := time.Now(), 0, e.Generations()
	err = e.Run(ctx, func() error {
		finished++
		printer.Bar(func() (int, int, string) {
			seconds := time.Since(begun).Seconds()
			left := seconds / float64(finished) * float64(whole-finished)
			return finished, whole, fmt.Sprintf("chip %d of %d, %s left",
				min(len(trials)+1, e.Seeds*len(e.Levels)), e.Seeds*len(e.Levels), console.Duration(left))
		})
		return nil
	}, func(t faultstudy.Trial) error {
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
func (x *crossbars) write(s *console.Streams, e *faultstudy.Experiment, all []faultstudy.Summary, interrupted bool) error {
	if x.json {
		return s.PrintJSON("result", struct {
			Network     []int                `json:"network"`
			Generations int                  `json:"generations"` // of the second training
			Levels      []faultstudy.Summary `json:"levels"`
			Interrupted bool                 `json:"interrupted"`
		}{e.Widths, e.Tune.Generations, all, interrupted})
	}
	rows := make([][]string, len(all))
	for i := range all {
		rows[i] = all[i].Cells()
	}
	s.Printer().Table(0, faultstudy.Heading, rows)
	return nil
}

// save writes the files named by the flags.
func (x *crossbars) save(page []byte, all []faultstudy.Summary, e *faultstudy.Experiment) error {
	plot := faultstudy.Plot(all, "Digits through imperfect crossbars, "+report.Plural(e.Seeds, "network", "networks"))
	if err := console.Draw("--svg", x.svg, plot.WriteSVG); err != nil || x.page == "" {
		return err
	}
	page, err := faultstudy.Insert(page, all)
	if err != nil {
		return fmt.Errorf("--page %s: %w", x.page, err)
	}
	return saveText("--page", x.page, string(page))
}
