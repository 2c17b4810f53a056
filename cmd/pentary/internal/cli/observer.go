package cli

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// observer is told of a run's progress.
type observer struct{ *console.Printer }

func (o observer) start(e startEvent) {
	o.Print(console.Event{
		Name: "start", Message: "training", Fields: e,
		Log: []any{
			"task", e.Task, "network", e.Network, "weights", e.Weights,
			"train_samples", e.TrainSamples, "test_samples", e.TestSamples, "kernels", e.Kernels,
		},
		Text: func(s report.Style) string {
			return fmt.Sprintf("%s  %s\n", s.Bold(e.Task+" "+e.Network), s.Dim(fmt.Sprintf(
				"%s weights · %s train, %s held out · %s",
				report.Count(e.Weights), report.Count(e.TrainSamples), report.Count(e.TestSamples), e.Kernels)))
		},
	})
	e.Resumed.tell(o.Printer, e.Dir)
}

// tell says that a run is resumed, if it is. JSON has it in the start event.
func (r *resumedInfo) tell(printer *console.Printer, dir string) {
	if r == nil {
		return
	}
	printer.Print(console.Event{
		Name: "resumed",
		Log:  []any{"dir", dir, "generation", r.Generation, "checkpoint", r.Checkpoint, "replayed", r.Replayed, "cut_bytes", r.CutBytes},
		Text: func(s report.Style) string {
			return fmt.Sprintf("%s  %s\n", s.Bold("Resumed at generation "+report.Count(r.Generation)), s.Dim(r.note()))
		},
	})
	if r.Ignored != "" {
		printer.Warn("checkpoint ignored", "why", r.Ignored)
	}
}

// note says where the generations came from, and what was lost.
func (r *resumedInfo) note() string {
	text := fmt.Sprintf("%s from the checkpoint, %s replayed", report.Count(r.Checkpoint), report.Count(r.Replayed))
	if r.CutBytes > 0 {
		text += fmt.Sprintf(", %s bytes of a torn record cut", report.Count(int(r.CutBytes)))
	}
	return text
}

// progress follows each generation; measured says that the accuracy is new.
func (o observer) progress(p progressEvent, measured bool) {
	if measured {
		o.Print(console.Event{Name: "progress", Fields: p, Log: []any{
			"generation", p.Generation, "of", p.Generations,
			"test_accuracy", fmt.Sprintf("%.4f", p.Accuracy), "moved", p.Moved,
			"member_samples_per_second", fmt.Sprintf("%.0f", p.Throughput), "eta", console.Duration(p.ETA),
		}})
	}
	o.Show(func(width int) string { return progressLine(p, width, o.Style) })
}

// progressLine draws progress in at most width cells.
func progressLine(p progressEvent, width int, s report.Style) string {
	counter := fmt.Sprintf("gen %*d/%d", len(fmt.Sprint(p.Generations)), p.Generation, p.Generations)
	text := fmt.Sprintf("%s  held-out %5.1f %%  %s member-samples/s  ETA %s",
		counter, 100*p.Accuracy, report.Rate(p.Throughput), console.Duration(p.ETA))
	return console.Bar(p.Generation, p.Generations, text, width, s)
}
