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

// Columns returns the width that text for people is wrapped to: the terminal's,
// else the environment's, else 80.
func (s *Streams) Columns() int {
	return cmp.Or(s.columns(), 80)
}

// columns is Columns without the 80.
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

// widest is the longest line of help: longer ones are hard to read.
const widest = 100

// writeHelp prints what a command does and takes.
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
		fmt.Fprintf(out, "\n%s\n", Wrap(fmt.Sprintf("\"%s [command] --help\" says more about a command.", cmd.CommandPath()), columns))
	}
}

// groupsOf returns a command's flags by their groups, in the order in which both were
// made.
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

// flagRow returns how a flag is written, and what it does.
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
		usage += " (default " + value + ")"
	}
	return [2]string{left, usage}
}

// fraction matches the zeros that pflag writes behind whole numbers of a list.
var fraction = regexp.MustCompile(`\.0+\b`)

// leftColumn returns the width of the names in rows, a few columns where there is no
// room beside them.
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

// writeRows prints names beside what they are, or above it where there is no room.
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

// Wrap breaks text into lines of at most the given number of columns. Lines of one indentation are
// a paragraph; a line that begins with blanks and a name, then two blanks, is an item,
// whose text stays in its column.
func Wrap(all string, columns int) string {
	columns = min(columns, widest)
	var out []string
	var text, prefix string // of the paragraph or item under way
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

// hang breaks a line that is too long, keeping its indentation, and indents what
// follows.
func hang(line string, indent, columns int) string {
	text := strings.TrimLeft(line, " ")
	return report.Fill(line[:len(line)-len(text)], text, indent, columns)
}

// continued breaks a command line as a shell takes it.
func continued(line string, columns int) string {
	if utf8.RuneCountInString(line) <= columns {
		return line
	}
	broken := hang(line, 6, columns-2)
	return strings.ReplaceAll(broken, "\n", " \\\n")
}
