// Package claims compares the claims of the Pentary documents with the models of this
// module. Every finding is computed on demand, from the library's own arithmetic, counted
// operations, synthesized gates, and the cycle and energy models. Every verdict follows
// from the two numbers by a rule.
package claims

import "context"

// A Verdict says how a claim fares.
type Verdict string

// The verdicts.
const (
	Confirmed    Verdict = "confirmed"          // within five percent
	AgainstDense Verdict = "true against dense" // as arithmetic, against a baseline that nobody needs
	Understated  Verdict = "understated"        // the models find more
	Overstated   Verdict = "overstated"         // an advantage, but less than is claimed; a cost, but more
	False        Verdict = "false"              // no advantage, or off by more than a factor of ten
)

// Verdicts lists them, the best first.
var Verdicts = []Verdict{Confirmed, Understated, AgainstDense, Overstated, False}

// A Claim is a statement with the means to check it.
type Claim struct {
	Name    string // the claim in words
	Claimed string // the figure in the Pentary documents
	Source  string // where in them

	find func() finding
}

// finding is the result of the models.
type finding struct {
	computed string
	verdict  Verdict
	basis    string // how it is computed, with the numbers
}

// A Finding is a claim with the result of the models.
type Finding struct {
	Claim    string  `json:"claim"`
	Claimed  string  `json:"claimed"`
	Computed string  `json:"computed"`
	Verdict  Verdict `json:"verdict"`
	Basis    string  `json:"basis"`
	Source   string  `json:"source"`
}

// Find computes the finding of a claim.
func (c Claim) Find() Finding {
	f := c.find()
	return Finding{c.Name, c.Claimed, f.computed, f.verdict, f.basis, c.Source}
}

// All returns every claim, by subject.
func All() []Claim {
	var all []Claim
	for _, group := range [][]Claim{eggroll(), logic(), numbers(), analog(), power()} {
		all = append(all, group...)
	}
	return all
}

// Compute returns the findings of all claims. It returns the context's error soon after
// the context is done.
func Compute(ctx context.Context) ([]Finding, error) {
	all := All()
	findings := make([]Finding, len(all))
	for i, c := range all {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		findings[i] = c.Find()
	}
	return findings, nil
}

// near is the relative difference up to which numbers count as the same.
const near = 0.05

// gain judges a claimed factor of improvement by the range of the computed ones.
func gain(claimed, low, high float64) Verdict {
	switch {
	case low*(1-near) <= claimed && claimed <= high*(1+near):
		return Confirmed
	case claimed < low:
		return Understated
	case high <= 1 || claimed > 10*high:
		return False
	}
	return Overstated
}

// saved turns a share that is saved into a factor of improvement.
func saved(share float64) float64 { return 1 / (1 - share) }

// cost judges a claimed cost: of area, time, energy or power.
func cost(claimed, found float64) Verdict {
	switch {
	case claimed*(1-near) <= found && found <= claimed*(1+near):
		return Confirmed
	case found < claimed:
		return Understated
	case found > 10*claimed:
		return False
	}
	return Overstated
}

// same judges a claimed value that is neither better nor worse for being larger.
func same(claimed, found float64) Verdict {
	if claimed*(1-near) <= found && found <= claimed*(1+near) {
		return Confirmed
	}
	return False
}

// holds judges a claimed property.
func holds(is bool) Verdict {
	if is {
		return Confirmed
	}
	return False
}
