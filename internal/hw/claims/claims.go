// Package claims compares the claims of the Pentary documents with the models of this module.
// Every finding is computed on demand from the library's arithmetic, counted operations,
// synthesized gates, and the cycle and energy models. A rule derives the verdict from the claimed
// and the computed number.
package claims

import "context"

// Verdict is the result of a comparison.
type Verdict string

// Verdicts.
const (
	Confirmed    Verdict = "confirmed"          // within 5 %
	AgainstDense Verdict = "true against dense" // correct, but only compared with a dense baseline
	Understated  Verdict = "understated"        // the computed advantage is larger
	Overstated   Verdict = "overstated"         // the advantage is smaller, or the cost higher, than claimed
	False        Verdict = "false"              // no advantage, or off by more than a factor of 10
)

// Verdicts lists all verdicts, best first.
var Verdicts = []Verdict{Confirmed, Understated, AgainstDense, Overstated, False}

// Claim is a statement of the Pentary documents, which Find checks.
type Claim struct {
	Name    string // the claim in words
	Claimed string // the figure in the Pentary documents
	Source  string // where in the Pentary documents

	find func() finding
}

// finding is the result computed by the models.
type finding struct {
	computed string
	verdict  Verdict
	basis    string // the computation, with its numbers
}

// Finding is a claim with the result computed by the models.
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

// All returns all claims, grouped by subject.
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

// near is the largest relative difference of numbers that count as equal.
const near = 0.05

// gain returns the verdict on a claimed factor of improvement, given the computed range.
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

// saved converts a fraction saved to a factor of improvement.
func saved(share float64) float64 { return 1 / (1 - share) }

// cost returns the verdict on a claimed cost: area, time, energy or power.
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

// same returns the verdict on a claimed value for which larger is neither better nor worse.
func same(claimed, found float64) Verdict {
	if claimed*(1-near) <= found && found <= claimed*(1+near) {
		return Confirmed
	}
	return False
}

// holds returns the verdict on a claimed property.
func holds(is bool) Verdict {
	if is {
		return Confirmed
	}
	return False
}
