// Package measure holds the commands that measure and test this machine.
package measure

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/bench"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/internal/bench/busy"
	"github.com/Kaleaon/pentary-go/kernels"
)

// bencher is a measurement of the kernels as the command line asks for it.
type bencher struct {
	options bench.Options
	svg     string // file to draw the roofline to, or empty
	compare string // file of a saved run, or empty
	saved   *bench.Report
	busy    bool
	loop    int // processor to keep busy for another process, or below 0
	json    bool
}

// NewBench returns the command bench.
func NewBench(s *console.Streams) *cobra.Command {
	var b bencher
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure the kernels on this CPU",
		Long: `Measure every kernel with every implementation that this CPU runs: the median and
the best of several runs, as a fraction of what the CPU could do at best, which
is measured in the same run, and relative to the generic implementation. It
takes a minute or two. Ctrl-C stops after the measurement in flight and prints
what is done.

A figure of a machine that does something else meanwhile is worth little. --busy
measures beside a process that multiplies on another processor, of the same core if
there is one (Linux): what a server gives that does the same on all of them.

--compare shows the fastest implementation at each shape beside that of a run that was
saved by "pentary bench --json > FILE", on this machine or another.

The kernels are ` + console.List(bench.Kernels()) + ".",
		Example: "  pentary bench\n  pentary bench --quick --impl avx2 --svg roofline.svg\n  pentary bench --json > before.jsonl\n  pentary bench --compare before.jsonl",
		RunE:    func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context(), s) },
	}
	f := cmd.Flags()
	f.BoolVar(&b.options.Quick, "quick", false, "measure fewer shapes, in at most 20 s")
	f.StringSliceVar(&b.options.Impls, "impl", nil, "only these `implementations`, separated by commas")
	f.StringSliceVar(&b.options.Kernels, "kernel", nil, "only these `kernels`, separated by commas")
	console.Output(f, &b.svg, "svg", "draw the roofline of the fastest implementation to this `file`").Ext("svg")
	console.Input(f, &b.compare, "compare", "compare with the saved run in this `file`").Ext("jsonl", "json")
	console.Offer(f, "impl", kernels.Implementations()...)
	console.Offer(f, "kernel", bench.Kernels()...)
	f.BoolVar(&b.busy, "busy", false, "keep another processor busy meanwhile")
	f.IntVar(&b.loop, "busy-loop", -1, "the process that --busy starts: the `processor` to keep busy")
	_ = f.MarkHidden("busy-loop")
	f.BoolVar(&b.json, "json", false, "print one JSON object a line")
	return cmd
}

func (b *bencher) run(ctx context.Context, s *console.Streams) error {
	if b.loop >= 0 {
		return busy.Loop(b.loop, os.Stdin, os.Stdout)
	}
	if err := b.options.Check(); err != nil {
		return err
	}
	if err := settings.CheckMemory(console.ByteSize(b.options.Memory()), 0); err != nil {
		return err
	}
	if b.compare != "" {
		text, err := console.ReadFile(b.compare, maxSaved)
		if err != nil {
			return err
		}
		if b.saved, err = bench.Parse(text); err != nil {
			return fmt.Errorf("%s: %w", b.compare, err)
		}
	}
	where := ""
	if b.busy {
		runtime.LockOSThread() // which Start keeps on its processor
		defer runtime.UnlockOSThread()
		var stop func()
		var err error
		if where, stop, err = busy.Start("bench", "--busy-loop"); err != nil {
			return fmt.Errorf("--busy: %w", err)
		}
		defer stop()
	}
	printer := console.NewPrinter(s, b.json)
	r := bench.Run(ctx, b.options, progress(printer), func(m bench.Measurement) {
		printer.Print(console.Event{Name: "measurement", Fields: m})
	})
	printer.Clear()
	r.Busy = where
	result := &benchResult{Report: r, SVG: b.svg, saved: b.saved}
	if b.saved != nil {
		result.Comparison = r.Compare(b.saved)
	}
	drawn := console.Draw("--svg", b.svg, r.WriteRoofline)
	if err := s.Report(b.json, r.Interrupted, result); err != nil && drawn == nil {
		return err
	}
	return drawn
}

// maxSaved bounds the bytes of a saved run that are read.
const maxSaved = 1 << 22

// benchResult is the last object that --json prints.
type benchResult struct {
	*bench.Report
	SVG        string             `json:"svg,omitempty"`
	Comparison []bench.Comparison `json:"comparison,omitempty"`

	saved *bench.Report
}

// Write prints the result for people.
func (r *benchResult) Write(p *report.Printer) {
	r.Report.Write(p)
	if r.saved != nil {
		r.WriteComparison(p, r.saved)
	}
	p.Printf("\n%d measurements in %.1f s\n", len(r.Measurements), r.Seconds)
	switch {
	case r.Interrupted:
		p.Printf("Interrupted: %d left out\n", r.LeftOut)
	case r.LeftOut > 0:
		p.Printf("Out of time: %d left out\n", r.LeftOut)
	}
	if r.SVG != "" {
		p.Printf("Drew %s\n", r.SVG)
	}
}

// progress shows which measurement is next.
func progress(printer *console.Printer) func(bench.Progress) {
	return func(p bench.Progress) {
		eta := console.Duration(p.Left.Seconds())
		printer.Print(console.Event{Name: "measuring", Log: []any{"next", p.Next, "done", p.Done, "of", p.Total, "eta", eta}})
		printer.Bar(func() (done, of int, text string) {
			return p.Done, p.Total, fmt.Sprintf("%d/%d  %s  ETA %s", p.Done, p.Total, p.Next, eta)
		})
	}
}
