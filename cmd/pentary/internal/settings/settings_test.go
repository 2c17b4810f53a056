package settings

import (
	"maps"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
)

// other has settings for every flag that differ from all defaults.
var other = map[string]string{
	"hidden": "7,9", "bias": "true", "batch": "3", "shift": "2", "seed": "18446744073709551615", "generations": "12", "pairs": "6", "groups": "2",
	"noise": "activations", "fitness": "ranks", "early-stop": "4", "reductions": "1", "rank": "full", "sigma": "5", "output-sigma": "2", "sigma-schedule": "cosine", "law": "uniform",
	"noise-reuse": "2", "rule": "bop", "rate": "0.125", "share": "0.5", "window": "3", "average": "4", "level": "0.1",
	"schedule": "inverse", "decay": "0.25", "restart": "5", "shrink": "0.001",
	"width": "12", "layers": "3", "mixer": "lstm", "mlp": "2", "gains": "true", "context": "5", "heads": "2", "span": "3", "ngrams": "3", "buckets": "50",
	"streams": "6", "steps": "7", "held-out": "10", "warm-up": "8", "discount": "9", "episodes": "11", "measurements": "13",
}

// SetTexts restores the settings of Texts, for every flag.
func TestTexts(t *testing.T) {
	digits, err := task.Find("digits")
	if err != nil {
		t.Fatal(err)
	}
	for name, make := range map[string]func() Settings{
		"classifier": func() Settings {
			s := NewClassifier(digits)
			s.Bias = new(bool)
			return s
		},
		"language": func() Settings { return NewLanguage() },
		"policy":   func() Settings { return NewPolicy(control.CartPole{}) },
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

// Runs of policies by versions without the flag have 25 measurements.
func TestMeasurementsOfOldRuns(t *testing.T) {
	now := NewPolicy(control.Acrobot{})
	now.Complete()
	texts := Texts(now)
	if texts["measurements"] != "500" || now.Measured() != 500 {
		t.Errorf("--measurements %s by default, measured %d times, want 500", texts["measurements"], now.Measured())
	}
	delete(texts, "measurements")
	old := NewPolicy(control.Acrobot{})
	if err := SetTexts(old, texts); err != nil || old.Measured() != 25 {
		t.Errorf("%d measurements of a run without, error %v, want 25", old.Measured(), err)
	}
}

// The command's defaults equal package es's, except for the measured rate.
func TestDefaultsOfES(t *testing.T) {
	for _, e := range []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations} {
		asked := es.Options{Generations: 100, Estimator: e}
		s := NewOptimizer(asked, "0.3")
		s.Complete()
		if got, want := s.Options().String(), asked.WithDefaults().String(); got != want {
			t.Errorf("options %s, want %s", got, want)
		}
	}
}

// The default rate of fine-tuning does not rise in short runs.
func TestRateOfFinetune(t *testing.T) {
	for generations, want := range map[string]string{"1": "0.008", "4": "0.008", "400": "0.008", "1600": "0.004"} {
		s := NewFinetune()
		if err := SetTexts(s, map[string]string{"generations": generations}); err != nil {
			t.Fatal(err)
		}
		s.Complete()
		if got := s.Rule.Rate.String(); got != want {
			t.Errorf("%s generations: rate %s, want %s", generations, got, want)
		}
	}
}

// More tokens than a task accepts are an error before any is drawn.
func TestTextsOfFinetune(t *testing.T) {
	for steps, want := range map[string]bool{"256": true, "257": false} {
		s := NewFinetune()
		if err := SetTexts(s, map[string]string{"texts": "65536", "steps": steps}); err != nil {
			t.Fatal(err)
		}
		s.Complete()
		if err := s.Check(); (err == nil) != want {
			t.Errorf("65536 texts of %s tokens: error %v", steps, err)
		}
	}
}

// The default rate falls with the square root of the generations; a rate set by the user does not
// change.
func TestRate(t *testing.T) {
	for _, test := range []struct {
		generations, want string
	}{{"400", "0.2"}, {"1600", "0.1"}, {"100", "0.4"}, {"64", "0.5"}, {"1", "0.5"}, {"401", "0.2"}, {"500", "0.179"}, {"2147483647", "0.000086"}} {
		for _, set := range []string{"", "0.123"} {
			s := NewOptimizer(es.Options{Generations: 400}, "0.2")
			var groups console.Groups
			s.population(&groups)
			s.noiseAndUpdate(&groups)
			texts, want := map[string]string{"generations": test.generations}, test.want
			if set != "" {
				texts["rate"], want = set, set
			}
			if err := groups.SetTexts(texts); err != nil {
				t.Fatal(err)
			}
			s.Complete()
			if s.Rule.Rate.String() != want || groups.Texts()["rate"] != want || s.RateFollows() != (set == "") {
				t.Errorf("%s generations: rate %v, want %s", test.generations, &s.Rule.Rate, want)
			}
		}
	}
}

// Setting a flag of another rule, schedule or estimator is an error.
func TestCheckEffects(t *testing.T) {
	digits, err := task.Find("digits")
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"--rule threshold --share 0.1":               "",
		"--rule threshold --rate 0.1":                "--rate",
		"--window 4":                                 "--window",
		"--reductions 2":                             "--reductions",
		"--reductions 2 --early-stop 3":              "",
		"--decay 0.1 --sigma-schedule inverse":       "",
		"--decay 0.1 --schedule cosine --shrink 0.1": "--decay",
	} {
		s := NewClassifier(digits)
		var cmd cobra.Command
		s.Groups().Bind(&cmd)
		if err := cmd.ParseFlags(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		s.Complete()
		err := CheckEffects(s, cmd.Flags())
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want+" ") {
			t.Errorf("%s: error %v, want of %q", args, err, want)
		}
	}
}

// Runs of versions without the setting have no biases, whatever the present default.
func TestBiasOfEarlierTexts(t *testing.T) {
	s := NewClassifier(task.All[0])
	s.Bias = new(true)
	s.Complete()
	texts := Texts(s)
	if texts["bias"] != "true" {
		t.Fatalf("bias is %q", texts["bias"])
	}
	delete(texts, "bias")
	if err := SetTexts(s, texts); err != nil || *s.Bias {
		t.Errorf("texts without a bias make it %v (%v)", *s.Bias, err)
	}
}

// Parts of a network are named in any order. Runs of versions without the setting had coarse gains.
func TestTrained(t *testing.T) {
	for text, want := range map[string]string{
		"weights": "weights", "scales": "scales", "both": "both", "scales,weights": "both", "scales,scales": "scales", "biases,scales": "scales,biases", "both,biases": "error", "biases,weights,scales": "weights,scales,biases",
		"": "error", "all": "error", "scales,": "error", "weights,both": "error",
	} {
		s := NewFinetune()
		err := s.Train.Set(text)
		if err == nil && s.Train.String() != want || err != nil && want != "error" {
			t.Errorf("%q is %v, want %s: %v", text, &s.Train, want, err)
		}
	}
	for train, want := range map[string]uint{"weights": 7, "scales": 5, "both": 5, "scales,biases": 5, "biases": 7} {
		s := NewFinetune()
		s.Complete()
		texts := Texts(s)
		texts["train"] = train
		delete(texts, gainShift)
		if err := SetTexts(s, texts); err != nil || s.Gains != want {
			t.Errorf("%s: gains with a shift of %d, want %d: %v", train, s.Gains, want, err)
		}
		if got := Takes(Texts(s), gainShift); got != (want == nn.CoarseGains) {
			t.Errorf("%s: the shift has an effect: %t", train, got)
		}
	}
}
