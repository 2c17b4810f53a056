// Package settings has the settings of a training as flags: what the command line sets,
// what a journal's header stores, and what es.Options and the models take.
package settings

import (
	"maps"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
)

// Settings are all that determines the weights of a run, its data aside.
type Settings interface {
	// Groups returns the settings as flags, whose defaults they are, by subject.
	Groups() console.Groups
	// Complete sets the defaults that depend on other settings.
	Complete()
	// RateFollows reports whether Complete has set the rate, from the generations.
	RateFollows() bool
	// Check returns an error that names the first flag out of range. es.New checks the
	// rest; what is here it would take for a default.
	Check() error
	// Options returns the optimizer's options.
	Options() es.Options
	// EarlyStop returns the settings of early stopping in force.
	EarlyStop() EarlyStop
	// Meta returns what a saved file says of the run.
	Meta() map[string]string
}

// oldFlags are the names that flags had in earlier versions. Saved models still have
// "lead" in their meta.
var oldFlags = map[string]string{"mixer": "cell", "context": "places", "warm-up": "lead"}

// Texts returns complete settings by the names of their flags, as SetTexts takes them.
func Texts(s Settings) map[string]string { return s.Groups().Texts() }

// SetTexts sets what Texts returned, and the defaults that depend on it. It reads the
// texts of earlier versions, too.
func SetTexts(s Settings, texts map[string]string) error {
	texts = maps.Clone(texts)
	if texts["rule"] == oldQES {
		texts["rule"] = QES.String()
	}
	if _, ok := texts["reductions"]; !ok && texts["early-stop"] != "" {
		texts["reductions"] = "0" // there were none
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
