package console

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// Columns returns the width to which text is wrapped: the terminal's, or the environment's, or 80.
func (s *Streams) Columns() int {
	return cmp.Or(s.columns(), 80)
}

// columns is Columns with 0 instead of the default of 80.
func (s *Streams) columns() int {
	if s.OutTerm != nil {
		return width(s.OutTerm)
	}
	n, err := strconv.Atoi(os.Getenv("COLUMNS"))
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// ErrColumns returns the width of the terminal of Err.
func (s *Streams) ErrColumns() int { return width(s.ErrTerm) }

// widest is the largest line length of help; longer lines are hard to read.
const widest = 100

// writeHelp prints the help of a command.
func writeHelp(out io.Writer, cmd *cobra.Command, columns int) {
	if text := strings.TrimSpace(cmd.Long); text != "" {
		fmt.Fprintf(out, "%s\n\n", Wrap(text, columns))
	} else if cmd.Short != "" {
		fmt.Fprintf(out, "%s\n\n", Wrap(cmd.Short, columns))
	}
	writeUsage(out, cmd, columns)
}

func writeUsage(out io.Writer, cmd *cobra.Command, columns int) {
	columns = min(columns, widest)
	fmt.Fprintln(out, "Usage:")
	if cmd.Runnable() {
		fmt.Fprintln(out, hang("  "+cmd.UseLine(), 6, columns))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintln(out, hang("  "+cmd.CommandPath()+" [command]", 6, columns))
	}
	if cmd.HasExample() {
		fmt.Fprintf(out, "\nExamples:\n")
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			fmt.Fprintln(out, continued(line, columns))
		}
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(out, "\nCommands:\n")
		var rows [][2]string
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				rows = append(rows, [2]string{"  " + sub.Name(), sub.Short})
			}
		}
		writeRows(out, rows, leftColumn(rows, columns), columns)
	}
	groups := groupsOf(cmd)
	rows := make([][][2]string, len(groups))
	for i, group := range groups {
		group.Flags.VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				rows[i] = append(rows[i], flagRow(f))
			}
		})
	}
	left := leftColumn(slices.Concat(rows...), columns)
	for i, group := range groups {
		fmt.Fprintf(out, "\n%s:\n", group.Title)
		writeRows(out, rows[i], left, columns)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(out, "\n%s\n", Wrap(fmt.Sprintf("\"%s [command] --help\" shows the help of a command.", cmd.CommandPath()), columns))
	}
}

// groupsOf returns a command's flags by group, both in order of definition.
func groupsOf(cmd *cobra.Command) Groups {
	var groups Groups
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		title := "Flags"
		if g := f.Annotations[groupEntry]; len(g) > 0 {
			title = g[0]
		} else if len(groups) > 0 && f.Name == "help" {
			title = groups[0].Title
		}
		for _, g := range groups {
			if g.Title == title {
				g.Flags.AddFlag(f)
				return
			}
		}
		groups.Add(title).AddFlag(f)
	})
	return groups
}

// flagRow returns the syntax of a flag and its description.
func flagRow(f *pflag.Flag) [2]string {
	kind, usage := pflag.UnquoteUsage(f)
	left := "      --" + f.Name
	if f.Shorthand != "" {
		left = "  -" + f.Shorthand + ", --" + f.Name
	}
	switch inner(f.Value).Type() {
	case "bool":
		kind = ""
	case "intSlice", "float64Slice", "stringSlice":
		if kind != "" && !strings.HasSuffix(kind, "s") {
			kind = "list"
		}
	case "stringArray":
		if kind == "stringArray" {
			kind = "text"
		}
	}
	if kind != "" {
		left += " " + kind
	}
	switch value := fraction.ReplaceAllString(strings.Trim(f.DefValue, "[]"), ""); value {
	case "", "0", "false", "0s":
	default:
		usage += " (default: " + value + ")"
	}
	return [2]string{left, usage}
}

// fraction matches the zeros that pflag appends to whole numbers in a list.
var fraction = regexp.MustCompile(`\.0+\b`)

// leftColumn returns the width of the names in rows, or a small indentation if there is no space
// next to them.
func leftColumn(rows [][2]string, columns int) int {
	const most, least = 30, 36
	left := 0
	for _, row := range rows {
		if n := utf8.RuneCountInString(row[0]); n <= most {
			left = max(left, n)
		}
	}
	if left += 2; columns-left < least {
		return 8
	}
	return left
}

// writeRows prints names and descriptions side by side, or one above the other if there is no space.
func writeRows(out io.Writer, rows [][2]string, left, columns int) {
	for _, row := range rows {
		text := hang(strings.Repeat(" ", left)+row[1], left, columns)
		if n := utf8.RuneCountInString(row[0]); n+2 > left {
			fmt.Fprintf(out, "%s\n%s\n", hang(row[0], 10, columns), text)
		} else {
			fmt.Fprintf(out, "%s%s\n", row[0], strings.TrimPrefix(text, strings.Repeat(" ", n)))
		}
	}
}

// Wrap breaks text into lines of at most columns columns. Lines with the same indentation form a
// paragraph. A line of blanks, a name, two blanks and a text is an item, whose text stays in its
// column.
func Wrap(all string, columns int) string {
	columns = min(columns, widest)
	var out []string
	var text, prefix string // of the current paragraph or item
	flush := func() {
		if text != "" {
			indent := utf8.RuneCountInString(prefix)
			if indent > columns/2 {
				indent = 4
			}
			out = append(out, report.Fill(prefix, text, indent, columns))
		}
		text, prefix = "", ""
	}
	for line := range strings.SplitSeq(all, "\n") {
		body := strings.TrimLeft(line, " ")
		indent := len(line) - len(body)
		switch _, rest, item := strings.Cut(body, "  "); {
		case body == "":
			flush()
			out = append(out, "")
		case text != "" && indent == utf8.RuneCountInString(prefix):
			text += " " + body
		case indent > 0 && item:
			flush()
			text = strings.TrimLeft(rest, " ")
			prefix = line[:len(line)-len(text)]
		default:
			flush()
			prefix, text = line[:indent], body
		}
	}
	flush()
	return strings.Join(out, "\n")
}

// hang breaks a line that is too long; it keeps the indentation and indents further lines.
func hang(line string, indent, columns int) string {
	text := strings.TrimLeft(line, " ")
	return report.Fill(line[:len(line)-len(text)], text, indent, columns)
}

// continued breaks a command line with backslashes, as shells accept.
func continued(line string, columns int) string {
	if utf8.RuneCountInString(line) <= columns {
		return line
	}
	broken := hang(line, 6, columns-2)
	return strings.ReplaceAll(broken, "\n", " \\\n")
}
