package cli

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

// liveLine is a line of a terminal that is kept up to date. Without a terminal
// it shows nothing.
type liveLine struct {
	terminal *os.File
	style    report.Style
	drawn    time.Time
}

func newLiveLine(terminal *os.File) *liveLine {
	return &liveLine{terminal: terminal, style: style(terminal)}
}

// redraw is the least time between two versions of the line: the eye sees no more.
const redraw = 80 * time.Millisecond

// clearLine returns to the first column and erases the line, ECMA-48 "erase in line".
const clearLine = "\r\x1b[K"

// show draws the line that makes returns for a width, unless it is too soon.
func (l *liveLine) show(make func(width int) string) {
	now := time.Now()
	if l.terminal == nil || now.Sub(l.drawn) < redraw {
		return
	}
	l.drawn = now
	width, _, err := term.GetSize(int(l.terminal.Fd()))
	if err != nil {
		width = 80
	}
	io.WriteString(l.terminal, clearLine+make(width-len("^C"))) // no wrap when Ctrl-C echoes
}

// clear removes the line. The next one is drawn at once.
func (l *liveLine) clear() {
	if l.terminal != nil {
		io.WriteString(l.terminal, clearLine)
		l.drawn = time.Time{}
	}
}

// barLine draws how much is done in at most width cells: the text first, and a
// bar if there is room for one.
func barLine(part, whole int, text string, width int, s report.Style) string {
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

// duration writes seconds as minutes and seconds, or hours too if there are any.
func duration(seconds float64) string {
	n := int(seconds + 0.5)
	if n >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", n/3600, n/60%60, n%60)
	}
	return fmt.Sprintf("%d:%02d", n/60, n%60)
}
