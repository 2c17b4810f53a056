package settings

import (
	"cmp"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
)

// RuleName is the name of an update rule.
type RuleName string

// Update rules.
const (
	ErrorFeedback  RuleName = "error-feedback"
	ErrorFeedback4 RuleName = "error-feedback4"
	Stochastic     RuleName = "stochastic"
	Threshold      RuleName = "threshold"
	QES            RuleName = "qes"
	Bop            RuleName = "bop"
)

// RuleNames lists all update rules.
var RuleNames = []RuleName{ErrorFeedback, ErrorFeedback4, Stochastic, Threshold, QES, Bop}

// OldRules maps rule names of earlier versions, which occur in their journals, to today's names.
var OldRules = map[string]string{
	"residual": ErrorFeedback.String(), "residual4": ErrorFeedback4.String(), "replay": QES.String(), "flip": Bop.String(),
}

// savedRules maps rule names to the names in saved models, which are unchanged so that verify finds
// equal files.
var savedRules = map[string]string{
	ErrorFeedback.String(): "residual", ErrorFeedback4.String(): "residual4", Bop.String(): "flip",
}

// SavedRule returns the name of a rule in saved models.
func SavedRule(name string) string { return cmp.Or(savedRules[name], name) }

// NameOfRule returns today's name of a rule.
func NameOfRule(text string) string { return cmp.Or(OldRules[text], text) }

// String returns the name.
func (r RuleName) String() string { return string(r) }

// Rule holds an update rule and the parameters of all rules. Each rule uses some of them.
type Rule struct {
	Name   RuleName
	Rate   Decimal // of all but threshold; by default, it follows from the generations
	Share  Decimal // of threshold
	Window int     // of qes
	Decay  uint    // of bop
	Level  Decimal // of bop
}

func defaultRule() Rule {
	return Rule{
		Name: ErrorFeedback, Rate: Decimal{most: 1}, Share: NewDecimal("0.05", 1),
		Window: 8, Decay: 2, Level: NewDecimal("0.25", 1),
	}
}

// Flags adds flags for the rule, with its values as defaults.
func (r *Rule) Flags(f *pflag.FlagSet) {
	f.Var(console.Choice[RuleName]{Value: &r.Name, Options: RuleNames, Old: OldRules}, "rule", "update rule")
	f.Var(&r.Rate, "rate", "learning rate: levels by which one standard deviation of the update moves a weight; not for rule threshold")
	f.Var(&r.Share, "share", "rule threshold: fraction of the weights that pure noise would move")
	integer(f, &r.Window, "window", 1, es.MaxWindow, "rule qes: generations from which the residual is rebuilt")
	f.UintVar(&r.Decay, "average", r.Decay, "rule bop: gain 2^-average of the moving average of steps")
	console.Bound(f, "average", 1, kernels.MaxDecay)
	f.Var(&r.Level, "level", "rule bop: moving average, in levels, at which a weight moves")
}

// Rule returns the rule for es.Options.
func (r *Rule) Rule() es.Rule {
	rate := r.Rate.Q16()
	switch r.Name {
	case ErrorFeedback4:
		return es.ErrorFeedback{Bits: 4, Rate: rate}
	case Stochastic:
		return es.Stochastic{Rate: rate}
	case Threshold:
		return es.Threshold{Share: r.Share.Q16()}
	case QES:
		return es.QES{Rate: rate, Window: r.Window}
	case Bop:
		return es.Bop{Rate: rate, Decay: r.Decay, Level: r.Level.Q16()}
	}
	return es.ErrorFeedback{Rate: rate}
}
