package es

import (
	"math"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Stats describes a finished generation. With noise in activations a member counts
// once for each of its samples, and so does a pair.
type Stats struct {
	Finished  int   `json:"generation"` // generations, this one included
	Moved     int   `json:"moved"`      // weights that moved a level, by the rule or by weight decay
	Norm      int64 `json:"norm"`       // Euclidean norm of the change of all weights, in 1/256, rounded down
	Saturated int   `json:"saturated"`  // pents at -2 or +2 afterwards, frozen ones too
	Decided   int   `json:"decided"`    // pairs with a code other than zero

	// Of the scores; zero in a generation that Replay moved. Failed members do not
	// count.
	Best   int64 `json:"best"`   // of a member: highest, or lowest under Options.Minimize
	Mean   int64 `json:"mean"`   // of all members, rounded down
	Spread int64 `json:"spread"` // median magnitude of the pairs' differences other than zero
}

// An extent summarizes scores for the statistics. Failed ones do not count.
type extent struct {
	lowest, highest int64
	sum             fixed.Sum
}

var noScores = extent{lowest: math.MaxInt64, highest: math.MinInt64}

// add adds scores.
func (e *extent) add(scores []int64) {
	lowest, highest := e.lowest, e.highest
	for _, v := range scores {
		highest = max(highest, v) // Failed is the least of all
		if v == Failed {
			v = math.MaxInt64
		}
		lowest = min(lowest, v)
	}
	e.lowest, e.highest = lowest, highest
	e.sum.AddAll(scores, Failed)
}

// join adds the scores of another extent.
func (e *extent) join(other *extent) {
	e.lowest, e.highest = min(e.lowest, other.lowest), max(e.highest, other.highest)
	e.sum.Join(other.sum)
}

// score sets the statistics of the scores.
func (s *Stats) score(e *extent, minimize bool) {
	switch {
	case e.sum == fixed.Sum{}: // all failed
	case minimize:
		s.Best = e.lowest
	default:
		s.Best = e.highest
	}
	s.Mean = e.sum.Mean()
}

// count sets the statistics of the codes and of the weights once they have moved.
func (s *Stats) count(codes []int8, parameters []lowrank.Parameter) {
	decided := 0
	for _, f := range codes {
		decided += int(uint8(f|-f) >> 7) // one unless f is zero, without a branch
	}
	s.Decided += decided
	for _, w := range parameters {
		s.Saturated += kernels.CountSaturated(w.W, 0, w.W.Rows())
	}
	s.Norm = int64(fixed.Sqrt(uint64(s.Moved) << 16))
}
