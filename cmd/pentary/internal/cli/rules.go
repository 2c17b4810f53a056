package cli

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
)

// ruleName is the choice of an update rule.
type ruleName string

const (
	residual   ruleName = "residual"
	residual4  ruleName = "residual4"
	stochastic ruleName = "stochastic"
	threshold  ruleName = "threshold"
	qes        ruleName = "qes"
	flip       ruleName = "flip"
)

var ruleNames = []ruleName{residual, residual4, stochastic, threshold, qes, flip}

// oldQES is what journals of earlier versions call qes.
const oldQES = "replay"

func (r ruleName) String() string { return string(r) }

// ruleSettings choose an update rule. Of its parameters each rule takes some.
type ruleSettings struct {
	rule   ruleName
	rate   decimal // of all but threshold
	share  decimal // of threshold
	window int     // of qes
	decay  uint    // of flip
	level  decimal // of flip
}

func defaultRule(rate string) ruleSettings {
	return ruleSettings{
		rule: residual, rate: newDecimal(rate, 1), share: newDecimal("0.05", 1),
		window: 8, decay: 2, level: newDecimal("0.25", 1),
	}
}

func (s *ruleSettings) flags(f *pflag.FlagSet) {
	f.Var(console.Choice[ruleName]{Value: &s.rule, Options: ruleNames}, "rule", "how the update moves weights")
	f.Var(&s.rate, "rate", "levels that one standard deviation moves; not for threshold")
	f.Var(&s.share, "share", "threshold: of the weights, that pure noise would move")
	f.IntVar(&s.window, "window", s.window, "qes: generations to rebuild the residual from")
	f.UintVar(&s.decay, "average", s.decay, "flip: average steps with a gain of 2^-average")
	f.Var(&s.level, "level", "flip: average that moves a weight, in levels")
}

// of returns the rule.
func (s *ruleSettings) of() es.Rule {
	rate := s.rate.q16()
	switch s.rule {
	case residual4:
		return es.Residual4{Rate: rate}
	case stochastic:
		return es.Stochastic{Rate: rate}
	case threshold:
		return es.Threshold{Share: s.share.q16()}
	case qes:
		return es.QES{Rate: rate, Window: s.window}
	case flip:
		return es.Flip{Rate: rate, Decay: s.decay, Level: s.level.q16()}
	}
	return es.Residual{Rate: rate}
}

// meta adds what a saved file says of the rule.
func (s *ruleSettings) meta(m map[string]string) {
	m["rule"] = s.rule.String()
	if s.rule == threshold {
		m["share"] = s.share.String()
		return
	}
	m["rate"] = s.rate.String()
	switch s.rule {
	case qes:
		m["window"] = fmt.Sprint(s.window)
	case flip:
		m["average"], m["level"] = fmt.Sprint(s.decay), s.level.String()
	}
}
