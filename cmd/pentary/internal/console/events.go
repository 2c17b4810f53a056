package console

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/internal/terminal"
)

// Event is something that a command tells of while it runs.
type Event struct {
	Name    string // of the JSON object
	Message string // of the log line, by default the name
	Fields  any    // of the JSON object, a struct or a map; nil for none
	Log     []any  // attributes of the log line, as slog takes them; nil for none
	// Text returns the lines that a terminal keeps, nil for none.
	Text func(report.Style) string
}

// Printer tells of events in one of three ways: JSON lines on Out, a line of a
// terminal that is kept up to date, or log lines on Err.
type Printer struct {
	*terminal.Line
	streams *Streams
	json    bool
	log     *slog.Logger // nil unless events are logged
	told    time.Time    // when the last event was printed
}

// NewPrinter returns the printer of a command that prints JSON or does not.
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

// Print tells of an event.
func (p *Printer) Print(e Event) {
	p.told = time.Now()
	switch {
	case p.json:
		if e.Fields != nil {
			p.streams.PrintJSON(e.Name, e.Fields) // Out keeps the error, see Streams.Failed
		}
	case p.log != nil:
		if e.Log != nil {
			p.log.Info(cmp.Or(e.Message, e.Name), e.Log...)
		}
	case e.Text != nil:
		p.Line.Print(e.Text(p.Style))
	}
}

// Bar shows how much is done, and what: progress is called when that is drawn.
func (p *Printer) Bar(progress func() (done, of int, text string)) {
	p.Show(func(width int) string {
		done, of, text := progress()
		return Bar(done, of, text, width, p.Style)
	})
}

// Warn tells people of what is wrong but no error. JSON has it in its events.
func (p *Printer) Warn(text string, attributes ...any) {
	switch {
	case p.json:
	case p.log != nil:
		p.log.Warn(text, attributes...)
	default:
		p.Line.Print(p.Style.Bad(text) + "\n")
	}
}

// Quiet reports whether nothing has been printed for so long, and nothing is shown
// either: time to tell of progress that is no event of its own.
func (p *Printer) Quiet(long time.Duration) bool {
	return p.Out == nil && time.Since(p.told) >= long
}
