package console

import (
	"strings"
	"testing"
)

// On a terminal, only text is written, at once or in pieces; otherwise all bytes are.
func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ttext\n":            "plain\ttext\n",
		"\x1b[2Jred\r\x07\x00\x7f": `\x1b[2Jred\x0d\x07\x00\x7f`,
		"é∑ 日":                     "é∑ 日",
		"\u0085\u202e\u2028":       `\u0085\u202e\u2028`,
		"a\xff\xc3(":               `a\xff\xc3(`,
		"cut \xe6\x97":             `cut \xe6\x97`,
	} {
		for _, size := range []int{1, 2, len(in)} {
			var out strings.Builder
			w := &Text{out: &out, escape: true}
			for rest := in; rest != ""; {
				n := min(size, len(rest))
				if _, err := w.Write([]byte(rest[:n])); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			if err := w.Close(); err != nil || out.String() != want {
				t.Errorf("%q by %d: %q, want %q, error %v", in, size, out.String(), want, err)
			}
		}
		var out strings.Builder
		w := NewText(NewStreams(&out, &out))
		w.Write([]byte(in))
		if err := w.Close(); err != nil || out.String() != in {
			t.Errorf("%q came out as %q where there is no terminal", in, out.String())
		}
	}
}
