package trit5

import (
	"fmt"
	"testing"
)

func TestCode(t *testing.T) {
	for c := range 256 {
		if valid := c <= 4; ValidCode(uint8(c)) != valid {
			t.Errorf("code %d: ValidCode %v", c, !valid)
		} else if got := Pent(c - 2).Code(); valid && int(got) != c {
			t.Errorf("code of %d is %d", c-2, got)
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
	for p, want := range map[Pent]string{-2: "⊖", -1: "-", 0: "0", 1: "+", 2: "⊕"} {
		if got := p.String(); got != want {
			t.Errorf("Pent(%d).String() = %q, want %q", int8(p), got, want)
		}
	}
	if s := Pent(3).String(); s != "Pent(3)" {
		t.Errorf("invalid pent prints as %q", s)
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
