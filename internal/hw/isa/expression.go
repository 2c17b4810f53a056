package isa

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/Kaleaon/pentary-go/trit5"
)

// line is the rest of a statement during parsing. An error ends the statement.
type line struct {
	tokens []token // remaining tokens; the last is the end
	number int
	asm    *assembler
}

// next returns the next token without consuming it.
func (l *line) next() token { return l.tokens[0] }

// take consumes and returns the next token. The end token remains.
func (l *line) take() token {
	t := l.tokens[0]
	if t.kind != endToken {
		l.tokens = l.tokens[1:]
	}
	return t
}

// fail ends the statement with an error at a token.
func (l *line) fail(t token, format string, args ...any) error {
	return &Error{Line: l.number, Column: t.column, Message: fmt.Sprintf(format, args...)}
}

// expect consumes a token of the given kind, or fails.
func (l *line) expect(k tokenKind, what string) error {
	if t := l.take(); t.kind != k {
		return l.fail(t, "%v, want %s", t, what)
	}
	return nil
}

// maxDepth is the largest nesting depth of parentheses and signs.
const maxDepth = 100

// expression parses and evaluates sums of products of numbers, symbols and parentheses:
//
//	expression = product { ("+" | "-") product }
//	product    = factor { "*" factor }
//	factor     = number | symbol | "." | ("+" | "-") factor | "(" expression ")"
//
// The value and all intermediate values are within the range of a word.
func (l *line) expression(depth int) (int64, error) {
	v, err := l.product(depth)
	for err == nil && (l.next().kind == '+' || l.next().kind == '-') {
		op := l.take()
		var w int64
		if w, err = l.product(depth); err != nil {
			break
		}
		if op.kind == '-' {
			w = -w
		}
		v, err = l.bounded(op, v+w)
	}
	return v, err
}

func (l *line) product(depth int) (int64, error) {
	v, err := l.factor(depth)
	for err == nil && l.next().kind == '*' {
		op := l.take()
		var w int64
		if w, err = l.factor(depth); err != nil {
			break
		}
		if v != 0 && w != 0 && trit5.WordMax/max(v, -v) < max(w, -w) {
			return 0, l.fail(op, "product is beyond the range of a word, ±%d", int64(trit5.WordMax))
		}
		v *= w
	}
	return v, err
}

func (l *line) factor(depth int) (int64, error) {
	t := l.take()
	if depth > maxDepth {
		return 0, l.fail(t, "expression of more than %d levels", maxDepth)
	}
	switch t.kind {
	case numberToken:
		v, err := parseDigits(t.text)
		if err != nil {
			return 0, l.fail(t, "%v is not a number", t)
		}
		return l.bounded(t, v)
	case nameToken:
		return l.symbol(t)
	case '+':
		return l.factor(depth + 1)
	case '-':
		v, err := l.factor(depth + 1)
		return -v, err
	case '(':
		v, err := l.expression(depth + 1)
		if err != nil {
			return 0, err
		}
		return v, l.expect(')', "a closing parenthesis")
	}
	return 0, l.fail(t, "%v, want a number or a symbol", t)
}

// ParseNumber parses a number in assembly text: an optional sign, then decimal digits, where
// leading zeros are allowed, or 0x and hexadecimal digits. Values beyond the range of a word are
// an error.
func ParseNumber(text string) (int64, error) {
	digits, negative := strings.CutPrefix(text, "-")
	v, err := parseDigits(digits)
	if err != nil || v > trit5.WordMax {
		return 0, fmt.Errorf("%.32q is not a number within ±%d", text, int64(trit5.WordMax))
	}
	if negative {
		v = -v
	}
	return v, nil
}

func parseDigits(text string) (int64, error) {
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok {
		text, base = hex, 16
	}
	v, err := strconv.ParseUint(text, base, 63)
	return int64(v), err
}

// bounded returns v, or an error if it is beyond the range of a word.
func (l *line) bounded(t token, v int64) (int64, error) {
	if v > trit5.WordMax || v < -trit5.WordMax {
		return 0, l.fail(t, "%d is beyond the range of a word, ±%d", v, int64(trit5.WordMax))
	}
	return v, nil
}

// symbol returns the value of a symbol; "." is the address of the statement.
func (l *line) symbol(t token) (int64, error) {
	if t.text == "." {
		return int64(l.asm.here()), nil
	}
	if v, ok := l.asm.values[t.text]; ok {
		return v, nil
	}
	if _, ok := parseRegister(t.text); ok {
		return 0, l.fail(t, "register %s, want a number or a symbol", t.text)
	}
	return 0, l.fail(t, "undefined symbol %v", t)
}
