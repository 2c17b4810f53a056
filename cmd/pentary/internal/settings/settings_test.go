package settings

import (
	"maps"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/nn/control"
)

// other are settings of every flag that differ from all defaults.
var other = map[string]string{
	"hidden": "7,9", "batch": "3", "seed": "18446744073709551615", "generations": "12", "pairs": "6", "groups": "2",
	"noise": "activations", "fitness": "ranks", "early-stop": "4", "rank": "full", "sigma": "5", "sigma-schedule": "cosine", "law": "uniform",
	"noise-reuse": "2", "rule": "flip", "rate": "0.125", "share": "0.5", "window": "3", "average": "4", "level": "0.1",
	"schedule": "inverse", "decay": "0.25", "restart": "5", "shrink": "0.001",
	"width": "12", "layers": "3", "cell": "lstm", "mlp": "2", "places": "5", "heads": "2", "span": "3",
	"streams": "6", "steps": "7", "lead": "8", "discount": "9", "episodes": "11",
}

// Settings come back from their texts, those of every flag among them.
func TestTexts(t *testing.T) {
	digits, err := task.Find("digits")
	if err != nil {
		t.Fatal(err)
	}
	for name, make := range map[string]func() Settings{
		"classifier": func() Settings { return NewClassifier(digits) },
		"language":   func() Settings { return NewLanguage() },
		"policy":     func() Settings { return NewPolicy(control.CartPole{}) },
	} {
		t.Run(name, func(t *testing.T) {
			s, texts := make(), map[string]string{}
			other := maps.Clone(other)
			if Texts(s)["noise"] == other["noise"] {
				other["noise"] = "weights"
			}
			for name, before := range Texts(s) {
				texts[name] = other[name]
				if other[name] == "" || other[name] == before {
					t.Fatalf("--%s: no other setting than %q", name, before)
				}
			}
			if err := SetTexts(s, texts); err != nil {
				t.Fatal(err)
			}
			back := make()
			if err := SetTexts(back, Texts(s)); err != nil {
				t.Fatal(err)
			}
			for name, text := range Texts(back) {
				if text != other[name] {
					t.Errorf("--%s is %q, want %q", name, text, other[name])
				}
			}
			if got, want := back.Options().String(), s.Options().String(); got != want || back.EarlyStop() != s.EarlyStop() {
				t.Errorf("options %s, want %s", got, want)
			}
			for _, bad := range []map[string]string{{"bogus": "1"}, {"pairs": "x"}, {"rank": "-1"}} {
				if err := SetTexts(make(), bad); err == nil {
					t.Errorf("%v is no error", bad)
				}
			}
			old := make()
			if err := SetTexts(old, map[string]string{"rule": "replay"}); err != nil || Texts(old)["rule"] != "qes" {
				t.Errorf("the rule of an old journal: %v", err)
			}
			for name, bad := range map[string]string{"generations": "0", "pairs": "0", "rank": "0", "groups": "0", "noise-reuse": "0"} {
				s := make()
				if err := SetTexts(s, map[string]string{name: bad}); err == nil && s.Check() == nil {
					t.Errorf("--%s %s is no error", name, bad)
				}
			}
		})
	}
}
