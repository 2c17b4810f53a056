package billion

import "github.com/Kaleaon/pentary-go/es"

// Rule is a choice of the update rule.
type Rule struct {
	name      string
	rule      es.Rule
	stateBits int // that it keeps of a weight
}

// String returns the rule's name.
func (r Rule) String() string { return r.name }

// Rules returns the rules to choose from, the default first.
func Rules() []Rule {
	rate := es.Ratio(3, 10)
	return []Rule{
		{"residual", es.ErrorFeedback{Rate: rate}, 8},
		{"residual4", es.ErrorFeedback{Bits: 4, Rate: rate}, 4},
		{"stochastic", es.Stochastic{Rate: rate}, 0},
	}
}
