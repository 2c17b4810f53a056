// Package tune searches for good settings by successive halving (Jamieson and
// Talwalkar, arXiv 1502.07943): many configurations get a small budget, the best of
// them a larger one, and so on. Each rung restarts its runs, because schedules span a
// whole run, so that the first half of a long run differs from a short one.
package tune

import (
	"cmp"
	"context"
	"slices"
)

// Plan is the size of a search.
type Plan struct {
	Configurations int // to begin with
	Eta            int // a rung keeps one in Eta, and its runs are Eta times as long as those before
	Budget         int // of a run of the last rung
}

// Rung is a round of a search.
type Rung struct {
	Size   int `json:"runs"`
	Budget int `json:"member_samples"` // of each
}

// Rungs returns the rounds of the plan. The last is the last with a choice to make.
func (p Plan) Rungs() []Rung {
	var sizes []int
	for n := p.Configurations; n > 1 || len(sizes) == 0; n /= p.Eta {
		sizes = append(sizes, n)
	}
	rungs := make([]Rung, len(sizes))
	for i, budget := len(sizes)-1, p.Budget; i >= 0; i-- {
		rungs[i] = Rung{sizes[i], max(1, budget)}
		budget /= p.Eta
	}
	return rungs
}

// Trial is the result of a run.
type Trial struct {
	Rung          int     `json:"rung"`          // from 0
	Configuration int     `json:"configuration"` // from 0
	Generations   int     `json:"generations"`
	Samples       int     `json:"member_samples"` // that the members saw, in all
	Correct       int     `json:"correct"`        // validation samples
	Total         int     `json:"total"`
	Bytes         int     `json:"bytes"` // of the weights, as a file holds them
	Seconds       float64 `json:"seconds"`
	SHA256        string  `json:"weights_sha256"`
}

// Accuracy returns the share of the validation samples that are correct.
func (t Trial) Accuracy() float64 { return float64(t.Correct) / float64(max(t.Total, 1)) }

// better orders trials of a rung, best first, and equal ones in the order of the draw.
func (s *Search) better(a, b Trial) int {
	return cmp.Or(cmp.Compare(s.Price.score(b), s.Price.score(a)), cmp.Compare(a.Configuration, b.Configuration))
}

// Search is a search and its progress.
type Search struct {
	Rungs  []Rung
	Price  Price   // of the networks' bytes, beside their accuracy
	Trials []Trial // by rung, then in the order of their runs
}

// Run runs the search from the known trials on. trial runs a configuration
// and measures it; record, unless nil, takes its result. Their first error ends the search;
// trials recorded stay.
func (s *Search) Run(ctx context.Context, known []Trial, trial func(ctx context.Context, rung, configuration int) (Trial, error), record func(Trial) error) error {
	next := make([]int, s.Rungs[0].Size)
	for i := range next {
		next[i] = i
	}
	for r, rung := range s.Rungs {
		first := len(s.Trials)
		for _, c := range next[:rung.Size] {
			at := slices.IndexFunc(known, func(t Trial) bool { return t.Rung == r && t.Configuration == c })
			if at >= 0 {
				s.Trials = append(s.Trials, known[at])
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			t, err := trial(ctx, r, c)
			if err != nil {
				return err
			}
			if record != nil {
				if err := record(t); err != nil {
					return err
				}
			}
			s.Trials = append(s.Trials, t)
		}
		ranked := slices.SortedFunc(slices.Values(s.Trials[first:]), s.better)
		next = next[:0]
		for _, t := range ranked {
			next = append(next, t.Configuration)
		}
	}
	return nil
}

// Ranking returns the last trial of each configuration, best first: trials of a later
// rung before trials of an earlier one.
func (s *Search) Ranking() []Trial {
	last := map[int]Trial{}
	for _, t := range s.Trials {
		last[t.Configuration] = t
	}
	ranking := make([]Trial, 0, len(last))
	for _, t := range last {
		ranking = append(ranking, t)
	}
	slices.SortFunc(ranking, func(a, b Trial) int { return cmp.Or(cmp.Compare(b.Rung, a.Rung), s.better(a, b)) })
	return ranking
}
