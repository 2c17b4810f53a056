package cli

import (
	"encoding/json"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// streams is where a command's output goes.
type streams struct {
	out, err         io.Writer
	outTerm, errTerm *os.File // nil unless that is a terminal
}

// terminalOf returns w if it is a terminal that can move its cursor.
func terminalOf(w io.Writer) *os.File {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return f
}

// style returns the style of what is printed to the terminal, or to no terminal.
// See https://no-color.org.
func style(terminal *os.File) report.Style {
	return report.Style{Color: terminal != nil && os.Getenv("NO_COLOR") == ""}
}

// printJSON writes v to the output as one line.
func (s *streams) printJSON(v any) error { return json.NewEncoder(s.out).Encode(v) }

// checkedWriter keeps the first error of a writer, so that printing need not
// check each line: after an error it writes nothing more.
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
