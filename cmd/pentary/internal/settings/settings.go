// Package settings holds the settings of training as flags. The command line sets them, a journal's
// header stores them, and es.Options and the models result from them.
package settings

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// Settings determine the weights of a run, together with its data.
type Settings interface {
	// Groups returns flags for the settings, with the present values as defaults, by subject.
	Groups() console.Groups
	// Complete sets the defaults that depend on other settings.
	Complete()
	// RateFollows reports whether Complete has set the rate, from the generations.
	RateFollows() bool
	// Check returns an error that names the first flag in conflict with other flags. Flags
	// check their own ranges, and es.New everything else.
	Check() error
	// Options returns the optimizer's options.
	Options() es.Options
	// SetGenerator sets the generator of the noise, for runs of earlier versions. There is no
	// flag for it.
	SetGenerator(g kernels.Generator)
	// EarlyStop returns the effective settings of early stopping.
	EarlyStop() EarlyStop
	// Measured returns the number of measurements in a run.
	Measured() int
}

// integer adds a flag for an integer within bounds, with *p as the default.
func integer(f *pflag.FlagSet, p *int, name string, least, most int, usage string) {
	f.IntVar(p, name, *p, usage)
	console.Bound(f, name, least, most)
}

// oldFlags maps flag names of earlier versions to today's names. oldMeta maps flag names to the
// names in saved models.
var (
	oldFlags = map[string]string{"mixer": "cell", "context": "places", "warm-up": "lead"}
	oldMeta  = map[string]string{"warm-up": "lead"}
)

// Settings in a saved file: some always, others unless they have a certain value.
var (
	toldAlways = []string{
		"seed", "pairs", "rank", "sigma", "law", "fitness", "rule", "rate", "share", "window", "average", "level", "decay", "batch",
		"streams", "steps", "warm-up", "discount", "episodes", "label", "regress", "ignore", "header", "separator", "ramps", "test",
	}
	toldUnless = map[string]string{
		"bias": "false", "conv": noConvolutions, "recurrent": noRecurrent,
		"noise": "weights", "sigma-schedule": "constant", "shrink": "0", "groups": "1", "noise-reuse": "1", "restart": "0",
		"train": "weights", "early-stop": "0", gainShift: "5", "reductions": "0", "shift": "0", "output-sigma": "0", measurements: strconv.Itoa(Measurements), heldOut: strconv.Itoa(heldOutPercent),
	}
)

// Meta returns the entries of a saved file for complete settings.
func Meta(s Settings) map[string]string {
	texts := Texts(s)
	meta := map[string]string{"schedule": texts["schedule"] + " over " + texts["generations"]}
	if _, ok := texts["reductions"]; ok {
		texts["reductions"] = strconv.Itoa(s.EarlyStop().Reductions)
	}
	if g := s.Options().Generator; g != kernels.Philox4x32 { // the only generator of earlier versions
		meta["generator"] = g.String()
	}
	for name, text := range texts {
		off, optional := toldUnless[name]
		if (optional && text != off || slices.Contains(toldAlways, name)) && Takes(texts, name) {
			meta[cmp.Or(oldMeta[name], name)] = text
		}
	}
	return meta
}

// Takes reports whether the setting with a name has an effect, given the other settings. Parameters
// of other rules and schedules have none.
func Takes(texts map[string]string, name string) bool {
	switch rule := RuleName(NameOfRule(texts["rule"])); name {
	case "rate":
		return rule != Threshold
	case "share":
		return rule == Threshold
	case "window":
		return rule == QES
	case "average", "level":
		return rule == Bop
	case "decay":
		return texts["schedule"] == es.Inverse.String() || texts["sigma-schedule"] == es.Inverse.String()
	case gainShift:
		return trainsScales(texts["train"])
	case "reductions":
		return texts["early-stop"] != "0"
	case "discount":
		return texts["noise"] == lowrank.PerturbActivations.String()
	}
	return true
}

// CheckEffects returns an error that names the first flag that is set but has no effect, for
// complete settings.
func CheckEffects(s Settings, f *pflag.FlagSet) (err error) {
	texts := Texts(s)
	f.Visit(func(flag *pflag.Flag) {
		if _, ok := texts[flag.Name]; ok && err == nil && !Takes(texts, flag.Name) {
			err = fmt.Errorf("--%s has no effect with the other settings, see --help", flag.Name)
		}
	})
	return err
}

// Texts returns complete settings by the names of their flags, for SetTexts.
func Texts(s Settings) map[string]string { return s.Groups().Texts() }

// SetTexts sets the settings returned by Texts, and the defaults that depend on them. It also
// accepts texts of earlier versions.
func SetTexts(s Settings, texts map[string]string) error {
	texts = maps.Clone(texts)
	if _, ok := texts["reductions"]; !ok && texts["early-stop"] != "" {
		texts["reductions"] = "0" // earlier versions had none
	}
	for _, name := range []string{"shift", "output-sigma"} {
		if _, ok := texts[name]; !ok && texts["hidden"] != "" && texts["seed"] != "" && Texts(s)[name] != "" {
			texts[name] = "0" // a complete run without this setting
		}
	}
	if _, ok := texts["bias"]; !ok && texts["hidden"] != "" && texts["seed"] != "" && Texts(s)["bias"] != "" {
		texts["bias"] = "false" // likewise, without biases
	}
	if _, ok := texts[measurements]; !ok && texts["episodes"] != "" && texts["seed"] != "" {
		texts[measurements] = strconv.Itoa(Measurements) // a complete run without this setting
	}
	if _, ok := texts[heldOut]; !ok && texts["mixer"]+texts[oldFlags["mixer"]] != "" {
		texts[heldOut] = strconv.Itoa(heldOutPercent)
	}
	if _, ok := texts[gainShift]; !ok && texts["seed"] != "" && trainsScales(texts["train"]) {
		texts[gainShift] = strconv.Itoa(nn.CoarseGains) // a complete run without this setting
	}
	if _, ok := texts["ngrams"]; !ok && texts["mixer"]+texts[oldFlags["mixer"]] != "" {
		texts["ngrams"] = "0" // earlier versions had none
	}
	for now, before := range oldFlags {
		if text, ok := texts[before]; ok {
			texts[now] = text
			delete(texts, before)
		}
	}
	if err := s.Groups().SetTexts(texts); err != nil {
		return err
	}
	s.Complete()
	return nil
}
