// Package console provides what every command of pentary shares: streams and exit codes, events,
// flags and help, and the checks of paths.
package console

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// Streams holds the output streams of a command: Out for results, Err for progress and errors.
type Streams struct {
	Out, Err         io.Writer
	OutTerm, ErrTerm *os.File // nil unless the stream is a terminal

	out     checkedWriter
	regular []place // the streams that are regular files
}

// NewStreams returns the streams of a process.
func NewStreams(stdout, stderr io.Writer) *Streams {
	s := &Streams{Err: stderr, OutTerm: terminalOf(stdout), ErrTerm: terminalOf(stderr)}
	s.out.w = stdout
	s.Out = &s.out
	for i, w := range []io.Writer{stdout, stderr} {
		if f, ok := w.(*os.File); ok {
			if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
				s.regular = append(s.regular, place{label: []string{"standard output", "standard error"}[i], info: info})
			}
		}
	}
	return s
}

// Failed returns the first error of Out.
func (s *Streams) Failed() error { return s.out.err }

// terminalOf returns w if it is a terminal with cursor control, otherwise nil.
func terminalOf(w io.Writer) *os.File {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return f
}

// OutStyle returns the style of text on Out.
func (s *Streams) OutStyle() report.Style {
	style := StyleOf(s.OutTerm)
	style.Columns = s.columns()
	return style
}

// Printer returns the printer of text reports.
func (s *Streams) Printer() *report.Printer {
	return &report.Printer{Writer: s.Out, Style: s.OutStyle()}
}

// Result is the result of a command, which can be marshaled as JSON or written as text.
type Result interface{ Write(p *report.Printer) }

// Report prints a result. It returns ErrInterrupted if interrupted is set.
func (s *Streams) Report(json, interrupted bool, r Result) error {
	if !json {
		r.Write(s.Printer())
	} else if err := s.PrintJSON("result", r); err != nil {
		return err
	}
	if interrupted {
		return ErrInterrupted
	}
	return nil
}

// StyleOf returns the style of text on a terminal, which may be nil. See https://no-color.org.
func StyleOf(terminal *os.File) report.Style {
	return report.Style{Color: terminal != nil && os.Getenv("NO_COLOR") == ""}
}

// PrintJSON prints a JSON object on one line, with the field "event" and the fields of v, a struct
// or a map.
func (s *Streams) PrintJSON(event string, v any) error {
	line, err := marshalEvent(event, v)
	if err != nil {
		return err
	}
	_, err = s.Out.Write(line)
	return err
}

func marshalEvent(event string, v any) ([]byte, error) {
	fields, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if len(fields) < 2 || fields[0] != '{' {
		return nil, fmt.Errorf("event %s: %.20s is not a JSON object", event, fields)
	}
	line := fmt.Appendf(nil, `{"event":%q`, event)
	if len(fields) > len("{}") {
		line = append(line, ',')
	}
	return append(append(line, fields[1:]...), '\n'), nil
}

// checkedWriter records the first error of a writer, so that callers need not check every write.
// After an error it writes nothing.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(p)
	c.err = err
	return n, err
}
