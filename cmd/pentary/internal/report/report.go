// Package report formats results as text for a terminal: numbers, tables, bars and learning
// curves.
package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/Kaleaon/pentary-go/internal/terminal"
)

// Style formats text with or without colours.
type Style = terminal.Style

// Printer writes a report.
type Printer struct {
	io.Writer
	Style
}

// Printf writes formatted text.
func (p *Printer) Printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// Title writes a heading with a note.
func (p *Printer) Title(text, note string) { p.Printf("%s  %s\n", p.Bold(text), p.Dim(note)) }

// Section is Title after an empty line.
func (p *Printer) Section(text, note string) {
	p.Printf("\n")
	p.Title(text, note)
}

// Line writes parts on a line with a label.
func (p *Printer) Line(label string, parts ...string) {
	text := strings.Join(parts, "  ")
	label = p.Bold(fmt.Sprintf("%-14s", label)) + "  "
	if p.Columns > 0 {
		label, text = "", Fill(label, text, 16, p.Columns)
	}
	p.Printf("%s%s\n", label, text)
}

// Count formats n with a comma between thousands.
func Count(n int) string { return terminal.Count(n) }

// Plural formats a number with the singular or plural of a noun.
func Plural(n int, one, many string) string {
	if n == 1 {
		many = one
	}
	return Count(n) + " " + many
}

// SI returns v scaled below 1000 and the prefix of its unit, for example " k".
func SI(v float64) (scaled float64, prefix string) { return terminal.SI(v) }

// Rate formats a rate per second with three digits, for example "1.25 M".
func Rate(perSecond float64) string { return terminal.Rate(perSecond) }

// Percent formats part/whole as a percentage with one decimal.
func Percent(part, whole int) string {
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(max(whole, 1)))
}

// Bar returns a bar for part/whole of at most width cells, with a resolution of an eighth of a cell.
// A nonzero part takes at least an eighth.
func Bar(part, whole, width int) string {
	if part <= 0 || whole <= 0 {
		return ""
	}
	eighths := max(1, (part*width*8+whole/2)/whole)
	bar := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		bar += string(rune('█' + 8 - rest)) // U+2588 full block to U+258F one eighth
	}
	return bar
}

// pad appends blanks to a text of the given number of cells, up to width cells.
func pad(text string, cells, width int) string {
	return text + strings.Repeat(" ", max(0, width-cells))
}

// Printable returns text, quoted if it contains characters that are not graphic and could control a
// terminal.
func Printable(text string) string {
	for _, r := range text {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return strconv.Quote(text)
		}
	}
	return text
}
