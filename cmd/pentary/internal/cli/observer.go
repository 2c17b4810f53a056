package cli

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

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
		return &lineObserver{terminal: s.errTerm, style: style(s.errTerm)}
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
type lineObserver struct {
	terminal *os.File
	style    report.Style
	drawn    time.Time
}

// redraw is the least time between two versions of the line: the eye sees no more.
const redraw = 80 * time.Millisecond

// clearLine returns to the first column and erases the line, ECMA-48 "erase in line".
const clearLine = "\r\x1b[K"

func (o *lineObserver) start(e startEvent) {
	fmt.Fprintf(o.terminal, "%s  %s\n", o.style.Bold(e.Task+" "+e.Network), o.style.Dim(fmt.Sprintf(
		"%s weights · %s train, %s held out · %s",
		report.Count(e.Weights), report.Count(e.TrainSamples), report.Count(e.TestSamples), e.Kernels)))
}

func (o *lineObserver) progress(p progressEvent, _ bool) {
	now := time.Now()
	if now.Sub(o.drawn) < redraw {
		return
	}
	o.drawn = now
	width, _, err := term.GetSize(int(o.terminal.Fd()))
	if err != nil {
		width = 80
	}
	io.WriteString(o.terminal, clearLine+progressLine(p, width-len("^C"), o.style)) // no wrap when Ctrl-C echoes
}

func (o *lineObserver) stop() { io.WriteString(o.terminal, clearLine) }

// progressLine draws progress in at most width cells: the text first, and a bar
// if there is room for one.
func progressLine(p progressEvent, width int, s report.Style) string {
	const least, most = 8, 32
	counter := fmt.Sprintf("gen %*d/%d", len(fmt.Sprint(p.Generations)), p.Generation, p.Generations)
	text := fmt.Sprintf("%s  held-out %5.1f %%  %s member-samples/s  ETA %s",
		counter, 100*p.Accuracy, report.Rate(p.Throughput), duration(p.ETA))
	cells := utf8.RuneCountInString(text)
	if cells > width {
		return string([]rune(text)[:max(width, 0)])
	}
	room := min(width-cells-2, most)
	if room < least {
		return text
	}
	done := strings.Repeat("━", p.Generation*room/max(p.Generations, 1))
	rest := strings.Repeat("─", room-utf8.RuneCountInString(done))
	return s.Good(done) + s.Dim(rest) + "  " + text
}

// duration writes seconds as minutes and seconds, or hours too if there are any.
func duration(seconds float64) string {
	n := int(seconds + 0.5)
	if n >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", n/3600, n/60%60, n%60)
	}
	return fmt.Sprintf("%d:%02d", n/60, n%60)
}
