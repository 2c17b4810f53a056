package trit5

import (
	"fmt"
	"strings"
	"testing"
)

func TestCode(t *testing.T) {
	for c := range 256 {
		p, err := FromCode(uint8(c))
		if valid := c <= 4; ValidCode(uint8(c)) != valid || (err == nil) != valid {
			t.Errorf("code %d: ValidCode %v, FromCode error %v", c, ValidCode(uint8(c)), err)
		} else if valid && (int(p) != c-2 || int(p.Code()) != c) {
			t.Errorf("code %d: pent %d, code again %d", c, p, p.Code())
		}
	}
	if c := Pent(0).Code(); c != CodeZero {
		t.Errorf("code of 0 is %d", c)
	}
}

func TestValid(t *testing.T) {
	for p := -128; p <= 127; p++ {
		if got, want := Pent(p).Valid(), p >= -2 && p <= 2; got != want {
			t.Errorf("Pent(%d).Valid() = %v", p, got)
		}
	}
}

func TestPentText(t *testing.T) {
	spellings := map[Pent]string{-2: "⊖ -2", -1: "- -1", 0: "0", 1: "+ 1 +1", 2: "⊕ 2 +2"}
	for p, all := range spellings {
		for i, s := range strings.Fields(all) {
			if got, err := ParsePent(s); got != p || err != nil {
				t.Errorf("ParsePent(%q) = %v, %v", s, got, err)
			}
			if i == 0 && p.String() != s {
				t.Errorf("Pent(%d).String() = %q, want %q", int8(p), p.String(), s)
			}
		}
	}
	for _, s := range []string{"", " ", "3", "-3", "+0", "00", "++", "0 ", "⊕⊕", "\xff"} {
		if p, err := ParsePent(s); err == nil {
			t.Errorf("ParsePent(%q) = %v, want an error", s, p)
		}
	}
	if s := Pent(3).String(); s != "Pent(3)" {
		t.Errorf("invalid pent prints as %q", s)
	}
	if _, err := ParsePent(strings.Repeat("+", 1<<16)); err == nil || len(err.Error()) > 200 {
		t.Errorf("error for a long string is absent or long: %.300v", err)
	}
}

func ExamplePent() {
	for p := Pent(Min); p <= Max; p++ {
		fmt.Printf("%+d %03b %v\n", int8(p), p.Code(), p)
	}
	// Output:
	// -2 000 ⊖
	// -1 001 -
	// +0 010 0
	// +1 011 +
	// +2 100 ⊕
}
