// Package terminal updates a line of a terminal in place, and formats text with colours.
package terminal

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Style formats text with or without colours.
type Style struct {
	Color   bool
	Columns int // width to which reports are wrapped; 0: unlimited
}

// Bold emphasizes text.
func (s Style) Bold(text string) string { return s.sgr("1", text) }

// Dim de-emphasizes text.
func (s Style) Dim(text string) string { return s.sgr("2", text) }

// Good marks text as correct.
func (s Style) Good(text string) string { return s.sgr("32", text) }

// Bad marks text as wrong.
func (s Style) Bad(text string) string { return s.sgr("31", text) }

// sgr wraps text in an ECMA-48 "select graphic rendition" sequence.
func (s Style) sgr(code, text string) string {
	if !s.Color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Line is a line of a terminal that is updated in place. Without a terminal it prints nothing.
type Line struct {
	Style Style
	Out   io.Writer  // the terminal, nil for none
	Width func() int // its columns
	drawn time.Time
}

// NewLine returns a line of a terminal, out, which may be nil. The first version is not drawn
// before the redraw interval has passed, so a short task shows nothing.
func NewLine(out io.Writer, width func() int, s Style) *Line {
	return &Line{Style: s, Out: out, Width: width, drawn: time.Now()}
}

// redraw is the minimum time between two versions of the line; the eye cannot follow more.
const redraw = 80 * time.Millisecond

// ClearLine returns to the first column and erases the line, ECMA-48 "erase in line".
const ClearLine = "\r\x1b[K"

// Show draws the line that make returns for a width, unless the last version is too recent.
func (l *Line) Show(make func(width int) string) {
	now := time.Now()
	if l.Out == nil || now.Sub(l.drawn) < redraw {
		return
	}
	l.drawn = now
	io.WriteString(l.Out, ClearLine+make(l.Width()-len("^C"))) // leaves room for the echo of Ctrl-C
}

// Clear removes the line. The next one is drawn at once.
func (l *Line) Clear() {
	if l.Out != nil {
		io.WriteString(l.Out, ClearLine)
		l.drawn = time.Time{}
	}
}

// Print prints permanent lines above the line.
func (l *Line) Print(text string) {
	if l.Out != nil {
		l.Clear()
		io.WriteString(l.Out, text)
	}
}

// Bar returns text with a progress bar before it, in at most width cells. Without room for the
// bar, it returns only the text.
func Bar(part, whole int, text string, width int, s Style) string {
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

// Count formats n with a comma between thousands.
func Count(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// SI returns v scaled below 1000 and the prefix of its unit, such as " k".
func SI(v float64) (scaled float64, prefix string) {
	for _, p := range []string{" k", " M", " G", " T"} {
		if v < 999.5 {
			break
		}
		v /= 1000
		prefix = p
	}
	return v, prefix
}

// Rate formats a rate per second with three digits, such as "1.25 M".
func Rate(perSecond float64) string {
	perSecond, prefix := SI(perSecond)
	decimals := 2
	for limit := 9.995; perSecond >= limit && decimals > 0; limit *= 10 {
		decimals--
	}
	return strconv.FormatFloat(perSecond, 'f', decimals, 64) + prefix
}

// Clock formats a duration as minutes and seconds, with hours if not zero.
func Clock(d time.Duration) string {
	n := int(d.Seconds() + 0.5)
	if n >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", n/3600, n/60%60, n%60)
	}
	return fmt.Sprintf("%d:%02d", n/60, n%60)
}
