package console

import (
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
)

func TestChoice(t *testing.T) {
	var fitness es.Fitness
	c := Choice[es.Fitness]{Value: &fitness, Options: []es.Fitness{es.Sign, es.FourBit}}
	if err := c.Set("4bit"); err != nil || fitness != es.FourBit || c.String() != "4bit" {
		t.Errorf("Set(4bit) = %v, chose %v", err, fitness)
	}
	if err := c.Set("Sign"); err == nil || !strings.Contains(err.Error(), "sign|4bit") || fitness != es.FourBit {
		t.Errorf("Set(Sign) = %v, chose %v", err, fitness)
	}
}

func TestOneOf(t *testing.T) {
	names := []string{"MatMul", "MatVec"}
	for text, want := range map[string]string{
		"MatMull": `want MatMul|MatVec; did you mean "MatMul"?`, "matvce": `want MatMul|MatVec; did you mean "MatVec"?`, "fft": "want MatMul|MatVec",
	} {
		if err := OneOf(text, names); err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if err := InvalidValue("impl", "", OneOf("", names)); err.Error() != `--impl "": want MatMul|MatVec` {
		t.Error(err)
	}
}

func TestLayers(t *testing.T) {
	for text, want := range map[string][]int{"none": nil, "64": {64}, "128,64,7": {128, 64, 7}, "-1": {-1}} {
		l := Widths{3}
		if err := l.Set(text); err != nil || !slices.Equal(l, want) || l.String() != text {
			t.Errorf("Set(%q) = %v, %v", text, err, l)
		}
	}
	for _, text := range []string{"", ",", "8,", "8, 8", "none,8", "8-8", "1e3", "99999999999999999999"} {
		l := Widths{3}
		if err := l.Set(text); err == nil || !slices.Equal(l, Widths{3}) {
			t.Errorf("Set(%q) = %v, %v", text, err, l)
		}
	}
}

func TestShellLine(t *testing.T) {
	for text, want := range map[string]string{
		"runs/a-1_b.c": "runs/a-1_b.c", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'", "*": "'*'",
	} {
		if got := ShellLine(text); got != want {
			t.Errorf("ShellLine(%q) = %s, want %s", text, got, want)
		}
	}
}
