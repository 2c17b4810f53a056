package isa

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Error is an error in assembly text. Line and Column begin at 1; Column counts characters.
type Error struct {
	Line, Column int
	Message      string
}

// Error returns the message after its location.
func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message) }

// ErrorList holds the errors of a text, in order.
type ErrorList []*Error

// Error returns the errors, one per line.
func (l ErrorList) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// maxErrors is the largest number of errors reported for a text.
const maxErrors = 20

// sorted returns the first errors in order, without the duplicates that both passes report.
func (l ErrorList) sorted() ErrorList {
	slices.SortStableFunc(l, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	l = slices.CompactFunc(l, func(a, b *Error) bool { return *a == *b })
	return l[:min(len(l), maxErrors)]
}

// tokenKind is the kind of a token: a name, a number, a single character, or the end of the
// line.
type tokenKind rune

const (
	nameToken tokenKind = -iota - 1
	numberToken
	endToken
)

// token is one token of the text.
type token struct {
	kind   tokenKind
	text   string
	column int
}

// String describes the token for an error.
func (t token) String() string {
	if t.kind == endToken {
		return "end of line"
	}
	return fmt.Sprintf("%.32q", t.text)
}

// scan splits a line into tokens, the last of which is the end. A comment begins with ; or #.
func scan(line string) []token {
	var tokens []token
	column := 1
	for len(line) > 0 {
		r, size := utf8.DecodeRuneInString(line)
		t := token{kind: tokenKind(r), column: column}
		switch {
		case r == ';' || r == '#':
			return append(tokens, token{kind: endToken, column: column})
		case r == ' ' || r == '\t' || r == '\r':
			line = line[size:]
			column++
			continue
		case isDigit(r):
			t.kind, size = numberToken, span(line)
		case isLetter(r):
			t.kind, size = nameToken, span(line)
		}
		t.text = line[:size]
		tokens = append(tokens, t)
		column += utf8.RuneCountInString(t.text)
		line = line[size:]
	}
	return append(tokens, token{kind: endToken, column: column})
}

// span returns the length of the name or number at the beginning of a line.
func span(line string) int {
	for i, r := range line {
		if !isLetter(r) && !isDigit(r) {
			return i
		}
	}
	return len(line)
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isLetter(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_' || r == '.'
}
