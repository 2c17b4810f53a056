package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteTable prints rows under a heading. The first left columns and the last one are
// aligned to the left, those between them to the right. Columns without content are
// omitted.
func WriteTable(out io.Writer, s Style, left int, heading []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	widths := make([]int, len(heading)) // 0 for a column without a figure
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for i, cell := range heading {
		if widths[i] > 0 {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	line := func(row []string) string {
		var b strings.Builder
		for i, cell := range row {
			if widths[i] == 0 {
				continue
			}
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i < left || i == len(row)-1 {
				cell += gap
			} else {
				cell = gap + cell
			}
			b.WriteString("  " + cell)
		}
		return strings.TrimRight(b.String(), " ")
	}
	fmt.Fprintln(out, s.Dim(line(heading)))
	for _, row := range rows {
		fmt.Fprintln(out, line(row))
	}
}
