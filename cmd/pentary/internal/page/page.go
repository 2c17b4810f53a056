// Package page writes generated parts of Markdown pages.
package page

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// Document is the output of a program in a folder: a table in a page, and whole files.
type Document struct {
	Page    string // the file with the table between its marks, see Insert
	Command string // the command that writes the document
	Table   string
	Files   map[string][]byte // other files, by name
}

// Contents returns the contents of all files of the document.
func (d *Document) Contents(folder string) (map[string][]byte, error) {
	all := map[string][]byte{}
	for name, content := range d.Files {
		all[name] = content
	}
	if d.Page == "" {
		return all, nil
	}
	text, err := os.ReadFile(filepath.Join(folder, d.Page))
	if err == nil {
		all[d.Page], err = Insert(text, d.Command, d.Table)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.Page, err)
	}
	return all, nil
}

// Write writes all files of the document.
func (d *Document) Write(folder string) error {
	all, err := d.Contents(folder)
	if err != nil {
		return err
	}
	for name, content := range all {
		if err := durable.Write(filepath.Join(folder, name), func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// Check returns an error unless the files in the folder are what Write would write.
func (d *Document) Check(folder string) error {
	all, err := d.Contents(folder)
	if err != nil {
		return err
	}
	for name, want := range all {
		if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || !bytes.Equal(got, want) {
			return fmt.Errorf("%s: error %w, or outdated; run %s", name, err, d.Command)
		}
	}
	return nil
}

// Insert returns the page with text inserted between the marks of the command that writes it:
//
//	<!-- written by COMMAND -->
//	<!-- end -->
func Insert(page []byte, command, text string) ([]byte, error) {
	begin, end := "<!-- written by "+command+" -->", "<!-- end -->"
	head, rest, ok := bytes.Cut(page, []byte(begin+"\n"))
	_, tail, closed := bytes.Cut(rest, []byte(end+"\n"))
	if !ok || !closed {
		return nil, fmt.Errorf("no lines %q and %q", begin, end)
	}
	return []byte(string(head) + begin + "\n" + text + end + "\n" + string(tail)), nil
}

// Table returns a heading and rows as a Markdown table. rule aligns all columns: "---" to the left,
// "--:" to the right.
func Table(rule string, heading []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(heading)
	b.WriteString(strings.Repeat("|"+rule, len(heading)) + "|\n")
	for _, row := range rows {
		line(row)
	}
	return b.String()
}
