package cli

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
)

// Settings come back from their texts, those of every flag among them.
func TestSettingsTexts(t *testing.T) {
	other := map[string]string{
		"hidden": "7,9", "batch": "3", "seed": "18446744073709551615", "generations": "12", "pairs": "6", "groups": "2",
		"noise": "activations", "fitness": "ranks", "early-stop": "4", "rank": "full", "sigma": "5", "sigma-schedule": "cosine", "law": "uniform",
		"noise-reuse": "2", "rule": "flip", "rate": "0.125", "share": "0.5", "window": "3", "average": "4", "level": "0.1",
		"schedule": "inverse", "decay": "0.25", "restart": "5", "shrink": "0.001",
	}
	find := func(name string) *task.Task {
		found, err := task.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	s := defaults(find("digits"))
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.flags(f)
	f.VisitAll(func(f *pflag.Flag) {
		if err := f.Value.Set(other[f.Name]); err != nil {
			t.Errorf("--%s %q: %v", f.Name, other[f.Name], err)
		}
	})
	back := defaults(find("mnist"))
	if err := back.setTexts(s.texts()); err != nil {
		t.Fatal(err)
	}
	for name, text := range back.texts() {
		if text != other[name] {
			t.Errorf("--%s is %q, want %q", name, text, other[name])
		}
	}
	if got, want := back.esOptions().String(), s.esOptions().String(); got != want || back.patience != 4 || back.batch != 3 {
		t.Errorf("options %s, want %s", got, want)
	}
	for _, bad := range []map[string]string{{"bogus": "1"}, {"batch": "x"}, {"rank": "-1"}} {
		if err := defaults(find("digits")).setTexts(bad); err == nil {
			t.Errorf("%v is no error", bad)
		}
	}
}

func TestParseConfig(t *testing.T) {
	c := &config{Task: "digits", Network: []int{64, 8, 10}, Settings: map[string]string{"b": "<2>", "a": "1"}, Optimizer: "x\n"}
	const want = `{"task":"digits","network":[64,8,10],"settings":{"a":"1","b":"<2>"},"optimizer":"x\n"}`
	if text := c.text(); text != want {
		t.Errorf("text %s, want %s", text, want)
	}
	back, err := parseConfig(want)
	if err != nil || back.text() != want || back.difference(c) != nil {
		t.Errorf("parsed %+v, %v", back, err)
	}
	for _, bad := range []string{"", "{", want + want, want + "x", `{"colour":1}`, "[]"} {
		if _, err := parseConfig(bad); err == nil || !strings.HasPrefix(err.Error(), "configuration: ") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
	old, err := parseConfig(`{"task":"digits","network":null,"settings":{"rule":"replay"},"optimizer":""}`)
	if err != nil || old.Settings["rule"] != "qes" {
		t.Errorf("the rule of an old journal: %+v, %v", old, err)
	}
}

func TestShellQuote(t *testing.T) {
	for text, want := range map[string]string{
		"runs/a-1_b.c": "runs/a-1_b.c", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'", "*": "'*'",
	} {
		if got := shellQuote(text); got != want {
			t.Errorf("shellQuote(%q) = %s, want %s", text, got, want)
		}
	}
}
