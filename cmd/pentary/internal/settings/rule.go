package settings

import (
	"cmp"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
)

// RuleName is the choice of an update rule.
type RuleName string

// The update rules.
const (
	ErrorFeedback  RuleName = "error-feedback"
	ErrorFeedback4 RuleName = "error-feedback4"
	Stochastic     RuleName = "stochastic"
	Threshold      RuleName = "threshold"
	QES            RuleName = "qes"
	Bop            RuleName = "bop"
)

// RuleNames lists the update rules.
var RuleNames = []RuleName{ErrorFeedback, ErrorFeedback4, Stochastic, Threshold, QES, Bop}

// OldRules are the names that rules had in earlier versions, whose journals have them.
var OldRules = map[string]string{
	"residual": ErrorFeedback.String(), "residual4": ErrorFeedback4.String(), "replay": QES.String(), "flip": Bop.String(),
}

// savedRules are the names in saved models, which keep them so that verify finds the same.
var savedRules = map[string]string{
	ErrorFeedback.String(): "residual", ErrorFeedback4.String(): "residual4", Bop.String(): "flip",
}

// SavedRule returns the name that saved models have for a rule.
func SavedRule(name string) string { return cmp.Or(savedRules[name], name) }

// NameOfRule returns the name that a rule has today.
func NameOfRule(text string) string { return cmp.Or(OldRules[text], text) }

// String returns the name.
func (r RuleName) String() string { return string(r) }

// Rule chooses an update rule. Each rule takes some of the parameters.
type Rule struct {
	Name   RuleName
	Rate   Decimal // of all but threshold; not set, it follows the generations
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

// Flags binds the rule to flags, whose defaults it is.
func (r *Rule) Flags(f *pflag.FlagSet) {
	f.Var(console.Choice[RuleName]{Value: &r.Name, Options: RuleNames, Old: OldRules}, "rule", "update rule")
	f.Var(&r.Rate, "rate", "learning rate: levels by which one standard deviation of the update moves a weight; not for rule threshold")
	f.Var(&r.Share, "share", "rule threshold: share of the weights that pure noise would move")
	integer(f, &r.Window, "window", 1, es.MaxWindow, "rule qes: generations from which the residual is rebuilt")
	f.UintVar(&r.Decay, "average", r.Decay, "rule bop: the moving average of steps has the gain 2^-average")
	console.Bound(f, "average", 1, kernels.MaxDecay)
	f.Var(&r.Level, "level", "rule bop: average that moves a weight, in levels")
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
