package trit5

import "strings"

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
