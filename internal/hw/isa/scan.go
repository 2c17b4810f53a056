package isa

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Error is a mistake in assembly text. Line and Column count from 1, Column in
// characters.
type Error struct {
	Line, Column int
	Message      string
}

// Error returns the message with its place in front.
func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message) }

// ErrorList is all mistakes of a text, in order.
type ErrorList []*Error

// Error returns the mistakes, a line each.
func (l ErrorList) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// maxErrors is how many mistakes are reported of a text.
const maxErrors = 20

// sorted returns the first mistakes in order, each once: both passes find some.
func (l ErrorList) sorted() ErrorList {
	slices.SortStableFunc(l, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	l = slices.CompactFunc(l, func(a, b *Error) bool { return *a == *b })
	return l[:min(len(l), maxErrors)]
}

// tokenKind is the kind of a token: a name, a number, a single character, or the end of
// the line.
type tokenKind rune

const (
	nameToken tokenKind = -iota - 1
	numberToken
	endToken
)

// token is a word of the text.
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

// scan divides a line into tokens, the last of which is the end. Whatever stands
// after ; or # is a comment.
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

// span returns the length of the name or number that a line begins with.
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
