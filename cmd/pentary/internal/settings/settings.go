// Package settings has the settings of a training as flags: what the command line sets,
// what a journal's header stores, and what es.Options and the models take.
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
)

// Settings are all that determines the weights of a run, its data aside.
type Settings interface {
	// Groups returns the settings as flags, whose defaults they are, by subject.
	Groups() console.Groups
	// Complete sets the defaults that depend on other settings.
	Complete()
	// RateFollows reports whether Complete has set the rate, from the generations.
	RateFollows() bool
	// Check returns an error that names the first flag that does not go with the others.
	// Flags check their own ranges, and es.New the rest.
	Check() error
	// Options returns the optimizer's options.
	Options() es.Options
	// SetGenerator sets the generator of the noise, which no flag does: the one of a run of an
	// earlier version.
	SetGenerator(g kernels.Generator)
	// EarlyStop returns the settings of early stopping in force.
	EarlyStop() EarlyStop
	// Measured returns how often a run is measured.
	Measured() int
}

// integer adds a flag of a bounded whole number, whose default is its value.
func integer(f *pflag.FlagSet, p *int, name string, least, most int, usage string) {
	f.IntVar(p, name, *p, usage)
	console.Bound(f, name, least, most)
}

// oldFlags are the names that flags had in earlier versions, and oldMeta is the name of a flag
// which saved models still have.
var (
	oldFlags = map[string]string{"mixer": "cell", "context": "places", "warm-up": "lead"}
	oldMeta  = map[string]string{"warm-up": "lead"}
)

// The settings that a saved file tells: some always, others unless they have a value.
var (
	toldAlways = []string{
		"seed", "pairs", "rank", "sigma", "law", "fitness", "rule", "rate", "share", "window", "average", "level", "decay", "batch",
		"streams", "steps", "warm-up", "discount", "episodes", "label", "regress", "ignore", "header", "separator", "ramps", "test",
	}
	toldUnless = map[string]string{
		"bias": "false", "conv": noConvolutions, "recurrent": noRecurrent,
		"noise": "weights", "sigma-schedule": "constant", "shrink": "0", "groups": "1", "noise-reuse": "1", "restart": "0",
		"train": "weights", "early-stop": "0", "reductions": "0", "shift": "0", "output-sigma": "0", measurements: strconv.Itoa(Measurements), heldOut: strconv.Itoa(heldOutPercent),
	}
)

// Meta returns what a saved file says of complete settings.
func Meta(s Settings) map[string]string {
	texts := Texts(s)
	meta := map[string]string{"schedule": texts["schedule"] + " over " + texts["generations"]}
	if _, ok := texts["reductions"]; ok {
		texts["reductions"] = strconv.Itoa(s.EarlyStop().Reductions)
	}
	if g := s.Options().Generator; g != kernels.Philox4x32 { // the only one of earlier versions
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

// Takes reports whether the setting of a name makes a difference beside the others:
// parameters of other rules and schedules do not.
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
	case "reductions":
		return texts["early-stop"] != "0"
	case "discount":
		return texts["noise"] == lowrank.PerturbActivations.String()
	}
	return true
}

// CheckEffects returns an error that names the first flag of complete settings that is set but
// makes no difference.
func CheckEffects(s Settings, f *pflag.FlagSet) (err error) {
	texts := Texts(s)
	f.Visit(func(flag *pflag.Flag) {
		if _, ok := texts[flag.Name]; ok && err == nil && !Takes(texts, flag.Name) {
			err = fmt.Errorf("--%s makes no difference beside the other settings, see --help", flag.Name)
		}
	})
	return err
}

// Texts returns complete settings by the names of their flags, as SetTexts takes them.
func Texts(s Settings) map[string]string { return s.Groups().Texts() }

// SetTexts sets what Texts returned, and the defaults that depend on it. It reads the
// texts of earlier versions, too.
func SetTexts(s Settings, texts map[string]string) error {
	texts = maps.Clone(texts)
	if _, ok := texts["reductions"]; !ok && texts["early-stop"] != "" {
		texts["reductions"] = "0" // there were none
	}
	for _, name := range []string{"shift", "output-sigma"} {
		if _, ok := texts[name]; !ok && texts["hidden"] != "" && texts["seed"] != "" && Texts(s)[name] != "" {
			texts[name] = "0" // all settings of a run without
		}
	}
	if _, ok := texts["bias"]; !ok && texts["hidden"] != "" && texts["seed"] != "" && Texts(s)["bias"] != "" {
		texts["bias"] = "false" // likewise
	}
	if _, ok := texts[measurements]; !ok && texts["episodes"] != "" && texts["seed"] != "" {
		texts[measurements] = strconv.Itoa(Measurements) // all settings of a run without
	}
	if _, ok := texts[heldOut]; !ok && texts["mixer"]+texts[oldFlags["mixer"]] != "" {
		texts[heldOut] = strconv.Itoa(heldOutPercent)
	}
	if _, ok := texts["ngrams"]; !ok && texts["mixer"]+texts[oldFlags["mixer"]] != "" {
		texts["ngrams"] = "0" // there were none
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
