package cli

import (
	"fmt"
	"log/slog"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// observer is told of a run's progress.
type observer interface {
	start(startEvent)
	// progress follows each generation; measured says that the accuracy is new.
	progress(p progressEvent, measured bool)
	stop()
}

// newObserver returns JSON for machines, a line that rewrites itself for a
// terminal, and log lines for everything else.
func newObserver(json bool, s *streams) observer {
	switch {
	case json:
		return jsonObserver{s}
	case s.errTerm != nil:
		return lineObserver{newLiveLine(s.errTerm)}
	}
	return logObserver{slog.New(slog.NewTextHandler(s.err, nil))}
}

// jsonObserver prints events as they are.
type jsonObserver struct{ *streams }

func (o jsonObserver) start(e startEvent) { o.printJSON(e) }
func (o jsonObserver) progress(p progressEvent, measured bool) {
	if measured {
		o.printJSON(p)
	}
}
func (o jsonObserver) stop() {}

// logObserver logs each measurement.
type logObserver struct{ *slog.Logger }

func (o logObserver) start(e startEvent) {
	o.Info("training", "task", e.Task, "network", e.Network, "weights", e.Weights,
		"train_samples", e.TrainSamples, "test_samples", e.TestSamples, "kernels", e.Kernels)
	if r := e.Resumed; r != nil {
		o.Info("resumed", "dir", e.Dir, "generation", r.Generation, "checkpoint", r.Checkpoint,
			"replayed", r.Replayed, "cut_bytes", r.CutBytes)
		if r.Ignored != "" {
			o.Warn("checkpoint ignored", "why", r.Ignored)
		}
	}
}

func (o logObserver) progress(p progressEvent, measured bool) {
	if measured {
		o.Info("progress", "generation", p.Generation, "of", p.Generations,
			"test_accuracy", fmt.Sprintf("%.4f", p.Accuracy), "moved", p.Moved,
			"member_samples_per_second", fmt.Sprintf("%.0f", p.Throughput), "eta", duration(p.ETA))
	}
}
func (o logObserver) stop() {}

// lineObserver keeps one line of a terminal up to date.
type lineObserver struct{ *liveLine }

func (o lineObserver) start(e startEvent) {
	fmt.Fprintf(o.terminal, "%s  %s\n", o.style.Bold(e.Task+" "+e.Network), o.style.Dim(fmt.Sprintf(
		"%s weights · %s train, %s held out · %s",
		report.Count(e.Weights), report.Count(e.TrainSamples), report.Count(e.TestSamples), e.Kernels)))
	if r := e.Resumed; r != nil {
		fmt.Fprintf(o.terminal, "%s  %s\n", o.style.Bold("Resumed at generation "+report.Count(r.Generation)), o.style.Dim(r.note()))
		if r.Ignored != "" {
			fmt.Fprintf(o.terminal, "%s  %s\n", o.style.Bad("Checkpoint ignored"), report.Printable(r.Ignored))
		}
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

func (o lineObserver) progress(p progressEvent, _ bool) {
	o.show(func(width int) string { return progressLine(p, width, o.style) })
}

func (o lineObserver) stop() { o.clear() }

// progressLine draws progress in at most width cells.
func progressLine(p progressEvent, width int, s report.Style) string {
	counter := fmt.Sprintf("gen %*d/%d", len(fmt.Sprint(p.Generations)), p.Generation, p.Generations)
	text := fmt.Sprintf("%s  held-out %5.1f %%  %s member-samples/s  ETA %s",
		counter, 100*p.Accuracy, report.Rate(p.Throughput), duration(p.ETA))
	return barLine(p.Generation, p.Generations, text, width, s)
}
