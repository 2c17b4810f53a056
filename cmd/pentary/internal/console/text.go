package console

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text writes untrusted bytes, such as generated ones, to standard output. On a terminal, it escapes
// everything except text, line breaks and tabs, so that the bytes cannot move the cursor or set
// colours. Otherwise it writes the bytes unchanged.
type Text struct {
	out     io.Writer
	escape  bool
	partial []byte // incomplete rune
}

// NewText returns the writer of text on the streams' output.
func NewText(s *Streams) *Text { return &Text{out: s.Out, escape: s.OutTerm != nil} }

// Write implements io.Writer.
func (t *Text) Write(p []byte) (int, error) {
	if !t.escape {
		return t.out.Write(p)
	}
	t.partial = append(t.partial, p...)
	var text []byte
	for utf8.FullRune(t.partial) {
		r, size := utf8.DecodeRune(t.partial)
		text = appendSafe(text, r, t.partial[:size])
		t.partial = t.partial[size:]
	}
	if _, err := t.out.Write(text); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close writes an incomplete rune at the end.
func (t *Text) Close() error {
	var text []byte
	for _, b := range t.partial {
		text = appendSafe(text, utf8.RuneError, []byte{b})
	}
	t.partial = nil
	_, err := t.out.Write(text)
	return err
}

func appendSafe(text []byte, r rune, encoded []byte) []byte {
	switch {
	case r == utf8.RuneError && len(encoded) == 1, r < ' ' && r != '\n' && r != '\t', r == 0x7f:
		return fmt.Appendf(text, `\x%02x`, encoded[0])
	case r != '\n' && r != '\t' && !unicode.IsPrint(r):
		return fmt.Appendf(text, `\u%04x`, r)
	}
	return append(text, encoded...)
}

// ShellLine returns words as a command line of a POSIX shell.
func ShellLine(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		plain := func(r rune) bool {
			return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%,=", r)
		}
		if word == "" || strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
			word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		quoted[i] = word
	}
	return strings.Join(quoted, " ")
}
