package console

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// Line is a line of a terminal that is kept up to date. Without a terminal it shows
// nothing.
type Line struct {
	Style    report.Style
	terminal *os.File
	drawn    time.Time
}

// NewLine returns a line of the terminal, which may be nil. Nothing shows of what is
// done at once.
func NewLine(terminal *os.File) *Line {
	return &Line{terminal: terminal, Style: StyleOf(terminal), drawn: time.Now()}
}

// redraw is the least time between two versions of the line: the eye sees no more.
const redraw = 80 * time.Millisecond

// clearLine returns to the first column and erases the line, ECMA-48 "erase in line".
const clearLine = "\r\x1b[K"

// Show draws the line that makes returns for a width, unless it is too soon.
func (l *Line) Show(make func(width int) string) {
	now := time.Now()
	if l.terminal == nil || now.Sub(l.drawn) < redraw {
		return
	}
	l.drawn = now
	io.WriteString(l.terminal, clearLine+make(width(l.terminal)-len("^C"))) // no wrap when Ctrl-C echoes
}

// Clear removes the line. The next one is drawn at once.
func (l *Line) Clear() {
	if l.terminal != nil {
		io.WriteString(l.terminal, clearLine)
		l.drawn = time.Time{}
	}
}

// width returns the number of columns of a terminal.
func width(terminal *os.File) int {
	if w, _, err := term.GetSize(int(terminal.Fd())); err == nil && w > 0 {
		return w
	}
	return 80
}

// Bar draws how much is done in at most width cells: the text first, and a bar if
// there is room for one.
func Bar(part, whole int, text string, width int, s report.Style) string {
	const least, most = 8, 32
	cells := utf8.RuneCountInString(text)
	if cells > width {
		return string([]rune(text)[:max(width, 0)])
	}
	room := min(width-cells-2, most)
	if room < least {
		return text
	}
	done := strings.Repeat("━", min(part, whole)*room/max(whole, 1))
	rest := strings.Repeat("─", room-utf8.RuneCountInString(done))
	return s.Good(done) + s.Dim(rest) + "  " + text
}

// Duration writes seconds as minutes and seconds, or hours too if there are any.
func Duration(seconds float64) string {
	n := int(seconds + 0.5)
	if n >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", n/3600, n/60%60, n%60)
	}
	return fmt.Sprintf("%d:%02d", n/60, n%60)
}

// Fields returns a function that prints a labelled line.
func Fields(out io.Writer, s report.Style) func(label, text string) {
	return func(label, text string) { fmt.Fprintf(out, "%s  %s\n", s.Bold(fmt.Sprintf("%-14s", label)), text) }
}
