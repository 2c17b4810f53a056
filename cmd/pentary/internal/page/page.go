// Package page replaces the part of a Markdown page that a program writes.
package page

import (
	"bytes"
	"fmt"
)

// Insert returns the page with text between the marks of the command that writes it:
//
//	<!-- written by COMMAND -->
//	<!-- end -->
func Insert(page []byte, command, text string) ([]byte, error) {
	begin, end := "<!-- written by "+command+" -->\n", "<!-- end -->\n"
	head, rest, ok := bytes.Cut(page, []byte(begin))
	_, tail, closed := bytes.Cut(rest, []byte(end))
	if !ok || !closed {
		return nil, fmt.Errorf("no lines %q and %q", begin, end)
	}
	return []byte(string(head) + begin + text + end + string(tail)), nil
}
