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

// bencher holds the options of the command bench.
type bencher struct {
	options bench.Options
	svg     string // output file of the roofline, or empty
	compare string // file of a saved run, or empty
	saved   *bench.Report
	busy    bool
	loop    int // processor to keep busy for another process, or negative
	json    bool
}

// NewBench returns the command bench.
func NewBench(s *console.Streams) *cobra.Command {
	var b bencher
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure the kernels on this CPU",
		Long: `Measure every kernel with every implementation that this CPU supports: median and best
of several runs, relative to physical bounds measured in the same run, and relative to
the generic implementation. This takes one or two minutes. Ctrl-C stops after the current
measurement and prints the results so far.

Measure on an idle machine. --busy measures while another process multiplies on another
processor, on the same core if possible (Linux): the speed on a server that runs the same
work on all processors.

--compare compares the fastest implementation at each shape with a run saved by "pentary
bench --json > FILE" on this or another machine.

The kernels are ` + console.List(bench.Kernels()) + ".",
		Example: "  pentary bench\n  pentary bench --quick --impl avx2 --svg roofline.svg\n  pentary bench --json > before.jsonl\n  pentary bench --compare before.jsonl",
		RunE:    func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context(), s) },
	}
	f := cmd.Flags()
	f.BoolVar(&b.options.Quick, "quick", false, "measure fewer shapes, in at most 20 s")
	f.StringSliceVar(&b.options.Impls, "impl", nil, "measure only these `implementations`, separated by commas")
	f.StringSliceVar(&b.options.Kernels, "kernel", nil, "measure only these `kernels`, separated by commas")
	console.Output(f, &b.svg, "svg", "draw the roofline of the fastest implementation to this `file`").Ext("svg")
	console.Input(f, &b.compare, "compare", "compare with the saved run in this `file`").Ext("jsonl", "json")
	console.Offer(f, "impl", kernels.Implementations()...)
	console.Offer(f, "kernel", bench.Kernels()...)
	f.BoolVar(&b.busy, "busy", false, "keep another processor busy during measurements")
	f.IntVar(&b.loop, "busy-loop", -1, "for the process started by --busy: the `processor` to keep busy")
	_ = f.MarkHidden("busy-loop")
	f.BoolVar(&b.json, "json", false, "print one JSON object per line")
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
		runtime.LockOSThread() // Start pins the thread to its processor
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

// maxSaved is the largest size of a saved run in bytes.
const maxSaved = 1 << 22

// benchResult is the last object printed by --json.
type benchResult struct {
	*bench.Report
	SVG        string             `json:"svg,omitempty"`
	Comparison []bench.Comparison `json:"comparison,omitempty"`

	saved *bench.Report
}

// Write prints the result as text.
func (r *benchResult) Write(p *report.Printer) {
	r.Report.Write(p)
	if r.saved != nil {
		r.WriteComparison(p, r.saved)
	}
	p.Printf("\n%d measurements in %.1f s\n", len(r.Measurements), r.Seconds)
	switch {
	case r.Interrupted:
		p.Printf("Interrupted: %d omitted\n", r.LeftOut)
	case r.LeftOut > 0:
		p.Printf("Out of time: %d omitted\n", r.LeftOut)
	}
	if r.SVG != "" {
		p.Printf("Drew %s\n", r.SVG)
	}
}

// progress returns the callback that shows the next measurement.
func progress(printer *console.Printer) func(bench.Progress) {
	return func(p bench.Progress) {
		eta := console.Duration(p.Left.Seconds())
		printer.Print(console.Event{Name: "measuring", Log: []any{"next", p.Next, "done", p.Done, "of", p.Total, "eta", eta}})
		printer.Bar(func() (done, of int, text string) {
			return p.Done, p.Total, fmt.Sprintf("%d/%d  %s  ETA %s", p.Done, p.Total, p.Next, eta)
		})
	}
}
