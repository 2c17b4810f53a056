package console

import (
	"os"
	"time"

	"golang.org/x/term"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/internal/terminal"
)

// NewLine returns a line of the terminal out, which may be nil.
func NewLine(out *os.File) *terminal.Line {
	if out == nil {
		return terminal.NewLine(nil, nil, report.Style{})
	}
	return terminal.NewLine(out, func() int { return width(out) }, StyleOf(out))
}

// width returns the number of columns of a terminal.
func width(out *os.File) int {
	if w, _, err := term.GetSize(int(out.Fd())); err == nil && w > 0 {
		return w
	}
	return 80
}

// Bar returns a progress bar, see terminal.Bar.
func Bar(part, whole int, text string, width int, s report.Style) string {
	return terminal.Bar(part, whole, text, width, s)
}

// Duration formats seconds as minutes and seconds, with hours if not zero.
func Duration(seconds float64) string {
	return terminal.Clock(time.Duration(seconds * float64(time.Second)))
}
