package console

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/internal/terminal"
)

// Event is an event that a command reports while it runs.
type Event struct {
	Name    string // value of "event" in the JSON object
	Message string // message of the log line; default: Name
	Fields  any    // fields of the JSON object: a struct or a map, or nil
	Log     []any  // attributes of the log line, as in slog; nil: no log line
	// Text returns the permanent lines on a terminal; nil: none.
	Text func(report.Style) string
}

// Printer reports events in one of three forms: JSON lines on Out, a line of a terminal updated in
// place, or log lines on Err.
type Printer struct {
	*terminal.Line
	streams *Streams
	json    bool
	log     *slog.Logger // nil unless events are logged
	told    time.Time    // when the last event was printed
}

// NewPrinter returns the printer of a command; json selects JSON lines.
func NewPrinter(s *Streams, json bool) *Printer {
	p := &Printer{Line: NewLine(nil), streams: s, json: json, told: time.Now()}
	switch {
	case json:
	case s.ErrTerm != nil:
		p.Line = NewLine(s.ErrTerm)
	default:
		p.log = slog.New(slog.NewTextHandler(s.Err, nil))
	}
	return p
}

// Print reports an event.
func (p *Printer) Print(e Event) {
	p.told = time.Now()
	switch {
	case p.json:
		if e.Fields != nil {
			p.streams.PrintJSON(e.Name, e.Fields) // Streams.Failed returns the error
		}
	case p.log != nil:
		if e.Log != nil {
			p.log.Info(cmp.Or(e.Message, e.Name), e.Log...)
		}
	case e.Text != nil:
		p.Line.Print(e.Text(p.Style))
	}
}

// Bar shows a progress bar with a text. progress is called only when the bar is drawn.
func (p *Printer) Bar(progress func() (done, of int, text string)) {
	p.Show(func(width int) string {
		done, of, text := progress()
		return Bar(done, of, text, width, p.Style)
	})
}

// Warn prints a warning on Err. It prints nothing with JSON, whose events contain the same.
func (p *Printer) Warn(text string, attributes ...any) {
	switch {
	case p.json:
	case p.log != nil:
		p.log.Warn(text, attributes...)
	default:
		p.Line.Print(p.Style.Bad(text) + "\n")
	}
}

// Quiet reports whether nothing has been printed for the given time and there is no progress bar,
// so that the caller should report progress.
func (p *Printer) Quiet(long time.Duration) bool {
	return p.Out == nil && time.Since(p.told) >= long
}
