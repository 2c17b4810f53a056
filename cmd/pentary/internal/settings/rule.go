package settings

import (
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
)

// RuleName is the choice of an update rule.
type RuleName string

// The update rules.
const (
	Residual   RuleName = "residual"
	Residual4  RuleName = "residual4"
	Stochastic RuleName = "stochastic"
	Threshold  RuleName = "threshold"
	QES        RuleName = "qes"
	Flip       RuleName = "flip"
)

// RuleNames lists the update rules.
var RuleNames = []RuleName{Residual, Residual4, Stochastic, Threshold, QES, Flip}

// oldQES is what journals of earlier versions call QES.
const oldQES = "replay"

// String returns the name.
func (r RuleName) String() string { return string(r) }

// Rule chooses an update rule. Each rule takes some of the parameters.
type Rule struct {
	Name   RuleName
	Rate   Decimal // of all but threshold; not set, it follows the generations
	Share  Decimal // of threshold
	Window int     // of qes
	Decay  uint    // of flip
	Level  Decimal // of flip
}

func defaultRule() Rule {
	return Rule{
		Name: Residual, Rate: Decimal{most: 1}, Share: NewDecimal("0.05", 1),
		Window: 8, Decay: 2, Level: NewDecimal("0.25", 1),
	}
}

// Flags binds the rule to flags, whose defaults it is.
func (r *Rule) Flags(f *pflag.FlagSet) {
	f.Var(console.Choice[RuleName]{Value: &r.Name, Options: RuleNames}, "rule", "update rule: how the update moves weights")
	f.Var(&r.Rate, "rate", "learning rate: levels that one standard deviation of the update moves a weight; not for threshold")
	f.Var(&r.Share, "share", "threshold: share of the weights that pure noise would move")
	integer(f, &r.Window, "window", 1, es.MaxWindow, "qes: generations to rebuild the residual from")
	f.UintVar(&r.Decay, "average", r.Decay, "flip: average steps with a gain of 2^-average")
	console.Bound(f, "average", 1, kernels.MaxDecay)
	f.Var(&r.Level, "level", "flip: average that moves a weight, in levels")
}

// Rule returns the rule for es.Options.
func (r *Rule) Rule() es.Rule {
	rate := r.Rate.Q16()
	switch r.Name {
	case Residual4:
		return es.ErrorFeedback{Bits: 4, Rate: rate}
	case Stochastic:
		return es.Stochastic{Rate: rate}
	case Threshold:
		return es.Threshold{Share: r.Share.Q16()}
	case QES:
		return es.QES{Rate: rate, Window: r.Window}
	case Flip:
		return es.Bop{Rate: rate, Decay: r.Decay, Level: r.Level.Q16()}
	}
	return es.ErrorFeedback{Rate: rate}
}
