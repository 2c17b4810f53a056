package trit5

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// String returns w in the symbols ⊖ - 0 + ⊕, most significant first and without
// leading zeros: "0" for zero, "⊕-" for 9.
func (w Word) String() string {
	top := WordPents - 1
	for top > 0 && w.Pent(top) == 0 {
		top--
	}
	var b strings.Builder
	for i := top; i >= 0; i-- {
		b.WriteString(w.Pent(i).String())
	}
	return b.String()
}

// ParseWord reads what [Word.String] writes: 1 to 16 symbols ⊖ - 0 + ⊕, most
// significant first. Leading zeros are allowed. An error counts symbols from 1.
func ParseWord(s string) (Word, error) {
	if s == "" {
		return ZeroWord, errors.New("trit5: ParseWord: empty string")
	}
	w, n := ZeroWord, 0
	for _, r := range s {
		n++
		if n > WordPents {
			return ZeroWord, fmt.Errorf("trit5: ParseWord: more than %d symbols", WordPents)
		}
		code := slices.Index(symbols[:], r)
		if code < 0 {
			return ZeroWord, fmt.Errorf("trit5: ParseWord: symbol %d is %q, none of ⊖ - 0 + ⊕", n, r)
		}
		// Each shift drops the top digit, still one of the zeros w began with.
		w = (w<<codeBits | Word(code)) & wordMask
	}
	return w, nil
}
