package hw

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/internal/hw/programs"
	"github.com/Kaleaon/pentary-go/internal/terminal"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// trainer holds the options of training on the modelled machine.
type trainer struct {
	task    *task.Task
	options es.Options
	hidden  []int
	batch   int
	emit    string
	limit   console.ByteSize
	json    bool
}

func newTrain(s *console.Streams) *cobra.Command {
	of, err := task.Find(digits)
	if err != nil {
		panic(err) // cannot happen: the data are embedded
	}
	t := trainer{task: of, batch: of.Batch, hidden: slices.Clone(of.Hidden), options: defaults(of, 0)}
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a network on the modelled machine",
		Long: `Train a network for the digits task on the modelled machine: the program draws batches,
perturbs, evaluates and updates the weights. The library then repeats the run, and the
weights of both must be bit-identical. The defaults are the same as for "pentary train
digits", which ends with the same weights.`,
		Example: "  pentary hw train\n  pentary hw train --generations 5 --rank 4 --emit train.s --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.run(cmd.Context(), s) },
	}
	f, o := cmd.Flags(), &t.options
	f.IntVar(&o.Generations, "generations", o.Generations, "length of the run")
	f.IntVar(&o.Pairs, "pairs", o.Pairs, "antithetic pairs, half the population")
	f.IntVar(&o.Rank, "rank", o.Rank, "rank of the perturbations")
	f.UintVar(&o.Sigma, "sigma", o.Sigma, "perturb by 2^-sigma levels")
	f.IntVar(&t.batch, "batch", t.batch, "samples per generation")
	f.Var((*console.Widths)(&t.hidden), "hidden", "`widths` of the hidden layers, separated by commas, or none")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "key of all random numbers")
	console.Output(f, &t.emit, "emit", "also save the program's assembly text in a `file`").Ext("s")
	settings.LimitFlag(f, &t.limit)
	f.BoolVar(&t.json, "json", false, "print one JSON object")
	console.Bound(f, "generations", 1, math.MaxInt32)
	console.Bound(f, "pairs", 1, es.MaxPairs)
	console.Bound(f, "rank", 1, lowrank.MaxRank)
	console.Bound(f, "sigma", 0, lowrank.MaxSigma)
	console.Bound(f, "batch", 1, 1<<20)
	return cmd
}

func (t *trainer) run(ctx context.Context, s *console.Streams) error {
	t.options.Rule = defaults(t.task, t.options.Generations).Rule
	if t.options.Sigma == 0 { // σ = 2^-0
		t.options.Sigma = es.WholeLevel
	}
	samples, test, err := t.task.Load("")
	if err != nil {
		return err
	}
	for _, width := range t.hidden {
		if width < 1 || width > 1<<12 {
			return console.Usagef("--hidden %d: want 1 to 4096", width)
		}
	}
	widths := append(append([]int{samples.Features}, t.hidden...), samples.Classes)
	// The network, the library's copy and the machine's memory.
	need := 3 * settings.NetworkMemory(widths, t.options, t.batch)
	if err := settings.CheckMemory(console.ByteSize(need), t.limit); err != nil {
		return err
	}
	net, twin := nn.NewMLP(t.options.Seed, widths...), nn.NewMLP(t.options.Seed, widths...)
	program, err := programs.NewTraining(net, samples, t.batch, t.options)
	if err != nil {
		return console.UsageError{Err: err}
	}
	if err := saveText("--emit", t.emit, program.Text); err != nil {
		return err
	}
	var counter counter
	line := console.NewLine(s.ErrTerm)
	updates := 0 // number of matrix updates
	err = program.Run(ctx, &counter, t.follow(line, &updates, len(net.Matrices())))
	line.Clear()
	if err != nil {
		if t.json && errors.Is(err, context.Canceled) {
			result := counter.result()
			result.Interrupted = true
			s.PrintJSON("result", result) // Streams.Failed returns the error
		}
		return interrupted(s, err, "the machine has trained %d of %d generations, in %s instructions",
			updates/len(net.Matrices()), t.options.Generations, report.Count(counter.steps))
	}
	if err := task.Train(ctx, twin, samples, t.batch, t.options); err != nil {
		return interrupted(s, err, "the machine has trained all generations, but the library has not: the weights are not compared")
	}
	for i, l := range net.Matrices() {
		if !l.W.Equal(twin.Matrices()[i].W) {
			return fmt.Errorf("the weights of layer %d differ from the library's", i)
		}
	}
	result := counter.result()
	result.Halted = true
	counts, err := net.Confusion(test)
	if err != nil {
		return err
	}
	result.describe(t.task.Name, counts)
	result.WeightsSHA256 = report.WeightsOf(net.File(nil).Tensors...).SHA256
	return s.Report(t.json, false, result)
}

// follow returns an observer that shows progress.
func (t *trainer) follow(line *terminal.Line, updates *int, layers int) exec.Observer {
	return exec.ObserverFunc(func(e exec.Event) {
		if e.Inst.Op == isa.PQUANT {
			*updates++
		}
		line.Show(func(width int) string {
			done, of := *updates/layers, t.options.Generations
			return console.Bar(done, of, fmt.Sprintf("%d of %d generations", done, of), width, line.Style)
		})
	})
}
