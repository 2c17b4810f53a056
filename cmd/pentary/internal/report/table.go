package report

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/Kaleaon/pentary-go/nn"
)

// Table writes a heading and rows. The first left columns and the last column are aligned to the
// left, the others to the right. Columns without content are omitted. If the table is wider than
// p.Columns, long cells are wrapped.
func (p *Printer) Table(left int, heading []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	widths := make([]int, len(heading)) // 0 for a column without content
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], cells(cell))
		}
	}
	total := 0
	for i, cell := range heading {
		if widths[i] > 0 {
			widths[i] = max(widths[i], cells(cell))
			total += len("  ") + widths[i]
		}
	}
	for widest := slices.Max(widths); p.Columns > 0 && total > p.Columns && widest > 8; widest = slices.Max(widths) {
		widths[slices.Index(widths, widest)]--
		total--
	}
	for n, row := range append([][]string{heading}, rows...) {
		for part, more := 0, true; more; part++ {
			var b strings.Builder
			more = false
			for i, cell := range row {
				lines := strings.Split(Fill("", cell, 0, widths[i]), "\n")
				if widths[i] == 0 {
					continue
				}
				cell = ""
				if part < len(lines) {
					cell = lines[part]
				}
				more = more || part+1 < len(lines)
				gap := strings.Repeat(" ", max(0, widths[i]-cells(cell)))
				if i < left || i == len(row)-1 {
					cell += gap
				} else {
					cell = gap + cell
				}
				b.WriteString("  " + cell)
			}
			line := strings.TrimRight(b.String(), " ")
			if n == 0 {
				line = p.Dim(line)
			}
			p.Printf("%s\n", line)
		}
	}
}

var colour = regexp.MustCompile("\x1b\\[[0-9]*m")

// cells returns the width of text in cells of a terminal.
func cells(text string) int { return utf8.RuneCountInString(colour.ReplaceAllString(text, "")) }

// Fill breaks a prefix and text between words into lines of at most columns characters; all lines
// but the first are indented. Text that fits is unchanged.
func Fill(prefix, text string, indent, columns int) string {
	if cells(prefix+text) <= columns && !strings.Contains(text, "\n") {
		return prefix + text
	}
	var b strings.Builder
	b.WriteString(prefix)
	at := cells(prefix)
	for i, word := range strings.Fields(text) {
		n := cells(word)
		switch {
		case at+min(i, 1)+n > columns && at > indent:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		case i > 0:
			b.WriteByte(' ')
			at++
		}
		// Words longer than a line are broken after a comma, a bar or a slash.
		for room := max(columns-indent, 8); n > room; n = cells(word) {
			cut := strings.LastIndexAny(string([]rune(word)[:room]), ",|/") + 1
			if cut <= 0 {
				break
			}
			b.WriteString(word[:cut] + "\n" + strings.Repeat(" ", indent))
			word, at = word[cut:], indent
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}

// Layers writes the layers of a model as a table.
func (p *Printer) Layers(layers []nn.LayerSummary) {
	var rows [][]string
	for _, l := range layers {
		rows = append(rows, []string{strings.Repeat("  ", l.Depth) + l.Name, Count(l.Outputs), Count(l.Weights), ""})
	}
	p.Table(1, []string{"layer", "outputs", "weights", ""}, rows)
}
